"""What one customer buys, no longer buys and could buy: the third page of a customer."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from complaints.models import Complaint
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_error, add_toast
from crm.home.customer_state import with_segment
from crm.home.product_words import Pair, describe_family, list_pairs
from crm.home.sales_comparison import PeriodChoice, draw_item_bridge, read_comparison
from crm.home.segment_charts import draw_spark
from crm.home.white_space import CustomerWhiteSpace, find_customers_white_space, say_peers
from customers.lost_items import MissedItem, add_weekly, list_missed_items
from customers.models import Customer, PeerCustomer
from customers.rules.family_change import FamilyPart, SalesChange, round_shares
from customers.rules.purchase_rhythm import RhythmDrawing, draw_rhythm
from customers.rules.sales_table import EPOCH, SalesTable
from customers.rules.white_space import PeerKey
from customers.sales_table_reading import read_sales
from interactions.models import Task
from interactions.product_suggesting import SuggestionRefused, accept_suggestion, refuse_suggestion

SPARK_MONTHS = 12
MISSED_SHOWN, FAMILIES_SHOWN, SUGGESTED_SHOWN, PEERS_SHOWN = 20, 15, 6, 100


@dataclass
class FamilyRow:
    """A family of the table: its part in the change, in whole percent that add up to 100 over all families; its last
    twelve months."""

    part: FamilyPart
    percent: int | None
    spark: tuple[str, str, str] | None

    @property
    def tone(self) -> str:
        return "dn" if self.part.sales.change_cents < 0 else ""

    @property
    def explains(self) -> float:
        """The length of its bar, from 0 to 1."""
        return min(1.0, max(0.0, self.part.share or 0.0))


@dataclass
class MissedRow:
    """An item that is missed, and what else is known about it."""

    item: MissedItem
    known: str


def _visible(request: HttpRequest) -> QuerySet[Any]:
    return with_segment(Customer.objects.visible_to(request.user).select_related("score", "owner"))


@require_GET
def customer_products(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; its periods are in the address."""
    customer = get_object_or_404(_visible(request), pk=pk)
    today = company_day(timezone.now())
    choice = read_comparison(request.GET, until=find_until(customer, today=today))
    return render(request, "home/customer_products.html", build_page(customer, choice, today=today))


def find_until(customer: Customer, *, today: date) -> date:
    """The last evening that the value statement counts, so that both say the same net sales."""
    score = getattr(customer, "score", None)
    return score.as_of if score and score.as_of else today


def build_page(customer: Customer, choice: PeriodChoice, *, today: date) -> dict[str, Any]:
    """Everything the page shows."""
    table = read_sales([customer.pk], comparison=choice.comparison, until=choice.until)
    change = table.explain_families()
    missed = list_missed_items([customer.pk], on=today, with_risk=True)
    lost = [item for item in missed if item.is_lost]
    space = find_customers_white_space(table, industries={customer.pk: customer.industry}).get(
        customer.pk, CustomerWhiteSpace()
    )
    first = lost[0] if lost else None
    pairs = list_pairs(table)
    return {
        "customer": customer,
        "choice": choice,
        "score": getattr(customer, "score", None),
        "segment": customer.segment_parts,
        "has_bought": bool(len(table.rows)),
        "change": change,
        "bridge": draw_item_bridge(table),
        "families": _list_families(table, change),
        "lost": [MissedRow(item, describe_family(item, table)) for item in lost[:MISSED_SHOWN]],
        "lost_count": len(lost),
        "lost_weekly": add_weekly(lost),
        "late": [item for item in missed if not item.is_lost][:MISSED_SHOWN],
        "space": space,
        "suggested": space.families[:SUGGESTED_SHOWN],
        "peers_words": say_peers(space.key, currency=setting("company.currency")) if space.key else "",
        "first": first,
        "rhythm": draw_item_rhythm(table, first, today=today) if first else None,
        "pairs": pairs,
        "talk": _list_talk(customer, change, first, space, pairs),
    }


def _list_families(table: SalesTable, change: SalesChange) -> list[FamilyRow]:
    number = {name: n for n, name in enumerate(table.families)}
    percents: list[int | None] = [None] * len(change.parts)
    if change.change_cents:
        percents[:] = round_shares([part.share or 0.0 for part in change.parts])
    return [
        FamilyRow(
            part,
            percent,
            draw_spark(table.months_of(number[part.sales.family], months=SPARK_MONTHS), width=76, height=20),
        )
        for part, percent in list(zip(change.parts, percents, strict=True))[:FAMILIES_SHOWN]
    ]


def draw_item_rhythm(table: SalesTable, item: MissedItem, *, today: date) -> RhythmDrawing:
    """The purchases of one item, and those that did not come."""
    rows = table.rows[table.rows["product"] == item.product_id]
    days = [
        (EPOCH + timedelta(days=int(day)), int(cents)) for day, cents in zip(rows["day"], rows["amount"], strict=True)
    ]
    return draw_rhythm(days, today=today, usual_gap_days=item.mean_gap_days)


