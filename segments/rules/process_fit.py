"""Does a customer's process fit what he brings? Lines of contribution between segments that are served differently.

A segment's process is as complex as it has published steps. A customer is *served too simply* when he brings at least
the median of a segment that is served with more steps; *with too much* when he brings less than nine in ten customers
of his own segment, and no more than the median of one that is served with fewer. Segments that customers only pass
through (new, at risk) are left out: there it is not what they bring that decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIMPLE, HEAVY = "simple", "heavy"


@dataclass(frozen=True)
class SegmentCare:
    """A segment that customers stay in: the steps of its processes, and the contribution of its customers in cents
    (lowest tenth, median); None where nobody is in it."""

    key: int
    steps: int
    lowest_tenth: int | None
    median: int | None


@dataclass(frozen=True)
class FitLine:
    """Customers of ``segment`` on the wrong side of ``cents`` belong to ``fits``: at least so much for ``simple``, less
    than that for ``heavy``."""

    segment: int
    fits: int
    kind: str
    cents: int
    steps: int
    fits_steps: int


def find_fit_lines(cares: Iterable[SegmentCare]) -> list[FitLine]:
    """Every line between two segments, the farthest step first, so the first one that a customer crosses counts."""
    known = [care for care in cares if care.median is not None]
    lines = [line for own in known for other in known if (line := _find_line(own, other))]
    return sorted(lines, key=lambda line: (line.segment, line.kind, -abs(line.fits_steps - line.steps), line.fits))


def _find_line(own: SegmentCare, other: SegmentCare) -> FitLine | None:
    if own.median is None or other.median is None or own.lowest_tenth is None:
        return None
    if other.steps > own.steps and other.median > own.median:
        return FitLine(own.key, other.key, SIMPLE, other.median, own.steps, other.steps)
    line = min(own.lowest_tenth, other.median)
    if other.steps < own.steps and other.median < own.median:
        return FitLine(own.key, other.key, HEAVY, line, own.steps, other.steps)
    return None


def find_misfit(lines: Sequence[FitLine], *, segment: int, contribution: int) -> FitLine | None:
    """The line that a customer of ``segment`` who brings ``contribution`` cents has crossed, if any."""
    for line in lines:
        crossed = contribution >= line.cents if line.kind == SIMPLE else contribution < line.cents
        if line.segment == segment and crossed:
            return line
    return None
