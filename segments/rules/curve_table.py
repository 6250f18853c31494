"""Smooth functions read from a table instead of worked out for each customer: one curve for each number of purchases.

Between two points of the table runs the third-degree polynomial that has the values and slopes of both. What the table
does not hold comes back as ``nan``, for the caller to work out; ``tests/segments/rules/test_curve_table.py`` bounds how
far what it does hold may be from the function: by a millionth of it.
"""

from collections.abc import Callable

import numpy as np

from segments.rules.purchase_history import FloatArray, IntArray

MOST_REPEATS = 255  # of customers with more there are few, and each would need a curve of his own


def join_points(values: FloatArray, slopes: FloatArray, *, step: float) -> FloatArray:
    """The polynomials of a curve, one row of four coefficients for each cell between two points ``step`` apart."""
    begin, end = values[:-1], values[1:]
    rise, fall = slopes[:-1] * step, slopes[1:] * step
    return np.column_stack([begin, rise, 3 * (end - begin) - 2 * rise - fall, 2 * (begin - end) + rise + fall])


def read_curves(draw: Callable[[int], FloatArray], repeats: IntArray, place: FloatArray) -> FloatArray:
    """The value of each customer: on the curve ``draw(repeats)`` of his own, ``place`` cells from its beginning.

    ``nan`` beyond the ends of the curves, where a curve is not finite, and beyond ``MOST_REPEATS``.
    """
    answer = np.full(len(repeats), np.nan)
    counts = np.bincount(np.minimum(repeats, MOST_REPEATS + 1), minlength=MOST_REPEATS + 2)
    used = np.flatnonzero(counts[: MOST_REPEATS + 1])
    if not len(used):
        return answer
    cells = np.stack([draw(int(count)) for count in used])
    row = np.zeros(MOST_REPEATS + 2, dtype=np.int64)
    row[used] = np.arange(len(used)) * cells.shape[1]
    held = np.flatnonzero((repeats <= MOST_REPEATS) & (place >= 0) & (place < cells.shape[1]))
    inside = place[held]
    cell = inside.astype(np.int64)
    inside -= cell
    polynomial = cells.reshape(-1, 4).take(row[repeats[held]] + cell, axis=0)
    value = polynomial[:, 3]
    for degree in (2, 1, 0):
        value = value * inside + polynomial[:, degree]
    answer[held] = value
    return answer
