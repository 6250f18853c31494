"""The back-test of the company's own base: once a week, on a sample, never while somebody waits for a page.

It stands on three evenings, a quarter, two and three ago. From the newest it learns how shown chances are to be bent
and what the learnt chance of silence is; each comes into force only when the same, learnt a quarter earlier, did well
on the newest evening, which it had not seen. Customers under contract are left out: nothing here is meant for them.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import numpy as np
from django.db import connection, transaction

from crm.core.column_reading import read_columns
from crm.core.models.business_setting import setting
from segments.contract_renewals import CONTRACTS, fit_renewals
from segments.model_fitting import BEND, LEARNT
from segments.models import BackTest, ModelFit
from segments.rules.back_test import (
    StoodEvening,
    TooLittleToTestError,
    compare_knobs,
    compare_rankings,
    describe_evening,
    judge_bend,
    judge_learnt,
    learn_from,
    make_plain,
    stand_on_evening,
)
from segments.rules.churn_risk import QUARTER_DAYS
from segments.rules.likelihood_search import FitFailedError
from segments.rules.purchase_log import PurchaseLog

EVENINGS = 3
SAMPLE = 50_000
MOST_DAYS = 1_500_000
DRAWS = 200
KNOBS = (0.0, 1.0, 2.0, 4.0, 8.0)
KEEP = timedelta(days=400)
_EPOCH = date(1970, 1, 1)
_HASHES = 1_000_003
_FIELDS = (("customer_id", "i8"), ("day", "i4"), ("spend", "i8"), ("cost", "i8"))

_DAYS = """
SELECT p.customer_id, p.day - date '1970-01-01' AS day, p.amount_cents AS spend, p.cost_cents AS cost
FROM customers_purchaseday p JOIN customers_customer c ON c.id = p.customer_id"""
_WITHOUT_CONTRACT = "AND c.archived_at IS NULL AND c.relation <> 'contract'"
_IN_ORDER = "ORDER BY p.customer_id, p.day"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Base:
    """What the base is on an evening, and how many of its customers are looked at."""

    customers: int
    months: int
    sampled: int
    log: PurchaseLog


def run_back_test(*, on: date, sample: int = SAMPLE, draws: int = DRAWS, progress: Progress | None = None) -> BackTest:
    """Test on what is known on the evening ``on``, keep the result, and what was learnt for the nights that follow.

    The same evening again gives the same and replaces what was kept. ``progress`` hears the evenings done and in all.
    """
    began = perf_counter()
    base = _read_base(on=on, sample=sample)
    blend = float(setting("risk.knob"))
    stood: list[StoodEvening] = []
    result: dict[str, Any] = {"evenings": {}, "refused": {}, "blend": blend}
    for number in range(1, EVENINGS + 1):
        day = on - timedelta(days=number * QUARTER_DAYS)
        try:
            evening = stand_on_evening(base.log, on=_number(day), until=_number(on))
        except (TooLittleToTestError, FitFailedError) as error:
            result["refused"][day.isoformat()] = "too_little" if isinstance(error, TooLittleToTestError) else "no_fit"
            break
        stood.append(evening)
        result["evenings"][day.isoformat()] = describe_evening(
            evening, customers=base.log.customers, blend=blend, draws=draws
        )
        if progress is not None:
            progress(number, EVENINGS)
    lessons: list[_Lesson] = []
    if stood:
        lessons = _learn(stood[0], customers=base.log.customers)
        knobs = compare_knobs(stood[:1], customers=base.log.customers, knobs=KNOBS, draws=draws)
        result |= {lesson.kind: lesson.reason for lesson in lessons}
        result["knobs"] = {f"{knob:g}": asdict(row) for knob, row in knobs.items()}
    contracts, known = fit_renewals(on=on)
    lessons.append(
        _Lesson(
            CONTRACTS, {} if contracts is None else asdict(contracts), known, "too_few" if contracts is None else ""
        )
    )
    kept = {
        "customers": base.customers,
        "sampled": base.sampled,
        "months": base.months,
        "seconds": perf_counter() - began,
        "result": make_plain(result),
    }
    return _keep(on=on, kept=kept, lessons=lessons)


@dataclass(frozen=True)
class _Lesson:
    """What was learnt of a kind, from how many customers, and why it may not be used (empty where it may)."""

    kind: str
    parameters: dict[str, Any]
    customers: int
    reason: str


@transaction.atomic
def _keep(*, on: date, kept: dict[str, Any], lessons: list[_Lesson]) -> BackTest:
    BackTest.objects.filter(on__lt=on - KEEP).delete()
    for lesson in lessons:
        ModelFit.objects.update_or_create(
            kind=lesson.kind,
            fitted_on=on,
            defaults={
                "parameters": lesson.parameters,
                "customers": lesson.customers,
                "warning": lesson.reason,
            },
        )
    test, _created = BackTest.objects.update_or_create(on=on, defaults=kept)
    return test


def _learn(newest: StoodEvening, *, customers: int) -> list[_Lesson]:
    """Learn from the newest evening; judge by what was learnt a quarter before it."""
    learnt, bend = learn_from(newest.ranked, newest.scores, newest.coming)
    verdicts = (
        (LEARNT, learnt, judge_learnt(compare_rankings([newest], customers=customers, draws=1))),
        (BEND, bend, judge_bend(newest)),
    )
    return [
        _Lesson(
            kind,
            {} if model is None else model.to_json(),
            len(newest.ranked),
            "too_few" if model is None else verdict.reason,
        )
        for kind, model, verdict in verdicts
    ]


def _read_base(*, on: date, sample: int) -> _Base:
    """The purchase days of all customers without a contract, or of a part of them that a hash of their ids picks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(st.purchase_days), 0), min(st.first_day) FROM customers_purchasestate st"
            " JOIN customers_customer c ON c.id = st.customer_id"
            " WHERE st.first_day <= %s AND c.archived_at IS NULL AND c.relation <> 'contract'",
            [on],
        )
        customers, days, first = cursor.fetchone()
    share = min(1.0, sample / max(customers, 1), MOST_DAYS / max(float(days), 1.0))
    chosen = f"p.day <= date '{on.isoformat()}' AND abs(hashint8extended(p.customer_id, 0) % {_HASHES})"
    rows = read_columns(f"{_DAYS} WHERE {chosen} < {round(share * _HASHES)} {_WITHOUT_CONTRACT} {_IN_ORDER}", _FIELDS)
    spend = rows["spend"].astype("f8")
    _ids, number = np.unique(rows["customer_id"], return_inverse=True)
    log = PurchaseLog(number, rows["day"].astype("i8"), spend, spend - rows["cost"])
    months = 0 if first is None else (on.year - first.year) * 12 + on.month - first.month
    return _Base(customers, months, log.customers, log)


def _number(day: date) -> int:
    return (day - _EPOCH).days
