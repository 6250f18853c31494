"""What a contract will bring: what it brings a day, for as long as it is renewed (sBG), with the range of that.

Until the next renewal the contract runs; from each renewal on only those go on who renewed. So there are as many
futures as renewals fall due, each with its chance, and the range is read from them; where nearly all renew it reaches
as far as the mean, which the few others pull away from what those bring. Taken as known are what the contract brings a
day and the parameters of the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from segments.rules.contract_retention import ContractModel, estimate_survival, tabulate_survival
from segments.rules.lifetime_value import VALUE_DAYS
from segments.rules.purchase_history import FloatArray, IntArray
from segments.rules.value_forecast import HORIZONS, RARE, Expected, reach_mean

LEAST_DAYS_SEEN = 30
YEAR = 365


@dataclass(frozen=True)
class ContractForecast:
    """Until ``horizon`` days from now: how many renewals fall due, the chance that all of them come about, and the
    money in cents: if they all do, and weighed with the chance of each."""

    horizon: int
    due: int
    chance: float
    if_renewed: float
    weighed: Expected


def count_measured_days(days_known: int) -> int:
    """Of the days since the first purchase those that twelve months of figures are divided by, at least 30."""
    return min(YEAR, max(days_known, LEAST_DAYS_SEEN))


def measure_daily_contribution(contribution_12m_cents: int, *, days_known: int) -> float:
    """Cents a day, from what the last twelve months left after goods and cost to serve; whoever is with us for less
    than a year is measured by his own days."""
    return contribution_12m_cents / count_measured_days(days_known)


def forecast_contract(
    model: ContractModel,
    *,
    renewals: int,
    due_in: Sequence[int],
    daily_cents: float,
    horizons: tuple[int, ...] = HORIZONS,
) -> list[ContractForecast]:
    """One row per horizon, in days. ``renewals`` is how often it was renewed, ``due_in`` the days from now to each
    renewal to come, in order."""
    return [
        _forecast(model, renewals, [day for day in due_in if day < horizon], daily_cents, horizon)
        for horizon in horizons
    ]


def forecast_notice(
    *, ends_in: int, daily_cents: float, horizons: tuple[int, ...] = HORIZONS
) -> list[ContractForecast]:
    """Of a contract that was given notice and runs for ``ends_in`` more days: nothing about it is left to chance."""
    rows = []
    for horizon in horizons:
        cents = daily_cents * min(horizon, ends_in)
        rows.append(ContractForecast(horizon, 0, float(ends_in >= horizon), cents, Expected(cents, cents, cents)))
    return rows


def _forecast(
    model: ContractModel, renewals: int, due: Sequence[int], daily_cents: float, horizon: int
) -> ContractForecast:
    stays = [estimate_survival(model, renewals=renewals, further=further) for further in range(len(due) + 1)]
    ends = [*due, horizon]
    chances = [here - after for here, after in zip(stays, [*stays[1:], 0.0], strict=True)]
    futures = sorted((daily_cents * end, chance) for end, chance in zip(ends, chances, strict=True))
    mean = sum(cents * chance for cents, chance in futures)
    low, high = (_find_quantile(futures, share) for share in (RARE, 1 - RARE))
    return ContractForecast(horizon, len(due), stays[-1], daily_cents * horizon, reach_mean(mean, low, high))


def _find_quantile(futures: Sequence[tuple[float, float]], share: float) -> float:
    """The smallest outcome that at least ``share`` of the futures do not exceed."""
    reached = accumulate(chance for _cents, chance in futures)
    return next(cents for (cents, _chance), so_far in zip(futures, reached, strict=True) if so_far >= share - 1e-9)


def value_contracts(
    model: ContractModel, *, renewals: IntArray, due_in: FloatArray, daily_cents: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of many running contracts the three-year value weighed by the chance of each renewal, and the ends of its range:
    what ``forecast_contract`` says of each. ``due_in`` holds a row of days to its renewals for each, in order, filled
    up with ``VALUE_DAYS`` or more."""
    ends = np.concatenate([np.minimum(due_in, VALUE_DAYS), np.full((len(due_in), 1), float(VALUE_DAYS))], axis=1)
    stays = tabulate_survival(model, renewals=renewals, further=ends.shape[1] - 1)
    chances = stays - np.concatenate([stays[:, 1:], np.zeros((len(stays), 1))], axis=1)
    days = (ends * chances).sum(axis=1)
    low, high = (_pick_quantiles(ends, chances, share) for share in (RARE, 1 - RARE))
    # What loses money loses the more the longer it lasts: its worst future is the longest.
    short, long = (_pick_quantiles(ends[:, ::-1], chances[:, ::-1], share) for share in (RARE, 1 - RARE))
    loses, mean = daily_cents < 0, daily_cents * days
    least, most = daily_cents * np.where(loses, short, low), daily_cents * np.where(loses, long, high)
    return mean, np.minimum(least, mean), np.maximum(most, mean)


def _pick_quantiles(ends: FloatArray, chances: FloatArray, share: float) -> FloatArray:
    reached = np.cumsum(chances, axis=1) >= share - 1e-9
    picked: FloatArray = ends[np.arange(len(ends)), np.argmax(reached, axis=1)]
    return picked
