"""The models of buying, fitted once a week on the customers' own history and kept with their version."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from crm.core.models.business_setting import setting
from segments.models import ModelFit
from segments.rules.chance_calibration import ChanceBend
from segments.rules.churn_risk import QUARTER_DAYS
from segments.rules.customer_scoring import FittedModels
from segments.rules.dropout_model import DropoutModel, fit_dropout_model
from segments.rules.expected_purchases import ExpectedPurchaseModel, fit_expected_purchases
from segments.rules.lifetime_value import tabulate_ranges
from segments.rules.likelihood_search import FitFailedError
from segments.rules.model_trust import judge_data, judge_dropout, judge_spend
from segments.rules.purchase_base import PurchaseBase
from segments.rules.purchase_history import PurchaseHistories
from segments.rules.silence_regression import SilenceRegression
from segments.rules.spend_per_purchase import SpendModel, fit_spend

log = logging.getLogger(__name__)

REFIT_AFTER = timedelta(days=7)
LEAST_SPENDERS = 50
PURCHASES, DROPOUT, SPEND = "purchases", "dropout", "spend"
BEND, LEARNT = "calibration", "learnt"  # learnt from what happened, by the back-test


def fit_models(base: PurchaseBase, *, on: date, as_of_day: int, sample: Callable[[], Any]) -> FittedModels | None:
    """The models for a run: those of the last seven days, or new ones from a ``sample`` of the figures of the run.

    ``None`` with fewer than 100 customers or 12 months of history. Where a new fit fails the last one stays. Nights
    find models that the night before fitted (``refit_ahead``); the first of all has none, or one after a long pause.
    """
    if not _is_enough(base, as_of_day=as_of_day):
        return None
    stored = _find_recent(on, since=on - REFIT_AFTER)
    if stored is None:
        try:
            stored = _fit(sample(), on=on, as_of_day=as_of_day)
        except FitFailedError:
            log.exception("the models could not be fitted on the evening of %s: the last ones stay", on)
            stored = _find_recent(on, since=date.min)
    if stored is None:
        return None
    purchases = ExpectedPurchaseModel(**stored[PURCHASES].parameters)
    dropout = DropoutModel(**stored[DROPOUT].parameters)
    return FittedModels(
        purchases=purchases,
        dropout=dropout,
        spend=SpendModel(**stored[SPEND].parameters),
        ranges=tabulate_ranges(
            purchases, most_repeats=base.most_purchase_days - 1, longest_age=as_of_day - base.first_day
        ),
        dropout_trusted=judge_dropout(dropout).shown,
        bend=find_bend(on=on),
        learnt=find_learnt(on=on) if setting("risk.learnt") else None,
    )


def refit_ahead(read_base: Callable[[], PurchaseBase], *, on: date, as_of_day: int, sample: Callable[[], Any]) -> bool:
    """Fit what the evening after ``on`` would miss, from the figures of ``on``, and keep it as of that next evening;
    returns whether it was due. A fit takes most of a second that nobody can share: it is no part of any scoring.

    Where it fails the next evening tries again on what it knows then.
    """
    tomorrow = on + timedelta(days=1)
    if _find_recent(tomorrow, since=tomorrow - REFIT_AFTER) is not None:
        return False
    if not _is_enough(read_base(), as_of_day=as_of_day):
        return False
    try:
        _fit(sample(), on=tomorrow, as_of_day=as_of_day)
    except FitFailedError:
        log.exception("the models could not be fitted ahead on the evening of %s", on)
    return True


def _is_enough(base: PurchaseBase, *, as_of_day: int) -> bool:
    return judge_data(customers=base.customers, days=as_of_day - base.first_day).shown


def find_bend(*, on: date) -> ChanceBend | None:
    """The bend of shown chances in force on an evening; ``None`` where the last back-test found none that helps, and
    where the silence to foresee is not a quarter, on which it was learnt."""
    found = _find_last(BEND, on=on)
    return None if found is None else ChanceBend.from_json(found.parameters)


def find_learnt(*, on: date) -> SilenceRegression | None:
    """The learnt chance of silence that may be used on an evening, whether or not it is switched on."""
    found = _find_last(LEARNT, on=on)
    return None if found is None else SilenceRegression.from_json(found.parameters)


def _find_last(kind: str, *, on: date) -> ModelFit | None:
    """The last of a kind; ``None`` where that one was put aside with a reason."""
    fit = ModelFit.objects.filter(kind=kind, fitted_on__lte=on).order_by("-fitted_on").first()
    is_used = fit is not None and not fit.warning and int(setting("risk.horizon_days")) == QUARTER_DAYS
    return fit if is_used else None


def _find_recent(on: date, *, since: date) -> dict[str, ModelFit] | None:
    fits = ModelFit.objects.filter(fitted_on__gt=since, fitted_on__lte=on).order_by("fitted_on")
    found = {fit.kind: fit for fit in fits}
    return found if {PURCHASES, DROPOUT, SPEND} <= set(found) else None


def _fit(rows: Any, *, on: date, as_of_day: int) -> dict[str, ModelFit]:
    histories = PurchaseHistories(
        rows["purchase_days"].astype("i8") - 1,
        (rows["last_day"] - rows["first_day"]).astype("f8"),
        (as_of_day - rows["first_day"]).astype("f8"),
        rows["log_gaps"],
    )
    repeated = rows[rows["purchase_days"] > 1]
    spenders = repeated if len(repeated) >= LEAST_SPENDERS else rows
    counts = spenders["purchase_days"].astype("i8")
    means = spenders["positive_amount"] / counts
    dropout, purchases, spend = (
        fit_dropout_model(histories),
        fit_expected_purchases(histories),
        fit_spend(counts, means),
    )
    doubts = {
        PURCHASES: judge_dropout(purchases),
        DROPOUT: judge_dropout(dropout),
        SPEND: judge_spend(counts, means),
    }
    return {
        kind: ModelFit.objects.update_or_create(
            kind=kind,
            fitted_on=on,
            defaults={
                "parameters": asdict(model),
                "log_likelihood": model.log_likelihood,
                "customers": model.customers,
                "warning": "; ".join(doubt.value for doubt in doubts[kind].doubts),
            },
        )[0]
        for kind, model in ((PURCHASES, purchases), (DROPOUT, dropout), (SPEND, spend))
    }
