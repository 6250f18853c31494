"""Groups of customers who behave alike: found by k-means, told apart in figures, described by a rule.

Behaviour comes as columns of figures (unknown is nan) and of words. Figures are bent by their logarithm where they are
amounts, standardised and cut at three deviations; a word counts as much as one figure, however many there are to say.
The same seed and figures give the same groups, in whatever order the customers come.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

GROUP_COUNTS = (4, 6, 8)
STARTS, ROUNDS = 6, 30
BEGUN_WITH = 5_000  # customers among whom a beginning is looked for; the groups are then settled over all
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

    @cached_property
    def scaled(self) -> Floats:
        """Bent where it is an amount, with mean 0 and deviation 1; unknown is 0."""
        return _scale(_bend(self))

    @cached_property
    def order(self) -> Ints:
        """The rows of whom it is known, the smallest figure first."""
        known = np.flatnonzero(np.isfinite(self.values))
        return known[np.argsort(self.values[known])]


@dataclass(frozen=True)
class Behaviour:
    """Customers by row: figures, and words such as the family they buy most of ("" is unknown)."""

    figures: Sequence[Figure]
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def customers(self) -> int:
        return len(self.figures[0].values) if self.figures else 0

    @cached_property
    def numbered(self) -> dict[str, tuple[list[str], Ints]]:
        """Of each column of words the different ones in order, and the place of each row's among them."""
        found = {
            name: np.unique(np.asarray(words, dtype=np.str_), return_inverse=True) for name, words in self.words.items()
        }
        return {name: (kinds.tolist(), place) for name, (kinds, place) in found.items()}


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
    return _agree(int(np.sum(one & other)), int(one.sum()), int(other.sum()))


def _agree(both: int, one: int, other: int) -> float:
    """F1 of two sets by their sizes and the number in both."""
    return 2 * both / (one + other) if both else 0.0


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
    columns = [np.clip(figure.scaled, -3.0, 3.0) for figure in behaviour.figures]
    for kinds, place in behaviour.numbered.values():
        share = np.bincount(place, minlength=len(kinds)) / len(place)
        used = [number for number, kind in enumerate(kinds) if kind and 0.02 <= share[number] <= 0.9]
        weight = 1 / math.sqrt(max(1, len(used)))
        columns += [weight * np.clip(_scale(np.where(place == number, 1.0, 0.0)), -3.0, 3.0) for number in used]
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


