"""What changed in a customer's value since an earlier evening, in parts that add up to the cent.

The value of today is reached from that of the earlier evening by putting in one thing at a time, always in the same
order: corrections of what was entered late, the days gone by, what was bought, what the goods cost, each kind of work
and the number of orders that share its cost, the models fitted anew. Of a contract its terms as entered today count
for both evenings. A part is called by what was put in; the sum of
all is the difference, by construction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.service_cost_catalogue import read_service_costs
from crm.home.value_outlook import EPOCH, Outlook
from customers.models import Customer
from segments.contract_renewals import find_renewal_model, list_terms, score_with_contracts
from segments.models import ScoreRun
from segments.rules.contract_retention import ContractModel
from segments.rules.customer_scoring import ScoringPlan
from segments.score_gathering import gather_customer

CHOICES = {"day": 1, "week": 7, "month": 30, "quarter": 90}
YEAR = timedelta(days=365)
# The last of each is what a contract is valued by.
BOUGHT = ("purchase_days", "first_day", "last_day", "log_gaps", "positive_amount", "sales_12m")
GOODS = ("amount", "cost", "goods_12m")


@dataclass(frozen=True)
class ChangePart:
    """What one thing did to the value, in cents; ``short`` names it where there is little room."""

    label: str
    short: str
    cents: int


@dataclass
class ValueChange:
    """``start_cents + Σ parts = end_cents``. ``choices`` are the earlier evenings that are kept, by their key.
    ``is_worked_out``: an act of a later day replaced what that evening had written, so it is worked out anew."""

    since: date
    until: date
    start_cents: int
    end_cents: int
    parts: list[ChangePart]
    key: str
    choices: dict[str, date]
    is_worked_out: bool = False

    @property
    def days(self) -> int:
        return (self.until - self.since).days


def list_earlier_runs(current: ScoreRun, *, as_of: date) -> dict[str, ScoreRun]:
    """Of the kept evenings the ones nearest to a day, a week, a month and a quarter before; one query."""
    kept = ScoreRun.objects.filter(state=ScoreRun.State.FINISHED, as_of__lt=as_of).exclude(pk=current.pk)
    runs = {run.as_of: run for run in kept.defer("plan").order_by("as_of", "attempt")}
    found: dict[str, ScoreRun] = {}
    for key, back in CHOICES.items():
        near = [day for day in runs if abs((as_of - day).days - back) <= back // 3]
        if near:
            found[key] = runs[min(near, key=lambda day: abs((as_of - day).days - back))]
    return found


def load_change(customer: Customer, outlook: Outlook | None, *, key: str, as_of: date) -> ValueChange | None:
    """The change since the evening ``key`` asks for, or the nearest kept one; None where nothing earlier is known."""
    if outlook is None or not outlook.value_known:
        return None
    runs = list_earlier_runs(outlook.run, as_of=as_of)
    key = key if key in runs else next((name for name in ("week", *CHOICES) if name in runs), "")
    written = _read_value(runs[key], customer) if key else None
    if written is None:
        return None
    stored, written_for = written
    run = ScoreRun.objects.get(pk=runs[key].pk)
    figures = gather_customer(customer.pk, on=run.as_of)
    steps = list(_substitute(customer, outlook, run, figures, as_of=as_of))
    if written_for == run.as_of:
        steps.insert(0, ("", "", stored))
    parts = [
        ChangePart(label, short, value - before)
        for (_label, _short, before), (label, short, value) in pairwise(steps)
        if value != before
    ]
    choices = {name: earlier.as_of for name, earlier in runs.items()}
    return ValueChange(
        run.as_of, as_of, steps[0][2], steps[-1][2], parts, key, choices, is_worked_out=written_for != run.as_of
    )


def _read_value(run: ScoreRun, customer: Customer) -> tuple[int, date] | None:
    """The value in that evening's own partition and the day it is of: a later one where an act of the days after,
    while that evening was in force, wrote the customer anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value_3y_cents, as_of FROM segments_score WHERE run_id = %s AND customer_id = %s",
            [run.pk, customer.pk],
        )
        row = cursor.fetchone()
    return (row[0], row[1]) if row and row[0] is not None else None


