"""Everything a night says about each customer, from his figures and the plan of that night: numbers in, numbers out.

The plan is made once for all customers (cut points, fitted models, means); with it any part of the customers is scored
as in the whole, by any worker, to the last bit.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from segments.rules.abc_classes import GRADES, Cut, place_grades
from segments.rules.chance_calibration import ChanceBend, bend_activity, bend_chances
from segments.rules.churn_risk import (
    QUARTER_DAYS,
    RiskLevel,
    judge_falls,
    judge_risk,
    judge_risk_simply,
    measure_at_stake,
    measure_falls,
    measure_gaps,
    measure_margin_rates,
    rank_for_my_day,
)
from segments.rules.dropout_model import DropoutModel, SilenceScores, score_silence
from segments.rules.expected_purchases import ExpectedPurchaseModel, estimate_still_buying, look_up_purchases
from segments.rules.lifetime_value import (
    YEAR_DAYS,
    RangeTable,
    expect_service,
    look_up_ranges,
    share_of_margin,
    value_customers,
)
from segments.rules.purchase_history import BoolArray, FloatArray, IntArray, PurchaseHistories
from segments.rules.rfm import RfmCuts, ScoreCuts, assign_rfm
from segments.rules.rhythm import LEAST_PURCHASES_FOR_RHYTHM, LONG_GONE_DAYS
from segments.rules.silence_regression import SilenceRegression, collect_features, foresee_silence
from segments.rules.spend_per_purchase import SpendModel, expect_spend

# What is known of a customer on the evening of scoring, and how it travels: 4 and 8 byte integers, 8 byte floats.
# Money is cents; days are counted from 1970-01-01; without a purchase the days mean nothing. ``*_12m`` are the 365 days
# up to the evening, ``before`` the 365 before these; the baseline is the 364 days before the last 91. ``pinned_grade``
# is the position in ``GRADES`` of a class that a person gave, from 1; 0 without a pin.
CUSTOMER_FIELDS = (
    ("customer_id", "i8"),
    ("contract", "i4"),
    ("purchase_days", "i4"),
    ("first_day", "i4"),
    ("last_day", "i4"),
    ("log_gaps", "f8"),
    ("amount", "i8"),
    ("cost", "i8"),
    ("positive_amount", "i8"),
    ("sales_12m", "i8"),
    ("sales_before_12m", "i8"),
    ("goods_12m", "i8"),
    ("purchase_days_12m", "i4"),
    ("sales_quarter", "i8"),
    ("sales_baseline", "i8"),
    ("service_12m", "i8"),
    ("pinned_grade", "i4"),
)
BASELINE_DAYS = 364
# What is read only of those with a rhythm.
_OF_RHYTHM = [
    "purchase_days",
    "first_day",
    "last_day",
    "log_gaps",
    "amount",
    "cost",
    "positive_amount",
    "purchase_days_12m",
    "sales_quarter",
    "sales_baseline",
    "service_12m",
]
Columns = dict[str, Any]  # name → array; masked, or nan, where the value is not known


@dataclass(frozen=True)
class FittedModels:
    """The models of buying of one night. ``dropout_trusted`` is false when the fit has degenerated: its chance of being
    active then stays hidden, while surprise and silence remain good. ``bend`` bends the chances that are shown to what
    happened on this base; ``learnt`` is the learnt chance of silence where an admin has switched it on."""

    purchases: ExpectedPurchaseModel
    dropout: DropoutModel
    spend: SpendModel
    ranges: RangeTable
    dropout_trusted: bool
    bend: ChanceBend | None = None
    learnt: SilenceRegression | None = None


@dataclass(frozen=True)
class ScoringPlan:
    """What is the same for all customers of a night. ``models`` is ``None`` where there is too little data."""

    as_of_day: int
    horizon_days: int
    knob: float
    mean_rate: float
    margin_share: float
    repeat_rate: float
    grade_cuts: tuple[Cut | None, ...]
    rfm_cuts: RfmCuts
    models: FittedModels | None
    fall_warning: float
    fall_critical: float
    service_per_purchase: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists; floats keep every digit."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ScoringPlan":
        """The plan that ``to_json`` wrote."""
        models = stored["models"]
        return cls(
            **{
                **stored,
                "grade_cuts": tuple(None if cut is None else Cut(**cut) for cut in stored["grade_cuts"]),
                "rfm_cuts": RfmCuts(
                    **{
                        name: ScoreCuts(tuple(cuts["cuts"]), cuts["higher_is_better"])
                        for name, cuts in stored["rfm_cuts"].items()
                    }
                ),
                "models": None
                if models is None
                else FittedModels(
                    ExpectedPurchaseModel(**models["purchases"]),
                    DropoutModel(**models["dropout"]),
                    SpendModel(**models["spend"]),
                    _read_ranges(models["ranges"]),
                    models["dropout_trusted"],
                    ChanceBend.from_json(models["bend"]) if models.get("bend") else None,
                    SilenceRegression.from_json(models["learnt"]) if models.get("learnt") else None,
                ),
            }
        )


def _read_ranges(stored: Mapping[str, Any]) -> RangeTable:
    return RangeTable(
        tuple(stored["repeats"]),
        tuple(stored["ages"]),
        tuple(tuple(line) for line in stored["low"]),
        tuple(tuple(line) for line in stored["high"]),
    )


def score_customers(customers: Any, plan: ScoringPlan) -> Columns:
    """All columns of the scores, in the order of ``customers`` (a structured array of ``CUSTOMER_FIELDS``)."""
    customers = {name: np.ascontiguousarray(customers[name]) for name, _kind in CUSTOMER_FIELDS}
    contract = customers["contract"] == 1
    bought = customers["purchase_days"] > 0
    rhythm = bought & ~contract
    who = np.flatnonzero(rhythm)
    columns = _start_columns(customers, plan, bought)
    rates = measure_margin_rates(
        customers["amount"] - customers["cost"], np.where(bought, plan.as_of_day - customers["first_day"], 0)
    )
    regular = _pick(customers, who)
    histories = _read_histories(regular, plan)
    _add_gaps(columns, who, histories)
    if plan.models is None:
        _add_simple_risk(columns, who, histories, rates[who], plan)
    else:
        _add_model_risk(columns, who, histories, rates[who], regular, plan, plan.models)
        _add_value(columns, who, histories, regular, plan, plan.models)
    _add_contract_risk(columns, np.flatnonzero(contract), rates, plan)
    columns["note"] = _note(customers["purchase_days"], contract, plan)
    return columns


def _pick(customers: Columns, who: IntArray) -> Columns:
    return {name: customers[name][who] for name in _OF_RHYTHM}


def _read_histories(customers: Any, plan: ScoringPlan) -> PurchaseHistories:
    return PurchaseHistories(
        customers["purchase_days"].astype(np.int64) - 1,
        (customers["last_day"] - customers["first_day"]).astype(np.float64),
        (plan.as_of_day - customers["first_day"]).astype(np.float64),
        customers["log_gaps"],
    )


def _start_columns(customers: Any, plan: ScoringPlan, bought: BoolArray) -> Columns:
    """What needs no model; the columns of risk and value start unknown or at nothing."""
    number = len(bought)
    silence = np.where(bought, plan.as_of_day - customers["last_day"], 0)
    grades = place_grades(customers["customer_id"], customers["sales_12m"], cuts=plan.grade_cuts)
    scores = assign_rfm(silence, customers["purchase_days_12m"], customers["sales_12m"], cuts=plan.rfm_cuts)
    known_days = np.minimum(plan.as_of_day - QUARTER_DAYS - customers["first_day"], BASELINE_DAYS)
    falls = measure_falls(customers["sales_baseline"], np.where(bought, known_days, 0), customers["sales_quarter"])
    pinned = customers["pinned_grade"]
    columns: Columns = {
        "customer_id": customers["customer_id"],
        "purchase_days": customers["purchase_days"],
        "first_day": np.ma.MaskedArray(customers["first_day"], mask=~bought),
        "last_day": np.ma.MaskedArray(customers["last_day"], mask=~bought),
        "sales_12m_cents": customers["sales_12m"],
        "sales_before_12m_cents": customers["sales_before_12m"],
        "goods_12m_cents": customers["goods_12m"],
        "service_12m_cents": customers["service_12m"],
        "contribution_12m_cents": customers["sales_12m"] - customers["goods_12m"] - customers["service_12m"],
        "grade": np.array([*GRADES, ""])[np.where(pinned > 0, pinned - 1, np.where(bought, grades, len(GRADES)))],
        "gap_days": np.ma.MaskedArray(silence, mask=~bought),
        "fall": falls,
        "at_stake_cents": np.zeros(number, dtype=np.int64),
        "risk_rank": np.zeros(number),
        "risk": np.zeros(number, dtype=np.int64),
    }
    for name, score in zip(("recency_score", "frequency_score", "money_score"), scores, strict=True):
        columns[name] = np.where(bought, score, 0)
    for name in ("mean_gap_days", "gap_ratio", "surprise", "alive", "silent_next", "expected_orders_12m"):
        columns[name] = np.full(number, np.nan)
    for name in ("value_3y_cents", "value_3y_low_cents", "value_3y_high_cents"):
        columns[name] = np.ma.MaskedArray(np.zeros(number, dtype=np.int64), mask=np.ones(number, dtype=np.bool_))
    return columns


def _add_gaps(columns: Columns, who: IntArray, histories: PurchaseHistories) -> None:
    gaps = measure_gaps(histories)
    columns["mean_gap_days"][who] = gaps.own_mean
    columns["gap_ratio"][who] = gaps.ratio


def _has_rhythm(histories: PurchaseHistories) -> BoolArray:
    enough: BoolArray = histories.repeats + 1 >= LEAST_PURCHASES_FOR_RHYTHM
    return enough


def _add_model_risk(
    columns: Columns,
    who: IntArray,
    histories: PurchaseHistories,
    rates: FloatArray,
    customers: Any,
    plan: ScoringPlan,
    models: FittedModels,
) -> None:
    """Only of those with a rhythm: of the others nothing is said, and no arithmetic of a night is dearer.

    Ranked by the raw chance of silence; shown, in money too, is the chance bent to what happened or the learnt."""
    known = np.flatnonzero(_has_rhythm(histories))
    who, histories, rates = who[known], histories.select(known), rates[known]
    silence: SilenceScores = score_silence(models.dropout, histories, horizon=plan.horizon_days)
    risk = judge_risk(silence.surprise, silence.active, histories.age - histories.last, histories.repeats)
    kept = risk != RiskLevel.LOST
    columns["surprise"][who] = silence.surprise
    alike = histories.age - histories.last < LONG_GONE_DAYS  # as those from whom it was learnt
    shown = np.where(alike, bend_chances(models.bend, silence.silent), silence.silent)
    if models.learnt is not None:
        features = _collect(histories, silence, rates, _pick(customers, known))
        shown = np.where(alike, foresee_silence(models.learnt, features), silence.silent)
    columns["silent_next"][who] = shown
    if models.dropout_trusted:
        active = bend_activity(models.bend, silence.active, silence.silent)
        columns["alive"][who] = np.where(alike, active, silence.active)
    columns["risk"][who] = risk
    at_stake = measure_at_stake(shown, rates)
    ranking = rank_for_my_day(silence.silent, rates, mean_rate=plan.mean_rate, blend=plan.knob)
    columns["at_stake_cents"][who[kept]] = np.rint(at_stake[kept]).astype(np.int64)
    columns["risk_rank"][who[kept]] = ranking[kept]


def _collect(histories: PurchaseHistories, silence: SilenceScores, rates: FloatArray, customers: Any) -> FloatArray:
    """What the learnt chance reads, as ``churn_rankings.find_features`` reads it of an evening of the past."""
    return collect_features(
        histories,
        surprise=silence.surprise,
        silent=silence.silent,
        year_days=customers["purchase_days_12m"],
        margin_rate=rates,
        quarter=customers["sales_quarter"],
        baseline=customers["sales_baseline"],
    )


def _add_simple_risk(
    columns: Columns, who: IntArray, histories: PurchaseHistories, rates: FloatArray, plan: ScoringPlan
) -> None:
    """Too little data for a model: the silence in own gaps decides, and stands for the chance in the ranking."""
    ratio = np.nan_to_num(measure_gaps(histories).ratio)
    risk = judge_risk_simply(ratio, histories.age - histories.last, histories.repeats)
    kept = _has_rhythm(histories) & (risk != RiskLevel.LOST)
    likely = ratio / (1 + ratio)
    columns["risk"][who] = risk
    at_stake = measure_at_stake(np.where(risk > RiskLevel.NONE, likely, 0.0), rates)
    columns["at_stake_cents"][who[kept]] = np.rint(at_stake[kept]).astype(np.int64)
    ranking = rank_for_my_day(likely, rates, mean_rate=plan.mean_rate, blend=plan.knob)
    columns["risk_rank"][who[kept]] = ranking[kept]


def _add_contract_risk(columns: Columns, who: IntArray, rates: FloatArray, plan: ScoringPlan) -> None:
    """A contract has no rhythm of its own: what counts is the fall of what is used."""
    fall = np.nan_to_num(columns["fall"][who])
    columns["risk"][who] = judge_falls(fall, warning=plan.fall_warning, critical=plan.fall_critical)
    likely = np.where(columns["risk"][who] > 0, np.clip(fall, 0, 1), 0.0)
    columns["at_stake_cents"][who] = np.rint(measure_at_stake(likely, rates[who])).astype(np.int64)
    ranking = rank_for_my_day(likely, rates[who], mean_rate=plan.mean_rate, blend=plan.knob)
    columns["risk_rank"][who] = ranking


def _add_value(
    columns: Columns,
    who: IntArray,
    histories: PurchaseHistories,
    customers: Any,
    plan: ScoringPlan,
    models: FittedModels,
) -> None:
    """Purchases to expect, and what is left of them after goods and cost to serve. The chance is the one that is shown
    where one is shown, so the parts multiply."""
    chance = columns["alive"][who]
    hidden = np.flatnonzero(np.isnan(chance))
    chance[hidden] = estimate_still_buying(models.purchases, histories.select(hidden))
    spend = expect_spend(
        models.spend,
        customers["purchase_days"].astype(np.int64),
        customers["positive_amount"] / np.maximum(customers["purchase_days"], 1),
    )
    margin_share = share_of_margin(customers["amount"], customers["cost"], otherwise=plan.margin_share)
    service = expect_service(
        customers["service_12m"], customers["purchase_days_12m"], mean_of_all=plan.service_per_purchase
    )
    brings = spend * margin_share - service
    values = value_customers(models.purchases, histories, active=chance, margin_per_purchase=brings)
    year = look_up_purchases(models.purchases, histories, horizon=YEAR_DAYS)
    columns["expected_orders_12m"][who] = year * values.chance
    low, high = look_up_ranges(models.ranges, histories.repeats, histories.age)
    ends = values.if_stays * low, values.if_stays * high  # the other way round for who costs money
    for name, money in (("", values.weighed), ("_low", np.minimum(*ends)), ("_high", np.maximum(*ends))):
        column = columns[f"value_3y{name}_cents"]
        column[who] = np.rint(money).astype(np.int64)


def _note(purchase_days: IntArray, contract: BoolArray, plan: ScoringPlan) -> Any:
    """Why something is not known, the most telling reason first."""
    notes = np.array(["", "contract", "no_order", "one_order", "few_orders", "little_data", "degenerate"])
    of_rhythm = 5 if plan.models is None else 0 if plan.models.dropout_trusted else 6
    few = np.minimum(purchase_days, LEAST_PURCHASES_FOR_RHYTHM)
    of_purchases = np.array([2, 3, *[4] * (LEAST_PURCHASES_FOR_RHYTHM - 2), of_rhythm])
    return notes[np.where(contract, 1, of_purchases[few])]
