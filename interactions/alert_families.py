"""Which product family a customer's fall comes from: asked once for all alerts that are being raised."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from customers.item_rollup import take_in_items
from customers.rules.family_change import FamilySales, explain_change
from interactions.models import Alert
from interactions.rules import alert_conditions as conditions

# These tell of somebody who has no past to compare with, or of talks instead of sales.
NOT_ABOUT_SALES = {conditions.SECOND_ORDER, conditions.OVERDUE_CONTACT}
GONE_AFTER_DAYS = 45  # half the quarter without it: told as no longer bought

# The quarter (91 days) up to the evening, and a usual quarter of the year before it, as the fall is measured.
SALES = """
SELECT i.customer_id, coalesce(p.family, ''),
       (coalesce(sum(i.amount_cents) FILTER (WHERE i.day <= %(on)s::date - 91), 0) / 4)::bigint,
       coalesce(sum(i.amount_cents) FILTER (WHERE i.day > %(on)s::date - 91), 0)::bigint,
       max(i.day) FILTER (WHERE i.amount_cents > 0)
FROM customers_itemday i LEFT JOIN customers_product p ON p.id = i.product_id
WHERE i.customer_id = ANY (%(customers)s) AND i.day <= %(on)s AND i.day > %(on)s::date - 455
GROUP BY 1, 2
"""


def add_families(alerts: Iterable[Alert], *, on: date) -> None:
    """Keep with each alert, in its evidence, the family that explains the fall or rise of the last quarter.

    ``family`` is left out where none explains a third of it. The customers' latest orders are taken in first.
    """
    about_sales = [alert for alert in alerts if alert.trigger.key not in NOT_ABOUT_SALES]
    ids = sorted({alert.customer_id for alert in about_sales})
    if not ids:
        return
    take_in_items(customer_ids=ids)
    found = explain_families(ids, on=on)
    for alert in about_sales:
        if alert.customer_id in found:
            alert.evidence = {**alert.evidence, "family": found[alert.customer_id]}


def explain_families(customer_ids: list[int], *, on: date) -> dict[int, dict[str, Any]]:
    """The main family of each customer whose change one family explains, as it is kept in evidence."""
    sales: dict[int, list[FamilySales]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SALES, {"on": on, "customers": customer_ids})
        for customer_id, *figures in cursor.fetchall():
            sales[customer_id].append(FamilySales(*figures))
    found = {}
    for customer_id, families in sales.items():
        change = explain_change(families)
        if (main := change.main) is not None:
            found[customer_id] = {
                "name": main.sales.family,
                "share": round(main.share or 0, 4),
                "is_fall": change.is_fall,
                "is_gone": main.sales.last_day is not None and (on - main.sales.last_day).days > GONE_AFTER_DAYS,
                "last_day": main.sales.last_day.isoformat() if main.sales.last_day else None,
            }
    return found
