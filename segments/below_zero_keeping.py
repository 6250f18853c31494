"""Since when somebody is below zero, kept night by night."""

from datetime import date

from django.db import connection, transaction

_BEGIN = """
INSERT INTO segments_belowzerospell (customer_id, since)
SELECT s.customer_id, %(day)s FROM segments_current_score s WHERE s.contribution_12m_cents < 0
ON CONFLICT (customer_id) WHERE until IS NULL DO NOTHING
"""
_END = """
UPDATE segments_belowzerospell b SET until = %(day)s
WHERE b.until IS NULL AND NOT EXISTS (
    SELECT FROM segments_current_score s WHERE s.customer_id = b.customer_id AND s.contribution_12m_cents < 0)
"""


@transaction.atomic
def keep_below_zero(*, on: date) -> None:
    """Begin a spell for everybody the scores in force put below zero, end it for who is no longer; the evening again
    changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_END, {"day": on})
        cursor.execute(_BEGIN, {"day": on})
