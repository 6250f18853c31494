"""One figure: a name, a value, a unit, and the ratio to its limit or to a yardstick of the same run."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


def report(
    name: str,
    value: float,
    unit: str,
    *,
    limit: float | None = None,
    yardstick: float | None = None,
    goal: float | None = None,
) -> None:
    """Print a JSON line. ``limit`` is what the value should stay under, ``goal`` what it should reach; ``yardstick`` is
    something measured beside it."""
    line: dict[str, object] = {"name": name, "value": round(value, 3), "unit": unit}
    if limit is not None:
        line |= {"limit": limit, "ratio_to_limit": round(value / limit, 3)}
    if goal is not None:
        line |= {"goal": goal, "ratio_to_goal": round(value / goal, 3)}
    if yardstick is not None:
        line["ratio"] = round(value / yardstick, 2)
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


@dataclass
class Watch:
    """Seconds of the block it was opened for."""

    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Watch]:
    """``with stopwatch() as watch: …`` and ``watch.seconds`` afterwards."""
    watch, begun = Watch(), time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - begun


def note(text: str) -> None:
    """Say on the error stream what is being prepared."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
