"""Two customers side by side: field by field, and what becomes of the figures when they are one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.functional import Promise as LazyWords
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint
from crm.core.formats import format_money
from crm.core.models import User
from customers.customer_merging import MERGE_FIELDS, find_people_of_both
from customers.models import ContactPoint, Customer, DuplicatePair, Person, PurchaseDay
from interactions.models import Interaction, ProcessRun, Promise

YEAR_DAYS = 365
LABELS: dict[str, str | LazyWords] = {
    "name": gettext_lazy("Name"),
    "trading_name": gettext_lazy("Trading name"),
    "kind": gettext_lazy("Kind"),
    "stage": gettext_lazy("Stage"),
    "relation": gettext_lazy("Buys by"),
    "owner": gettext_lazy("Owner"),
    "address": gettext_lazy("Address"),
    "language": gettext_lazy("Language"),
    "industry": gettext_lazy("Industry"),
    "tax_id": gettext_lazy("Tax number"),
    "domain": gettext_lazy("Web domain"),
    "since": gettext_lazy("Customer since"),
    "minimum_order": gettext_lazy("Smallest order"),
    "source": gettext_lazy("Where it came from"),
}


@dataclass(frozen=True)
class FieldRow:
    """One field of both; ``choice`` is the side taken unless somebody chooses."""

    name: str
    label: str | LazyWords
    kept: str
    gone: str
    choice: str

    @property
    def is_same(self) -> bool:
        return self.kept == self.gone


@dataclass(frozen=True)
class FigureRow:
    """One figure of both, and of the two as one; cents where ``is_money``, None is not known."""

    label: str
    kept: Any
    gone: Any
    together: Any
    is_money: bool = False


@dataclass(frozen=True)
class Preview:
    """What a merge would do; ``gap_before``, ``gap_after``: days since the last purchase of the one that stays."""

    fields: list[FieldRow]
    points: list[tuple[str, str, str]]
    figures: list[FigureRow]
    gap_before: int | None
    gap_after: int | None

    @property
    def is_false_alarm(self) -> bool:
        """Together they bought later than the one alone."""
        return self.gap_before is not None and self.gap_after is not None and self.gap_after < self.gap_before


def choose_sides(pair: DuplicatePair, *, swap: bool = False) -> tuple[Customer, Customer]:
    """The one that stays: who has more sales, else the older record; the other way round when asked."""
    worth = [getattr(getattr(customer, "score", None), "sales_12m_cents", 0) for customer in (pair.first, pair.second)]
    kept, gone = (pair.second, pair.first) if worth[1] > worth[0] else (pair.first, pair.second)
    return (gone, kept) if swap else (kept, gone)


def choose_fields(kept: Customer, gone: Customer) -> dict[str, str]:
    """The side of each field that is taken unless somebody chooses."""
    return {row.name: row.choice for row in _compare_fields(kept, gone)}


def load_preview(kept: Customer, gone: Customer, *, user: User, on: date) -> Preview:
    """``gone`` going into ``kept``, as of the local day ``on``; complaints only for who may see them."""
    days = _read_days([kept.pk, gone.pk])
    figures, gaps = _compare_days(days[kept.pk], days[gone.pk], on=on)
    figures += _count_relations(kept, gone, user=user)
    return Preview(_compare_fields(kept, gone), _compare_points(kept, gone), figures, gaps[0], gaps[2])


def _compare_fields(kept: Customer, gone: Customer) -> list[FieldRow]:
    rows = []
    for name in MERGE_FIELDS:
        ours, theirs = _tell(kept, name), _tell(gone, name)
        takes_theirs = bool(theirs and not ours) or (name == "since" and _is_earlier(gone.since, kept.since))
        if ours or theirs:
            rows.append(FieldRow(name, LABELS[name], ours, theirs, "gone" if takes_theirs else "kept"))
    return rows


def _is_earlier(one: date | None, other: date | None) -> bool:
    return one is not None and (other is None or one < other)


def _tell(customer: Customer, name: str) -> str:
    """A field as people read it; "" where there is nothing."""
    if name == "owner":
        return " · ".join(str(part) for part in (customer.owner, customer.team) if part)
    if name == "address":
        town = " ".join(part for part in (customer.postcode, customer.city) if part)
        return ", ".join(part for part in (customer.street, town, customer.country) if part)
    if name == "minimum_order":
        return format_money(customer.minimum_order_cents) if customer.minimum_order_cents else ""
    if name == "since":
        return date_format(customer.since, "j M Y") if customer.since else ""
    if name in {"kind", "stage", "relation"}:
        return str(getattr(customer, f"get_{name}_display")())
    if name == "source":
        return " · ".join(part for part in (customer.source, customer.lawful_basis) if part)
    return str(getattr(customer, name))


def _compare_points(kept: Customer, gone: Customer) -> list[tuple[str, str, str]]:
    """Phones, e-mails and web addresses of both: all are kept."""
    found: dict[str, dict[int, list[str]]] = {}
    for point in ContactPoint.objects.filter(customer__in=[kept, gone]).order_by("kind", "pk")[:40]:
        found.setdefault(point.get_kind_display(), {}).setdefault(point.customer_id, []).append(point.value)
    return [(kind, ", ".join(of.get(kept.pk, [])), ", ".join(of.get(gone.pk, []))) for kind, of in found.items()]


def _read_days(ids: Collection[int]) -> dict[int, dict[date, tuple[int, int]]]:
    """By customer and day: net cents and orders."""
    days: dict[int, dict[date, tuple[int, int]]] = {pk: {} for pk in ids}
    rows = PurchaseDay.objects.filter(customer__in=ids).values_list("customer_id", "day", "amount_cents", "orders")
    for customer, day, cents, orders in rows:
        days[customer][day] = (cents, orders)
    return days


def _compare_days(
    kept: dict[date, tuple[int, int]], gone: dict[date, tuple[int, int]], *, on: date
) -> tuple[list[FigureRow], list[int | None]]:
    both = {day: (kept.get(day, (0, 0))[0] + gone.get(day, (0, 0))[0],
                  kept.get(day, (0, 0))[1] + gone.get(day, (0, 0))[1]) for day in {*kept, *gone}}  # fmt: skip
    since = on - timedelta(days=YEAR_DAYS)
    sides = (kept, gone, both)
    sales = [sum(cents for day, (cents, _orders) in side.items() if day > since) for side in sides]
    orders = [sum(count for _cents, count in side.values()) for side in sides]
    bought = [sorted(day for day, (cents, _orders) in side.items() if cents > 0) for side in sides]
    silent = [(on - days[-1]).days if days else None for days in bought]
    gaps = [round((days[-1] - days[0]).days / (len(days) - 1)) if len(days) > 1 else None for days in bought]
    rows = [
        FigureRow(_("Sales, 12 months"), *sales, is_money=True),
        FigureRow(_("Orders"), *orders),
        FigureRow(_("Silent, days"), *silent),
        FigureRow(_("Own gap, days"), *gaps),
    ]
    return rows, silent


def _count_relations(kept: Customer, gone: Customer, *, user: User) -> list[FigureRow]:
    ours, theirs = (_count_each([kept.pk, gone.pk])[pk] for pk in (kept.pk, gone.pk))
    same = len(find_people_of_both(kept, gone))
    told = _("%(count)s, %(same)s the same") % {"count": theirs["people"], "same": same} if same else None
    together = ours["people"] + theirs["people"] - same
    rows = [
        FigureRow(_("People"), ours["people"], told or theirs["people"], together),
        *(
            FigureRow(label, ours[name], theirs[name], ours[name] + theirs[name])
            for name, label in (
                ("talks", _("Talks, mails")),
                ("promises", _("Open promises")),
                ("runs", _("Running processes")),
            )
        ),
    ]
    if user.has_perm("complaints.view_complaint"):
        rows.append(_list_complaints(kept, gone))
    grades = [getattr(getattr(customer, "score", None), "grade", None) for customer in (kept, gone)]
    rows.append(FigureRow(_("Class"), grades[0], grades[1], _("worked out at once")))
    return rows


def _count_each(ids: list[int]) -> dict[int, dict[str, int]]:
    """By customer: people there, talks, open promises and running processes; one query."""
    counted = {
        "people": Person.objects.filter(left_on=None),
        "talks": Interaction.objects.all(),
        "promises": Promise.objects.filter(state="open"),
        "runs": ProcessRun.objects.filter(state="running"),
    }
    found = Customer.objects.filter(pk__in=ids).values("pk")
    for name, rows in counted.items():
        of_one = rows.filter(customer=OuterRef("pk")).order_by().values("customer")
        found = found.annotate(**{name: Coalesce(Subquery(of_one.annotate(n=Count("pk")).values("n")), 0)})
    return {row.pop("pk"): row for row in found}


def _list_complaints(kept: Customer, gone: Customer) -> FigureRow:
    found: dict[int, list[str]] = {kept.pk: [], gone.pk: []}
    for complaint in Complaint.objects.open().filter(customer__in=[kept, gone]).order_by("pk"):
        found[complaint.customer_id].append(complaint.number)
    ours, theirs = found[kept.pk], found[gone.pk]
    return FigureRow(
        _("Open complaint"), ", ".join(ours) or None, ", ".join(theirs) or None, ", ".join(ours + theirs) or None
    )