def _substitute(
    customer: Customer, outlook: Outlook, run: ScoreRun, figures: Any, *, as_of: date
) -> Iterator[tuple[str, str, int]]:
    """Name, short name and the value reached after putting it in."""
    plan = replace(ScoringPlan.from_json(run.plan["scoring"]), as_of_day=(run.as_of - EPOCH).days)
    rows = list_terms([customer.pk]) if outlook.contract else []
    learnt, learnt_now = (find_renewal_model(on=day) if rows else None for day in (run.as_of, as_of))
    yield _("corrected since"), _("corrected"), _value(figures, plan, rows, learnt)
    days = (as_of - run.as_of).days
    plan = replace(plan, as_of_day=outlook.plan.as_of_day)
    later = figures.copy()
    silent = ngettext("%(n)d more day of silence", "%(n)d more days of silence", days) % {"n": days}
    gone = ngettext("%(n)d day gone by", "%(n)d days gone by", days) % {"n": days}
    bought = outlook.figures["purchase_days"] > figures["purchase_days"][0]
    yield gone if bought or rows else silent, _("time"), _value(later, plan, rows, learnt)
    _put(later, outlook, BOUGHT)
    yield _("what was bought"), _("bought"), _value(later, plan, rows, learnt)
    _put(later, outlook, GOODS)
    yield _("cost of goods"), _("goods"), _value(later, plan, rows, learnt)
    for label, short, cents in _list_service_changes(customer, since=run.as_of, until=as_of):
        later["service_12m"] += cents
        yield label, short, _value(later, plan, rows, learnt)
    _put(later, outlook, ("service_12m", "purchase_days_12m"))
    yield _("orders that share it"), _("shared"), _value(later, plan, rows, learnt)
    yield _("models fitted anew"), _("refit"), _value(later, outlook.plan, rows, learnt_now)


def _put(figures: Any, outlook: Outlook, names: tuple[str, ...]) -> None:
    for name in names:
        figures[name] = outlook.figures[name]


def _list_service_changes(customer: Customer, *, since: date, until: date) -> list[tuple[str, str, int]]:
    """By how much each kind of work of twelve months grew or fell, in cents, the largest first."""
    words = {
        "visit": (_("visits"), _("visits")),
        "call": (_("calls"), _("calls")),
        "mail": (_("mails"), _("mails")),
        "chat": (_("chats"), _("chats")),
        "order": (_("handling of orders"), _("handling")),
        "freight": (_("freight"), _("freight")),
        "return": (_("handling of returns"), _("returns")),
        "complaint": (_("handling of complaints"), _("complaints")),
        "goodwill": (_("goodwill"), _("goodwill")),
    }
    came = (since + timedelta(days=1), until)
    went = (since - YEAR + timedelta(days=1), until - YEAR)
    sums: dict[str, int] = {}
    for cost in read_service_costs([customer.pk], periods=[went, came] if went[1] < came[0] else [came]):
        sign = -1 if went[1] < came[0] and cost.period == 0 else 1
        sums[cost.work] = sums.get(cost.work, 0) + sign * cost.cents
    changed = sorted(((work, cents) for work, cents in sums.items() if cents), key=lambda one: -abs(one[1]))
    return [(*words.get(work, (work, work)), cents) for work, cents in changed]


def _value(figures: Any, plan: ScoringPlan, rows: list[tuple[Any, ...]], learnt: ContractModel | None) -> int:
    """The weighed three-year value of these figures by that plan, in whole cents; of a contract by the terms in
    ``rows`` and what was learnt of renewals."""
    value = score_with_contracts(figures, plan, rows=rows, model=learnt)["value_3y_cents"]
    return 0 if value.mask[0] else int(value[0])
