"""What becomes of processes at each of their steps, and what those that still run are likely to bring.

All from where each stood at one moment: how many of its steps were behind it, and whether it had ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEAST_DECIDED = 10  # decided ones at a step below which its share is told with no figure: one more would turn it


@dataclass(frozen=True)
class Standing:
    """``count`` processes of one segment alike: ``state`` (running, done, lost, stopped) after ``passed`` steps.

    ``amount_cents`` is theirs together.
    """

    segment: int
    state: str
    passed: int
    count: int
    amount_cents: int = 0


@dataclass(frozen=True)
class StepFigures:
    """One step of a segment: how many came to it, got past it, ended at it, and stand at it.

    ``decided`` came to it and have ended since, ``won`` of them to the good.
    """

    position: int
    reached: int = 0
    passed: int = 0
    ended: int = 0
    standing: int = 0
    decided: int = 0
    won: int = 0

    @property
    def passing_share(self) -> float | None:
        """Of those no longer at the step, the share that got past it."""
        return self.passed / (self.passed + self.ended) if self.passed + self.ended else None

    @property
    def winning_share(self) -> float | None:
        """Of those that came here and are decided, the share won; None where they are too few to say."""
        return self.won / self.decided if self.decided >= LEAST_DECIDED else None


def measure_steps(standings: Iterable[Standing], *, steps: int) -> list[StepFigures]:
    """The figures of steps 1 to ``steps``; one that passed more of an older, longer version stands at the last."""
    kept = [(one, steps if one.state == "done" else min(one.passed, steps - 1)) for one in standings]
    return [_measure_step(kept, position) for position in range(1, steps + 1)]


def _measure_step(standings: list[tuple[Standing, int]], position: int) -> StepFigures:
    here = [(one, passed) for one, passed in standings if passed >= position - 1]
    left = [one for one, passed in here if passed < position]
    decided = [one for one, _passed in here if one.state != "running"]
    return StepFigures(
        position,
        reached=sum(one.count for one, _passed in here),
        passed=sum(one.count for one, passed in here if passed >= position),
        ended=sum(one.count for one in left if one.state != "running"),
        standing=sum(one.count for one in left if one.state == "running"),
        decided=sum(one.count for one in decided),
        won=sum(one.count for one in decided if one.state == "done"),
    )


@dataclass(frozen=True)
class Chances:
    """How often what stood after so many steps was won: by segment and steps passed, else of everything."""

    by_place: Mapping[tuple[int, int], float]
    overall: float | None

    def find(self, segment: int, passed: int) -> float | None:
        """The chance of one of ``segment`` with ``passed`` steps behind it; None where too few are decided at all."""
        return self.by_place.get((segment, passed), self.overall)


def learn_chances(standings: Iterable[Standing]) -> Chances:
    """Chances from what has ended, where ``LEAST_DECIDED`` or more came so far."""
    ended = [one for one in standings if one.state != "running"]
    by_place = {}
    for segment in {one.segment for one in ended}:
        own = [one for one in ended if one.segment == segment]
        for figures in measure_steps(own, steps=1 + max(one.passed for one in own)):
            if figures.winning_share is not None:
                by_place[segment, figures.position - 1] = figures.winning_share
    decided = sum(one.count for one in ended)
    won = sum(one.count for one in ended if one.state == "done")
    return Chances(by_place, won / decided if decided >= LEAST_DECIDED else None)


@dataclass(frozen=True)
class Forecast:
    """Open processes together: how many, what they come to, and that weighed by their chances (cents)."""

    count: int
    amount_cents: int
    weighed_cents: int | None

    def __add__(self, other: "Forecast") -> "Forecast":
        known = [one for one in (self.weighed_cents, other.weighed_cents) if one is not None]
        weighed = sum(known) if len(known) == 2 else None
        return Forecast(self.count + other.count, self.amount_cents + other.amount_cents, weighed)


def foresee(standings: Iterable[Standing], chances: Chances) -> Forecast:
    """What those of ``standings`` that run are likely to bring; unknown where a chance is."""
    total = Forecast(0, 0, 0)
    for one in standings:
        if one.state == "running":
            chance = chances.find(one.segment, one.passed)
            weighed = None if chance is None else round(one.amount_cents * chance)
            total += Forecast(one.count, one.amount_cents, weighed)
    return total


def measure_miss(foreseen_cents: int | None, won_cents: int) -> float | None:
    """By what part of what was won a forecast was too high (above zero) or too low; None where nothing was won."""
    return None if foreseen_cents is None or not won_cents else foreseen_cents / won_cents - 1
