"""What a customer will bring: expected purchases times what one of them leaves, weighed with the chance that he stays.

Two models work together. ``expected_purchases`` says how often an active customer will buy; ``dropout_model`` says how
likely he is still active, because it sees the silence of one-time buyers too and never runs to the edge. A one-time
buyer has no rhythm, hence no personal chance: the low rate expected of him already counts those who never come back.
"""

from dataclasses import dataclass

import numpy as np

from segments.rules.expected_purchases import (
    ExpectedPurchaseModel,
    estimate_still_buying,
    expect_purchases_if_active,
    find_purchase_quantiles,
    look_up_purchases,
)
from segments.rules.purchase_history import FloatArray, IntArray, PurchaseHistories, build_histories

YEAR_DAYS = 365
VALUE_DAYS = 1_096


SERVICE_PRIOR_PURCHASES = 2.0


def share_of_margin(revenue_cents: IntArray, cost_cents: IntArray, *, otherwise: float) -> FloatArray:
    """What is left of each customer's sales after goods, as a share between -1 and 1; ``otherwise`` without sales."""
    own = (revenue_cents - cost_cents) / np.maximum(revenue_cents, 1)
    return np.where(revenue_cents > 0, np.clip(own, -1.0, 1.0), otherwise)


def expect_service(service_12m_cents: IntArray, purchases_12m: IntArray, *, mean_of_all: float) -> FloatArray:
    """Cost to serve a purchase, in cents: the own of twelve months, drawn to the mean of all as if two purchases at
    that price had been seen besides. The visits before a first purchase are so not taken for a habit."""
    seen = np.maximum(purchases_12m, 0).astype(np.float64)
    told = service_12m_cents + SERVICE_PRIOR_PURCHASES * mean_of_all
    expected: FloatArray = told / (seen + SERVICE_PRIOR_PURCHASES)
    return expected


@dataclass(frozen=True)
class LifetimeValues:
    """One entry per customer: purchases of the horizon if he is active today, the chance that he is, and the money
    (in the unit of the margin) if he stays and weighed. ``weighed = chance * if_stays``, to the last digit."""

    purchases_if_active: FloatArray
    chance: FloatArray
    if_stays: FloatArray
    weighed: FloatArray


def value_customers(
    model: ExpectedPurchaseModel,
    histories: PurchaseHistories,
    *,
    active: FloatArray | None,
    margin_per_purchase: FloatArray,
    horizon: float = VALUE_DAYS,
) -> LifetimeValues:
    """Value of the coming ``horizon`` days, not discounted.

    ``active`` is the chance of being active by the dropout model; with ``None``, as when that model is not to be
    trusted, the chance of the purchase model itself weighs: better on the level of the whole base (on CDNOW 14% too
    low against 19%), blind for the silence of one-time buyers. ``margin_per_purchase`` may be negative: value too.
    """
    purchases = look_up_purchases(model, histories, horizon=horizon)
    known = estimate_still_buying(model, histories) if active is None else active
    chance = np.where(histories.repeats > 0, known, 1.0)
    if_stays = purchases * margin_per_purchase
    return LifetimeValues(purchases, chance, if_stays, chance * if_stays)


@dataclass(frozen=True)
class RangeTable:
    """Between which multiples of the expected purchases 80 of 100 customers end, on a grid of repeats and ages.

    The distribution is too long to compute for everybody; the two multiples change slowly and are read from the grid.
    """

    repeats: tuple[float, ...]
    ages: tuple[float, ...]
    low: tuple[tuple[float, ...], ...]
    high: tuple[tuple[float, ...], ...]


def tabulate_ranges(
    model: ExpectedPurchaseModel, *, most_repeats: int, longest_age: float, horizon: float = VALUE_DAYS
) -> RangeTable:
    """The table for customers with up to ``most_repeats`` repeats and up to ``longest_age`` days since the first."""
    repeats = np.unique(np.round(np.expm1(np.linspace(0, np.log1p(max(most_repeats, 1)), 14))))
    ages = np.linspace(1.0, max(longest_age, 2.0), 9)
    low, high = np.zeros((len(repeats), len(ages))), np.zeros((len(repeats), len(ages)))
    for row, count in enumerate(repeats.astype(np.int64).tolist()):
        alike = build_histories(np.full(len(ages), count), ages if count else np.zeros(len(ages)), ages)
        means = expect_purchases_if_active(model, alike, horizon=horizon)
        ends = find_purchase_quantiles(
            model, repeats=count, ages=ages, horizon=horizon, shares=(0.1, 0.9), about=float(means.max())
        )
        low[row], high[row] = (ends / means[:, None]).T
    return RangeTable(
        tuple(repeats.tolist()),
        tuple(ages.tolist()),
        tuple(tuple(line) for line in low.tolist()),
        tuple(tuple(line) for line in high.tolist()),
    )


def look_up_ranges(table: RangeTable, repeats: IntArray, age: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The two multiples for each customer, linear between the points of the grid, constant beyond it."""
    steps = np.arange(int(repeats.max(initial=0)) + 1)
    row, in_row = _place(np.log1p(np.array(table.repeats)), np.log1p(steps))
    down, at_down = row[repeats], in_row[repeats]
    right, at_right = _place(np.array(table.ages), age)
    rest_down, rest_right = 1 - at_down, 1 - at_right
    width = len(table.ages)
    corner = down * width + right
    answers = []
    for lines in (table.low, table.high):
        values = np.array(lines).ravel()
        upper = values.take(corner) * rest_right + values.take(corner + 1) * at_right
        lower = values.take(corner + width) * rest_right + values.take(corner + width + 1) * at_right
        answers.append(upper * rest_down + lower * at_down)
    return answers[0], answers[1]


def _place(grid: FloatArray, values: FloatArray) -> tuple[IntArray, FloatArray]:
    """The cell of each value in a grid, and how far into the cell it lies, 0 to 1."""
    cell = np.clip(np.searchsorted(grid, values, side="right") - 1, 0, len(grid) - 2)
    inside = np.clip((values - grid[cell]) / (grid[cell + 1] - grid[cell]), 0.0, 1.0)
    return cell.astype(np.int64), inside
