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


class CurveTable:
    """The curves ``draw(repeats)`` of one model, all of one length, each drawn when it is first asked for."""

    def __init__(self, draw: Callable[[int], FloatArray]) -> None:
        self._draw = draw
        self._drawn = np.zeros(MOST_REPEATS + 1, dtype=np.bool_)
        self._cells: FloatArray = np.zeros((MOST_REPEATS + 1, 0, 4))

    def read(self, repeats: IntArray, place: FloatArray) -> FloatArray:
        """The value of each customer: on the curve of his own ``repeats``, ``place`` cells from its beginning.

        ``nan`` beyond the ends of the curves, where a curve is not finite, and beyond ``MOST_REPEATS``.
        """
        counts = np.bincount(np.minimum(repeats, MOST_REPEATS + 1), minlength=MOST_REPEATS + 2)
        for count in np.flatnonzero((counts[: MOST_REPEATS + 1] > 0) & ~self._drawn).tolist():
            curve = self._draw(count)
            if not self._cells.size:
                self._cells = np.empty((MOST_REPEATS + 1, *curve.shape))  # what is never drawn takes no memory
            self._cells[count] = curve
            self._drawn[count] = True
        length = self._cells.shape[1]
        held = (repeats <= MOST_REPEATS) & (place >= 0) & (place < length)
        if held.all():
            return self._interpolate(repeats, place)
        answer = np.full(len(repeats), np.nan)
        answer[held] = self._interpolate(repeats[held], place[held])
        return answer

    def _interpolate(self, repeats: IntArray, place: FloatArray) -> FloatArray:
        cell = place.astype(np.int64)
        inside = place - cell
        polynomial = self._cells.reshape(-1, 4).take(repeats * self._cells.shape[1] + cell, axis=0)
        value: FloatArray = polynomial[:, 3]
        for degree in (2, 1, 0):
            value = value * inside + polynomial[:, degree]
        return value
