"""How likely a contract is renewed: learnt from all contracts of the base once a week, told for one customer.

The shifted-beta-geometric model (``contract_retention``). The purchase models are never asked about a contract.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from customers.models import Contract
from customers.rules.contract_terms import ContractTerms, Renewals, add_months, count_renewals
from segments.models import ModelFit
from segments.rules.churn_risk import RiskLevel
from segments.rules.contract_retention import ContractModel, estimate_renewal, fit_contracts
from segments.rules.contract_value import LEAST_DAYS_SEEN, forecast_notice, value_contracts
from segments.rules.customer_scoring import Columns, ScoringPlan, score_customers
from segments.rules.lifetime_value import VALUE_DAYS, YEAR_DAYS
from segments.rules.purchase_history import FloatArray

CONTRACTS = "contracts"
LEAST_CONTRACTS = 30
LEAST_LAPSED = 3
EPOCH = date(1970, 1, 1)
TERMS = ("started_on", "period_months", "ended_on")
VALUE_COLUMNS = ("value_3y_cents", "value_3y_low_cents", "value_3y_high_cents")


@dataclass(frozen=True)
class ContractFacts:
    """Of one contract: its renewals, and the chance that it is renewed the next time, ``None`` where too few contracts
    have come to a renewal, notice was given, or it has ended;
    ``ends_on`` is then the day from which it no longer runs."""

    renewals: Renewals
    chance: float | None
    ends_on: date | None = None


def fit_renewals(*, on: date) -> tuple[ContractModel | None, int]:
    """The model of all contracts of the base as of ``on``, and how many of them have come to a renewal.

    ``None`` with fewer than 30 of these, or fewer than three that were not renewed.
    """
    lapsed: Counter[int] = Counter()
    stayed: Counter[int] = Counter()
    rows = Contract.objects.filter(started_on__lte=on).values_list(*TERMS)
    for row in rows.iterator(chunk_size=5000):
        renewals = count_renewals(ContractTerms(*row), on=on)
        if renewals.lapsed:
            lapsed[renewals.done] += 1
        elif renewals.done:
            stayed[renewals.done - 1] += 1
    known = lapsed.total() + stayed.total()
    if known < LEAST_CONTRACTS or lapsed.total() < LEAST_LAPSED:
        return None, known
    return fit_contracts(_as_list(lapsed), _as_list(stayed)), known


def learn_renewals(*, on: date) -> None:
    """Fit the renewals of the base as of ``on`` and keep it, while no fit is known that may be used; whoever has one
    learns anew with the weekly back-test. So the first night after contracts came in knows what they are worth."""
    newest = ModelFit.objects.filter(kind=CONTRACTS, fitted_on__lte=on).order_by("-fitted_on").first()
    if (newest is not None and not newest.warning) or not Contract.objects.exists():
        return
    model, known = fit_renewals(on=on)
    values = {"parameters": asdict(model) if model else {}, "customers": known, "warning": "" if model else "too_few"}
    ModelFit.objects.update_or_create(kind=CONTRACTS, fitted_on=on, defaults=values)


def _as_list(counts: Counter[int]) -> list[int]:
    return [counts[number] for number in range(max(counts, default=-1) + 1)]


def describe_contract(customer_id: int, *, on: date) -> ContractFacts | None:
    """What is known of the customer's contract on a day; ``None`` where none was entered."""
    row = Contract.objects.filter(customer=customer_id).values_list(*TERMS).first()
    if row is None:
        return None
    terms = ContractTerms(*row)
    renewals, model = count_renewals(terms, on=on), find_renewal_model(on=on)
    if model is None or terms.ended_on is not None:
        return ContractFacts(renewals, None, terms.ended_on)
    return ContractFacts(renewals, estimate_renewal(model, renewals=renewals.done))


def find_renewal_model(*, on: date) -> ContractModel | None:
    """The newest model of renewals as of ``on``; ``None`` where too few contracts have come to one."""
    fit = ModelFit.objects.filter(kind=CONTRACTS, fitted_on__lte=on).order_by("-fitted_on").first()
    parameters: dict[str, Any] = fit.parameters if fit is not None and not fit.warning else {}
    return ContractModel(**parameters) if parameters else None


