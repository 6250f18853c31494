"""Working hours as anybody would count them on a wall calendar."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.core.business_calendar import (
    AwayDays,
    add_working_days,
    add_working_hours,
    find_present,
    is_working_day,
    next_working_day,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
CHRISTMAS = {date(2026, 12, 24), date(2026, 12, 25)}


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        ("2026-11-24 10:00", 2, "2026-11-24 12:00"),  # Tuesday morning
        ("2026-11-24 10:00", 0, "2026-11-24 10:00"),
        ("2026-11-24 09:00", 8, "2026-11-24 17:00"),  # a whole day ends the same day
        ("2026-11-24 10:00", 8, "2026-11-25 10:00"),
        ("2026-11-24 16:30", 1, "2026-11-25 09:30"),
        ("2026-11-24 17:00", 1, "2026-11-25 10:00"),  # at closing time the day is over
        ("2026-11-24 02:00", 16, "2026-11-25 17:00"),  # the night: two working days
        ("2026-11-24 06:00", 1, "2026-11-24 10:00"),  # before opening
        ("2026-11-27 16:00", 2, "2026-11-30 10:00"),  # Friday to Monday
        ("2026-11-28 12:00", 1, "2026-11-30 10:00"),  # Saturday
        ("2026-11-29 23:59", 0, "2026-11-30 09:00"),  # Sunday, at once means Monday at nine
        ("2026-12-23 16:00", 2, "2026-12-28 10:00"),  # two holidays and a week-end
        ("2026-10-23 16:00", 2, "2026-10-26 10:00"),  # the clock goes back on Sunday the 25th
        ("2026-03-27 16:00", 9, "2026-03-30 17:00"),  # the clock goes forward on Sunday the 29th
        ("2026-11-24 10:15", 0.5, "2026-11-24 10:45"),
    ],
)
def test_working_hours_end(begins, hours, ends):
    assert add_working_hours(local(begins), hours=hours, zone=BERLIN, holidays=CHRISTMAS) == local(ends)


def test_the_clock_is_the_one_of_the_place_not_of_the_server():
    """Three in the afternoon in Greenwich is ten in New York."""
    at = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert add_working_hours(at, hours=8, zone=NEW_YORK) == datetime(2026, 11, 25, 15, tzinfo=UTC)


def test_a_day_on_which_the_clock_changes_counts_eight_hours():
    at = local("2026-03-29 08:00", NEW_YORK.__class__("Asia/Beirut"))
    zone = ZoneInfo("Asia/Beirut")
    end = add_working_hours(at, hours=8, zone=zone)
    assert end.astimezone(zone).strftime("%A %H:%M") == "Monday 17:00"


@pytest.mark.parametrize(("at", "hours"), [(datetime(2026, 1, 1), 1), (datetime(2026, 1, 1, tzinfo=UTC), -1)])  # noqa: DTZ001
def test_a_naive_moment_or_negative_hours_are_refused(at, hours):
    with pytest.raises(ValueError, match="aware moment"):
        add_working_hours(at, hours=hours, zone=BERLIN)


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 11, 28), 0, date(2026, 11, 30)),
        (date(2026, 11, 24), 2, date(2026, 11, 26)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 12, 23), 1, date(2026, 12, 28)),
    ],
)
def test_working_days_are_counted_without_holidays(day, days, expected):
    assert add_working_days(day, days=days, holidays=CHRISTMAS) == expected


def test_week_ends_and_holidays_are_not_worked():
    assert is_working_day(date(2026, 11, 24))
    assert not is_working_day(date(2026, 11, 28))
    assert not is_working_day(date(2026, 12, 25), holidays=CHRISTMAS)


def test_a_year_of_holidays_does_not_run_for_ever():
    whole_year = {date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(800)}
    assert next_working_day(date(2026, 1, 1), holidays=whole_year) == date(2026, 1, 1)


AWAY = [
    AwayDays(1, date(2026, 11, 23), date(2026, 11, 27), stand_in_id=2),
    AwayDays(2, date(2026, 11, 25), date(2026, 11, 25), stand_in_id=3),
    AwayDays(4, date(2026, 11, 23), date(2026, 11, 27)),
    AwayDays(5, date(2026, 11, 23), date(2026, 11, 27), stand_in_id=6),
    AwayDays(6, date(2026, 11, 23), date(2026, 11, 27), stand_in_id=5),
]


@pytest.mark.parametrize(
    ("person", "on", "present"),
    [
        (1, date(2026, 11, 22), 1),  # not away yet
        (1, date(2026, 11, 24), 2),
        (1, date(2026, 11, 25), 3),  # the stand-in is away as well
        (1, date(2026, 11, 27), 2),  # the last day is still away
        (1, date(2026, 11, 28), 1),
        (4, date(2026, 11, 24), 4),  # nobody stands in
        (5, date(2026, 11, 24), 5),  # they stand in for each other
    ],
)
def test_the_stand_in_does_it(person, on, present):
    assert find_present(person, on=on, absences=AWAY) == present
