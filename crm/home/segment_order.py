"""Lists of one segment in the order of a score: they begin where the segment begins in an index of its own.

Without it the database walks everybody in that order, and of a segment that comes last reads nearly all first. The
membership is then not asked besides: taking two conditions for two, the database expects a fortieth of who is there.
"""

from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.http import HttpRequest

from segments.models import Membership, Segment
from segments.segment_noting import are_segments_noted

ASKED = "asked_segment"
KEPT_SECONDS = 300


def find_segment_number(key: str) -> int:
    """The primary key of the segment called ``key``, which never changes; 0 where there is none."""
    name = f"segment-number:{key}"
    number: int | None = cache.get(name)
    if number is None and (number := Segment.objects.filter(key=key).values_list("pk", flat=True).first()):
        cache.set(name, number, KEPT_SECONDS)
    return number or 0


def find_asked_segment(request: HttpRequest) -> int | None:
    """The number of the one segment that a list is narrowed to, besides what else is asked of it."""
    key = request.GET.get("segment", "")
    return find_segment_number(key) if key else None


class IsMember(Exists):
    """Is in the segment by his membership: a condition that can be found again and left out."""


def only_in_segment(rows: QuerySet[Any], number: int, *, are_scored: bool) -> QuerySet[Any]:
    """Customers in the segment with the primary key ``number``; an order by a score (``begin_in_segment``) knows it.

    ``are_scored``: something of their scores is asked besides, so that the segment may be asked of the same row. Only
    of a number do the statistics say how many are in it, and by that the database knows whether to begin with its
    members or with the order of the list.
    """
    if is_noted := are_segments_noted():
        rows = rows.alias(**{ASKED: Value(number)})
    if is_noted and are_scored:
        return rows.filter(score__segment_number=number)
    members = Membership.objects.current().filter(customer=OuterRef("pk"), segment=number)
    return rows.filter(IsMember(members))


def begin_in_segment(rows: QuerySet[Any], *, filled: bool) -> QuerySet[Any]:
    """The rows that have a score, by the segment noted in it, where one is asked for: as ``sort_with`` of a column
    among those that ``SORTED_IN_SEGMENT`` names."""
    asked = rows.query.annotations.get(ASKED)
    if asked is None or not filled:
        return rows
    ordered = rows.filter(score__segment_number=asked.value)
    where = ordered.query.where
    where.children = [part for part in where.children if not isinstance(getattr(part, "lhs", part), IsMember)]
    return ordered
