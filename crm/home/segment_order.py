"""Lists of one segment in the order of a score: they begin where the segment begins in an index of its own.

Without it the database walks everybody in that order, and of a segment that comes last reads nearly all first.
"""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value

from segments.models import Membership
from segments.segment_noting import are_segments_noted

ASKED = "asked_segment"


def only_in_segment(rows: QuerySet[Any], number: int) -> QuerySet[Any]:
    """Customers in the segment with the primary key ``number``; an order by a score (``begin_in_segment``) knows it.

    Only of a number do the statistics say how many are in it, and by that the database knows whether to begin with its
    members or with the order of the list.
    """
    members = Membership.objects.current().filter(customer=OuterRef("pk"), segment=number)
    return rows.filter(Exists(members)).alias(**{ASKED: Value(number)})


def begin_in_segment(rows: QuerySet[Any], *, filled: bool) -> QuerySet[Any]:
    """The rows that have a score, by the segment noted in it, where one is asked for: as ``sort_with`` of a column
    among those that ``SORTED_IN_SEGMENT`` names."""
    asked = rows.query.annotations.get(ASKED)
    if asked is None or not filled or not are_segments_noted():
        return rows
    return rows.filter(score__segment_number=asked.value)
