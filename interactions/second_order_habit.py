"""Within how many days customers place their second order, measured on those who came back.

Over many customers it hardly moves within a week, and takes a look at every one of them: a large base keeps what it
measured, as the models are kept, and measures again a week later at the end of a night, when nobody waits. A small base
is measured whenever somebody asks, so that yesterday's import counts today.
"""

from datetime import date, timedelta

from django.db import connection

from interactions.rules.alert_conditions import USUAL_SECOND_ORDER_DAYS
from segments.models import ModelFit

SECOND_ORDERS = "second_orders"
KEPT_FOR = timedelta(days=7)
MEASURED_AT_MOST = 5_000  # the newest of whom so much is known
LEAST_MEASURED = 50
SHORTEST_DAYS = 7

_MEASURED = """
SELECT count(*), percentile_disc(0.8) WITHIN GROUP (ORDER BY second.day - first.first_day)
FROM (
    SELECT customer_id, first_day FROM customers_purchasestate
    WHERE purchase_days >= 2 AND first_day BETWEEN %(on)s::date - 910 AND %(on)s::date - 180
    ORDER BY first_day DESC LIMIT %(most)s
) first
JOIN LATERAL (
    SELECT day FROM customers_purchaseday d
    WHERE d.customer_id = first.customer_id AND d.day > first.first_day AND d.amount_cents > 0
    ORDER BY d.day LIMIT 1
) second ON true
"""


def find_second_order_days(*, on: date) -> int:
    """Within how many days 80 of 100 customers who came back had placed their second order, as of the evening ``on``.

    Taken from the 5,000 newest who have had at least half a year's time; 30 where fewer than 50 are known.
    """
    kept = ModelFit.objects.filter(kind=SECOND_ORDERS, fitted_on__lte=on, fitted_on__gt=on - KEPT_FOR).first()
    return int(kept.parameters["days"]) if kept is not None else _measure(on)[1]


def learn_second_orders_ahead(*, on: date) -> None:
    """Keep for the evening after ``on`` what it would have to measure, where that is measured over many customers."""
    tomorrow = on + timedelta(days=1)
    if ModelFit.objects.filter(kind=SECOND_ORDERS, fitted_on__lte=tomorrow, fitted_on__gt=tomorrow - KEPT_FOR).exists():
        return
    known, days = _measure(tomorrow)
    if known >= MEASURED_AT_MOST:
        values = {"parameters": {"days": days}, "customers": known}
        ModelFit.objects.update_or_create(kind=SECOND_ORDERS, fitted_on=tomorrow, defaults=values)


def _measure(on: date) -> tuple[int, int]:
    """How many customers are known, and the days."""
    with connection.cursor() as cursor:
        cursor.execute(_MEASURED, {"on": on, "most": MEASURED_AT_MOST})
        known, days = cursor.fetchone()
    return known, max(SHORTEST_DAYS, int(days)) if known >= LEAST_MEASURED else USUAL_SECOND_ORDER_DAYS
