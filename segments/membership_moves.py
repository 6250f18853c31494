"""Where customers were on one day and where they are on another: exact for any two days, from their memberships.

Only customers with a change between the two days are looked at. Where those are too many for a page, the moves that the
night counted day by day are added up instead; then a customer who moved twice counts twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum

from segments.models import Membership, Segment, SegmentChange, SegmentMove

_EXACT = """
WITH touched AS (
    SELECT DISTINCT m.customer_id FROM segments_segmentchange m WHERE m.day > %(since)s AND m.day <= %(until)s
)
SELECT was.segment_id, becomes.segment_id, count(*)
FROM touched
JOIN customers_customer c ON c.id = touched.customer_id
LEFT JOIN segments_membership was ON was.customer_id = c.id
    AND was.since <= %(since)s AND (was.until IS NULL OR was.until > %(since)s)
JOIN segments_membership becomes ON becomes.customer_id = c.id
    AND becomes.since <= %(until)s AND (becomes.until IS NULL OR becomes.until > %(until)s)
WHERE c.archived_at IS NULL AND (%(teams)s::bigint[] IS NULL OR c.team_id = ANY (%(teams)s::bigint[]))
    AND was.segment_id IS DISTINCT FROM becomes.segment_id
GROUP BY was.segment_id, becomes.segment_id
"""


@dataclass
class Moves:
    """Customers by (from, to) segment id; from is None for who came. ``since`` is never before the first evening.

    ``is_exact``: each customer counts once, from where he was to where he is.
    """

    since: date
    until: date
    is_exact: bool = True
    counts: dict[tuple[int | None, int], int] = field(default_factory=dict)

    @property
    def moved(self) -> int:
        return sum(n for (was, _becomes), n in self.counts.items() if was is not None)

    @property
    def came(self) -> int:
        return sum(n for (was, _becomes), n in self.counts.items() if was is None)

    def growth(self, segment_id: int) -> int:
        """By how many customers the segment grew through moves."""
        comes = sum(n for (_was, becomes), n in self.counts.items() if becomes == segment_id)
        return comes - sum(n for (was, _becomes), n in self.counts.items() if was == segment_id)


def count_moves(*, since: date, until: date, teams: Sequence[int] | None, most: int) -> Moves:
    """Who moved after the evening of ``since`` up to that of ``until``, among customers of ``teams`` (None: everybody).

    Exact where the night counted at most ``most`` moves between, else its daily counts. The first evening of all, when
    everybody came at once, is no movement. Two queries.
    """
    scope = Q(team=None) if teams is None else Q(team__in=list(teams))
    opening = SegmentMove.objects.order_by("day").values("day")[:1]
    between = scope & Q(day__gt=since, day__lte=until) & Q(day__gt=Subquery(opening))
    totals = SegmentMove.objects.aggregate(first=Min("day"), n=Sum("customers", filter=between))
    first = totals["first"]
    if first is not None and since < first:
        since = first
    moves = Moves(since, until)
    if since >= until or first is None:
        return moves
    if (totals["n"] or 0) > most:
        moves.is_exact = False
        daily = SegmentMove.objects.filter(scope, day__gt=since, day__lte=until)
        rows: Any = daily.values_list("from_segment_id", "to_segment_id").annotate(Sum("customers")).order_by()
    else:
        with connection.cursor() as cursor:
            params = {"since": since, "until": until, "teams": None if teams is None else list(teams)}
            cursor.execute(_EXACT, params)
            rows = cursor.fetchall()
    moves.counts = {(was, becomes): n for was, becomes, n in rows}
    return moves


def held_on(day: date, **conditions: Any) -> QuerySet[Any]:
    """Memberships that held on the evening ``day``."""
    return Membership.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day, **conditions)


def were_in(rows: QuerySet[Any], segment_key: str, *, on: date) -> QuerySet[Any]:
    """Customers who were in the segment on the evening ``on``; ``any`` is in some segment, ``none`` in none."""
    held = held_on(on, customer=OuterRef("pk"))
    if segment_key == "none":
        return rows.filter(~Exists(held))
    return rows.filter(Exists(held if segment_key == "any" else held.filter(segment__key=segment_key)))


def moved_between(rows: QuerySet[Any], was: str, becomes: str, *, since: date, until: date) -> QuerySet[Any]:
    """Customers who were in ``was`` on ``since``, in ``becomes`` on ``until``, and not in the same on both days.

    Both are a segment's key, ``any`` (also in none, for ``was``) or ``none``.
    """
    changes = SegmentChange.objects.filter(day__gt=since, day__lte=until)
    for side, key in (("from", was), ("to", becomes)):
        # Who was in it left it by one of these changes, who is in it came by one: the few are found before the many.
        if key == "none":
            rows = rows.filter(pk__in=changes.filter(**{f"{side}_segment": None}).values("customer"))
        elif key != "any":
            segment = Segment.objects.filter(key=key).values_list("pk", flat=True).first()
            rows = rows.filter(pk__in=changes.filter(**{f"{side}_segment": segment or 0}).values("customer"))
    if was == becomes == "any":
        rows = rows.filter(pk__in=changes.values("customer"))
    found = were_in(rows, becomes, on=until)
    if was != "any":
        found = were_in(found, was, on=since)
    if was != becomes and "any" not in (was, becomes):
        return found
    before = held_on(since, customer=OuterRef(OuterRef("pk"))).values("segment")
    return found.filter(~Exists(held_on(until, customer=OuterRef("pk"), segment__in=before)))
