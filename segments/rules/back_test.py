"""The back-test: stand on an evening of the past, say what comes, and hold it against what came.

Models are fitted on what was known that evening and nothing later. The learnt chance and the bend of shown chances are
learnt one quarter earlier still, on a silence that had ended by then. The answer is plain data, kept as it is.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from segments.rules.back_test_measures import (
    DRAWS,
    RankedEvening,
    RankingMeasure,
    cut_into_tenths,
    measure_auc,
    measure_forecast,
    measure_rankings,
)
from segments.rules.chance_calibration import (
    ChanceBend,
    TooFewToBendError,
    bend_chances,
    group_by_chance,
    learn_bend,
    measure_log_loss,
    measure_miss,
)
from segments.rules.churn_rankings import CERTAINTY, FALLS, LEARNT, ORIGINS, find_features, find_ranked, rank_customers
from segments.rules.churn_risk import QUARTER_DAYS, RANKING_BLEND, rank_for_my_day
from segments.rules.dropout_model import DropoutModel, SilenceScores, fit_dropout_model, score_silence
from segments.rules.expected_purchases import (
    ExpectedPurchaseModel,
    estimate_still_buying,
    expect_purchases_if_active,
    fit_expected_purchases,
)
from segments.rules.model_trust import LEAST_CUSTOMERS, judge_dropout
from segments.rules.naive_risk_rules import sum_rfm
from segments.rules.purchase_history import FloatArray
from segments.rules.purchase_log import Evening, Outcome, PurchaseLog, look_ahead, look_back
from segments.rules.silence_regression import (
    SilenceRegression,
    TooFewToLearnError,
    foresee_silence,
    learn_silence,
)

LEAST_RANKED = 100
LEAST_DAYS_BEFORE = 180
SMALL_LOSS = 0.01  # of a share: less than this is no loss worth switching for


class TooLittleToTestError(ValueError):
    """The base is too small or too young on that evening to be tested: fewer than 100 customers with three purchase
    days, or fewer than 180 days of purchases."""


@dataclass(frozen=True)
class StoodEvening:
    """One evening: what was known, fitted and said, and what came: ``coming`` in a quarter and ``gone`` to the end of
    what is known, of the ranked customers, and ``came`` to the end, of all. ``learnt`` and ``bend`` are from a quarter
    earlier, ``None`` where there was too little to learn from."""

    on: int
    days_after: int
    evening: Evening
    ranked: Evening
    dropout: DropoutModel
    purchases: ExpectedPurchaseModel
    scores: SilenceScores
    coming: Outcome
    gone: Outcome
    came: Outcome
    learnt: SilenceRegression | None = None
    bend: ChanceBend | None = None


def stand_on_evening(log: PurchaseLog, *, on: int, until: int, learn: bool = True) -> StoodEvening:
    """Fit and score on the evening ``on``; what came is known up to ``until``, at least 91 days later.

    Raises ``TooLittleToTestError``, and ``FitFailedError`` where no model can be fitted.
    """
    if until < on + QUARTER_DAYS:
        raise ValueError("a quarter after the evening must be known")
    evening = look_back(log, on=on)
    ranked = find_ranked(evening)
    longest = float(evening.histories.age.max()) if len(evening) else 0.0
    if len(evening) < LEAST_CUSTOMERS or len(ranked) < LEAST_RANKED or longest < LEAST_DAYS_BEFORE - 1:
        raise TooLittleToTestError("too few customers with a rhythm, or too short a time, on that evening")
    dropout = fit_dropout_model(evening.histories)
    learnt, bend = _learn_earlier(log, on=on - QUARTER_DAYS) if learn else (None, None)
    return StoodEvening(
        on=on,
        days_after=until - on,
        evening=evening,
        ranked=ranked,
        dropout=dropout,
        purchases=fit_expected_purchases(evening.histories),
        scores=score_silence(dropout, ranked.histories, horizon=QUARTER_DAYS),
        coming=look_ahead(log, ranked, days=QUARTER_DAYS),
        gone=look_ahead(log, ranked, days=until - on),
        came=look_ahead(log, evening, days=until - on),
        learnt=learnt,
        bend=bend,
    )


def _learn_earlier(log: PurchaseLog, *, on: int) -> tuple[SilenceRegression | None, ChanceBend | None]:
    """What could be learnt on an earlier evening from the 91 days after it."""
    evening = look_back(log, on=on)
    ranked = find_ranked(evening)
    if len(ranked) < LEAST_RANKED:
        return None, None
    scores = score_silence(fit_dropout_model(evening.histories), ranked.histories, horizon=QUARTER_DAYS)
    return learn_from(ranked, scores, look_ahead(log, ranked, days=QUARTER_DAYS))


def learn_from(
    ranked: Evening, scores: SilenceScores, coming: Outcome
) -> tuple[SilenceRegression | None, ChanceBend | None]:
    """The learnt chance of silence and the bend of the model's, each ``None`` where there is too little."""
    learnt, bend = None, None
    with suppress(TooFewToLearnError):
        learnt = learn_silence(find_features(ranked, scores), coming.silent)
    with suppress(TooFewToBendError):
        bend = learn_bend(scores.silent, coming.silent)
    return learnt, bend


