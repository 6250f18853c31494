"""Each reader sees hours in his own time zone; without one, in the company's."""

import re
import zoneinfo
from collections.abc import Callable
from datetime import date, datetime

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from crm.core.models.business_setting import setting


class LocalTimeMiddleware:
    """Activates the signed-in person's time zone for the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            name = request.user.time_zone or setting("company.time_zone")
            try:
                timezone.activate(zoneinfo.ZoneInfo(name))
            except (zoneinfo.ZoneInfoNotFoundError, ValueError):
                timezone.deactivate()
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def company_zone() -> zoneinfo.ZoneInfo:
    """The time zone that decides which day something falls on; UTC where the setting names none that exists."""
    try:
        return zoneinfo.ZoneInfo(setting("company.time_zone"))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def company_day(at: datetime) -> date:
    """The company's local day of an aware moment."""
    return at.astimezone(company_zone()).date()


# Read once by the statement, from the setting as it is stored.
_ZONE_SQL = """(SELECT coalesce(max(trim(both '"' FROM value::text)), 'UTC')
    FROM core_businesssetting WHERE key = 'company.time_zone')"""
_IN_BRACKETS = r"\(((?:[^()]|\([^()]*\))*)\)"


def in_company_days(sql: str) -> str:
    """The statement ``sql``, in which ``day_of(moment)`` is the company's local day of a ``timestamptz`` and
    ``start_of(day)`` the moment at which a ``date`` begins for the company."""
    sql = re.sub("day_of" + _IN_BRACKETS, lambda found: f"({found[1]} AT TIME ZONE {_ZONE_SQL})::date", sql)
    return re.sub("start_of" + _IN_BRACKETS, lambda found: f"(({found[1]})::timestamp AT TIME ZONE {_ZONE_SQL})", sql)


def tell_zone(sql: str, place: str) -> str:
    """The same statement with the company's time zone in ``place`` instead of read: knowing when a day begins, the
    database estimates what came since, of which it else expects one in two hundred."""
    return sql.replace(_ZONE_SQL, place)
