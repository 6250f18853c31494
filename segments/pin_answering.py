"""What the rules would say of everybody who is pinned: asked every evening and kept, so overrides can be judged."""

from datetime import date

from django.db import connection, transaction

from segments.ruled_grades import RULED_GRADE, read_grade_cuts
from segments.segment_choice import NoFallbackSegment, build_segment_choice

_ASK = """
INSERT INTO segments_pinanswer (pin_id, asked_on, segment_id, grade, agrees)
SELECT held.id, %(today)s, CASE WHEN held.segment_id IS NOT NULL THEN ruled.segment_id END,
    CASE WHEN held.segment_id IS NULL THEN coalesce(by_cut.grade, '') ELSE '' END,
    CASE WHEN held.segment_id IS NOT NULL THEN held.segment_id = ruled.segment_id
        ELSE held.grade = coalesce(by_cut.grade, '') END
FROM segments_pin held
JOIN customers_customer c ON c.id = held.customer_id
LEFT JOIN segments_current_score graded ON graded.customer_id = c.id
CROSS JOIN LATERAL (SELECT {by_cut} AS grade) by_cut
{joins}
CROSS JOIN LATERAL (SELECT {by_rule}::bigint AS segment_id) ruled
WHERE held.ended_at IS NULL AND held.expires_on >= %(today)s
ON CONFLICT (pin_id) DO UPDATE SET asked_on = excluded.asked_on, segment_id = excluded.segment_id,
    grade = excluded.grade, agrees = excluded.agrees
"""


@transaction.atomic
def answer_pins(*, on: date) -> int:
    """Keep what the rules say on the evening of ``on`` for every pin in force; how many were asked.

    A company without a segment that takes the rest has no rules to ask.
    """
    try:
        choice = build_segment_choice(on=on)
    except NoFallbackSegment:
        return 0
    with connection.cursor() as cursor:
        asked = _ASK.format(joins=choice.joins, by_rule=choice.by_rule, by_cut=RULED_GRADE)
        cursor.execute(asked, {**choice.params, **read_grade_cuts()})
        return int(cursor.rowcount)
