"""Lists of one segment in the order of a score: they begin where the segment begins in an index of its own.

Without it the database walks everybody in that order, and of a segment that comes last reads nearly all first. The
membership is then not asked besides: taking two conditions for two, the database expects a fortieth of who is there.
"""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value

from segments.models import Membership
from segments.segment_noting import are_segments_noted

ASKED = "asked_segment"


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
