"""Groups of customers who behave alike: found by k-means, told apart in figures, described by a rule.

Behaviour comes as columns of figures (unknown is nan) and of words. Figures are bent by their logarithm where they are
amounts, standardised and cut at three deviations; a word counts as much as one figure, however many there are to say.
The same seed and figures give the same groups, in whatever order the customers come.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

GROUP_COUNTS = (4, 6, 8)
STARTS, ROUNDS = 6, 30
LEAST_SHARE, MOST_SHARE, LEAST_SIZE = 0.01, 0.4, 20
LEAST_DISTANCE, LEAST_MARKS = 0.8, 2
LEAST_KNOWN = 0.5
LEAST_FIT, LEAST_PRECISION = 0.7, 0.7
LEAST_APART, LEAST_COLUMNS = 0.42, 4
MOST_KNOWN = 0.6
MOST_OVERLAP = 0.5
MOST_CONDITIONS = 4
LEAST_GAIN = 0.015
CUT_QUANTILES = np.linspace(0.02, 0.98, 49)


@dataclass(frozen=True)
class Figure:
    """One column: the metric a rule names it by, and whether it is an amount (bent by its logarithm)."""

    name: str
    values: Floats
    is_amount: bool = False
    decimals: int = 0


@dataclass(frozen=True)
class Behaviour:
    """Customers by row: figures, and words such as the family they buy most of ("" is unknown)."""

    figures: Sequence[Figure]
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def customers(self) -> int:
        return len(self.figures[0].values) if self.figures else 0


@dataclass(frozen=True)
class Mark:
    """What marks a group off: the medians inside and outside, and their distance in standard deviations; for a word
    the shares that have it."""

    name: str
    inside: float
    outside: float
    distance: float
    word: str = ""


@dataclass(frozen=True)
class Cluster:
    """A group with its members, marks (the strongest first) and the rule that describes it."""

    members: Mask
    marks: list[Mark]
    criteria: dict[str, Any]
    described: Mask
    precision: float
    recall: float

    @property
    def fit(self) -> float:
        return measure_fit(self.precision, self.recall)


def find_clusters(behaviour: Behaviour, *, known: Sequence[Mask], seed: int, most: int = 3) -> list[Cluster]:
    """Groups that none of ``known`` (segments, groups refused before) describes, the plainest first: those best
    described and farthest from the rest.

    None where fewer than four columns tell customers apart: in so little a cloud and its pieces look alike.
    """
    if behaviour.customers < LEAST_SIZE * 4:
        return []
    points = standardise(behaviour)
    if np.any(points, axis=0).sum() < LEAST_COLUMNS:
        return []
    random = np.random.default_rng(seed)
    chosen: list[Cluster] = []
    for count in GROUP_COUNTS:  # a whole before its parts
        labels = group_points(points, count, random)
        apart = measure_apartness(points, labels, count)
        found = [
            cluster
            for number in range(count)
            if apart[number] >= LEAST_APART and (cluster := describe_group(behaviour, labels == number))
        ]
        for cluster in sorted(found, key=_rank):
            is_known = any(describes(mask, cluster) for mask in known)
            if not is_known and all(share_part(cluster.described, one.described) < MOST_OVERLAP for one in chosen):
                chosen.append(cluster)
    return sorted(chosen, key=_rank)[:most]


def _rank(cluster: Cluster) -> float:
    """The best described and the farthest from the rest first."""
    return -cluster.fit * sum(mark.distance for mark in cluster.marks[:3])


def describes(mask: Mask, cluster: Cluster) -> bool:
    """Whether ``mask`` already describes the group, by its members or by its rule."""
    return any(measure_agreement(one, mask) >= MOST_KNOWN for one in (cluster.members, cluster.described))


def share_part(one: Mask, other: Mask) -> float:
    """Customers in both as a share of the smaller set: 1 for a part of the other."""
    smaller = float(min(one.sum(), other.sum()))
    return float(np.sum(one & other)) / smaller if smaller else 0.0


def measure_agreement(one: Mask, other: Mask) -> float:
    """F1 of one set of customers against another."""
    both = float(np.sum(one & other))
    return 2 * both / float(one.sum() + other.sum()) if both else 0.0


def measure_overlap(one: Mask, other: Mask) -> float:
    """Customers in both as a share of those in either."""
    either = float(np.sum(one | other))
    return float(np.sum(one & other)) / either if either else 0.0


def measure_fit(precision: float, recall: float) -> float:
    """F1 of precision and recall."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


