"""Customers who are like those of class A and are not yet among them, written by the night trait by trait.

The rule is that of ``segments.rules.best_fit``, here for everybody at once; tests hold the two against each other.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction

from crm.core.metric_catalogue import METRICS
from crm.core.statement_planning import plan_as_usual, plan_for_everybody, share_ranges
from segments.list_table_writing import keep_differences
from segments.rules.best_fit import LEAST_OF_A_KIND, LEAST_TRAITS
from segments.rules.value_bands import count_in_band

KEPT_SHARE = 0.2
USED = ("needs_met_share", "potential", "wallet")
KINDS = ("industry", "country", "rhythm")
COLUMNS = "customer_id, fit, industry, country, rhythm, needs, room_cents, worth_cents"

# Nothing here is NULL, so that rows can be found again by their kind: '' and -1 stand for what is not known.
_BASE = """
SELECT c.id AS customer_id, lower(btrim(c.industry)) AS industry, c.country::text AS country,
    coalesce(nullif(s.frequency_score, 0)::text, '') AS rhythm, coalesce((left(s.grade, 1) = 'A')::int, -1) AS is_a,
    coalesce(round(({needs})::numeric, 2), -1) AS needs, coalesce({potential}, {wallet})::bigint AS could_cents,
    greatest(0, coalesce(s.sales_12m_cents, 0)) AS sales
FROM customers_customer c LEFT JOIN segments_current_score s ON s.customer_id = c.id {joins}
WHERE c.archived_at IS NULL AND {range}
"""
# How many are of each kind: some thousand rows stand for a million, and the fit is worked out once for each.
_COUNT = """
CREATE TEMP TABLE counted ON COMMIT DROP AS
SELECT industry, country, rhythm, needs, is_a, could_cents IS NULL AS is_open, count(*) AS n
FROM kinds GROUP BY 1, 2, 3, 4, 5, 6
"""
_RATED = """
CREATE TEMP TABLE rated_{kind} ON COMMIT DROP AS
SELECT {kind}, round(coalesce(share / nullif(share + base, 0), 0.5), 2) AS points
FROM (SELECT {kind}, sum(is_a * n) / sum(n) AS share FROM counted WHERE {kind} <> '' AND is_a >= 0
    GROUP BY {kind} HAVING sum(n) >= %(least)s) found,
    (SELECT sum(is_a * n) / sum(n) AS base FROM counted WHERE is_a >= 0) everybody
"""
_FITS = """
CREATE TEMP TABLE fits ON COMMIT DROP AS
SELECT k.*, i.points AS industry_fit, l.points AS country_fit, r.points AS rhythm_fit, nullif(k.needs, -1) AS needs_fit,
    round((coalesce(i.points, 0) + coalesce(l.points, 0) + coalesce(r.points, 0) + coalesce(nullif(k.needs, -1), 0))
        / num_nonnulls(i.points, l.points, r.points, nullif(k.needs, -1)), 2) AS fit
FROM counted k LEFT JOIN rated_industry i ON i.industry = k.industry
    LEFT JOIN rated_country l ON l.country = k.country LEFT JOIN rated_rhythm r ON r.rhythm = k.rhythm
WHERE k.is_a < 1 AND num_nonnulls(i.points, l.points, r.points, nullif(k.needs, -1)) >= %(traits)s
"""
# The fit at which the best of those without a known room are full, and how many still have a place there.
_FULL_AT = """
SELECT fit, %(most)s - (upto - n) FROM (
    SELECT fit, sum(n) AS n, sum(sum(n)) OVER (ORDER BY fit DESC) AS upto FROM fits WHERE is_open GROUP BY fit
) steps WHERE upto >= %(most)s ORDER BY fit DESC LIMIT 1
"""
_BEST = """
CREATE TEMP TABLE best ON COMMIT DROP AS
WITH found AS (
    SELECT k.customer_id, f.fit, f.industry_fit, f.country_fit, f.rhythm_fit, f.needs_fit, f.is_open,
        k.could_cents - least(k.sales, k.could_cents) AS room_cents
    FROM kinds k JOIN fits f ON f.industry = k.industry AND f.country = k.country AND f.rhythm = k.rhythm
        AND f.needs = k.needs AND f.is_a = k.is_a AND f.is_open = (k.could_cents IS NULL)
    WHERE NOT f.is_open OR f.fit >= %(full_at)s
), last AS (
    SELECT customer_id FROM found WHERE is_open AND fit = %(full_at)s ORDER BY customer_id LIMIT %(places)s
)
SELECT customer_id, fit::float8, industry_fit::float8 AS industry, country_fit::float8 AS country,
    rhythm_fit::float8 AS rhythm, needs_fit::float8 AS needs, room_cents, (fit * room_cents)::bigint AS worth_cents
FROM found
WHERE CASE WHEN is_open THEN fit > %(full_at)s ELSE (fit * room_cents)::bigint > 0 END
    OR customer_id IN (SELECT customer_id FROM last)
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
        kinds = share_ranges(
            cursor, lambda customers: customers.limit(_BASE.format(**sql, joins=joins, range=customers.condition))
        )
        cursor.execute(f"CREATE TEMP TABLE kinds ON COMMIT DROP AS {kinds}", params)
        plan_as_usual(cursor)
        cursor.execute(_COUNT)
        for kind in KINDS:
            cursor.execute(_RATED.format(kind=kind), params)
        cursor.execute(_FITS, params)
        cursor.execute("SELECT coalesce(sum(n), 0) FROM fits")
        params["most"] = count_in_band(int(cursor.fetchone()[0]), share=KEPT_SHARE)
        cursor.execute(_FULL_AT, params)
        params["full_at"], params["places"] = cursor.fetchone() or (-1, 0)
        cursor.execute("ANALYZE fits")
        cursor.execute("SET LOCAL enable_mergejoin = off")  # a million rows would be sorted to meet a few hundred
        cursor.execute(_BEST, params)
        written = int(cursor.rowcount)
        cursor.execute("SET LOCAL enable_mergejoin = DEFAULT")
        keep_differences(cursor, "segments_bestfit", "best", COLUMNS)
        cursor.execute("DROP TABLE kinds, counted, fits, best, rated_industry, rated_country, rated_rhythm")
    return written