def compare_rankings(
    stood: Sequence[StoodEvening], *, customers: int, blend: float = RANKING_BLEND, draws: int = DRAWS
) -> dict[str, RankingMeasure]:
    """All rankings of these evenings, pooled, against the deepest falls of 40%."""
    evenings = [rank_evening(one, blend=blend) for one in stood]
    return measure_rankings(evenings, customers=customers, reference=FALLS, draws=draws)


def compare_knobs(
    stood: Sequence[StoodEvening], *, customers: int, knobs: Sequence[float], draws: int = DRAWS
) -> dict[float, RankingMeasure]:
    """My day at several knobs on these evenings, against the deepest falls of 40%."""
    evenings = []
    for one in stood:
        evening = rank_evening(one, blend=0.0)
        rate = one.ranked.margin_rate
        mine = {
            f"{knob:g}": rank_for_my_day(one.scores.silent, rate, mean_rate=float(rate.mean()), blend=knob)
            for knob in knobs
        }
        evenings.append(replace(evening, rankings={**mine, FALLS: evening.rankings[FALLS]}))
    measured = measure_rankings(evenings, customers=customers, reference=FALLS, draws=draws)
    return {knob: measured[f"{knob:g}"] for knob in knobs}


def rank_evening(stood: StoodEvening, *, blend: float) -> RankedEvening:
    """The rankings of an evening and what came of it."""
    usual = np.maximum(stood.ranked.margin_rate, 0.0) * QUARTER_DAYS
    learnt = foresee(stood)
    return RankedEvening(
        customer=stood.ranked.customer,
        rankings=rank_customers(stood.ranked, stood.scores, blend=blend, learnt=learnt),
        silent=stood.coming.silent,
        lost=np.maximum(usual - stood.coming.margin, 0.0),
        left=np.where(stood.gone.silent, usual, 0.0),
    )


def foresee(stood: StoodEvening) -> FloatArray | None:
    """The learnt chance of silence of the ranked customers, where one was learnt."""
    if stood.learnt is None:
        return None
    return foresee_silence(stood.learnt, find_features(stood.ranked, stood.scores))


# --- what is kept ----------------------------------------------------------------------------------------------------


def describe_evening(stood: StoodEvening, *, customers: int, blend: float, draws: int = DRAWS) -> dict[str, Any]:
    """All figures of one evening as plain data; shares between 0 and 1, money in the unit of the log."""
    ranked = rank_evening(stood, blend=blend)
    return make_plain(
        {
            "customers": len(stood.evening),
            "ranked": len(stood.ranked),
            "days_after": stood.days_after,
            "silent": float(stood.coming.silent.mean()),
            "left": float(stood.gone.silent.mean()),
            "lost_money": float(ranked.lost.sum()),
            "left_money": float(ranked.left.sum()),
            "dropout": asdict(stood.dropout),
            "doubts": [doubt.value for doubt in judge_dropout(stood.dropout).doubts],
            "rankings": describe_rankings(
                measure_rankings([ranked], customers=customers, reference=FALLS, draws=draws)
            ),
            "chances": describe_chances(stood),
            "forecast": describe_forecast(stood),
        }
    )


def describe_rankings(measured: dict[str, RankingMeasure]) -> list[dict[str, Any]]:
    """The rankings in the order of ``ORIGINS``, with where each comes from."""
    return [{"origin": str(ORIGINS[name]), **asdict(measured[name])} for name in ORIGINS if name in measured]