@dataclass
class Talk:
    """What to say at the next contact, and the contact that is planned."""

    lines: list[tuple[str, str]]
    task: Task | None
    complaint: Complaint | None


def _list_talk(
    customer: Customer, change: SalesChange, item: MissedItem | None, space: CustomerWhiteSpace, pairs: list[Pair]
) -> Talk:
    """Lines made of the figures of the page: what is missed first, then what could be offered."""
    lines = []
    if item is not None:
        day = {"since": item.last_day.strftime("%-d %B"), "days": round(item.mean_gap_days)}
        lines.append(
            (
                _("Ask what became of %(item)s.") % {"item": item.name},
                _("It came every %(days)s days and has not since %(since)s.") % day,
            )
        )
    main = change.main
    if main is not None and change.is_fall and (item is None or main.sales.family != item.family):
        lines.append(
            (
                _("Ask about %(family)s.") % {"family": main.sales.family},
                _("Most of the fall is there."),
            )
        )
    complaints = Complaint.objects.open().filter(customer=customer, kind=Complaint.Kind.COMPLAINT)
    complaint = complaints.order_by("-severity", "taken_at").first()
    task = Task.objects.filter(customer=customer).open().order_by("due_at", "id").first()
    if complaint is not None:
        lines.append((_("Offer nothing yet."), _("Selling waits while a complaint is open.")))
    elif space.families:
        one = space.families[0]
        lines.append(
            (
                _("Talk about %(family)s.") % {"family": one.family},
                _("%(buyers)s of %(peers)s customers alike buy it.") % {"buyers": one.buyers, "peers": one.peers},
            )
        )
    elif bought_on := [pair for pair in pairs if item is None or pair.name != item.name]:
        lines.append(
            (
                _("Offer %(item)s with %(with)s.") % {"item": bought_on[0].other, "with": bought_on[0].name},
                _("Elsewhere they go together."),
            )
        )
    return Talk(lines, task, complaint)


@require_GET
def customer_peers(request: HttpRequest, pk: int) -> HttpResponse:
    """Who the customers alike are, as far as the reader may see them: those nearest in sales first."""
    customer = get_object_or_404(_visible(request), pk=pk)
    choice = read_comparison({}, until=find_until(customer, today=company_day(timezone.now())))
    table = read_sales([customer.pk], comparison=choice.comparison)
    found = find_customers_white_space(table, industries={customer.pk: customer.industry}).get(customer.pk)
    if found is None or found.key is None:
        raise Http404
    peers = list_peers(found.key, request, besides=customer, near=int(table.now_cents.sum()))
    context = {
        "customer": customer,
        "segment": customer.segment_parts,
        "score": getattr(customer, "score", None),
        "peers": peers,
        "peers_count": found.peers or len(peers),
        "families": found.families[:SUGGESTED_SHOWN],
        "peers_words": say_peers(found.key, currency=setting("company.currency")),
    }
    return render(request, "home/customer_peers.html", context)


def list_peers(key: PeerKey, request: HttpRequest, *, besides: Customer, near: int) -> list[PeerCustomer]:
    """The visible customers of a kind, at most a hundred, those nearest to ``near`` cents of sales first."""
    rows = PeerCustomer.objects.filter(band=key.band).exclude(customer=besides)
    if key.industry:
        rows = rows.filter(industry=key.industry)
    if key.main_family:
        rows = rows.filter(main_family=key.main_family)
    rows = rows.filter(customer__in=Customer.objects.visible_to(request.user).current())
    peers = list(rows.select_related("customer__owner")[: PEERS_SHOWN * 5])
    return sorted(peers, key=lambda one: (abs(one.sales_cents - near), one.customer_id))[:PEERS_SHOWN]


@require_POST
def suggestion_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """A suggestion becomes an offer, or is not made again; back to the page it was answered on."""
    customer = get_object_or_404(_visible(request), pk=pk)
    refuse_unless(request.user, "interactions.change_task")
    choice = read_comparison({}, until=find_until(customer, today=company_day(timezone.now())))
    table = read_sales([customer.pk], comparison=choice.comparison)
    space = find_customers_white_space(table, industries={customer.pk: customer.industry}).get(customer.pk)
    suggested = (
        next((one for one in space.families if one.family == request.POST.get("family")), None) if space else None
    )
    if suggested is None:
        add_error(request, _("This is not suggested any more: it was answered or bought meanwhile."))
    else:
        _take_answer(request, customer, suggested)
    return redirect("home:customer-products", pk=pk)


def _take_answer(request: HttpRequest, customer: Customer, suggested: Any) -> None:
    values = {"suggested": suggested, "by": request.user, "at": timezone.now()}
    try:
        if request.POST.get("answer") == "accept":
            answer = accept_suggestion(customer, **values)
            said = _("The proposal has started.") if answer.run_id else _("A task for the offer is open.")
            add_toast(request, said)
            return
        refuse_suggestion(customer, reason=request.POST.get("reason", ""), **values)
    except SuggestionRefused as refused:
        add_error(request, str(refused))
    else:
        add_toast(request, _("%(family)s is not suggested here again.") % {"family": suggested.family})