# --- Points and groups -----------------------------------------------------------------------------------------------


def standardise(behaviour: Behaviour) -> Floats:
    """One row a customer: figures with mean 0 and deviation 1, words as columns of 0 and 1 that together weigh as much
    as one figure (each with the weight of a figure, a dozen product families would drown all behaviour)."""
    columns = [np.clip(_scale(_bend(figure)), -3.0, 3.0) for figure in behaviour.figures]
    for words in behaviour.words.values():
        values = np.asarray(words)
        kinds = [kind for kind in sorted({word for word in words if word}) if 0.02 <= np.mean(values == kind) <= 0.9]
        weight = 1 / math.sqrt(max(1, len(kinds)))
        columns += [weight * np.clip(_scale(np.where(values == kind, 1.0, 0.0)), -3.0, 3.0) for kind in kinds]
    return np.column_stack(columns)


def _bend(figure: Figure) -> Floats:
    values = figure.values
    return np.sign(values) * np.log1p(np.abs(values)) if figure.is_amount else values


def _scale(column: Floats) -> Floats:
    known = column[np.isfinite(column)]
    spread = float(np.std(known)) if len(known) else 0.0
    if spread == 0:
        return np.zeros_like(column)
    scaled: Floats = np.nan_to_num((column - float(np.mean(known))) / spread, nan=0.0, posinf=3.0, neginf=-3.0)
    return scaled