def list_days_to_renewals(terms: ContractTerms, *, done: int, on: date) -> list[int]:
    """Days from ``on`` to each renewal of the coming three years, in order."""
    days: list[int] = []
    while not days or days[-1] < VALUE_DAYS:
        due = add_months(terms.started_on, (done + 1 + len(days)) * terms.period_months)
        days.append((due - on).days)
    return days


def list_terms(customer_ids: list[int]) -> list[tuple[Any, ...]]:
    """Customer, first day, months and end of each contract, by customer."""
    return list(Contract.objects.filter(customer__in=customer_ids).order_by("customer").values_list("customer", *TERMS))


def score_with_contracts(
    customers: Any,
    plan: ScoringPlan,
    *,
    rows: list[tuple[Any, ...]] | None = None,
    model: ContractModel | None = None,
) -> Columns:
    """``score_customers``, and of those under contract the three-year value by their renewals, as of the plan's day.

    Two queries where anybody of ``customers`` has a contract, else none; none either where the ``rows`` of their terms
    are given, with the ``model`` that counts. The value stays unknown without the days of
    the contract, after its end, for who has bought nothing yet, and while too few contracts have come to a renewal.
    Whose contract has ended, and who has bought nothing since, is lost: nothing is at stake with him any more.
    """
    columns = score_customers(customers, plan)
    under = {int(customers["customer_id"][place]): int(place) for place in np.flatnonzero(customers["contract"] == 1)}
    if under:
        on = EPOCH + timedelta(days=plan.as_of_day)
        if rows is None:
            rows, model = list_terms(list(under)), find_renewal_model(on=on)
        _value_running(columns, customers, under, rows, model=model, on=on)
    return columns


def _value_running(
    columns: Columns,
    customers: Any,
    under: dict[int, int],
    rows: list[tuple[Any, ...]],
    *,
    model: ContractModel | None,
    on: date,
) -> None:
    """Write the values of the contracts of ``rows`` that run; ``under`` is the place of each customer."""
    bought = customers["purchase_days"] > 0
    days_known = np.clip(_number_day(on) - customers["first_day"] + 1, LEAST_DAYS_SEEN, YEAR_DAYS)
    daily = columns["contribution_12m_cents"] / days_known
    running: list[tuple[int, int, list[int]]] = []
    for customer, *row in rows:
        terms, place = ContractTerms(*row), under[customer]
        found = count_renewals(terms, on=on)
        if found.lapsed and not (bought[place] and customers["last_day"][place] >= _number_day(terms.ended_on or on)):
            _give_up(columns, place)
        if found.lapsed or not bought[place]:
            continue
        if terms.ended_on is not None:
            value = forecast_notice(ends_in=(terms.ended_on - on).days, daily_cents=float(daily[place]))[-1].weighed
            _write(columns, place, (value.mean, value.low, value.high))
        elif model is not None:
            running.append((place, found.done, list_days_to_renewals(terms, done=found.done, on=on)))
    if running and model is not None:
        places = np.array([place for place, _done, _days in running])
        renewals = np.array([done for _place, done, _days in running])
        due_in = _fill_up([days for _place, _done, days in running])
        _write(columns, places, value_contracts(model, renewals=renewals, due_in=due_in, daily_cents=daily[places]))


def _give_up(columns: Columns, place: int) -> None:
    columns["risk"][place] = RiskLevel.LOST
    for name in ("at_stake_cents", "risk_rank"):
        columns[name][place] = 0


def _fill_up(rows: list[list[int]]) -> FloatArray:
    """Rows of different lengths as one table, the rest beyond every horizon."""
    table = np.full((len(rows), max(map(len, rows))), float(VALUE_DAYS))
    for row, days in zip(table, rows, strict=True):
        row[: len(days)] = days
    return table


def _write(columns: Columns, places: Any, values: tuple[Any, Any, Any]) -> None:
    for name, cents in zip(VALUE_COLUMNS, values, strict=True):
        columns[name][places] = np.rint(cents).astype(np.int64)


def _number_day(day: date) -> int:
    return (day - EPOCH).days