def describe_chances(stood: StoodEvening) -> dict[str, Any]:
    """The chance of going on buying, as said and as bent by the quarter before: tables, miss and log loss; and that
    of the learnt chance."""
    goes_on = ~stood.coming.silent
    kinds = {"raw": 1 - stood.scores.silent}
    if stood.bend is not None:
        kinds["bent"] = 1 - bend_chances(stood.bend, stood.scores.silent)
    learnt = foresee(stood)
    if learnt is not None:
        kinds["learnt"] = 1 - learnt
    answer: dict[str, Any] = {}
    for name, said in kinds.items():
        groups = group_by_chance(said, goes_on)
        answer[name] = {
            "groups": [asdict(group) for group in groups],
            "miss": measure_miss(groups),
            "log_loss": measure_log_loss(said, goes_on),
            "auc": measure_auc(said, goes_on),
            "mean": float(said.mean()),
        }
    return answer


def describe_forecast(stood: StoodEvening) -> dict[str, Any]:
    """Purchases of all customers to the end of what is known, as the product says them, beside the simple rules."""
    evening, days = stood.evening, stood.days_after
    came = stood.came.purchases
    said = say_purchases(stood)
    own = expect_purchases_if_active(stood.purchases, evening.histories, horizon=days)
    own = own * np.where(evening.histories.repeats > 0, estimate_still_buying(stood.purchases, evening.histories), 1.0)
    pace = evening.histories.repeats * days / np.maximum(evening.histories.age, 1.0)
    half_year = evening.half_days * days / (2 * QUARTER_DAYS)
    return {
        "days": days,
        "said": float(said.mean()),
        "came": float(came.mean()),
        "tenths": [asdict(tenth) for tenth in cut_into_tenths(said, came)],
        "model": asdict(measure_forecast(said, came)),
        "purchase_model": asdict(measure_forecast(own, came)),
        "pace": asdict(measure_forecast(pace, came)),
        "half_year": asdict(measure_forecast(half_year, came)),
        "rfm": asdict(measure_forecast(sum_rfm(evening), came, counts=False)),
        "spend": asdict(measure_forecast(evening.spend, came, counts=False)),
    }


def say_purchases(stood: StoodEvening) -> FloatArray:
    """Purchases to expect of every customer, weighed as the product weighs them: by the dropout model's chance where
    it is trusted, else by the purchase model's own."""
    histories = stood.evening.histories
    if judge_dropout(stood.dropout).shown:
        chance = score_silence(stood.dropout, histories, horizon=stood.days_after).active
    else:
        chance = estimate_still_buying(stood.purchases, histories)
    rate = expect_purchases_if_active(stood.purchases, histories, horizon=stood.days_after)
    return rate * np.where(histories.repeats > 0, chance, 1.0)


def make_plain(value: Any) -> Any:
    """The same without ``nan`` and infinities, which no JSON knows: ``None`` in their place."""
    if isinstance(value, dict):
        return {str(name): make_plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [make_plain(one) for one in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value


@dataclass(frozen=True)
class Verdict:
    """Whether the learnt chance may order the certainty list: ``reason`` is empty where it may, else a word for it."""

    reason: str = ""

    @property
    def may_be_used(self) -> bool:
        return not self.reason


def judge_learnt(measured: dict[str, RankingMeasure]) -> Verdict:
    """On an evening it has not seen it must put silent customers before others no worse than the gap against the own
    rhythm does, and be right about as often at 5%."""
    if LEARNT not in measured:
        return Verdict("too_few")
    learnt, gap = measured[LEARNT], measured[CERTAINTY]
    if learnt.auc < gap.auc:
        return Verdict("worse_order")
    if learnt.budgets[1].precision.value < gap.budgets[1].precision.value - SMALL_LOSS:
        return Verdict("less_precise")
    return Verdict()


def judge_bend(stood: StoodEvening) -> Verdict:
    """The bend of the quarter before must have brought the chances of this evening nearer to what happened."""
    if stood.bend is None:
        return Verdict("too_few")
    silent = stood.coming.silent
    raw = measure_log_loss(stood.scores.silent, silent)
    bent = measure_log_loss(bend_chances(stood.bend, stood.scores.silent), silent)
    return Verdict() if bent < raw else Verdict("no_better")
