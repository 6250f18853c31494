"""How it went with a customer in twelve months: goods and encounters, weighed by what he buys."""

from django.db import connection

from crm.core.models.business_setting import setting
from crm.home.customer_value import Statement
from customers.models import Customer
from customers.rules.encounter_weight import Experience, judge_experience, read_family_weights

# Summed up by product first: a family is a text, and somebody with fifty thousand orders has as many rows.
BOUGHT = """
SELECT p.family, sum(b.cents)::bigint FROM (
    SELECT product_id, sum(amount_cents) AS cents FROM customers_itemday
    WHERE customer_id = %s AND day BETWEEN %s AND %s AND product_id > 0 GROUP BY product_id
) b JOIN customers_product p ON p.id = b.product_id GROUP BY p.family
"""


def load_experience(customer: Customer, statement: Statement) -> Experience | None:
    """In the time of ``statement``; one query where a family has a weight, none otherwise."""
    weights = read_family_weights(setting("encounters.family_weights"))
    bought: dict[str, int] = {}
    if weights:
        with connection.cursor() as cursor:
            cursor.execute(BOUGHT, [customer.pk, statement.first_day, statement.last_day])
            bought = dict(cursor.fetchall())
    return judge_experience(
        sold_cents=statement.sales_cents,
        returned_cents=-statement.returns_cents,
        encounters=statement.encounters,
        complaints=statement.complaints,
        bought_cents=bought,
        weights=weights,
    )
