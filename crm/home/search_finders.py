"""Finds by any identifier in one statement, whatever was typed: a union with a part for each kind of answer.

Every part is bounded by a LIMIT on an index, so the answer comes as fast with a million customers as with a hundred.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Reverse

from complaints.models import Complaint
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.text_folding import fold_text
from crm.home.search_by_name import (
    CANDIDATES,
    LAST_LETTER,
    THREE_TOGETHER,
    Part,
    are_indexed,
    write_name_parts,
    write_spelt_parts,
)
from customers.duplicate_keeping import hash_key
from customers.models import ContactPoint, Customer, DuplicateKey, Order, Person
from customers.name_spelling import Spellings, choose_nearest, spell_words
from customers.number_finding import find_by_digits, split_digits
from customers.rules.contact_point_reading import normalise_phone, read_domain
from customers.rules.duplicate_keys import KeyKind, key_of_tax, spell_tax
from interactions.models import ProcessRun
from interactions.models.process_run import IMPORTED, WITHOUT_NUMBER
from segments.models import CurrentScore

SHOWN = 6
MOST_VALUABLE = 1_000  # looked through when more than the candidates are called so
NUMBERS = 50
MOST_WORDS = 6
_PHONE = re.compile(r"([+(\d][\d\s()/.\-\u2010-\u2013]{4,})(?:(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_LINK = re.compile(r"(?:tel|mailto|callto):", re.IGNORECASE)
_MAIL_IN_BRACKETS = re.compile(r".*<([^<>\s]+@[^<>\s]+)>")
_CASE = re.compile(r"(?:c-?)?(\d{1,12})", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:https?://)?@?[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:/\S*)?")

Ids = dict[type[models.Model], list[int]]
NOTHING = Part("")


@dataclass(frozen=True)
class Matches:
    """The ids found of each kind, at most ``SHOWN``, best first; ``is_guess`` when only a similar name was found."""

    ids: Ids
    is_guess: bool = False


def fold_words(text: str) -> list[str]:
    """The words of ``text`` as names are compared, at most six; a lone "&" only where nothing else was typed, since no
    index knows it."""
    words = fold_text(text).split()
    return ([word for word in words if any(map(str.isalnum, word))] or words)[:MOST_WORDS]


def find_matches(text: str, *, user: User) -> Matches:
    """What ``text`` names among the rows that ``user`` may see; names one letter away only when nothing else does.

    Of what is called alike the most valuable customers stand first, and people with them.
    """
    text = _MAIL_IN_BRACKETS.sub(r"\1", _LINK.sub("", text, count=1)).strip()
    parts = [*_by_number(text, user=user), *_by_tax_id(text, user=user), *_by_name(text, user=user)]
    parts += [*_by_contact_point(text, user=user), *_by_domain(text, user=user), *_by_subject(text, user=user)]
    found = _order(_ask(parts), spellings=[[word] for word in fold_words(text)], user=user)
    return Matches(found) if found else Matches(_find_alike(text, user=user), is_guess=True)


class _Row(NamedTuple):
    """One answer: the lowest rank stands first. ``customer`` is whose it is, 0 where his value does not matter."""

    kind: int
    rank: int
    place: str
    customer: int
    pk: int


# --- the parts: each a piece of SQL for ``_Row`` ----------------------------------------------------------------------
def _part(
    rows: QuerySet[Any], *, rank: int, place: str | None = None, limit: int = SHOWN, is_sorted: bool = True
) -> Part:
    """The first ``limit`` of ``rows`` by ``place`` (a column; without one in no order), as a part of the union."""
    number, whole = models.BigIntegerField(), models.IntegerField()
    named = rows.annotate(
        found_kind=Value(KINDS.index(rows.model), output_field=whole),
        found_rank=Value(rank, output_field=whole),
        found_place=Cast(F(place) if place else Value(""), models.TextField()),
        found_customer=Cast(F("pk" if rows.model is Customer else "customer_id"), number),
    )
    ordered = named.order_by(place, "pk") if place and is_sorted else named.order_by()
    asked = ordered.values_list("found_kind", "found_rank", "found_place", "found_customer", "pk")[:limit]
    try:
        sql, values = asked.query.sql_with_params()
    except EmptyResultSet:
        return NOTHING
    return Part(f"({sql})", values)


def _by_number(text: str, *, user: User) -> list[Part]:
    """A customer by his number, an order by its own, a complaint by its case; as typed, in capitals, with another sign
    or none between letters and digits, or by its digits alone.

    Fewer than four letters begin too many orders: they name only the one that is called just so."""
    text = text.lstrip("#№ ")
    if not any(letter.isdigit() for letter in text):
        return []
    parts, spelt = [], split_digits(text)
    for model in (Customer, Order) if user.has_perm("customers.view_order") else (Customer,):
        named = "number" if model is Order and len(text) < 4 else "number__startswith"
        for begins in {text, text.upper()}:  # a part each: asked for either, the database may read all numbers
            nearest = model.objects.filter(**{named: begins}).order_by("number").values("pk")[:NUMBERS]
            parts.append(_part(model.objects.visible_to(user).filter(pk__in=nearest), rank=0, place="number"))
        if spelt and named != "number":
            before, digits = spelt
            by_digits = find_by_digits(model.objects.visible_to(user), digits, before=before, limit=NUMBERS)
            parts.append(_part(by_digits, rank=0, place="told"))
    if (case := _CASE.fullmatch(text)) and user.has_perm("complaints.view_complaint"):
        parts.append(_part(Complaint.objects.visible_to(user).filter(pk=int(case.group(1))), rank=0))
    return parts + _by_number_elsewhere(text, user=user)


def _by_number_elsewhere(text: str, *, user: User) -> list[Part]:
    """A proposal by the number that it had in the system it came from: the whole one, of four letters its beginning."""
    if not user.has_perm("interactions.view_task"):
        return []
    named, parts = "key" if len(text) < 4 else "key__startswith", []
    for begins in {text, text.upper()}:
        runs = ProcessRun.objects.filter(**{named: f"{IMPORTED}{begins}"})
        nearest = runs.exclude(key__regex=f"^{IMPORTED}{WITHOUT_NUMBER}$").order_by("key").values("pk")[:NUMBERS]
        parts.append(_part(ProcessRun.objects.visible_to(user).filter(pk__in=nearest), rank=0, place="key"))
    return parts


def _by_subject(text: str, *, user: User) -> list[Part]:
    """Proposals and other processes whose title has every word, in any case; not sorted, since thousands may."""
    words = text.split()[:MOST_WORDS]
    if not user.has_perm("interactions.view_task") or not any(map(THREE_TOGETHER.search, words)):
        return []
    has_words = Q(*(Q(subject__icontains=word) for word in words))
    runs = ProcessRun.objects.visible_to(user).filter(has_words).exclude(subject="")
    return [_part(runs, rank=2, place="subject", limit=CANDIDATES, is_sorted=False)]


def _by_tax_id(text: str, *, user: User) -> list[Part]:
    """A customer by his tax number: from its beginning as it stands in the record, the whole one in any spelling."""
    if len(text) < 4 or not any(letter.isdigit() for letter in text):
        return []
    customers, spelt = Customer.objects.visible_to(user).exclude(tax_id=""), text.upper()
    as_kept = Q(tax_id__gte=spelt, tax_id__lt=spelt + LAST_LETTER) | Q(tax_id="".join(filter(str.isalnum, spelt)))
    parts = [_part(customers.filter(as_kept), rank=1, place="tax_id")]
    if key := key_of_tax(text):
        parts.append(_part(customers.filter(tax_id__in=spell_tax(key)), rank=0, place="tax_id"))
        known = DuplicateKey.objects.filter(key=hash_key(KeyKind.TAX, key)).values("customer")[:CANDIDATES]
        parts.append(_part(customers.filter(pk__in=known), rank=0, place="tax_id"))
    return parts


def _by_name(text: str, *, user: User) -> list[Part]:
    """Customers and people whose name begins with the text or contains every word of it, the archived ones last."""
    words = fold_words(text)
    return write_name_parts(fold_text(text), words, user=user, shown=SHOWN) if words else []


def _by_contact_point(text: str, *, user: User) -> list[Part]:
    """An e-mail from its beginning, a phone number from either end, however it was typed."""
    rows = ContactPoint.objects.visible_to(user)
    if "@" in text[1:]:
        mails = rows.filter(kind="email", value_normal__startswith=text.lower())
        # Thousands begin "info@": they are not sorted.
        return [_part(mails, rank=0, place="value_normal", limit=CANDIDATES, is_sorted=False)]
    number = match.group(1) if (match := _PHONE.fullmatch(text)) else ""
    ending = re.sub(r"\D", "", number).lstrip("0")
    if len(ending) < 5:
        return []
    whole = normalise_phone(number, country=setting("company.country"))
    is_it = Q(ending__startswith=ending[::-1]) | Q(value_normal__startswith=f"+{ending}") | Q(value_normal=whole)
    return [_part(rows.alias(ending=Reverse("value_normal")).filter(is_it, kind="phone"), rank=0, place="value_normal")]


def _by_domain(text: str, *, user: User) -> list[Part]:
    """Customers by their web domain from its beginning, and the addresses of a whole one."""
    if not _DOMAIN.fullmatch(text):
        return []
    domain = read_domain(text)
    customers = Customer.objects.visible_to(user).current().exclude(domain="")
    customers = customers.filter(domain__gte=domain, domain__lt=domain + LAST_LETTER)
    points = ContactPoint.objects.visible_to(user).alias(ending=Reverse("value_normal"))
    is_there = Q(kind="email", ending__startswith=f"@{domain}"[::-1]) | Q(kind="web", value_normal__startswith=domain)
    return [_part(customers, rank=0, place="domain"), _part(points.filter(is_there), rank=1, place="value_normal")]


KINDS: list[type[models.Model]] = [Customer, Person, ContactPoint, Order, Complaint, ProcessRun]


def _ask(parts: Iterable[Part]) -> list[_Row]:
    """The rows of all parts, in one query."""
    asked = [part for part in parts if part is not NOTHING]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(part.sql for part in asked), [value for part in asked for value in part.values]
        )
        return [_Row(*row) for row in cursor.fetchall()]


def _order(rows: list[_Row], *, spellings: Spellings, user: User) -> Ids:
    """Who is called just so stands first; of what only contains the words what has the first one at the beginning of a
    word; then who is worth most.

    Where more are called so than were looked at, the most valuable customers are asked too.
    """
    customers = Counter(row.rank for row in rows if KINDS[row.kind] is Customer)
    if customers[1] >= CANDIDATES or customers[2] >= CANDIDATES:
        rows += _among_the_most_valuable(spellings, user=user)
    worth, whole = _read_worth(rows), " ".join(words[0] for words in spellings)

    def closeness(row: _Row) -> tuple[int, bool, int, str, int]:
        is_inside = row.rank == 2 and not any(f" {word}" in f" {row.place}" for word in spellings[0])
        is_longer = row.rank == 1 and row.place != whole
        return row.rank, is_inside or is_longer, -worth.get(row.customer, 0) if row.rank else 0, row.place, row.pk

    return _group(sorted(rows, key=closeness))


def _among_the_most_valuable(spellings: Spellings, *, user: User) -> list[_Row]:
    """Those of the customers with the largest sales whose name has the words, best first by how it begins.

    The names are compared here: asked for both, the database would look through all who are called so."""
    best = CurrentScore.objects.order_by("-sales_12m_cents", "-customer_id").values("customer_id")[:MOST_VALUABLE]
    rows = Customer.objects.visible_to(user).current().filter(pk__in=best).order_by().values_list("pk", "name_folded")
    start, whole = " ".join(words[0] for words in spellings), KINDS.index(Customer)
    is_indexed = are_indexed([words[0] for words in spellings])
    return [
        _Row(whole, 1 if name.startswith(start) else 2, name, pk, pk)
        for pk, name in rows
        if name.startswith(start) or (is_indexed and all(any(word in name for word in words) for words in spellings))
    ]


def _read_worth(rows: list[_Row]) -> dict[int, int]:
    """What each customer of a name is expected to bring in three years, in cents (that weighs value and how lately he
    bought); where no model says it, his sales of twelve months. Nothing is asked where nothing is to be ordered."""
    named = Counter(row.kind for row in rows if row.rank)
    if not any(count > 1 for count in named.values()):
        return {}
    scores = CurrentScore.objects.filter(customer_id__in={row.customer for row in rows if row.rank})
    return dict(scores.values_list("customer_id", Coalesce("value_3y_cents", "sales_12m_cents")))


def _group(rows: Iterable[tuple[Any, ...]]) -> Ids:
    """Rows in their order as ids of each kind, each once; ids stand last in a row, kinds first."""
    ids: dict[int, dict[int, None]] = {}
    for row in rows:
        ids.setdefault(row[0], {})[row[-1]] = None
    return {KINDS[kind]: list(found)[:SHOWN] for kind, found in sorted(ids.items())}


def _find_alike(text: str, *, user: User) -> Ids:
    """Customers and people whose name has the words as they are spelt elsewhere: the nearest spelling of each first,
    then all near ones, and when no name has them all, the names that have the rarest of them."""
    spelt = spell_words(fold_words(text))
    nearest, every = choose_nearest(spelt), [[one.word for one in near] for near in spelt if near]
    if len(nearest) > 1 or len(nearest) == len(spelt):
        for spellings in [nearest, every] if every != nearest else [nearest]:
            if spellings and (
                found := _order(_ask(write_spelt_parts(spellings, user=user)), spellings=spellings, user=user)
            ):
                return found
    return _find_by_the_rarest(nearest, user=user) if len(spelt) > 1 else {}


def _find_by_the_rarest(spellings: Spellings, *, user: User) -> Ids:
    """By one word alone, where fewer have it than are looked at: a word like "Ltd" names nobody.

    All words in one query, the tens of a rank say which."""
    parts = (write_spelt_parts([words], user=user, rank=10 * place + 2) for place, words in enumerate(spellings))
    found: dict[int, list[_Row]] = {}
    for row in _ask([part for of_word in parts for part in of_word]):
        found.setdefault(row.rank // 10, []).append(row._replace(rank=row.rank % 10))
    rarest = min(found, key=lambda place: len(found[place]), default=0)
    if not 0 < len(found.get(rarest, [])) < CANDIDATES:
        return {}
    return _order(found[rarest], spellings=[spellings[rarest]], user=user)
