"""Working hours: Monday to Friday from nine to five on the clock of one place, without holidays.

The functions are pure; ``company_calendar`` reads zone and holidays from the settings. Only wall clocks are added, not
seconds, so a day on which the clock is changed has eight working hours like any other.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

OPENS = time(9)
CLOSES = time(17)
HOURS_A_DAY = 8
SATURDAY = 5


@dataclass(frozen=True)
class AwayDays:
    """Somebody is away from ``first_day`` to ``last_day``, both included (local days)."""

    user_id: int
    first_day: date
    last_day: date
    stand_in_id: int | None = None


@dataclass(frozen=True)
class BusinessCalendar:
    """The company's zone and holidays, bound to the functions below."""

    zone: tzinfo
    holidays: frozenset[date] = field(default_factory=frozenset)

    def add_hours(self, at: datetime, hours: float) -> datetime:
        return add_working_hours(at, hours=hours, zone=self.zone, holidays=self.holidays)

    def end_of_day(self, day: date) -> datetime:
        """Five o'clock on ``day``, whether or not it is worked, in UTC."""
        return datetime.combine(day, CLOSES, self.zone).astimezone(UTC)

    def start_of_day(self, day: date) -> datetime:
        """Midnight before ``day``, in UTC."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def is_working_day(day: date, *, holidays: Collection[date] = ()) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def next_working_day(day: date, *, holidays: Collection[date] = ()) -> date:
    """``day`` itself when it is worked, else the first worked day after it. Looks a year ahead, then takes ``day``."""
    for ahead in range(366):
        candidate = day + timedelta(days=ahead)
        if is_working_day(candidate, holidays=holidays):
            return candidate
    return day


def add_working_days(day: date, *, days: int, holidays: Collection[date] = ()) -> date:
    """The ``days``-th working day after ``day``; with 0 the day itself, or the next one that is worked."""
    found = next_working_day(day, holidays=holidays)
    for _step in range(days):
        found = next_working_day(found + timedelta(days=1), holidays=holidays)
    return found


def add_working_hours(at: datetime, *, hours: float, zone: tzinfo, holidays: Collection[date] = ()) -> datetime:
    """When ``hours`` working hours after ``at`` (aware) have passed; in UTC.

    A clock that starts outside working hours starts with the next working day. Exactly one day's hours after nine
    o'clock is five o'clock of the same day. Raises ``ValueError`` for a naive ``at`` or negative hours.
    """
    if at.tzinfo is None or hours < 0:
        raise ValueError("An aware moment and no fewer than zero hours are needed.")
    local = at.astimezone(zone).replace(tzinfo=None)
    day, left = local.date(), timedelta(hours=hours)
    begin = max(local, datetime.combine(day, OPENS))
    if begin.time() >= CLOSES or begin.date() != day or not is_working_day(day, holidays=holidays):
        day = next_working_day(day + timedelta(days=1), holidays=holidays)
        begin = datetime.combine(day, OPENS)
    while (room := datetime.combine(day, CLOSES) - begin) < left:
        left -= room
        day = next_working_day(day + timedelta(days=1), holidays=holidays)
        begin = datetime.combine(day, OPENS)
    return (begin + left).replace(tzinfo=zone).astimezone(UTC)


def find_present(user_id: int, *, on: date, absences: Iterable[AwayDays]) -> int:
    """Who does ``user_id``'s work on that day: himself, his stand-in, or the stand-in's stand-in.

    When nobody in the chain is there, or it runs in a circle, it stays with ``user_id``.
    """
    away = {absence.user_id: absence for absence in absences if absence.first_day <= on <= absence.last_day}
    person, seen = user_id, {user_id}
    while person in away:
        stand_in = away[person].stand_in_id
        if stand_in is None or stand_in in seen:
            return user_id
        person = stand_in
        seen.add(person)
    return person


def company_calendar() -> BusinessCalendar:
    """The calendar of the settings ``company.time_zone`` and ``company.holidays`` (ISO days)."""
    from crm.core.models.business_setting import setting

    holidays = frozenset(date.fromisoformat(day) for day in setting("company.holidays"))
    return BusinessCalendar(zone=ZoneInfo(setting("company.time_zone")), holidays=holidays)
