"""Earlier segments as filters of the list of customers: who was in one on an evening, and who moved between two.

``?was=premium.2026-08-31`` and ``?moved=standard.at-risk.2026-08-31.2026-11-21``, so each figure of an earlier evening
and each move of the dashboard leads to its customers.
"""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.core.formats import format_full_day
from segments.membership_moves import moved_between, were_in
from segments.models import Segment


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def read_place(text: str) -> tuple[str, date] | None:
    """A segment's key (or ``any``, ``none``) and the evening."""
    key, _dot, day = text.rpartition(".")
    found = _read_day(day)
    return (key, found) if key and found else None


def read_move(text: str) -> tuple[str, str, date, date] | None:
    """Keys from and to, and the two evenings, in order."""
    parts = text.split(".")
    if len(parts) != 4 or not parts[0] or not parts[1]:
        return None
    since, until = _read_day(parts[2]), _read_day(parts[3])
    return (parts[0], parts[1], since, until) if since and until and since <= until else None


def is_place(text: str) -> bool:
    """Whether ``text`` can be read."""
    return read_place(text) is not None


def is_move(text: str) -> bool:
    """Whether ``text`` can be read."""
    return read_move(text) is not None


def of_earlier_segment(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    """Customers who were in that segment on that evening; ``text`` is one that ``is_place`` accepts."""
    key, on = read_place(text) or ("any", date.max)
    return were_in(rows, key, on=on)


def of_movers(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    """Customers who made that move; ``text`` is one that ``is_move`` accepts."""
    was, becomes, since, until = read_move(text) or ("any", "any", date.max, date.max)
    return moved_between(rows, was, becomes, since=since, until=until)


def tell_place(text: str) -> str:
    """``Premium on 31 August 2026``."""
    key, on = read_place(text) or ("", date.max)
    return _("%(segment)s on %(day)s") % {"segment": _name_segments(key)[0], "day": format_full_day(on)}


def tell_move(text: str) -> str:
    """``from Standard to At risk, 31 August 2026 to 21 November 2026``."""
    was, becomes, since, until = read_move(text) or ("", "", date.max, date.max)
    names = _name_segments(was, becomes)
    words = {"was": names[0], "becomes": names[1], "since": format_full_day(since), "until": format_full_day(until)}
    return _("from %(was)s to %(becomes)s, %(since)s to %(until)s") % words


def _name_segments(*keys: str) -> list[str]:
    """Their names, the key itself for one that is gone; one query."""
    names = {"any": _("any segment"), "none": _("none")}
    names |= dict(Segment.objects.filter(key__in=keys).values_list("key", "name"))
    return [names.get(key, key) for key in keys]
