"""How good a ranking or a forecast was, once it is known what came: with intervals, and fair to ties.

A rule of thumb often cannot tell a third of all customers apart ("bought nothing this quarter"). Whoever takes the
first hundred of them takes any hundred, so equal values are counted by what the mean of all their orders would catch.
Intervals are from customers drawn again and again with replacement (the bootstrap), with a fixed seed; two rankings are
always measured on the same draw, so their ratio has an interval of its own, narrower than theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segments.rules.purchase_history import BoolArray, FloatArray, IntArray

BUDGETS = (0.02, 0.05, 0.10)
DRAWS = 400
SEED = 19_970_930
_DRAWS_AT_ONCE = 25
_GOALS = 3  # precision, share of the lost money, share of the money of those who left


@dataclass(frozen=True)
class RankedEvening:
    """One evening's rankings with what came. ``customer`` numbers the customers over all evenings (0 to
    ``customers`` - 1), so the same customer is drawn on all of them; ``silent`` in the following quarter; ``lost`` is
    the usual margin of a quarter less what came of it, not below zero; ``left`` is the usual margin of a quarter of
    those who never bought again as far as is known, else 0."""

    customer: IntArray
    rankings: Mapping[str, FloatArray]
    silent: BoolArray
    lost: FloatArray
    left: FloatArray


@dataclass(frozen=True)
class Estimate:
    """A measured value with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class BudgetMeasure:
    """A ranking at one budget, mean of the evenings: shares between 0 and 1. ``alerts`` is the number of customers
    told on an evening."""

    budget: float
    alerts: int
    precision: Estimate
    lost: Estimate
    left: Estimate


@dataclass(frozen=True)
class RankingMeasure:
    """One ranking at all budgets; ``auc`` is the chance that one who was silent stands before one who was not, and
    ``precision_ratio``, ``lost_ratio`` and ``left_ratio`` hold it against the ranking of reference, per budget."""

    name: str
    auc: float
    budgets: tuple[BudgetMeasure, ...]
    precision_ratio: tuple[Estimate, ...]
    lost_ratio: tuple[Estimate, ...]
    left_ratio: tuple[Estimate, ...]


class _Order:
    """The order of one ranking: only as much of its head as the budgets need, whole groups of equal values."""

    def __init__(self, values: FloatArray) -> None:
        held = np.where(np.isnan(values), -np.inf, values)
        order = np.argsort(-held, kind="stable")
        ordered = held[order]
        ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
        # A draw may hold fewer of the first customers: twice the largest budget and a little is always enough.
        need = min(len(ends) - 1, int(np.searchsorted(ends, 2 * BUDGETS[-1] * len(held) + 50)))
        self.ends = ends[: need + 1]
        self.order = order[: self.ends[-1] + 1]


def measure_rankings(
    evenings: Sequence[RankedEvening], *, customers: int, reference: str, draws: int = DRAWS, seed: int = SEED
) -> dict[str, RankingMeasure]:
    """Every ranking that all ``evenings`` have, pooled as the mean of the evenings.

    ``customers`` is the number of customers that the evenings share; ``reference`` the ranking of the ratios.
    """
    names = [name for name in evenings[0].rankings if all(name in one.rankings for one in evenings)]
    drawn = np.zeros((draws + 1, len(names), len(BUDGETS), _GOALS))
    for evening in evenings:
        drawn += _draw_evening(evening, names, customers=customers, draws=draws, seed=seed) / len(evenings)
    base = np.maximum(drawn[:, names.index(reference)], 1e-12)
    alerts = [max(1, round(float(np.mean([budget * len(one.silent) for one in evenings])))) for budget in BUDGETS]
    found = {}
    for place, name in enumerate(names):
        ratio = drawn[:, place] / base
        found[name] = RankingMeasure(
            name,
            float(np.mean([measure_auc(one.rankings[name], one.silent) for one in evenings])),
            tuple(
                BudgetMeasure(budget, alerts[at], *(_estimate(drawn[:, place, at, goal]) for goal in range(_GOALS)))
                for at, budget in enumerate(BUDGETS)
            ),
            *(tuple(_estimate(ratio[:, at, goal]) for at in range(len(BUDGETS))) for goal in range(_GOALS)),
        )
    return found


def _estimate(values: FloatArray) -> Estimate:
    """The first value is that of all customers as they are, the others those of the draws."""
    low, high = np.percentile(values[1:], (2.5, 97.5)) if len(values) > 1 else (values[0], values[0])
    return Estimate(float(values[0]), float(low), float(high))


