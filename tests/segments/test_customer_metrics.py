"""Every metric of the catalogue can be asked of the database, for any customer, before and after the first night."""

from datetime import date

import pytest
from django.db import connection

from crm.core.metric_catalogue import METRICS

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
