"""What a row of the list of customers shows besides its record: segment, tags, last contact, next task, complaint."""

from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from crm.core.local_time import company_day
from crm.home.customer_group import load_heads
from interactions.models import Task

_ROW_DETAILS = """
    SELECT c.id, g.name, g.mark, t.title, t.due_at,
        (SELECT happened_at FROM interactions_interaction WHERE customer_id = c.id
            ORDER BY happened_at DESC, id DESC LIMIT 1),
        EXISTS (SELECT FROM complaints_complaint WHERE customer_id = c.id AND closed_at IS NULL),
        ARRAY(SELECT tag.name FROM customers_customertag carried JOIN customers_tag tag ON tag.id = carried.tag_id
            WHERE carried.customer_id = c.id ORDER BY tag.name_folded)
    FROM unnest(%(customers)s::bigint[]) AS c (id)
    LEFT JOIN segments_membership m ON m.customer_id = c.id AND m.until IS NULL
    LEFT JOIN segments_segment g ON g.id = m.segment_id
    LEFT JOIN LATERAL (SELECT title, due_at FROM interactions_task WHERE customer_id = c.id AND state = %(open)s
        ORDER BY due_at, id LIMIT 1) t ON true
"""


def load_row_details(rows: list[Any], request: HttpRequest) -> None:
    """Segment, tags, last contact, next task, open complaint and group of one page, in two queries.

    Asked in SQL: every list of customers is opened with it, and putting it together took longer than its answer.
    """
    load_heads(rows, user=request.user)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute(_ROW_DETAILS, {"customers": [row.pk for row in rows], "open": Task.State.OPEN.value})
        found = {key: rest for key, *rest in cursor.fetchall()}
    today, unknown = company_day(timezone.now()), [None, None, None, None, None, False, []]
    for row in rows:
        segment, mark, title, due_at, row.talked_at, row.complains, tags = found.get(row.pk, unknown)
        row.segment = {"name": segment, "mark": mark} if segment else None
        row.tag_parts = [{"name": name} for name in tags]
        row.task_title = title or ""
        row.task_day = timezone.localdate(due_at) if due_at else None
        row.shown_score = score = getattr(row, "score", None)
        row.shown_stake = score.at_stake_cents or None if score else None
        row.silent_days = (today - score.last_day).days if score and score.last_day else None
