"""The worst customers by four simple signs, written by the night with the figures that put each of them there.

What became of our quotes is known above this app; it is asked through the catalogue of metrics.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction

from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from crm.core.models.business_setting import setting
from crm.core.statement_planning import plan_as_usual, plan_for_everybody, share_ranges
from segments.list_table_writing import keep_differences
from segments.rules.value_bands import count_in_band
from segments.rules.worst_signs import CONTRIBUTION_LIMIT, SILENT_DAYS, WEIGHT_OF_SIGN, SignLines

NONE_KNOWN = Metric("none", "", MetricKind.NUMBER, "", "0")
QUOTE_METRICS = ("quotes_decided_24m", "quotes_won_24m", "quotes_for_shortlist_24m")
COLUMNS = (
    "customer_id, weight, is_silent, is_falling, rejects_quotes, fills_shortlists, last_day, sales_12m_cents,"
    " sales_before_12m_cents, contribution_12m_cents, quotes, quotes_won, quotes_for_shortlist"
)

_GATHER = """
SELECT *, (is_silent::int + is_falling::int + rejects_quotes::int + fills_shortlists::int) * %(sign)s::bigint
    - greatest(-%(limit)s::bigint, least(%(limit)s::bigint, contribution_12m_cents)) AS weight
FROM (
    SELECT *, last_day IS NOT NULL AND last_day <= %(today)s::date - %(silent)s AS is_silent,
        (last_day IS NULL OR last_day > %(today)s::date - %(silent)s) AND sales_before_12m_cents > 0
            AND sales_12m_cents <= sales_before_12m_cents * (1 - %(fall)s::numeric) AS is_falling,
        quotes >= %(least_quotes)s AND quotes_won <= quotes * %(quotes_won)s::numeric AS rejects_quotes,
        quotes_for_shortlist >= %(least_shortlists)s AND quotes_won = 0 AS fills_shortlists
    FROM (
        SELECT c.id AS customer_id, s.last_day, coalesce(s.sales_12m_cents, 0) AS sales_12m_cents,
            coalesce(s.sales_before_12m_cents, 0) AS sales_before_12m_cents,
            coalesce(s.contribution_12m_cents, 0) AS contribution_12m_cents,
            ({quotes})::int AS quotes, ({won})::int AS quotes_won, ({shortlist})::int AS quotes_for_shortlist
        FROM customers_customer c LEFT JOIN segments_current_score s ON s.customer_id = c.id {joins}
        WHERE c.archived_at IS NULL AND {range}
    ) figures
    WHERE last_day IS NOT NULL OR quotes > 0
) judged
"""
_CUT = """
CREATE TEMP TABLE worst ON COMMIT DROP AS
SELECT * FROM signs WHERE is_silent OR is_falling OR rejects_quotes OR fills_shortlists
ORDER BY weight DESC, customer_id LIMIT %s
"""


@transaction.atomic
def write_worst_signs(*, on: date) -> int:
    """Keep the worst part of all who ever bought or asked for a quote, as of the evening of ``on``; how many they are.

    Nobody without a sign is among them, so they may be fewer than the setting says.
    """
    used = [METRICS.get(name, NONE_KNOWN) for name in QUOTE_METRICS]
    lines = read_sign_lines()
    params: dict[str, Any] = {
        "today": on,
        "silent": SILENT_DAYS,
        "sign": WEIGHT_OF_SIGN,
        "limit": CONTRIBUTION_LIMIT,
        "fall": lines.fall,
        "least_quotes": lines.least_quotes,
        "quotes_won": lines.quotes_won,
        "least_shortlists": lines.least_shortlists,
    }
    joins = " ".join(dict.fromkeys(metric.join for metric in used if metric.join))
    quotes, won, shortlist = (metric.sql for metric in used)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('worst-signs'))")
        plan_for_everybody(cursor)
        words = {"quotes": quotes, "won": won, "shortlist": shortlist, "joins": joins}
        signs = share_ranges(
            cursor, lambda customers: customers.limit(_GATHER.format(range=customers.condition, **words))
        )
        cursor.execute(f"CREATE TEMP TABLE signs ON COMMIT DROP AS {signs}", params)
        plan_as_usual(cursor)
        cursor.execute("SELECT count(*) FROM signs")
        most = count_in_band(cursor.fetchone()[0], share=float(setting("bands.worst")))
        cursor.execute(_CUT, [most])
        written = int(cursor.rowcount)
        keep_differences(cursor, "segments_worstsign", "worst", COLUMNS)
        cursor.execute("DROP TABLE signs, worst")
    return written


def read_sign_lines() -> SignLines:
    """The lines that the settings draw."""
    return SignLines(
        fall=float(setting("fall.warning")),
        least_quotes=int(setting("bands.least_quotes")),
        quotes_won=float(setting("bands.quotes_won")),
        least_shortlists=int(setting("bands.least_shortlists")),
    )
