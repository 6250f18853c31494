"""Who would move, from where to where, if a rule were published: on last night's figures, changing nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import OperationalError, connection, transaction

from crm.core.statement_planning import CustomerRange, plan_for_everybody, share_ranges
from segments.customer_metrics import SCORE
from segments.models import Segment
from segments.rules.criteria import Criteria
from segments.segment_assignment import ALL_PINS, HELD
from segments.segment_choice import PIN_JOIN, build_segment_choice

LIST_LENGTH = 20
TIME_LIMIT_SECONDS = 8

# One pass over everybody: those who stay are counted, those who move come one by one. A group may come from each range
# of customers.
# The OFFSET keeps the rules from being worked out once for every time they are named; a bare 0 would also keep the
# ranges from being read by two processes. The few who are archived are asked for by themselves: where no rule asks for
# anything of the record, everybody is then read from the index of keys, a tenth as large as the table.
_JUDGED = """
    SELECT was, becomes, ruled, pinned, mover, sales, count(*) AS customers
    FROM (
        SELECT was, becomes, ruled, pinned, CASE WHEN was IS DISTINCT FROM becomes THEN id END AS mover,
            CASE WHEN was IS DISTINCT FROM becomes THEN sales_12m END AS sales
        FROM (
            SELECT *, coalesce(pinned_to, ruled) AS becomes FROM (
                SELECT c.id, held.segment_id AS was, {by_rule} AS ruled, pin.id IS NOT NULL AS pinned,
                    pin.segment_id AS pinned_to, s.sales_12m_cents AS sales_12m
                FROM customers_customer c
                {joins}
                WHERE c.id NOT IN (SELECT a.id FROM customers_customer a WHERE a.archived_at IS NOT NULL) AND {range}
                OFFSET '0'
            ) asked
        ) chosen
    ) judged
    GROUP BY was, becomes, ruled, pinned, mover, sales
"""
_QUERY = """
WITH groups AS (
    {judged}
), moves AS (
    SELECT was, becomes, sum(customers)::int AS customers FROM groups GROUP BY was, becomes
), stays AS (
    SELECT coalesce(sum(customers), 0)::int AS customers FROM groups
    WHERE pinned AND mover IS NULL AND ruled <> becomes AND %(segment)s IN (ruled, becomes)
), first AS (
    SELECT mover, was, becomes, sales FROM groups
    WHERE mover IS NOT NULL AND (%(show)s = 'all' OR (%(show)s = 'in' AND becomes = %(segment)s)
        OR (%(show)s = 'out' AND was = %(segment)s))
    ORDER BY (becomes = %(segment)s OR was IS NOT DISTINCT FROM %(segment)s) DESC, sales DESC NULLS LAST, mover
    LIMIT %(most)s
), movers AS (
    SELECT c.id, c.name, c.country, first.was, first.becomes, first.sales,
        (SELECT grade FROM segments_current_score score WHERE score.customer_id = c.id) AS grade
    FROM first JOIN customers_customer c ON c.id = first.mover
    ORDER BY (first.becomes = %(segment)s OR first.was IS NOT DISTINCT FROM %(segment)s) DESC,
        first.sales DESC NULLS LAST, c.id
)
SELECT (SELECT coalesce(json_agg(json_build_array(was, becomes, customers)), '[]') FROM moves),
       (SELECT coalesce(json_agg(json_build_array(id, name, country, was, becomes, sales, grade)), '[]') FROM movers),
       (SELECT customers FROM stays)