def _draw_evening(evening: RankedEvening, names: Sequence[str], *, customers: int, draws: int, seed: int) -> FloatArray:
    """What each ranking catches at each budget, first of all customers as they are, then of every draw."""
    random = np.random.default_rng(seed)
    orders = [_Order(evening.rankings[name]) for name in names]
    goals = np.stack([np.ones(len(evening.silent)), evening.silent, evening.lost, evening.left])
    answer = np.empty((draws + 1, len(names), len(BUDGETS), _GOALS))
    answer[0] = _catch(np.ones((1, len(evening.silent))), orders, goals)[0]
    for start in range(0, draws, _DRAWS_AT_ONCE):
        size = min(_DRAWS_AT_ONCE, draws - start)
        picks = [np.bincount(random.integers(0, customers, customers), minlength=customers) for _ in range(size)]
        weights = np.stack(picks)[:, evening.customer].astype(np.float64)
        answer[1 + start : 1 + start + size] = _catch(weights, orders, goals)
    return answer


def _catch(weights: FloatArray, orders: Sequence[_Order], goals: FloatArray) -> FloatArray:
    """Precision and shares of money at each budget for every draw (rows of ``weights``) and ranking."""
    totals = weights @ goals.T
    answer = np.zeros((len(weights), len(orders), len(BUDGETS), _GOALS))
    rows = np.arange(len(weights))
    for place, order in enumerate(orders):
        head = weights[:, order.order]
        sums = np.stack([np.cumsum(head * goal[order.order], axis=1)[:, order.ends] for goal in goals], axis=2)
        sums = np.concatenate([np.zeros((len(weights), 1, 4)), sums], axis=1)
        for at, budget in enumerate(BUDGETS):
            wanted = budget * totals[:, 0]
            group = np.clip((sums[:, :, 0] < wanted[:, None]).sum(axis=1), 1, sums.shape[1] - 1)
            before, after = sums[rows, group - 1], sums[rows, group]
            share = (wanted - before[:, 0]) / np.maximum(after[:, 0] - before[:, 0], 1e-12)
            caught = before + np.clip(share, 0.0, 1.0)[:, None] * (after - before)
            answer[:, place, at, 0] = caught[:, 1] / np.maximum(wanted, 1e-12)
            answer[:, place, at, 1:] = caught[:, 2:] / np.maximum(totals[:, 2:], 1e-12)
    return answer


def measure_auc(ranking: FloatArray, silent: BoolArray) -> float:
    """The chance that a silent customer stands before one who is not, equal places counted half; 0.5 where there is
    only one kind."""
    some, others = int(silent.sum()), int((~silent).sum())
    if not some or not others:
        return 0.5
    places = rank_evenly(np.where(np.isnan(ranking), -np.inf, ranking))
    return float((places[silent].sum() - some * (some + 1) / 2) / (some * others))


@dataclass(frozen=True)
class Tenth:
    """A tenth of the customers by what was expected of them: purchases a customer said and came, and the lift, how
    many times the mean of all came."""

    said: float
    came: float
    lift: float


@dataclass(frozen=True)
class ForecastMeasure:
    """A forecast of purchases against what came. ``bias`` is the total said over the total that came, less 1;
    ``factor`` what totals are to be multiplied with; ``lift`` that of the best tenth; ``order`` Spearman's rank
    correlation over all customers; ``error`` the mean absolute error of a customer, in purchases; ``nan`` where a
    rule orders customers without saying a number."""

    bias: float
    factor: float
    lift: float
    order: float
    error: float


def measure_forecast(said: FloatArray, came: IntArray, *, counts: bool = True) -> ForecastMeasure:
    """``counts`` is false for a rule that only orders customers (past spend, an RFM sum)."""
    total_said, total_came = float(said.sum()), float(came.sum())
    unknown = float("nan")
    return ForecastMeasure(
        bias=total_said / total_came - 1 if counts and total_came else unknown,
        factor=total_came / total_said if counts and total_said else unknown,
        lift=cut_into_tenths(said, came)[0].lift if len(came) else unknown,
        order=_measure_order(said, came),
        error=float(np.abs(said - came).mean()) if counts and len(came) else unknown,
    )


def cut_into_tenths(said: FloatArray, came: IntArray) -> list[Tenth]:
    """Ten groups by what was said, the highest first; equal values stay in their order. Fewer with under ten."""
    order = np.argsort(-said, kind="stable")
    mean = max(float(came.mean()) if len(came) else 0.0, 1e-12)
    return [
        Tenth(float(said[part].mean()), float(came[part].mean()), float(came[part].mean()) / mean)
        for part in np.array_split(order, 10)
        if len(part)
    ]


def _measure_order(said: FloatArray, came: IntArray) -> float:
    if len(came) < 2 or np.ptp(said) == 0 or np.ptp(came) == 0:
        return 0.0
    return float(np.corrcoef(rank_evenly(said), rank_evenly(came))[0, 1])


def rank_evenly(values: FloatArray | IntArray) -> FloatArray:
    """Places from 1, the smallest first; equal values share the mean of their places.

    Here and not from scipy.stats: that package takes a second to load, in every process that starts.
    """
    _distinct, which, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    places: FloatArray = ((2 * last - count + 1) / 2)[which]
    return places
