"""The published shop as a log, and its evenings as the back-test sees them; each is worked out once a run."""

from datetime import date
from functools import cache

from segments.rules.back_test import StoodEvening, stand_on_evening
from segments.rules.purchase_log import PurchaseLog, build_log
from tests.segments.rules.published_data import load_cdnow_days

UNTIL = date(1998, 6, 30).toordinal()
EVENINGS = (date(1997, 9, 30), date(1997, 12, 31))  # their quarters do not overlap


@cache
def cdnow() -> PurchaseLog:
    rows = [
        (customer, day, round(100 * amount))
        for customer, days in load_cdnow_days().items()
        for day, amount in days.items()
    ]
    return build_log(*zip(*rows, strict=True))


@cache
def stood(day: date) -> StoodEvening:
    return stand_on_evening(cdnow(), on=day.toordinal(), until=UNTIL)
