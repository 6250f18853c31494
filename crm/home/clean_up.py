"""The weekly cleaning, one record after the other: each decision is one key, and nothing is lost by it.

What is wrong is found by the rules of data health. Whoever asks the customer at the next talk has a task of it, and the
record waits for that.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm.core.bin_reading import find_undo_url
from crm.core.business_calendar import company_calendar
from crm.core.formats import format_day
from crm.core.list_engine import Column, FlagFilter, ListDefinition, ListPage
from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from crm.core.way_back import find_way_back
from crm.home.customer_rule import filter_by_rule, write_rule
from crm.home.value_lists import ValueListView, currency_sign
from customers.customer_archiving import archive_customer
from customers.models import ContactPoint, Customer, Person
from customers.record_cleaning import list_bounced, prove_customer, remove_bounced, trust_bounced
from interactions.models import Task
from interactions.task_assignment import find_responsible
from interactions.task_handling import OPEN_STATES, open_task
from segments.rules.data_health import GAPS

CHANGE, ARCHIVE = "customers.change_customer", "customers.archive_customer"
BOUNCED, VACANT, STALE = "bounced", "vacant", "stale"
ASK_WITHIN = timedelta(days=7)
LATELY_DAYS = 365  # of leavers, as the metric of empty posts has it


def read_gap(request: HttpRequest) -> str:
    """Which view of the queue is open."""
    return next((gap for gap in (VACANT, STALE) if request.GET.get(gap) == "1"), BOUNCED)


def load_wrong(rows: list[Any], request: HttpRequest) -> None:
    """What is wrong with each customer of a page, in words; one query, of stale ones two.

    ``can_be_proven``: there is a number or address that may be said to hold still.
    """
    gap, ids = read_gap(request), [row.pk for row in rows]
    for row in rows:
        row.gap, row.wrong, row.post, row.shown_score = gap, [], "", getattr(row, "score", None)
        row.can_be_proven = False
    by_id = {row.pk: row for row in rows}
    TELLERS[gap](by_id, ids)


def _tell_bounced(rows: dict[int, Any], ids: list[int]) -> None:
    for point in list_bounced(ids):
        rows[point.customer_id].wrong.append((point.value, str(point.person or _("of the company"))))


def _tell_vacant(rows: dict[int, Any], ids: list[int]) -> None:
    """As the metric of empty posts has it: whoever left without a title is missed where nobody else is known."""
    today = company_day(timezone.now())
    lately = Q(left_on=None) | Q(left_on__gt=today - timedelta(days=LATELY_DAYS), left_on__lte=today)
    people = Person.objects.filter(lately, customer__in=ids).order_by("-left_on", "pk")
    here = {(one.customer_id, one.job_title.lower()) for one in people if one.left_on is None}
    peopled = {customer for customer, _post in here}
    for one in people:
        is_filled = (one.customer_id, one.job_title.lower()) in here if one.job_title else one.customer_id in peopled
        if one.left_on and not is_filled:
            row, post = rows[one.customer_id], one.job_title or _("nobody else is known")
            row.wrong.append((post, _("%(name)s left %(day)s") % {"name": one.name, "day": _day(one.left_on)}))
            row.post = row.post or one.job_title


def _tell_stale(rows: dict[int, Any], ids: list[int]) -> None:
    points = ContactPoint.objects.filter(customer__in=ids).working().best_first()
    for point in points.select_related("person"):
        known = _("proven %(day)s") % {"day": _day(point.proven_on)} if point.proven_on else _("never proven")
        rows[point.customer_id].wrong.append((point.value, known))
        rows[point.customer_id].can_be_proven = True
    named = Person.objects.filter(customer__in=ids, left_on=None).values_list("customer").annotate(Max("name"))
    for pk, name in named:
        if not rows[pk].wrong:
            rows[pk].wrong.append((name, _("no number or address")))


def _day(day: Any) -> str:
    return format_day(day, today=company_day(timezone.now()))


TELLERS: dict[str, Callable[[dict[int, Any], list[int]], None]] = {
    BOUNCED: _tell_bounced,
    VACANT: _tell_vacant,
    STALE: _tell_stale,
}


def _as_it_is(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows


QUEUE = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Customer")),
        Column("class", gettext_lazy("Class"), head_term="class", hide_on_phone=True),
        Column(
            "sales",
            gettext_lazy("Sales 12 m"),
            kind="amount",
            unit=currency_sign(),
            sort="score__sales_12m_cents",
            tie="score__customer_id",
            nullable=True,
            largest_first=True,
            hide_on_phone=True,
        ),
        Column("wrong", gettext_lazy("What is wrong")),
        Column("owner", gettext_lazy("Owner"), hide_on_phone=True),
        Column("act", gettext_lazy("Decide")),
    ),
    filters=(
        FlagFilter("mine", gettext_lazy("My customers"), lambda rows, value, request: rows.filter(owner=request.user)),
        FlagFilter(VACANT, gettext_lazy("Somebody left"), _as_it_is, in_form=False),
        FlagFilter(STALE, gettext_lazy("Nothing proven"), _as_it_is, in_form=False),
    ),
    default_sort="-sales",
    page_size=25,
    load=load_wrong,
)


class CleanUpQueue(ValueListView):
    """Addresses that came back, posts that somebody left, records of which nothing was proven for a year."""

    definition = QUEUE
    permission = CHANGE
    of_figures = False
    url_name = "home:clean-up"
    title = gettext_lazy("Clean up")
    row_template = "home/lists/clean_up_row.html"
    above_template = "home/lists/clean_up_above.html"
    views = (
        (gettext_lazy("Mail came back"), ""),
        (gettext_lazy("Somebody left"), "vacant=1"),
        (gettext_lazy("Nothing proven"), "stale=1"),
    )
    empty_title = gettext_lazy("Nothing to clean up here")

    def get_queryset(self) -> QuerySet[Any]:
        gap = read_gap(self.request)
        rows = filter_by_rule(super().get_queryset(), write_rule(GAPS[gap]), self.request)
        asked = Q(source__startswith=f"clean-up:{gap}:") | (Q(source__startswith="vacancy:") if gap == VACANT else Q())
        waits = Task.objects.filter(asked, customer=OuterRef("pk"), state__in=OPEN_STATES)
        return rows.filter(~Exists(waits))

    def make_page(self) -> ListPage:
        """The gaps are looked up for each customer in the order of sales until a page is full: a hash of all scores,
        which the planner takes to be as cheap, costs a third of a second among a million customers."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_hashjoin = off")
            return super().make_page()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        fact = _("most sales first; one key each, nothing is lost")
        return super().get_context_data(fact=fact, gap=read_gap(self.request), **context)


