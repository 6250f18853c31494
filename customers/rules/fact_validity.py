"""Until when what somebody told is taken as true."""

from calendar import monthrange
from datetime import date

LATEST_YEAR = 9998


def find_last_day(told_on: date, *, months: int) -> date:
    """The last day on which a fact of ``told_on`` holds: 31 January and one month is 28 February."""
    year, month = divmod(told_on.month - 1 + months, 12)
    year += told_on.year
    if year > LATEST_YEAR:
        return date(LATEST_YEAR, 12, 31)
    return date(year, month + 1, min(told_on.day, monthrange(year, month + 1)[1]))
