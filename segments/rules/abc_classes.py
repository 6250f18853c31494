"""ABC classes: who brings the first 80% of net revenue (A), the next 15% (B) and the rest (C), with halves.

Customers are ordered by net revenue, the highest first, equal ones by id. A customer belongs to the class that his
revenue *reaches*: the one who crosses the 80% line is still A. Shares are of the total of positive revenue; a customer
at or below zero brings no share and is C2. Each class is halved by revenue, not by heads: A1 are the customers who
bring the first half of A's share (to 40% at the default lines), A2 the second; so also B1, B2, C1, C2.

All money is whole cents and all comparisons are exact: the same customers always fall into the same classes.
"""

from collections.abc import Sequence
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


def order_by_revenue(customer_ids: IntArray, revenue_cents: IntArray) -> IntArray:
    """Positions of the customers, the highest revenue first, equal ones by id."""
    if bool((customer_ids[1:] > customer_ids[:-1]).all()):  # whoever comes first of two equals stays first
        return np.argsort(-revenue_cents, kind="stable").astype(np.int64, copy=False)
    return np.lexsort((customer_ids, -revenue_cents)).astype(np.int64, copy=False)


def find_class_cuts(customer_ids: IntArray, revenue_cents: IntArray, *, lines: ClassLines | None = None) -> ClassCuts:
    """Cut points of all customers, from their net revenue of the period in cents."""
    order = order_by_revenue(customer_ids, revenue_cents)
    return find_cuts_in_order(customer_ids[order], revenue_cents[order], lines=lines)


def find_cuts_in_order(ids: IntArray, revenue: IntArray, *, lines: ClassLines | None = None) -> ClassCuts:
    """Cut points of all customers who are in the order of their revenue already (``order_by_revenue``)."""
    positive = np.maximum(revenue, 0)
    reached = np.cumsum(positive)
    total = int(reached[-1]) if len(reached) else 0
    before = reached - positive
    bringing = int(np.searchsorted(-revenue, 0, side="left"))
    ends = []
    for percent in (lines or ClassLines()).list_grade_ends():
        line = -(-total * round(percent * 10_000) // 1_000_000)
        ends.append(min(int(np.searchsorted(before, line, side="left")), bringing))
    edges = [0, *ends, len(ids)]
    cuts = tuple(Cut(int(revenue[end - 1]), int(ids[end - 1])) if end else None for end in ends)
    spans = list(pairwise(edges))
    return ClassCuts(
        cuts=cuts,
        customers=tuple(end - start for start, end in spans),
        revenue_cents=tuple(int(positive[start:end].sum()) for start, end in spans),
        total_cents=total,
    )


def assign_grades(customer_ids: IntArray, revenue_cents: IntArray, *, cuts: Sequence[Cut | None]) -> GradeArray:
    """Grade of each of these customers by stored cuts; a part of the customers is classed as in the whole."""
    grade = np.full(len(customer_ids), len(GRADES) - 1)
    for position in range(len(cuts) - 1, -1, -1):
        cut = cuts[position]
        if cut is not None:
            inside = (revenue_cents > cut.revenue_cents) | (
                (revenue_cents == cut.revenue_cents) & (customer_ids <= cut.customer_id)
            )
            grade[inside] = position
    grades: GradeArray = np.array(GRADES)[grade]
    return grades


def measure_top_share(revenue_cents: IntArray, *, customer_share: float) -> float:
    """Part of the positive revenue that the best ``customer_share`` (0 to 1) of all customers bring."""
    ordered = np.sort(np.maximum(revenue_cents, 0))[::-1]
    total = int(ordered.sum())
    return int(ordered[: round(len(ordered) * customer_share)].sum()) / total if total else 0.0


def draw_pareto_curve(revenue_cents: IntArray, *, points: int = 101) -> tuple[FloatArray, FloatArray]:
    """The Pareto curve: shares of customers from 0 to 1, best first, and the shares of revenue they bring."""
    ordered = np.sort(np.maximum(revenue_cents, 0))[::-1]
    reached = np.concatenate([[0], np.cumsum(ordered)])
    heads = np.array([ceil(len(ordered) * step / (points - 1)) for step in range(points)])
    scale = float(reached[-1]) or 1.0
    return heads / max(len(ordered), 1), reached[heads] / scale
