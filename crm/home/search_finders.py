"""Finds by any identifier in one statement, whatever was typed: a union with a part for each kind of answer.

Every part is bounded by a LIMIT on an index, so the answer comes as fast with a million customers as with a hundred.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db import connection, models, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Cast, Reverse

from complaints.models import Complaint
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.text_folding import fold_text
from customers.models import ContactPoint, Customer, Order, Person, TradingName
from customers.rules.contact_point_reading import normalise_phone, read_domain

SHOWN = 6
CANDIDATES = 60
NUMBERS = 50
MOST_WORDS = 6
LEAST_LIKENESS = 0.3  # of trigrams shared with a whole word: "smiht" and "smith" have 0.33
AS_GOOD_AS_THE_BEST = 0.75
LAST_LETTER = "\U0010ffff"
_PHONE = re.compile(r"[+(\d][\d\s()/.\-]{4,}")
_CASE = re.compile(r"(?:c-?)?(\d{1,12})", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:https?://)?@?[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:/\S*)?")

Ids = dict[type[models.Model], list[int]]


@dataclass(frozen=True)
class Matches:
    """The ids found of each kind, at most ``SHOWN``, best first; ``is_guess`` when only a similar name was found."""

    ids: Ids
    is_guess: bool = False


def fold_words(text: str) -> list[str]:
    """The words of ``text`` as names are compared, at most six."""
    return fold_text(text).split()[:MOST_WORDS]


def find_matches(text: str, *, user: User) -> Matches:
    """What ``text`` names among the rows that ``user`` may see; names one letter away only when nothing else does."""
    parts = [*_by_number(text, user=user), *_by_name(text, user=user), *_by_contact_point(text, user=user)]
    parts += _by_domain(text, user=user)
    found = _gather(parts, words=fold_words(text))
    return Matches(found) if found else Matches(_find_alike(text, user=user), is_guess=True)


# --- the parts: kind, rank, place and id of what was found; the lowest rank stands first ------------------------------
def _part(rows: QuerySet[Any], *, rank: int, place: str | None = None, limit: int = SHOWN) -> QuerySet[Any]:
    """The first ``limit`` of ``rows`` by ``place`` (a column; without one in no order), as a part of the union."""
    kind = Value(KINDS.index(rows.model), output_field=models.IntegerField())
    named = rows.annotate(
        found_kind=kind,
        found_rank=Value(rank, output_field=models.IntegerField()),
        found_place=Cast(F(place) if place else Value(""), models.TextField()),
    )
    ordered = named.order_by(place, "pk") if place and limit == SHOWN else named.order_by()
    return ordered.values_list("found_kind", "found_rank", "found_place", "pk")[:limit]


def _by_number(text: str, *, user: User) -> list[QuerySet[Any]]:
    """A customer by his number, an order by its own, a complaint by its case; as typed or in capitals."""
    if not any(letter.isdigit() for letter in text):
        return []
    numbers = Q(number__startswith=text) | Q(number__startswith=text.upper())
    parts = []
    for model in (Customer, Order) if len(text) >= 4 else (Customer,):
        nearest = model.objects.filter(numbers).order_by("number").values("pk")[:NUMBERS]
        parts.append(_part(model.objects.visible_to(user).filter(pk__in=nearest), rank=0, place="number"))
    if (case := _CASE.fullmatch(text)) and user.has_perm("complaints.view_complaint"):
        parts.append(_part(Complaint.objects.visible_to(user).filter(pk=int(case.group(1))), rank=0))
    return parts


def _by_name(text: str, *, user: User) -> list[QuerySet[Any]]:
    """Customers and people whose name begins with the text or contains every word of it, the archived ones last."""
    folded, words = fold_text(text), fold_words(text)
    if not words:
        return []
    contains = Q(*[Q(name_folded__contains=word) for word in words])
    parts = []
    for rows in (Customer.objects.visible_to(user).current(), Person.objects.visible_to(user)):
        starts = rows.filter(name_folded__gte=folded, name_folded__lt=folded + LAST_LETTER)
        parts.append(_part(starts, rank=1, place="name_folded"))
        if max(len(word) for word in words) >= 3:
            parts.append(_part(rows.filter(contains), rank=2, place="name_folded", limit=CANDIDATES))
    # The archived are few and stand last: a part of its own, so that none of them takes the place of a current one.
    archived = Customer.objects.visible_to(user).exclude(archived_at=None).filter(contains)
    return [
        *parts,
        *_by_trading_name(folded, contains, words=words, user=user),
        _part(archived, rank=3, place="name_folded"),
    ]


def _by_trading_name(folded: str, contains: Q, *, words: list[str], user: User) -> list[QuerySet[Any]]:
    """Customers by the other names they go by, as by their own."""
    names = TradingName.objects.order_by("name_folded", "pk").values("customer")
    customers = Customer.objects.visible_to(user).current()
    starts = names.filter(name_folded__gte=folded, name_folded__lt=folded + LAST_LETTER)[:CANDIDATES]
    parts = [_part(customers.filter(pk__in=starts), rank=1, place="name_folded")]
    if max(len(word) for word in words) >= 3:
        parts.append(_part(customers.filter(pk__in=names.filter(contains)[:CANDIDATES]), rank=1, place="name_folded"))
    return parts


def _by_contact_point(text: str, *, user: User) -> list[QuerySet[Any]]:
    """An e-mail from its beginning, a phone number from either end, however it was typed."""
    rows = ContactPoint.objects.visible_to(user)
    if "@" in text[1:]:
        mails = rows.filter(kind="email", value_normal__startswith=text.lower())
        return [_part(mails, rank=0, place="value_normal")]
    ending = re.sub(r"\D", "", text).lstrip("0") if _PHONE.fullmatch(text) else ""
    if len(ending) < 5:
        return []
    whole = normalise_phone(text, country=setting("company.country"))
    is_it = Q(ending__startswith=ending[::-1]) | Q(value_normal__startswith=f"+{ending}") | Q(value_normal=whole)
    return [_part(rows.alias(ending=Reverse("value_normal")).filter(is_it, kind="phone"), rank=0, place="value_normal")]


def _by_domain(text: str, *, user: User) -> list[QuerySet[Any]]:
    """Customers by their web domain from its beginning, and the addresses of a whole one."""
    if not _DOMAIN.fullmatch(text):
        return []
    domain = read_domain(text)
    customers = Customer.objects.visible_to(user).current().exclude(domain="")
    customers = customers.filter(domain__gte=domain, domain__lt=domain + LAST_LETTER)
    points = ContactPoint.objects.visible_to(user).alias(ending=Reverse("value_normal"))
    is_there = Q(kind="email", ending__startswith=f"@{domain}"[::-1]) | Q(kind="web", value_normal__startswith=domain)
    return [_part(customers, rank=0, place="domain"), _part(points.filter(is_there), rank=1, place="value_normal")]


KINDS: list[type[models.Model]] = [Customer, Person, ContactPoint, Order, Complaint]


def _gather(parts: list[QuerySet[Any]], *, words: list[str]) -> Ids:
    """Ask all parts at once; of what only contains the words, what has the first one at the beginning of a word."""
    if not parts:
        return {}

    def closeness(row: tuple[int, int, str, int]) -> tuple[int, bool, str, int]:
        _kind, rank, place, pk = row
        return rank, rank == 2 and f" {words[0]}" not in f" {place}", place, pk

    return _group(sorted(parts[0].union(*parts[1:], all=True), key=closeness))


def _group(rows: Iterable[tuple[Any, ...]]) -> Ids:
    """Rows in their order as ids of each kind, each once; ids stand last in a row, kinds first."""
    ids: dict[int, dict[int, None]] = {}
    for row in rows:
        ids.setdefault(row[0], {})[row[-1]] = None
    return {KINDS[kind]: list(found)[:SHOWN] for kind, found in sorted(ids.items())}


def _find_alike(text: str, *, user: User) -> Ids:
    """Customers and people of whose name a word is one or two letters away."""
    folded = fold_text(text)
    if len(folded) < 4:
        return {}
    parts = []
    for rows in (Customer.objects.visible_to(user).current(), Person.objects.visible_to(user)):
        near = rows.filter(name_folded__trigram_strict_word_similar=folded).annotate(
            found_kind=Value(KINDS.index(rows.model), output_field=models.IntegerField()),
            likeness=TrigramStrictWordSimilarity(folded, "name_folded"),
        )
        parts.append(near.order_by("-likeness", "pk").values_list("found_kind", "likeness", "pk")[:SHOWN])
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.strict_word_similarity_threshold = %s", [LEAST_LIKENESS])
        found = sorted(parts[0].union(parts[1], all=True), key=lambda row: -row[1])
    return _group(row for row in found if row[1] >= found[0][1] * AS_GOOD_AS_THE_BEST)
