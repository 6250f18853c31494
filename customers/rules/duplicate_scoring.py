"""How likely two records are one customer, and why: what they share, and what speaks against it.

Each thing shared leaves a part of the doubt; what differs makes weak evidence weaker. An honest pair of records keeps
less than 40% of doubt (``QUEUED_FROM``); what is queued is decided by a person.
"""

from dataclasses import dataclass, field

QUEUED_FROM = 60
SURE_FROM = 98


@dataclass(frozen=True)
class DuplicateFacts:
    """What is compared of one customer; keys as ``duplicate_keys`` makes them, names folded."""

    core: str
    tax: str = ""
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    address: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    people: frozenset[str] = frozenset()
    other_cores: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Evidence:
    """One reason: ``what`` is a word of ``EVIDENCE``, ``value`` what is shared, or how much alike."""

    what: str
    value: str = ""


@dataclass(frozen=True)
class Likeness:
    """``percent`` from 0 to 99: never certain."""

    percent: int
    evidence: tuple[Evidence, ...] = field(default_factory=tuple)


SPEAKS_FOR = ("tax", "email", "phone", "domain", "name", "address", "people", "place", "tax_close")
SPEAKS_AGAINST = ("tax_differs", "domain_differs", "place_differs", "country_differs", "name_differs")


def trigrams_of(text: str) -> frozenset[str]:
    """Pieces of three letters of each word, with two spaces before and one behind, as Postgres makes them."""
    found: set[str] = set()
    for word in text.split():
        padded = f"  {word} "
        found.update(padded[at : at + 3] for at in range(len(padded) - 2))
    return frozenset(found)


def compare_names(one: str, other: str) -> float:
    """From 0 to 1: trigrams that both cores have of all they have; a name that holds the other whole counts for 0.8."""
    if one == other:
        return 1.0 if one else 0.0
    if sorted(one.split()) == sorted(other.split()) or one.replace(" ", "") == other.replace(" ", ""):
        return 0.98
    ours, theirs = trigrams_of(one), trigrams_of(other)
    if not ours or not theirs:
        return 0.0
    shared = len(ours & theirs)
    likeness = shared / (len(ours) + len(theirs) - shared)
    words, others = set(one.split()), set(other.split())
    fewer = min(words, others, key=len)
    if len(fewer) >= 2 and fewer == words & others:
        likeness = max(likeness, 0.8)
    elif len(fewer) >= 2 and _is_shortened(one.split(), other.split()):
        likeness = max(likeness, 0.7)
    return likeness


def _is_shortened(one: list[str], other: list[str]) -> bool:
    """Whether each word of one begins the word of the other in its place: ``zul`` and ``zulieferung``."""
    return len(one) == len(other) and all(a.startswith(b) or b.startswith(a) for a, b in zip(one, other, strict=True))


def compare_customers(one: DuplicateFacts, other: DuplicateFacts) -> Likeness:
    """How likely both are one customer, with the reasons in the order of their weight."""
    evidence, doubt = _compare_identifiers(one, other)
    names = max(compare_names(a, b) for a in {one.core, *one.other_cores} for b in {other.core, *other.other_cores})
    soft, soft_doubt = _compare_circumstances(one, other, names)
    against = _find_differences(one, other, names, has_place="place" in {e.what for e in soft})
    words = {e.what for e in against}
    weaker = 0.6 ** len(words & {"domain_differs", "place_differs", "country_differs"})
    strength = 1 - doubt * (1 - (1 - soft_doubt) * weaker)
    if "name_differs" in words and not any(e.what == "tax" for e in evidence):
        strength *= 0.7  # a switchboard, a shared house
    if "tax_differs" in words:
        strength *= 0.5
    return Likeness(min(99, int(100 * strength)), (*evidence, *soft, *against))


def _compare_identifiers(one: DuplicateFacts, other: DuplicateFacts) -> tuple[list[Evidence], float]:
    evidence, doubt = [], 1.0
    if one.tax and one.tax == other.tax:
        evidence.append(Evidence("tax", one.tax))
        doubt *= 0.08
    elif one.tax and other.tax and _is_one_letter_away(one.tax, other.tax):
        evidence.append(Evidence("tax_close"))
        doubt *= 0.6
    for what, left in (("email", 0.2), ("phone", 0.3)):
        shared = getattr(one, f"{what}s") & getattr(other, f"{what}s")
        if shared:
            evidence.append(Evidence(what, min(shared)))
            doubt *= left
    return evidence, doubt


def _compare_circumstances(one: DuplicateFacts, other: DuplicateFacts, names: float) -> tuple[list[Evidence], float]:
    evidence, doubt = [], 1.0
    if names >= 0.45:
        evidence.append(Evidence("name", f"{min(names, 1):.2f}"))
        doubt *= 0.38 if names >= 0.95 else 0.5 if names >= 0.7 else 0.65 if names >= 0.55 else 0.8
    if shared := one.domains & other.domains:
        evidence.append(Evidence("domain", min(shared)))
        doubt *= 0.42
    if one.address and one.address == other.address:
        evidence.append(Evidence("address"))
        doubt *= 0.5
    if shared := one.people & other.people:
        evidence.append(Evidence("people", min(shared)))
        doubt *= 0.65
    if names >= 0.55 and _is_same_place(one, other):
        evidence.append(Evidence("place", one.city or one.postcode))
        doubt *= 0.72
    return evidence, doubt


def _find_differences(one: DuplicateFacts, other: DuplicateFacts, names: float, *, has_place: bool) -> list[Evidence]:
    found = []
    if one.tax and other.tax and one.tax != other.tax and not _is_one_letter_away(one.tax, other.tax):
        found.append("tax_differs")
    if one.domains and other.domains and not one.domains & other.domains:
        found.append("domain_differs")
    if one.city and other.city and one.city != other.city and not has_place:
        found.append("place_differs")
    if one.country and other.country and one.country != other.country:
        found.append("country_differs")
    if names < 0.2:
        found.append("name_differs")
    return [Evidence(what) for what in found]


def _is_same_place(one: DuplicateFacts, other: DuplicateFacts) -> bool:
    return bool(one.city and one.city == other.city) or bool(one.postcode and one.postcode == other.postcode)


def _is_one_letter_away(one: str, other: str) -> bool:
    """One wrong, or two that changed places."""
    if len(one) != len(other) or one == other:
        return False
    wrong = [at for at in range(len(one)) if one[at] != other[at]]
    if len(wrong) == 1:
        return True
    return len(wrong) == 2 and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
