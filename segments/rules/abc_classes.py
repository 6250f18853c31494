"""ABC classes: who brings the first 80% of net revenue (A), the next 15% (B) and the rest (C), with halves.

Customers are ordered by net revenue, the highest first, equal ones by id. A customer belongs to the class that his
revenue *reaches*: the one who crosses the 80% line is still A. Shares are of the total of positive revenue; a customer
at or below zero brings no share and is C2. Each class is halved by revenue, not by heads: A1 are the customers who
bring the first half of A's share (to 40% at the default lines), A2 the second; so also B1, B2, C1, C2.

All money is whole cents and all comparisons are exact: the same customers always fall into the same classes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
import numpy.typing as npt

from segments.rules.purchase_history import FloatArray, IntArray

GRADES = ("A1", "A2", "B1", "B2", "C1", "C2")
GradeArray = npt.NDArray[np.str_]


@dataclass(frozen=True)
class ClassLines:
    """Where A and B end, in percent of the cumulative net revenue; a setting of the business."""

    a_percent: float = 80.0
    b_percent: float = 95.0

    def __post_init__(self) -> None:
        if not 0 < self.a_percent < self.b_percent < 100:
            raise ValueError("the lines of A and B must rise between 0 and 100 percent")

    def list_grade_ends(self) -> tuple[float, ...]:
        """The percentages at which A1, A2, B1, B2 and C1 end."""
        a, b = self.a_percent, self.b_percent
        return (a / 2, a, (a + b) / 2, b, (b + 100) / 2)


@dataclass(frozen=True)
class Cut:
    """The last customer of a grade: whoever has more revenue, or the same and an id no higher, is in it or above."""

    revenue_cents: int
    customer_id: int


@dataclass(frozen=True)
class ClassCuts:
    """What a run stores: one cut per grade from A1 to C1 (``None`` where nobody is in it or above), the customers per
    grade, and the totals the shares were taken of. With the cuts alone any part of the customers can be classed."""

    cuts: tuple[Cut | None, ...]
    customers: tuple[int, ...]
    revenue_cents: tuple[int, ...]
    total_cents: int

    def share_of_customers(self, letter: str) -> float:
        """Part of all customers in class A, B or C: the real split beside the revenue they bring."""
        everyone = sum(self.customers)
        inside = sum(n for grade, n in zip(GRADES, self.customers, strict=True) if grade[0] == letter)
        return inside / everyone if everyone else 0.0

    def share_of_revenue(self, letter: str) -> float:
        """Part of all positive revenue that class A, B or C brings."""
        inside = sum(cents for grade, cents in zip(GRADES, self.revenue_cents, strict=True) if grade[0] == letter)
        return inside / self.total_cents if self.total_cents else 0.0


@dataclass(frozen=True)
class RevenueOrder:
    """Customers, the highest net revenue first, equal ones by id: the revenue of all in that order, and parts of them,
    each in that order and one part's ids above those of the part before: ids and revenue."""

    revenue: IntArray
    parts: tuple[tuple[IntArray, IntArray], ...]

    @classmethod
    def of_parts(cls, parts: Iterable[tuple[IntArray, IntArray]]) -> "RevenueOrder":
        """The order of everybody, from parts that are in theirs."""
        known = tuple(parts)
        falling = np.concatenate([np.zeros(0, dtype=np.int64), *(-revenue for _ids, revenue in known)])
        falling.sort()
        return cls(np.negative(falling, out=falling), known)

    def find_ids(self, places: Sequence[int]) -> list[int]:
        """Who stands at these places, from 0: found among the equal ones of each part, so nobody's ids are put in
        order."""
        asked = np.array(places, dtype=np.int64)
        wanted = self.revenue[asked]
        before = asked - np.searchsorted(-self.revenue, -wanted)
        found = np.zeros(len(places), dtype=np.int64)
        for ids, revenue in self.parts:
            first, end = (np.searchsorted(-revenue, -wanted, side=side) for side in ("left", "right"))
            here = (before >= 0) & (before < end - first)
            found[here] = ids[(first + before)[here]]
            before = before - (end - first)
        return found.tolist()  # type: ignore[no-any-return]


