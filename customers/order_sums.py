"""Files whose rows each repeat the sum of their whole order: seen before they are added up, shared out when said so."""

from __future__ import annotations

from customers.import_staging import Stage, fetch_row, run_sql

LEAST_ORDERS = 3
LIKELY_SHARE = 0.8
OF_ORDER = "order"
"""The option ``amount_of`` of an import whose amounts are sums of orders."""

# What a row has of ``whole``: by its quantity where every row of the order has one, else alike; to the cent, since each
# share ends where the next begins.
_SHARE = "round({whole} * upto / total) - round({whole} * (upto - weight) / total)"
_WEIGHT = """CASE WHEN min(quantity) OVER same > 0 AND count(quantity) OVER same = count(*) OVER same
                              THEN quantity ELSE 1 END"""


def find_repeated(stage: Stage) -> dict[str, int]:
    """How many orders of several rows there are and of how many every row has the same amount, where it is so often
    that it can hardly be chance; else nothing."""
    alike, several = fetch_row(f"""
        SELECT count(*) FILTER (WHERE alike), count(*) FROM (
            SELECT min(amount) = max(amount) AS alike FROM {stage.lines}
            WHERE NOT is_made AND amount <> 0 GROUP BY number HAVING count(*) > 1) orders""")  # noqa: S608
    if alike < LEAST_ORDERS or alike < LIKELY_SHARE * several:
        return {}
    return {"repeated": alike, "of_several": several}


def share_sums(stage: Stage) -> None:
    """Give each row its share of the sum, and of a cost that stands in every row alike. Rows of one order that tell
    different sums are rejected, all of them."""
    stage.reject(f"""
        SELECT row, 'amount', 'sum_differs', first_row::text, number FROM (
            SELECT row, number, amount, first_value(row) OVER ordered AS first_row,
                   first_value(amount) OVER ordered AS first_amount
            FROM {stage.lines} WHERE NOT is_made WINDOW ordered AS (PARTITION BY number ORDER BY row)) l
        WHERE amount <> first_amount""")  # noqa: S608
    shares = {name: _SHARE.format(whole=name) for name in ("amount", "original", "cost")}
    run_sql(f"""
        UPDATE {stage.lines} l SET amount = {shares["amount"]}, original = {shares["original"]},
            cost = CASE WHEN one_cost THEN {shares["cost"]} ELSE cost END
        FROM (SELECT row AS of_row, weight, sum(weight) OVER (PARTITION BY number ORDER BY row) AS upto,
                     sum(weight) OVER (PARTITION BY number) AS total, one_cost
              FROM (SELECT row, number, {_WEIGHT} AS weight,
                           min(cost) OVER same = max(cost) OVER same AS one_cost, count(*) OVER same AS rows
                    FROM {stage.lines} WHERE NOT is_made WINDOW same AS (PARTITION BY number)) rows_of_orders
              WHERE rows > 1) shares
        WHERE l.row = of_row""")  # noqa: S608
