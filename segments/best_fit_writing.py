"""Customers who are like those of class A and are not yet among them, written by the night trait by trait.

The rule is that of ``segments.rules.best_fit``, here for everybody at once; tests hold the two against each other.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction

from crm.core.metric_catalogue import METRICS
from crm.core.statement_planning import plan_as_usual, plan_for_everybody
from segments.list_table_writing import keep_differences
from segments.rules.best_fit import LEAST_OF_A_KIND, LEAST_TRAITS
from segments.rules.value_bands import count_in_band

KEPT_SHARE = 0.2
USED = ("needs_met_share", "potential", "wallet")
KINDS = ("industry", "country", "rhythm")
COLUMNS = "customer_id, fit, industry, country, rhythm, needs, room_cents, worth_cents"

_BASE = """
CREATE TEMP TABLE kinds ON COMMIT DROP AS
SELECT c.id AS customer_id, nullif(lower(btrim(c.industry)), '') AS industry, nullif(c.country, '') AS country,
    nullif(s.frequency_score, 0)::text AS rhythm, (left(s.grade, 1) = 'A')::int AS is_a,
    round(({needs})::numeric, 2) AS needs, ({potential})::bigint AS potential, ({wallet})::bigint AS wallet,
    greatest(0, coalesce(s.sales_12m_cents, 0)) AS sales
FROM customers_customer c LEFT JOIN segments_current_score s ON s.customer_id = c.id {joins}
WHERE c.archived_at IS NULL
"""
_RATED = """
CREATE TEMP TABLE rated_{kind} ON COMMIT DROP AS
SELECT {kind}, round(coalesce(share / nullif(share + base, 0), 0.5), 2) AS points
FROM (SELECT {kind}, avg(is_a) AS share FROM kinds WHERE {kind} IS NOT NULL AND is_a IS NOT NULL
    GROUP BY {kind} HAVING count(*) >= %(least)s) found, (SELECT avg(is_a) AS base FROM kinds) everybody
"""
_FITS = """
CREATE TEMP TABLE fits ON COMMIT DROP AS
SELECT *, (fit * room_cents)::bigint AS worth_cents FROM (
    SELECT k.customer_id, i.points AS industry, l.points AS country, r.points AS rhythm, k.needs,
        round((coalesce(i.points, 0) + coalesce(l.points, 0) + coalesce(r.points, 0) + coalesce(k.needs, 0))
            / num_nonnulls(i.points, l.points, r.points, k.needs), 2) AS fit,
        coalesce(k.potential, k.wallet) - least(k.sales, coalesce(k.potential, k.wallet)) AS room_cents
    FROM kinds k LEFT JOIN rated_industry i ON i.industry = k.industry
        LEFT JOIN rated_country l ON l.country = k.country LEFT JOIN rated_rhythm r ON r.rhythm = k.rhythm
    WHERE coalesce(k.is_a, 0) = 0 AND num_nonnulls(i.points, l.points, r.points, k.needs) >= %(traits)s
) measured
"""
_BEST = """
CREATE TEMP TABLE best ON COMMIT DROP AS
SELECT customer_id, fit::float8, industry::float8, country::float8, rhythm::float8, needs::float8, room_cents,
    worth_cents FROM fits WHERE worth_cents > 0
UNION ALL
(SELECT customer_id, fit::float8, industry::float8, country::float8, rhythm::float8, needs::float8, room_cents,
    worth_cents FROM fits WHERE worth_cents IS NULL ORDER BY fit DESC, customer_id LIMIT %(most)s)
"""


@transaction.atomic
def write_best_fits(*, on: date) -> int:
    """Keep those not yet A with room to grow, and of the others the best fifth by fit; how many they are."""
    used = {name: METRICS[name] for name in USED}
    joins = " ".join(dict.fromkeys(metric.join for metric in used.values() if metric.join))
    params: dict[str, Any] = {"today": on, "least": LEAST_OF_A_KIND, "traits": LEAST_TRAITS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('best-fits'))")
        plan_for_everybody(cursor)
        sql = {"needs": used["needs_met_share"].sql, "potential": used["potential"].sql, "wallet": used["wallet"].sql}
        cursor.execute(_BASE.format(**sql, joins=joins), params)
        plan_as_usual(cursor)
        for kind in KINDS:
            cursor.execute(_RATED.format(kind=kind), params)
        cursor.execute(_FITS, params)
        cursor.execute("SELECT count(*) FROM fits")
        params["most"] = count_in_band(cursor.fetchone()[0], share=KEPT_SHARE)
        cursor.execute(_BEST, params)
        written = int(cursor.rowcount)
        keep_differences(cursor, "segments_bestfit", "best", COLUMNS)
        cursor.execute("DROP TABLE kinds, fits, best, rated_industry, rated_country, rated_rhythm")
    return written
