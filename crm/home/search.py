"""Search by any identifier, from anywhere: name (typos and accents forgiven), number, phone, e-mail, person, order.

Every step is bounded by a LIMIT on an index, so the answer comes as fast with a million customers as with a hundred.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from complaints.models import Complaint
from crm.core.formats import format_day, format_money, format_number
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.text_folding import fold_text
from crm.core.text_matching import Part, mark_matches
from customers.models import ContactPoint, Customer, Order, Person
from segments.models import CurrentScore, Membership

SHOWN = 6
CANDIDATES = 60
LONGEST_QUERY = 200
LEAST_LIKENESS = 0.3  # of trigrams shared with a whole word: "smiht" and "smith" have 0.33
AS_GOOD_AS_THE_BEST = 0.75
_PHONE = re.compile(r"[+(\d][\d\s()/.\-]{4,}")
_CASE = re.compile(r"(?:c-?)?(\d{1,12})", re.IGNORECASE)


@dataclass
class Hit:
    """One line of the results; ``kind`` names its icon."""

    url: str
    kind: str
    title: list[Part]
    detail: str = ""
    grade: str = ""
    segment: Any = None
    complaint: str = ""
    owner: Any = None
    right: str = ""


@dataclass
class Group:
    """Results of one kind."""

    label: str
    hits: list[Hit] = field(default_factory=list)
    is_guess: bool = False


def _address(name: str, pk: int) -> str:
    return reverse(name, kwargs={"pk": pk})


def _folded_words(text: str) -> list[str]:
    return fold_text(text).split()[:6]


def _by_name(rows: QuerySet[Any], text: str) -> list[Any]:
    """Rows whose ``name_folded`` begins with the text, then those that contain every word of it."""
    folded, words = fold_text(text), _folded_words(text)
    if not words:
        return []
    start = Q(name_folded__gte=folded, name_folded__lt=folded + "\U0010ffff")
    found = list(rows.filter(start).order_by("name_folded", "id")[:SHOWN])
    if len(found) < SHOWN and max(len(word) for word in words) >= 3:
        contains = Q()
        for word in words:
            contains &= Q(name_folded__contains=word)
        others = rows.filter(contains).exclude(pk__in=[row.pk for row in found]).order_by()[:CANDIDATES]
        found += sorted(others, key=lambda row: (f" {words[0]}" not in f" {row.name_folded}", row.name_folded))
    return found[:SHOWN]


def _by_likeness(rows: QuerySet[Any], text: str) -> list[Any]:
    """Rows whose name has a word one or two letters away; only worth asking when nothing else was found."""
    folded = fold_text(text)
    if len(folded) < 4:
        return []
    near = rows.filter(name_folded__trigram_strict_word_similar=folded)
    near = near.annotate(likeness=TrigramStrictWordSimilarity(folded, "name_folded")).order_by("-likeness", "id")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.strict_word_similarity_threshold = %s", [LEAST_LIKENESS])
        found = list(near[:SHOWN])
    return [row for row in found if row.likeness >= found[0].likeness * AS_GOOD_AS_THE_BEST]


def _by_number(model: type[Any], user: User, text: str, related: tuple[str, ...] = ()) -> list[Any]:
    """Rows whose number begins with the text as typed or in capitals; at most 50 of the index are looked at."""
    numbers = Q(number__startswith=text) | Q(number__startswith=text.upper())
    nearest = model.objects.filter(numbers).order_by("number").values("pk")[:50]
    return list(
        model.objects.visible_to(user).filter(pk__in=nearest).select_related(*related).order_by("number")[:SHOWN]
    )


def _contact_points(user: User, text: str) -> list[ContactPoint]:
    """By e-mail from its beginning, by phone from either end, however it was typed."""
    rows = ContactPoint.objects.visible_to(user).select_related("person", "customer__owner")
    rows = rows.alias(value_reversed=Reverse("value_normal"))
    if "@" in text:
        return list(rows.filter(value_normal__startswith=text.lower(), kind="email").order_by("value_normal")[:SHOWN])
    if not _PHONE.fullmatch(text):
        return []
    digits = re.sub(r"\D", "", text)
    ending = digits.lstrip("0")
    if len(ending) < 5:
        return []
    is_end = Q(value_reversed__startswith=ending[::-1])
    return list(rows.filter(is_end | Q(value_normal__startswith=f"+{ending}"), kind="phone").order_by("id")[:SHOWN])


def _state_of(score: CurrentScore | None) -> str:
    """Silence in words, where it is worth a word."""
    if score is None or score.gap_days is None:
        return ""
    gap = format_number(score.gap_days)
    if score.mean_gap_days and score.risk > CurrentScore.Risk.NONE:
        usual = format_number(score.mean_gap_days)
        return _("silent %(gap)s d where %(usual)s are usual") % {"gap": gap, "usual": usual}
    return _("last bought %(gap)s d ago") % {"gap": gap}


def _customer_hits(customers: Iterable[Customer], *, mark: Callable[[str], list[Part]], user: User) -> list[Hit]:
    """With class, segment, open complaint and owner, in three queries however many there are."""
    shown = list(customers)
    ids = [customer.pk for customer in shown]
    scores = CurrentScore.objects.in_bulk(ids) if ids else {}
    memberships = Membership.objects.current().filter(customer__in=ids).select_related("segment") if ids else []
    segments = {row.customer_id: row.segment for row in memberships}
    cases: dict[int, Complaint] = {}
    if ids and user.has_perm("complaints.view_complaint"):
        cases = {
            row.customer_id: row for row in Complaint.objects.open().filter(customer__in=ids).order_by("-taken_at")
        }
    hits = []
    for customer in shown:
        score = scores.get(customer.pk)
        facts = (customer.city, customer.number, _state_of(score), _("archived") if customer.is_archived else "")
        case = cases.get(customer.pk)
        days = (timezone.now() - case.taken_at).days + 1 if case else 0
        hits.append(
            Hit(
                _address("home:customer-page", customer.pk),
                "user",
                mark(customer.name),
                " · ".join(fact for fact in facts if fact),
                score.grade if score else "",
                segments.get(customer.pk),
                _("%(case)s, day %(days)s") % {"case": case.number, "days": days} if case else "",
                customer.owner,
            )
        )
    return hits


def _person_hit(person: Person, *, mark: Callable[[str], list[Part]], detail: str = "") -> Hit:
    facts = (person.job_title, str(person.customer), _("has left") if person.left_on else "", detail)
    url = _address("home:customer-page", person.customer_id)
    return Hit(
        url, "people", mark(person.name), " · ".join(fact for fact in facts if fact), owner=person.customer.owner
    )


def _point_hits(points: list[ContactPoint], *, mark: Callable[[str], list[Part]]) -> list[Hit]:
    hits = []
    for point in points:
        if point.person:
            point.person.customer = point.customer
            hits.append(_person_hit(point.person, mark=mark, detail=point.value))
        else:
            url = _address("home:customer-page", point.customer_id)
            hits.append(Hit(url, "phone", mark(point.customer.name), point.value, owner=point.customer.owner))
    return hits


def _order_hits(orders: list[Order], *, mark: Callable[[str], list[Part]]) -> list[Hit]:
    currency, today = setting("company.currency"), timezone.localdate()
    return [
        Hit(
            _address("customers:order-detail", order.pk),
            "box",
            mark(_("Order %(number)s") % {"number": order.number}),
            f"{order.customer} · {format_day(order.day, today=today)}",
            right=format_money(order.amount_cents, currency=currency, with_cents=True),
        )
        for order in orders
    ]


def _complaint_hits(user: User, text: str) -> list[Hit]:
    case = _CASE.fullmatch(text)
    if not case or not user.has_perm("complaints.view_complaint"):
        return []
    rows = Complaint.objects.visible_to(user).filter(pk=int(case.group(1))).select_related("customer", "guardian")
    return [
        Hit(
            _address("complaints:complaint-detail", row.pk),
            "shield",
            [Part(str(row))],
            f"{row.customer} · {row.guardian or _('no guardian yet')}",
            right=_("closed") if row.closed_at else _("open"),
        )
        for row in rows
    ]


def find_everything(text: str, *, user: User) -> list[Group]:
    """Groups with at least one hit, the customers first; names one letter away only when nothing is called so."""
    text = text.strip()[:LONGEST_QUERY]
    if not text:
        return []

    def mark(name: str) -> list[Part]:
        return mark_matches(name, _folded_words(text))

    rows = Customer.objects.visible_to(user).current().select_related("owner")
    people = Person.objects.visible_to(user).select_related("customer__owner")
    has_digit = any(letter.isdigit() for letter in text)
    numbered = _by_number(Customer, user, text, ("owner",)) if has_digit else []
    named = [row for row in _by_name(rows, text) if row not in numbered]
    customers = [*numbered, *named][:SHOWN]
    persons = _by_name(people, text)
    orders = _by_number(Order, user, text, ("customer",)) if has_digit and len(text) >= 4 else []
    groups = [
        Group(_("Customers"), _customer_hits(customers, mark=mark, user=user)),
        Group(_("People"), [_person_hit(person, mark=mark) for person in persons]),
        Group(_("Phones and e-mails"), _point_hits(_contact_points(user, text), mark=mark)),
        Group(_("Orders"), _order_hits(orders, mark=mark)),
        Group(_("Complaints"), _complaint_hits(user, text)),
    ]
    found = [group for group in groups if group.hits]
    return found or _guess(rows, people, text, mark=mark, user=user)


def _guess(
    rows: QuerySet[Customer], people: QuerySet[Person], text: str, *, mark: Callable[[str], list[Part]], user: User
) -> list[Group]:
    """Names that sound alike."""
    groups = [
        Group(_("Customers"), _customer_hits(_by_likeness(rows, text), mark=mark, user=user), is_guess=True),
        Group(_("People"), [_person_hit(person, mark=mark) for person in _by_likeness(people, text)], is_guess=True),
    ]
    return [group for group in groups if group.hits]


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Results as one types, or as a page; with Enter on a single hit the page of that hit."""
    text = request.GET.get("q", "").replace("\0", "")
    groups = find_everything(text, user=request.user)  # type: ignore[arg-type]
    hits = [hit for group in groups for hit in group.hits]
    if not request.htmx and len(hits) == 1 and hits[0].url:  # type: ignore[attr-defined]
        return redirect(hits[0].url)
    page = {"q": text, "groups": groups, "shown": len(hits), "is_guess": any(group.is_guess for group in groups)}
    return render(request, "home/search.html#results" if request.htmx else "home/search.html", page)  # type: ignore[attr-defined]