def group_points(points: Floats, count: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """The number of the group of each row, by k-means from a few well-spread beginnings.

    Chance draws from the rows in the order of their figures: the order they come in follows the customers' numbers,
    which say nothing about behaviour and must not change the groups.
    """
    order = np.lexsort(points.round(9).T)
    points = points[order]
    best = math.inf, np.zeros(len(points), dtype=np.int64)
    for _start in range(STARTS):
        centres = _spread_out(points, count, random)
        labels = np.zeros(len(points), dtype=np.int64)
        for _round in range(ROUNDS):
            distances = _distances(points, centres)
            fresh = distances.argmin(axis=1)
            if np.array_equal(fresh, labels) and _round:
                break
            labels = fresh
            for number in range(count):
                mine = points[labels == number]
                if len(mine):
                    centres[number] = mine.mean(axis=0)
        loss = float(_distances(points, centres).min(axis=1).sum())
        if loss < best[0]:
            best = loss, labels
    numbers = np.empty_like(best[1])
    numbers[order] = best[1]
    return numbers


def measure_apartness(points: Floats, labels: npt.NDArray[np.int64], count: int) -> list[float]:
    """How much nearer its members lie to the middle of their own group than to the next one, from 0 to 1; k-means cuts
    also a cloud without groups into pieces, and those lie hardly apart. 0 for an empty group."""
    used = [number for number in range(count) if np.any(labels == number)]
    if len(used) < 2:
        return [0.0] * count
    centres = np.array([points[labels == number].mean(axis=0) for number in used])
    nearest = np.sort(np.sqrt(_distances(points, centres)), axis=1)
    shares = 1 - nearest[:, 0] / np.maximum(nearest[:, 1], 1e-9)
    return [float(shares[labels == number].mean()) if number in used else 0.0 for number in range(count)]


def _spread_out(points: Floats, count: int, random: np.random.Generator) -> Floats:
    """k-means++: each centre far from those before."""
    centres = [points[int(random.integers(len(points)))]]
    for _number in range(count - 1):
        distances = _distances(points, np.array(centres)).min(axis=1)
        total = float(distances.sum())
        chances = distances / total if total > 0 else None
        centres.append(points[int(random.choice(len(points), p=chances))])
    return np.array(centres)


def _distances(points: Floats, centres: Floats) -> Floats:
    squares = (points**2).sum(axis=1)[:, None] - 2 * points @ centres.T + (centres**2).sum(axis=1)[None, :]
    return np.maximum(squares, 0.0)


# --- What marks a group off, and the rule that describes it ----------------------------------------------------------


def describe_group(behaviour: Behaviour, members: Mask) -> Cluster | None:
    """The group with its marks and rule; None for one too small, too large, too like the rest or hard to describe."""
    size, share = int(members.sum()), float(members.mean())
    if size < LEAST_SIZE or not LEAST_SHARE <= share <= MOST_SHARE:
        return None
    marks = find_marks(behaviour, members)
    if sum(mark.distance >= LEAST_DISTANCE for mark in marks) < LEAST_MARKS:
        return None
    # Without a single condition everybody is described, and too few of them are members to go on.
    criteria, described = find_rule(behaviour, members)
    precision = float(np.mean(members[described])) if described.any() else 0.0
    recall = float(np.mean(described[members]))
    if measure_fit(precision, recall) < LEAST_FIT or precision < LEAST_PRECISION:
        return None
    return Cluster(members, marks[:5], criteria, described, precision, recall)


def find_marks(behaviour: Behaviour, members: Mask) -> list[Mark]:
    """Every figure known of most of the group, and every word, by how far it lies from the rest; the farthest first."""
    marks = []
    for figure in behaviour.figures:
        bent = _scale(_bend(figure))
        known = np.isfinite(figure.values)
        inside, outside = members & known, ~members & known
        if inside.sum() >= LEAST_KNOWN * members.sum() and inside.any() and outside.any():
            distance = abs(float(np.median(bent[inside]) - np.median(bent[outside])))
            medians = float(np.median(figure.values[inside])), float(np.median(figure.values[outside]))
            marks.append(Mark(figure.name, *medians, distance))
    for name, words in behaviour.words.items():
        values = np.asarray(words)
        for word in sorted(set(words) - {""}):
            inside_share, outside_share = (
                float(np.mean(values[members] == word)),
                float(np.mean(values[~members] == word)),
            )
            if inside_share > 0.5:
                marks.append(Mark(name, inside_share, outside_share, 3 * (inside_share - outside_share), word))
    return sorted(marks, key=lambda mark: -mark.distance)


def find_rule(behaviour: Behaviour, members: Mask) -> tuple[dict[str, Any], Mask]:
    """Conditions that all hold, one after the other, as long as each makes the description clearly better."""
    conditions: list[dict[str, Any]] = []
    described, fit = np.ones(len(members), dtype=np.bool_), 0.0
    while len(conditions) < MOST_CONDITIONS:
        best: tuple[float, dict[str, Any], Mask] | None = None
        for condition, mask in _offer_conditions(behaviour, described):
            agreement = measure_agreement(described & mask, members)
            if best is None or agreement > best[0] + 1e-9:
                best = agreement, condition, mask
        if best is None or best[0] < fit + LEAST_GAIN:
            break
        fit = best[0]
        conditions.append(best[1])
        described = described & best[2]
    return ({"all": conditions} if conditions else {}), described


def _offer_conditions(behaviour: Behaviour, described: Mask) -> Any:
    """Cuts through each figure at rounded places, both ways, and each word."""
    for figure in behaviour.figures:
        held = figure.values[described & np.isfinite(figure.values)]
        if not len(held):
            continue
        cuts = {round_cut(float(cut), figure.decimals) for cut in np.quantile(held, CUT_QUANTILES)}
        for cut in sorted(cuts):
            with np.errstate(invalid="ignore"):
                yield _condition(figure.name, "at_least", cut), figure.values >= cut
                yield _condition(figure.name, "at_most", cut), figure.values <= cut
    for name, words in behaviour.words.items():
        values = np.asarray(words)
        for word in sorted(set(values[described].tolist()) - {""}):
            yield _condition(name, "is", word), values == word


def _condition(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"metric": name, "operator": operator, "value": value}


def round_cut(value: float, decimals: int) -> float:
    """Two leading digits, and no more decimals than people write: 74,312 becomes 74,000 and 0.238 becomes 0.24."""
    if value == 0:
        return 0
    leading = 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, min(leading, decimals))
    return int(rounded) if decimals <= 0 or rounded == int(rounded) else rounded
