"""Facts of a customer's profile: noted with day, source and how sure, said to be no longer so, and what is not known.

A fact is never changed: a newer one takes its place, and the older ones are its history.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import Customer, FactKind, Person, ProfileFact
from customers.rules.custom_values import Vocabulary, read_value, spell_value
from customers.rules.fact_validity import find_last_day
from customers.rules.import_values import Unreadable

_CACHE_KEY = "fact-kinds"
MOST_FACTS = 60


class FactRefused(Exception):
    """It cannot be noted like this; the message says why."""


@dataclass(frozen=True)
class WantedKind:
    """A kind of fact in use, as remembered."""

    pk: int
    name: str
    value_kind: str
    worth: int
    holds_months: int | None


@dataclass
class Profile:
    """The facts in force, and the kinds of which nothing is known."""

    facts: list[ProfileFact] = field(default_factory=list)
    gaps: list[WantedKind] = field(default_factory=list)


def list_wanted_kinds() -> list[WantedKind]:
    """Kinds of facts in use, the most useful first; remembered by all processes for five minutes."""
    kinds: list[WantedKind] | None = cache.get(_CACHE_KEY)
    if kinds is None:
        kinds = [
            WantedKind(one.pk, one.name, one.value_kind, one.worth, one.holds_months)
            for one in FactKind.objects.filter(is_active=True)
        ]
        cache.set(_CACHE_KEY, kinds, 300)
    return kinds


def forget_wanted_kinds() -> None:
    """The catalogue has changed: read it again next time."""
    cache.delete(_CACHE_KEY)


def read_fact(text: str, *, value_kind: str) -> str:
    """A fact as it is kept: words as they are; numbers, days, yes and no in one spelling. Raises ``FactRefused``."""
    words = " ".join(text.split())
    if not words:
        raise FactRefused(gettext("What did they say?"))
    if value_kind == FactKind.ValueKind.TEXT:
        return words[:500]
    try:
        return spell_value(value_kind, read_value(value_kind, words, Vocabulary()), Vocabulary())
    except Unreadable:
        wanted = FactKind.ValueKind(value_kind).label
        raise FactRefused(gettext("“%(words)s” is no %(kind)s.") % {"words": words[:60], "kind": wanted}) from None


@transaction.atomic
def note_fact(
    customer: Customer,
    *,
    value: str,
    on: date,
    by: User | None,
    kind: FactKind | None = None,
    label: str = "",
    source: str = "",
    person: Person | None = None,
    confidence: str = ProfileFact.Confidence.SURE,
    use_in_talk: bool | None = None,
    valid_until: date | None = None,
) -> ProfileFact:
    """Note what was told on the local day ``on``; ``kind`` or else ``label`` says what it is about.

    Without ``valid_until`` it holds as long as its kind says. Raises ``FactRefused``.
    """
    name = kind.name if kind else " ".join(label.split())[:80]
    if not name:
        raise FactRefused(gettext("Say what the fact is about."))
    if valid_until is not None and valid_until < on:
        raise FactRefused(gettext("It holds until a day after it was told."))
    if valid_until is None and kind is not None and kind.holds_months:
        valid_until = find_last_day(on, months=kind.holds_months)
    return ProfileFact.objects.create(
        customer=customer,
        kind=kind,
        label=name,
        value=read_fact(value, value_kind=kind.value_kind if kind else FactKind.ValueKind.TEXT),
        told_on=on,
        source=source.strip()[:150] or (person.name[:150] if person else ""),
        person=person,
        asked_by=by,
        confidence=confidence,
        use_in_talk=use_in_talk if use_in_talk is not None else (kind.use_in_talk if kind else True),
        valid_until=valid_until,
    )


@transaction.atomic
def confirm_fact(fact: ProfileFact, *, on: date, by: User | None) -> ProfileFact:
    """The same was told again on the local day ``on``: it holds anew, and the one before stays in the history. What was
    told that very day needs no second saying."""
    if fact.told_on >= on and fact.withdrawn_on is None:
        return fact
    same = {"source": fact.source, "person": fact.person, "use_in_talk": fact.use_in_talk}
    return note_fact(fact.customer, value=fact.value, on=on, by=by, kind=fact.kind, label=fact.label, **same)


@transaction.atomic
def withdraw_fact(fact: ProfileFact, *, on: date) -> ProfileFact:
    """Since the local day ``on`` it is known not to be so (any more); the one told before it holds again."""
    fact.withdrawn_on = on
    fact.save(update_fields=["withdrawn_on"])
    return fact


@transaction.atomic
def restore_fact(fact: ProfileFact) -> ProfileFact:
    """It holds after all."""
    fact.withdrawn_on = None
    fact.save(update_fields=["withdrawn_on"])
    return fact


def load_profile(customer: Customer, *, on: date) -> Profile:
    """What is known on the local day ``on``, and what is not; one query."""
    facts = list(ProfileFact.objects.filter(customer=customer).in_force(on=on).select_related("asked_by")[:MOST_FACTS])
    return Profile(facts, find_gaps(facts))


def find_gaps(facts: Sequence[ProfileFact]) -> list[WantedKind]:
    """Wanted kinds of which ``facts`` say nothing; a fact that was noted by hand under the same name counts."""
    known = {fact.kind_id for fact in facts}
    said = {fact.label.casefold() for fact in facts}
    return [kind for kind in list_wanted_kinds() if kind.pk not in known and kind.name.casefold() not in said]