def order_by_revenue(customer_ids: IntArray, revenue_cents: IntArray) -> IntArray:
    """Positions of the customers, the highest revenue first, equal ones by id."""
    if not bool((customer_ids[1:] > customer_ids[:-1]).all()):
        return np.lexsort((customer_ids, -revenue_cents)).astype(np.int64, copy=False)
    bits = len(revenue_cents).bit_length()
    if len(revenue_cents) and max(-int(revenue_cents.min()), int(revenue_cents.max())) < 1 << (62 - bits):
        # Revenue and position as one number, which is put in order ten times as fast as positions are.
        keys = (-revenue_cents << bits) | np.arange(len(revenue_cents))
        keys.sort()
        return keys & ((1 << bits) - 1)
    return np.argsort(-revenue_cents, kind="stable").astype(np.int64, copy=False)  # whoever comes first stays first


def find_class_cuts(customer_ids: IntArray, revenue_cents: IntArray, *, lines: ClassLines | None = None) -> ClassCuts:
    """Cut points of all customers, from their net revenue of the period in cents."""
    order = order_by_revenue(customer_ids, revenue_cents)
    return find_cuts_in_order(RevenueOrder.of_parts([(customer_ids[order], revenue_cents[order])]), lines=lines)


def find_cuts_in_order(order: RevenueOrder, *, lines: ClassLines | None = None) -> ClassCuts:
    """Cut points of all customers who are in the order of their revenue already."""
    revenue = order.revenue
    reached = _add_up(revenue)
    total = int(reached[-1])
    bringing = int(np.searchsorted(-revenue, 0, side="left"))
    ends = []
    for percent in (lines or ClassLines()).list_grade_ends():
        line = -(-total * round(percent * 10_000) // 1_000_000)
        ends.append(min(int(np.searchsorted(reached[:-1], line, side="left")), bringing))
    spans = list(pairwise([0, *ends, len(revenue)]))
    ids = order.find_ids([max(end - 1, 0) for end in ends]) if len(revenue) else []
    cuts = tuple(Cut(int(revenue[end - 1]), one) if end else None for end, one in zip(ends, ids, strict=False))
    return ClassCuts(
        cuts=cuts or (None,) * len(ends),
        customers=tuple(end - start for start, end in spans),
        revenue_cents=tuple(int(reached[end] - reached[start]) for start, end in spans),
        total_cents=total,
    )


def _add_up(revenue: IntArray) -> IntArray:
    """What the first none, one, two … of these customers bring together, in cents; who brings nothing adds nothing."""
    reached = np.zeros(len(revenue) + 1, dtype=np.int64)
    np.maximum(revenue, 0, out=reached[1:])
    np.cumsum(reached, out=reached)
    return reached


def place_grades(
    customer_ids: IntArray, revenue_cents: IntArray, *, cuts: Sequence[Cut | None]
) -> npt.NDArray[np.int8]:
    """The same as positions in ``GRADES``."""
    grade = np.zeros(len(customer_ids), dtype=np.int8)
    for cut in cuts:  # whoever is inside of one is inside of all that follow
        if cut is None:
            grade += 1
        else:
            above = revenue_cents > cut.revenue_cents
            level = np.flatnonzero(revenue_cents == cut.revenue_cents)
            above[level] = customer_ids[level] <= cut.customer_id
            grade += ~above
    return grade


def draw_pareto_curve(revenue_cents: IntArray, *, points: int = 101) -> tuple[FloatArray, FloatArray]:
    """The Pareto curve: shares of customers from 0 to 1, best first, and the shares of revenue they bring."""
    is_falling = bool((revenue_cents[1:] <= revenue_cents[:-1]).all())
    falling = revenue_cents if is_falling else -np.sort(-revenue_cents)
    reached = _add_up(falling)
    heads = np.array([ceil(len(falling) * step / (points - 1)) for step in range(points)])
    scale = float(reached[-1]) or 1.0
    return heads / max(len(falling), 1), reached[heads] / scale
