"""The clock of a complaint: how far it has run, how much is left, whom it wakes.

Days are local days of the company; the day a complaint is taken is day 0. A complaint of 11 November stands at day 13
on 24 November, with 17 of 30 days left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

DEFAULT_DAYS = 30
SOON_FROM = 1 / 3
LATE_FROM = 2 / 3


class ClockState(StrEnum):
    """How pressing it is; pages write it in words and colour."""

    OK = "ok"
    SOON = "soon"
    LATE = "late"
    OVER = "over"


@dataclass(frozen=True)
class RecoveryClock:
    """One reading of the clock."""

    day: int
    of_days: int

    @property
    def days_left(self) -> int:
        """Whole days until the clock has run out; 0 on its last day and after."""
        return max(0, self.of_days - self.day)

    @property
    def share_run(self) -> float:
        """How much of the ring is filled, 0 to 1."""
        return min(1.0, self.day / self.of_days) if self.of_days > 0 else 1.0

    @property
    def state(self) -> ClockState:
        """Soon from a third of the time, late from two thirds, over once every day has passed."""
        if self.day >= self.of_days:
            return ClockState.OVER
        if self.share_run >= LATE_FROM:
            return ClockState.LATE
        return ClockState.SOON if self.share_run >= SOON_FROM else ClockState.OK


def read_clock(
    taken_at: datetime, *, at: datetime, zone: tzinfo, of_days: int = DEFAULT_DAYS, closed_at: datetime | None = None
) -> RecoveryClock:
    """The clock of a complaint taken at ``taken_at`` as it stands ``at`` (aware moments); it stops on closing."""
    until = min(at, closed_at) if closed_at else at
    day = (until.astimezone(zone).date() - taken_at.astimezone(zone).date()).days
    return RecoveryClock(max(0, day), of_days)


def find_end_of_clock_day(taken_at: datetime, day: int, *, zone: tzinfo) -> datetime:
    """The last minute (23:59 local) of clock day ``day``; when something asked for "by day 7" is due."""
    local = taken_at.astimezone(zone)
    on = local.date() + timedelta(days=day)
    return datetime(on.year, on.month, on.day, 23, 59, tzinfo=zone)


def find_start_of_day(day: date, *, zone: tzinfo) -> datetime:
    """Midnight, local, at which ``day`` begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def find_due_escalations(clock_day: int, *, days: Iterable[int], told: Iterable[int]) -> list[int]:
    """Escalation days that the clock has reached and that nobody has been told of yet, earliest first."""
    return sorted(day for day in set(days) - set(told) if 0 < day <= clock_day)


class Rung(StrEnum):
    """Who is told, from the nearest to the farthest."""

    GUARDIAN = "guardian"
    MANAGER = "manager"
    ADMIN = "admin"


def find_rung(day: int, *, days: Sequence[int]) -> Rung:
    """Who hears of escalation day ``day``: the guardian of the first, an admin of the last, a manager between.

    With five days or more the last two are an admin's: 1, 7, 14, 21, 30 tell guardian, manager, manager, admin, admin.
    """
    steps = sorted(set(days))
    place = steps.index(day)
    if place == 0:
        return Rung.GUARDIAN
    admins = 2 if len(steps) >= 5 else 1
    return Rung.ADMIN if place >= len(steps) - admins else Rung.MANAGER


def is_guardian_due(minutes_waiting: float, *, is_valued: bool, limit_minutes: int) -> bool:
    """Whether the house names a guardian now, though nobody offered.

    A and B customers get one at once; for the others somebody may volunteer during half of the time set.
    """
    return is_valued or minutes_waiting >= limit_minutes / 2