"""


class DryRunTooSlow(Exception):
    """The count did not end within its time limit; nothing was changed."""


@dataclass(frozen=True)
class Move:
    """How many customers go from one segment (None: from none) to another."""

    was: Segment | None
    becomes: Segment
    customers: int


@dataclass(frozen=True)
class Mover:
    """One customer who would move; sales in cents, None where nothing is scored yet."""

    customer_id: int
    name: str
    country: str
    was: Segment | None
    becomes: Segment
    sales_12m_cents: int | None
    grade: str


@dataclass(frozen=True)
class DryRun:
    """The effect of a draft on ``segment``: sizes before and after, who comes, leaves and stays because of a pin.

    ``emptied`` are the other segments that lose customers to it and would have none.
    """

    segment: Segment
    before: int
    after: int
    comes: int
    leaves: int
    pinned_stay: int
    customers: int
    moves: list[Move]
    movers: list[Mover]
    emptied: list[Segment]

    @property
    def elsewhere(self) -> int:
        """Customers who move between two others, whatever the draft says: a rule was published, or figures changed."""
        return self.moving - self.comes - self.leaves

    @property
    def moving(self) -> int:
        """Everybody who would change his segment, also between other segments."""
        return sum(move.customers for move in self.moves)

    @property
    def takes_everybody(self) -> bool:
        """The rule tells nobody apart: only a pin keeps anybody elsewhere."""
        return self.after > 0 and self.customers <= self.after + self.pinned_stay


def try_segment_rule(
    segment: Segment, criteria: Criteria, *, on: date, show: str = "all", most: int = LIST_LENGTH
) -> DryRun:
    """What publishing ``criteria`` for ``segment`` would do on the local day ``on``.

    ``show`` limits the list of customers to ``in`` or ``out`` of the segment; it holds the ``most`` largest by sales,
    those who move past the segment behind those who come or leave.
    Raises ``DryRunTooSlow`` after TIME_LIMIT_SECONDS.
    """
    choice = build_segment_choice(on=on, drafts={segment.pk: criteria})
    joins = choice.joins.replace(PIN_JOIN, ALL_PINS)
    joins = f"{HELD} {joins}" if SCORE in joins else f"{HELD} {SCORE} {joins}"
    params = {**choice.params, "segment": segment.pk, "show": show, "most": most}

    def judge(customers: CustomerRange) -> str:
        return _JUDGED.format(by_rule=choice.by_rule, joins=customers.limit(joins), range=customers.condition)

    counts, movers, pinned_stay = _ask(judge, params)
    return _build(segment, counts, movers, pinned_stay, segments=choice.segments)


def _ask(judge: Callable[[CustomerRange], str], params: Mapping[str, Any]) -> Any:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            plan_for_everybody(cursor, seconds=TIME_LIMIT_SECONDS)
            cursor.execute(_QUERY.format(judged=share_ranges(cursor, judge)), params)
            counts, movers, stays = cursor.fetchone()
    except OperationalError as error:
        if "statement timeout" in str(error):
            raise DryRunTooSlow from error
        raise
    read = [json.loads(part) if isinstance(part, str) else part for part in (counts, movers)]
    return read[0], read[1], stays


def _build(
    segment: Segment, counts: list[Any], movers: list[Any], pinned_stay: int, *, segments: Mapping[int, Segment]
) -> DryRun:
    robbed = {was for was, becomes, _n in counts if becomes == segment.pk} - {becomes for _was, becomes, _n in counts}
    moves = [Move(segments.get(was), segments[becomes], n) for was, becomes, n in counts if was != becomes]
    return DryRun(
        segment=segment,
        before=sum(n for was, _becomes, n in counts if was == segment.pk),
        after=sum(n for _was, becomes, n in counts if becomes == segment.pk),
        comes=sum(move.customers for move in moves if move.becomes.pk == segment.pk),
        leaves=sum(move.customers for move in moves if move.was and move.was.pk == segment.pk),
        pinned_stay=pinned_stay,
        customers=sum(n for _was, _becomes, n in counts),
        moves=sorted(moves, key=lambda move: -move.customers),
        movers=[
            Mover(pk, name, country, segments.get(was), segments[becomes], sales, grade or "")
            for pk, name, country, was, becomes, sales, grade in movers
        ],
        emptied=[other for pk, other in segments.items() if pk in robbed and other.archived_at is None],
    )