def group_points(points: Floats, count: int, random: np.random.Generator) -> Ints:
    """The number of the group of each row, by k-means from the best of a few well-spread beginnings.

    Chance draws from the rows in the order of their figures: the order they come in follows the customers' numbers,
    which say nothing about behaviour and must not change the groups.
    """
    order = np.lexsort(points.round(9).T)
    points = points[order]
    few = points[:: max(1, len(points) // BEGUN_WITH)]
    begun = (_settle(few, _spread_out(few, count, random)) for _start in range(STARTS))
    best = min(begun, key=lambda centres: float(_distances(few, centres).min(axis=1).sum()))
    numbers = np.empty(len(points), dtype=np.int64)
    numbers[order] = _distances(points, _settle(points, best)).argmin(axis=1)
    return numbers


def _settle(points: Floats, centres: Floats) -> Floats:
    """The middles of the groups, moved until nobody changes his group, or long enough."""
    centres, labels = centres.copy(), np.full(len(points), -1, dtype=np.int64)
    for _round in range(ROUNDS):
        fresh = _distances(points, centres).argmin(axis=1)
        if np.array_equal(fresh, labels):
            break
        labels = fresh
        for number in range(len(centres)):
            mine = points[labels == number]
            if len(mine):
                centres[number] = mine.mean(axis=0)
    return centres


def measure_apartness(points: Floats, labels: Ints, count: int) -> list[float]:
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
        bent, known = figure.scaled, np.isfinite(figure.values)
        inside, outside = members & known, ~members & known
        if inside.sum() >= LEAST_KNOWN * members.sum() and inside.any() and outside.any():
            distance = abs(float(np.median(bent[inside]) - np.median(bent[outside])))
            medians = float(np.median(figure.values[inside])), float(np.median(figure.values[outside]))
            marks.append(Mark(figure.name, *medians, distance))
    for name, (kinds, place) in behaviour.numbered.items():
        shares = (
            np.bincount(place[which], minlength=len(kinds)) / max(1, which.sum()) for which in (members, ~members)
        )
        for word, inside_share, outside_share in zip(kinds, *(share.tolist() for share in shares), strict=True):
            if word and inside_share > 0.5:
                marks.append(Mark(name, inside_share, outside_share, 3 * (inside_share - outside_share), word))
    return sorted(marks, key=lambda mark: -mark.distance)


def find_rule(behaviour: Behaviour, members: Mask) -> tuple[dict[str, Any], Mask]:
    """Conditions that all hold, one after the other, as long as each makes the description clearly better."""
    conditions: list[dict[str, Any]] = []
    described, fit = np.ones(len(members), dtype=np.bool_), 0.0
    while len(conditions) < MOST_CONDITIONS:
        best: tuple[float, dict[str, Any]] | None = None
        for agreement, condition in _offer_conditions(behaviour, described, members):
            if best is None or agreement > best[0] + 1e-9:
                best = agreement, condition
        if best is None or best[0] < fit + LEAST_GAIN:
            break
        fit = best[0]
        conditions.append(best[1])
        described = described & _holds(behaviour, best[1])
    return ({"all": conditions} if conditions else {}), described


def _offer_conditions(behaviour: Behaviour, described: Mask, members: Mask) -> Iterator[tuple[float, dict[str, Any]]]:
    """Cuts through each figure at rounded places, both ways, and each word; how well those of the ``described`` for
    whom it holds agree with ``members``.

    Counted along the order of the figure: to look at everybody for each of a thousand cuts took seconds.
    """
    wanted, size = described & members, int(members.sum())
    for figure in behaviour.figures:
        mine, theirs = described[figure.order], wanted[figure.order]
        if not mine.any():
            continue
        ordered = figure.values[figure.order]
        all_below, both_below = (np.concatenate(([0], np.cumsum(which))) for which in (mine, theirs))
        cuts = {round_cut(float(cut), figure.decimals) for cut in np.quantile(ordered[mine], CUT_QUANTILES)}
        for cut in sorted(cuts):
            below, up_to = (int(np.searchsorted(ordered, cut, side=side)) for side in ("left", "right"))
            held, both = int(all_below[-1] - all_below[below]), int(both_below[-1] - both_below[below])
            yield _agree(both, held, size), _condition(figure.name, "at_least", cut)
            yield _agree(int(both_below[up_to]), int(all_below[up_to]), size), _condition(figure.name, "at_most", cut)
    for name, (kinds, place) in behaviour.numbered.items():
        counts = (np.bincount(place[which], minlength=len(kinds)).tolist() for which in (described, wanted))
        for word, held, both in zip(kinds, *counts, strict=True):
            if word and held:
                yield _agree(both, held, size), _condition(name, "is", word)


def _holds(behaviour: Behaviour, condition: dict[str, Any]) -> Mask:
    """For whom one of the offered conditions holds."""
    name, value = condition["metric"], condition["value"]
    if condition["operator"] == "is":
        kinds, place = behaviour.numbered[name]
        return np.asarray(place == kinds.index(value))
    values = next(figure.values for figure in behaviour.figures if figure.name == name)
    with np.errstate(invalid="ignore"):
        return np.asarray(values >= value if condition["operator"] == "at_least" else values <= value)


def _condition(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"metric": name, "operator": operator, "value": value}


def round_cut(value: float, decimals: int) -> float:
    """Two leading digits, and no more decimals than people write: 74,312 becomes 74,000 and 0.238 becomes 0.24."""
    if value == 0:
        return 0
    leading = 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, min(leading, decimals))
    return int(rounded) if decimals <= 0 or rounded == int(rounded) else rounded