@require_POST
def clean_up_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One decision about one customer: the row says what was done, and the list goes on."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).current().select_related("owner"), pk=pk)
    refuse_unless(request.user, ARCHIVE if act == "archive" else CHANGE)
    if act not in ACTS:
        raise Http404
    said, undo = ACTS[act](request, customer)
    add_toast(request, said, undo_url=undo)
    if getattr(request, "htmx", None):
        return render(request, "home/lists/clean_up_done.html", {"row": customer, "said": said})
    return redirect(find_way_back(request, default=reverse("home:clean-up")))


Done = tuple[str, str]


def _remove(request: HttpRequest, customer: Customer) -> Done:
    undo_urls = [find_undo_url(point, user=request.user) for point in list_bounced([customer.pk])]  # type: ignore[arg-type]
    removed = remove_bounced(customer, at=timezone.now())
    if not removed:
        return _say_decided(customer)
    words = {"name": customer.name, "address": ", ".join(point.value for point in removed)}
    return _("%(name)s: %(address)s removed.") % words, undo_urls[0] if len(undo_urls) == len(removed) == 1 else ""


def _works(request: HttpRequest, customer: Customer) -> Done:
    now = timezone.now()
    works = trust_bounced(customer, on=company_day(now), at=now)
    if not works:
        return _say_decided(customer)
    words = {"name": customer.name, "address": ", ".join(point.value for point in works)}
    return _("%(name)s: %(address)s works.") % words, ""


def _right(request: HttpRequest, customer: Customer) -> Done:
    if not prove_customer(customer, on=company_day(timezone.now())):
        return _("%(name)s: there is no number or address that could be right.") % {"name": customer.name}, ""
    return _("%(name)s: what we know is right, as of today.") % {"name": customer.name}, ""


def _say_decided(customer: Customer) -> Done:
    """The second of two clicks, or of two people."""
    return _("%(name)s: this was decided already.") % {"name": customer.name}, ""


def _archive(request: HttpRequest, customer: Customer) -> Done:
    archive_customer(customer, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    undo = reverse("customers:customer-restore", args=[customer.pk])
    return _("%(name)s archived.") % {"name": customer.name}, undo


def _ask(request: HttpRequest, customer: Customer) -> Done:
    now = timezone.now()
    gap = request.POST.get("gap", "")
    title, why = ASKED.get(gap, ASKED[STALE])
    calendar = company_calendar()
    task = open_task(
        customer,
        kind=Task.Kind.FOLLOW_UP,
        title=str(title),
        why=str(why),
        due_at=calendar.end_of_day(company_day(now + ASK_WITHIN)),
        assignee=find_responsible(customer) or request.user,  # type: ignore[arg-type]
        by=request.user,  # type: ignore[arg-type]
        source=f"clean-up:{gap if gap in ASKED else STALE}:{customer.pk}:{company_day(now):%Y%m%d}",
    )
    words = {"name": customer.name, "who": task.assignee, "day": _day(company_day(task.due_at))}
    return _("%(name)s: %(who)s asks until %(day)s.") % words, ""


ASKED: dict[str, tuple[Any, Any]] = {
    BOUNCED: (gettext_lazy("Ask for a new e-mail address"), gettext_lazy("Mail to the one we have came back.")),
    VACANT: (
        gettext_lazy("Ask who has the post now"),
        gettext_lazy("Somebody we knew left, and nobody else is known there."),
    ),
    STALE: (
        gettext_lazy("Ask whether number and address still hold"),
        gettext_lazy("Nothing of them was proven for a year."),
    ),
}
ACTS: dict[str, Callable[[HttpRequest, Customer], Done]] = {
    "remove": _remove,
    "works": _works,
    "right": _right,
    "archive": _archive,
    "ask": _ask,
}
