"""Data health: can we name and reach those who matter? Every number opens the list of customers to work off.

The numbers are those of the last night (``segments.care_figures``), counted by the rules that their lists ask.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.local_time import company_day
from crm.core.models import Team, User
from crm.home.customer_rule import filter_by_rule, write_rule
from crm.home.dashboard_choice import Choice, read_choice
from crm.home.duplicate_queue import MOST_COUNTED, count_open_pairs
from crm.home.measure_tabs import list_measure_tabs
from crm.home.segment_charts import write
from crm.home.segment_summary import rows_of, scope_of
from customers.models import ContactPoint, Customer, Person
from segments.models import Membership, Segment, SegmentDay
from segments.rules.data_health import GAPS, MEND_FIRST, UNREACHABLE, Health, add_health

SHOWN = 8
GOOD_SHARE = 0.8
LINE_DAYS = 365
LEFT, RIGHT, TOP, BOTTOM = 38.0, 408.0, 16.0, 112.0

may_look = permission_required("segments.view_dashboard", raise_exception=True)


@require_GET
@may_look
def data_health(request: HttpRequest) -> HttpResponse:
    """The page; before the first night it says what is missing."""
    today = company_day(timezone.now())
    choice = read_choice(request, today=today)
    context: dict[str, Any] = {"choice": choice, "tabs": list_measure_tabs("health"), "good_share": GOOD_SHARE}
    if choice.evenings:
        context |= describe_health(request.user, choice, today=today)  # type: ignore[arg-type]
    return render(request, "home/data_health.html", context)


@require_GET
@may_look
def mend_first(request: HttpRequest) -> HttpResponse:
    """The best of those to be mended: fetched into the page, and a page of its own without script."""
    today = company_day(timezone.now())
    choice = read_choice(request, today=today)
    context = {"first": list_first(request.user, team=choice.team), "links": Links("", choice.team)}  # type: ignore[arg-type]
    name = "home/mend_first.html"
    return render(request, f"{name}#card" if request.htmx else name, context)


class Links:
    """The worklists of a segment (``key``; "" is everybody) and team, by the name of the gap."""

    def __init__(self, key: str, team: Team | None, *, grade: str = "") -> None:
        self._asked = {"segment": key, "team": team.pk if team else "", "grade": grade}

    def _url(self, rule: Mapping[str, Any] | None = None) -> str:
        asked = self._asked | {"rule": write_rule(rule) if rule else "", "sort": "-sales"}
        return f"{reverse('home:customer-list')}?{urlencode({name: value for name, value in asked.items() if value})}"

    @cached_property
    def all(self) -> str:
        return self._url()

    @cached_property
    def unreached(self) -> str:
        return self._url(UNREACHABLE)

    @cached_property
    def mend(self) -> str:
        return self._url(MEND_FIRST)

    @cached_property
    def gaps(self) -> dict[str, str]:
        return {name: self._url(rule) for name, rule in GAPS.items()}


@dataclass(frozen=True)
class HealthRow:
    """A segment (None is everybody) and what is known of its customers."""

    segment: Segment | None
    health: Health
    links: Links


def describe_health(user: User, choice: Choice, *, today: date) -> dict[str, Any]:
    """The last evening by segment, its classes, and A over the evenings kept; four queries."""
    day = choice.evenings[0]
    scope = rows_of(scope_of(user, choice.teams, team=choice.team))
    rows = list(SegmentDay.objects.filter(scope, day=day).only("segment", "reach"))
    by_segment: dict[int, list[dict[str, list[int]]]] = {}
    for row in rows:
        by_segment.setdefault(row.segment_id, []).append(row.reach or {})
    segments = Segment.objects.filter(Q(archived_at=None) | Q(pk__in=by_segment)).order_by(
        "is_fallback", "priority", "pk"
    )
    everything = [part for parts in by_segment.values() for part in parts]
    return {
        "day": day,
        "rows": [
            HealthRow(one, _add(by_segment.get(one.pk, [])), Links(one.key, choice.team))
            for one in segments
            if one.archived_at is None or by_segment.get(one.pk)
        ],
        "total": HealthRow(None, _add(everything), Links("", choice.team)),
        "best": HealthRow(None, _add(everything, letter="A"), Links("", choice.team, grade="A")),
        "line": draw_line(_read_line(scope, until=day)),
        "pairs": count_open_pairs(user, on=today) if user.has_perm("customers.merge_customer") else None,
        "most_pairs": MOST_COUNTED,
    }


def _add(parts: Iterable[Mapping[str, list[int]]], *, letter: str = "") -> Health:
    """Of the class ``letter``, or of all."""
    return add_health(counts for part in parts for key, counts in part.items() if not letter or key == letter)


def _read_line(scope: Q, *, until: date) -> list[tuple[date, float]]:
    """Each evening kept of the last year with the share of A named and reached, oldest first."""
    days: dict[date, list[Mapping[str, list[int]]]] = {}
    since = until - timedelta(days=LINE_DAYS)
    rows = SegmentDay.objects.filter(scope, day__gt=since, day__lte=until).exclude(reach=None).order_by("day")
    for day, reach in rows.values_list("day", "reach"):
        days.setdefault(day, []).append(reach)
    found = [(day, _add(parts, letter="A").reached_share) for day, parts in days.items()]
    return [(day, share) for day, share in found if share is not None]


@dataclass(frozen=True)
class HealthLine:
    """The share over the evenings: its path, the grid with shares, the last point, first and last day."""

    path: str
    grid: list[tuple[str, float]]
    x: str
    y: str
    label_y: str
    first: date
    last: date
    first_share: float
    last_share: float


def draw_line(points: list[tuple[date, float]]) -> HealthLine | None:
    """Placed by date, from the tenth below the lowest share up to all; None for fewer than two evenings."""
    if len(points) < 2:
        return None
    (first, first_share), (last, last_share) = points[0], points[-1]
    low = min(0.9, int(10 * min(share for _day, share in points)) / 10)
    tenths = range(round(10 * low), 11, 1 if low >= 0.6 else 2)

    def place_y(share: float) -> float:
        return BOTTOM - (share - low) / (1 - low) * (BOTTOM - TOP)

    places = [
        (LEFT + (day - first).days / (last - first).days * (RIGHT - LEFT), place_y(share)) for day, share in points
    ]
    y = places[-1][1]
    return HealthLine(
        path="M" + " ".join(f"{write(x)} {write(at)}" for x, at in places),
        grid=[(write(place_y(tenth / 10)), tenth / 10) for tenth in tenths],
        x=write(RIGHT),
        y=write(y),
        label_y=write(y + 18 if y < (TOP + BOTTOM) / 2 else y - 10),
        first=first,
        last=last,
        first_share=first_share,
        last_share=last_share,
    )


@dataclass(frozen=True)
class MendRow:
    """A customer to be mended: what is wrong, and what to do about it."""

    customer: Customer
    segment: Segment | None
    wrong: str
    todo: str


def list_first(user: User, *, team: Team | None) -> list[MendRow]:
    """Those of class A or B who cannot be reached as they should be, most sales first; four queries."""
    customers = Customer.objects.visible_to(user).current()
    customers = customers.filter(Q(score__grade__startswith="A") | Q(score__grade__startswith="B"))
    if team is not None:
        customers = customers.filter(team=team)
    customers = filter_by_rule(customers, write_rule(MEND_FIRST), None)
    ordered = customers.order_by("-score__sales_12m_cents", "-score__customer_id")
    found = list(ordered.select_related("score", "owner")[:SHOWN])
    ids = [customer.pk for customer in found]
    members = Membership.objects.current().filter(customer__in=ids).select_related("segment")
    segments = {member.customer_id: member.segment for member in members}
    people, points = Person.objects.filter(customer__in=ids), ContactPoint.objects.filter(customer__in=ids)
    known: dict[int, tuple[list[Person], list[ContactPoint]]] = {pk: ([], []) for pk in ids}
    for person in people:
        known[person.customer_id][0].append(person)
    for point in points.select_related("person"):
        if point.person is None or point.person.left_on is None:
            known[point.customer_id][1].append(point)
    return [MendRow(one, segments.get(one.pk), *tell_wrong(*known[one.pk])) for one in found]


def tell_wrong(people: Iterable[Person], points: Iterable[ContactPoint]) -> tuple[str, str]:
    """What is wrong and what to do, the worst first: of the people ever known and the points of those there."""
    left = sorted((person for person in people if person.left_on), key=lambda one: one.left_on or date.min)
    here = [person for person in people if not person.left_on]
    bounced = [point for point in points if point.kind == ContactPoint.Kind.EMAIL and not point.is_valid]
    works = {point.kind for point in points if point.is_valid} - {ContactPoint.Kind.WEB}
    if not here:
        if left:
            return _("%(name)s left, and nobody else is known") % {"name": left[-1].name}, _("ask who follows")
        return _("Nobody is known by name"), _("ask for a name")
    if bounced:
        return _("Mail came back: %(address)s") % {"address": bounced[0].value}, _("ask for a new address")
    if not works:
        return _("No number or address that works"), _("find a number")
    titles = {person.job_title.lower() for person in here}
    empty = [person for person in left if person.job_title and person.job_title.lower() not in titles]
    if empty:
        words = {"name": empty[-1].name, "post": empty[-1].job_title}
        return _("%(name)s, %(post)s, left") % words, _("ask who has the post")
    return _("No e-mail, phone only"), _("ask at the next call")
