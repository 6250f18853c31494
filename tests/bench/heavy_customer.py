"""One customer with far more of everything than others: fifty thousand orders, five thousand rows of a timeline."""

from datetime import datetime

from django.db import connection

from customers.customer_freshening import freshen_customer
from customers.item_rollup import note_touched_items, take_in_items
from customers.models import Customer
from interactions.models import Interaction

ORDERS, CONTACTS = 50_000, 5_000
NOTE = "Asked about the next delivery."

WRITE_ORDERS = """
INSERT INTO customers_order (customer_id, number, day, amount_cents, cost_cents, line_count)
SELECT %(customer)s, 'HEAVY-' || %(customer)s || '-' || nth, %(on)s::date - nth %% 1500,
    5000 + nth * 37 %% 90000, 3000 + nth * 37 %% 90000 / 2, 1
FROM generate_series(1, %(orders)s) nth
"""
WRITE_LINES = """
INSERT INTO customers_orderline (order_id, product_id, position, quantity, amount_cents, cost_cents)
SELECT o.id, p.ids[1 + o.id %% cardinality(p.ids)], 1, 1, o.amount_cents, o.cost_cents
FROM customers_order o CROSS JOIN (SELECT array_agg(id) AS ids FROM customers_product) p
WHERE o.customer_id = %(customer)s AND o.number LIKE 'HEAVY-%%'
"""
WRITE_CONTACTS = """
INSERT INTO interactions_interaction (customer_id, channel, direction, outcome, note, minutes, happened_at,
    logged_by_id)
SELECT %(customer)s, (ARRAY['call', 'mail', 'visit', 'chat'])[1 + nth %% 4], 'out', 'talked',
    %(note)s, 3 + nth %% 22, %(at)s::timestamptz - nth * interval '7 hours', %(by)s
FROM generate_series(1, %(contacts)s) nth
"""


def write_heavy_customer(customer: Customer, *, orders: int = 0, contacts: int = 0, at: datetime) -> None:
    """``orders`` of one line each and ``contacts``, spread over four years, and the figures that follow from them.
    Somebody who is heavy already stays as he is."""
    if Interaction.objects.filter(customer=customer, note=NOTE).exists() or customer.orders.count() > ORDERS:
        return
    said = {
        "customer": customer.pk,
        "orders": orders,
        "contacts": contacts,
        "by": customer.owner_id,
        "at": at,
        "note": NOTE,
    }
    with connection.cursor() as cursor:
        for statement in (WRITE_ORDERS, WRITE_LINES, WRITE_CONTACTS):
            cursor.execute(statement, {**said, "on": at.date(), "note": NOTE})
    note_touched_items([customer.pk])
    take_in_items()
    freshen_customer(customer.pk, at=at)
