"""Places by net sales of the last complete fiscal year: worked out by the night, read by the lists of the best."""

from datetime import date

from django.db import connection, transaction

from crm.core.models.business_setting import setting
from crm.core.statement_planning import plan_as_usual, plan_for_everybody, share_ranges
from segments.list_table_writing import keep_differences
from segments.models import ValueBand, ValueRanking
from segments.rules.fiscal_year import FiscalYear, find_last_fiscal_year
from segments.rules.value_bands import count_in_band

_SOLD = """
SELECT c.id AS customer_id, sold.sales, sold.sales_before
FROM customers_customer c
JOIN (
    SELECT d.customer_id,
        coalesce(sum(d.amount_cents) FILTER (WHERE d.day >= %(first)s), 0)::bigint AS sales,
        coalesce(sum(d.amount_cents) FILTER (WHERE d.day < %(first)s), 0)::bigint AS sales_before
    FROM customers_purchaseday d WHERE d.day BETWEEN %(before)s AND %(last)s GROUP BY d.customer_id
) sold ON sold.customer_id = c.id
WHERE c.archived_at IS NULL AND sold.sales > 0 AND {range}
"""
_RANK = """
CREATE TEMP TABLE ranked ON COMMIT DROP AS
SELECT customer_id, row_number() OVER (ORDER BY sales DESC, customer_id)::int AS place,
    sales AS sales_cents, sales_before AS sales_before_cents
FROM ({sold}) sold
"""
COLUMNS = "customer_id, place, sales_cents, sales_before_cents"


@transaction.atomic
def write_value_bands(*, on: date) -> int:
    """Rank everybody by the fiscal year that is complete on the evening of ``on``; returns how many have a place."""
    year = find_last_fiscal_year(on=on, first_month=int(setting("company.fiscal_year_month")))
    days = {"first": year.first_day, "last": year.last_day, "before": year.find_before().first_day}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('value-bands'))")
        plan_for_everybody(cursor)
        sold = share_ranges(cursor, lambda customers: customers.limit(_SOLD.format(range=customers.condition)))
        cursor.execute(_RANK.format(sold=sold), days)
        plan_as_usual(cursor)
        keep_differences(cursor, "segments_valueband", "ranked", COLUMNS)
        cursor.execute("SELECT count(*), coalesce(sum(sales_cents), 0)::bigint FROM ranked")
        customers, sales = cursor.fetchone()
        cursor.execute("DROP TABLE ranked")
    ValueRanking.objects.update_or_create(
        pk=1,
        defaults={
            "first_day": year.first_day,
            "last_day": year.last_day,
            "written_on": on,
            "customers": customers,
            "sales_cents": sales,
        },
    )
    return int(customers)


def find_ranking() -> ValueRanking | None:
    """What the last night ranked; None before the first one."""
    return ValueRanking.objects.first()


def name_year(ranking: ValueRanking) -> str:
    """``2025``, or ``2025/26``."""
    return FiscalYear(ranking.first_day, ranking.last_day).label


def count_best(ranking: ValueRanking | None, *, share: float) -> int:
    """How many places the best ``share`` (0 to 1) of the ranked customers takes."""
    return count_in_band(ranking.customers, share=share) if ranking else 0


def find_least_of_best(*, share: float) -> int:
    """What the last of the best ``share`` (0 to 1) sold in the fiscal year, in cents; 0 before anybody is ranked."""
    place = count_best(find_ranking(), share=share)
    return ValueBand.objects.filter(place=place).values_list("sales_cents", flat=True).first() or 0
