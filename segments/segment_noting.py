"""The segment stands in a customer's row of the scores in force too, so that a list of one segment, sorted by a score,
begins where an index of that segment begins, and not with everybody else.

What counts is his membership. Scoring writes down who is where; whoever moves a customer by day writes it in the same
transaction. Whom the night moves is put right beside the indexes of lists, and until then no list relies on it.
"""

from django.db import connection
from django.db.models import Count

from segments.models import ScoreShard

NOTE_DIFFERENT = """
UPDATE {table} s SET segment_number = m.segment_id FROM segments_membership m
WHERE m.until IS NULL AND m.customer_id = s.customer_id AND m.segment_id <> s.segment_number AND {limit}
"""
IN_FORCE = "segments_current_score"
NOTE_ONE = """
UPDATE segments_current_score SET segment_number = %(segment)s
WHERE customer_id = %(customer)s AND segment_number <> %(segment)s
"""


def hold_segment(customer_id: int) -> None:
    """Nobody moves the customer, or puts other scores in force, until the transaction ends."""
    with connection.cursor() as cursor:
        # A night that is switching waits for us, or we for it and then see its run.
        cursor.execute(f"SELECT FROM {IN_FORCE} LIMIT 0")
        cursor.execute(
            "SELECT FROM segments_membership WHERE customer_id = %s AND until IS NULL FOR NO KEY UPDATE", [customer_id]
        )


def note_segment(customer_id: int, *, segment_id: int) -> None:
    """Write down where a customer is who was held (``hold_segment``) and moved."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_ONE, {"customer": customer_id, "segment": segment_id})


def note_late_moves(moves: str) -> None:
    """Write down where those in the table ``moves`` are, if the scores in force tell of anybody already: a night that
    was killed and goes on moves people behind the indexes."""
    if ScoreShard.objects.filter(run__is_current=True, noted_at__isnull=False).exists():
        limit = f"EXISTS (SELECT FROM {moves} v WHERE v.customer_id = m.customer_id)"
        with connection.cursor() as cursor:
            cursor.execute(NOTE_DIFFERENT.format(table=IN_FORCE, limit=limit))


def note_moved(table: str, *, first_id: int, next_id: int) -> None:
    """Put right, in the table of one shard, whoever was moved since it was written; called inside a transaction.

    Whoever moves a customer writes there last: once nobody else may, what is committed stands in both places, and what
    is not will be written when we are done.
    """
    limit = f"m.customer_id >= {int(first_id)} AND m.customer_id < {int(next_id)}"
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(NOTE_DIFFERENT.format(table=table, limit=limit))


def are_segments_noted() -> bool:
    """Whether the scores in force tell of everybody where he is; not before the night wrote it down."""
    found = ScoreShard.objects.filter(run__is_current=True).aggregate(all=Count("pk"), noted=Count("noted_at"))
    return 0 < found["all"] == found["noted"]
