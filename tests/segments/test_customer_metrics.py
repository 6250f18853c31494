"""Every metric of the catalogue can be asked of the database, for any customer, before and after the first night."""

from datetime import date

import pytest
from django.db import connection

from crm.core.metric_catalogue import METRICS
from customers.models import PurchaseState

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", sorted(METRICS))
def test_each_metric_is_valid_sql_with_words_for_people(name, customer):
    metric = METRICS[name]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {metric.sql} FROM customers_customer c {metric.join} WHERE c.id = %(id)s",
            {"id": customer.pk, "today": date(2026, 11, 21)},
        )
        rows = cursor.fetchall()
    assert len(rows) == 1
    assert str(metric.label)
    assert str(metric.meaning).endswith(".")


@pytest.mark.parametrize(
    ("name", "first_day", "last_day", "days"),
    [
        ("days_since_first_order", date(2026, 11, 1), date(2026, 11, 20), 20),
        ("days_since_first_order", date(2026, 11, 22), date(2026, 11, 22), None),  # that evening he had not bought yet
        ("days_since_order", date(2026, 11, 1), date(2026, 11, 20), 1),
        ("days_since_order", date(2026, 11, 1), date(2026, 12, 24), 0),
        ("days_since_order", None, None, None),
    ],
)
def test_no_days_are_less_than_none(name, first_day, last_day, days, customer):
    counts = dict.fromkeys(("purchase_days", "sum_ln_gap", "sum_gap_squared", "positive_amount_cents", "orders"), 0)
    PurchaseState.objects.create(
        customer=customer, first_day=first_day, last_day=last_day, amount_cents=0, cost_cents=0, **counts
    )
    metric = METRICS[name]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {metric.sql} FROM customers_customer c {metric.join} WHERE c.id = %(id)s",
            {"id": customer.pk, "today": date(2026, 11, 21)},
        )
        assert cursor.fetchone() == (days,)
