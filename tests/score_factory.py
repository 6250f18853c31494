"""Scores in force, for tests of the pages that show them."""

from datetime import date
from typing import Any

from django.db import connection

from customers.models import Customer
from segments.models import CurrentScore

RUN = 1
DEFAULTS: dict[str, Any] = {
    "run_id": RUN,
    "as_of": date(2026, 11, 20),
    "note": "",
    "purchase_days": 9,
    "first_day": date(2025, 1, 7),
    "last_day": date(2026, 9, 20),
    "sales_12m_cents": 14_832_000,
    "sales_before_12m_cents": 20_000_000,
    "goods_12m_cents": 10_491_200,
    "service_12m_cents": 827_000,
    "contribution_12m_cents": 3_513_800,
    "grade": "A1",
    "recency_score": 2,
    "frequency_score": 5,
    "money_score": 5,
    "gap_days": 61,
    "mean_gap_days": 18.2,
    "gap_ratio": 3.35,
    "surprise": 0.02,
    "alive": 0.6,
    "silent_next": 0.4,
    "fall": 0.46,
    "expected_orders_12m": 9.5,
    "value_3y_cents": 9_600_000,
    "value_3y_low_cents": 6_100_000,
    "value_3y_high_cents": 13_400_000,
    "at_stake_cents": 642_000,
    "risk_rank": 12.5,
    "risk": CurrentScore.Risk.HIGH,
}


def make_score(customer: Customer, **fields: Any) -> CurrentScore:
    """The score in force of ``customer``; Kjeldsen's figures unless others are given."""
    values = {**DEFAULTS, **fields, "customer_id": customer.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS segments_score_test PARTITION OF segments_score FOR VALUES IN ({RUN})"
        )
        cursor.execute(
            f"CREATE OR REPLACE VIEW segments_current_score AS SELECT * FROM segments_score WHERE run_id = {RUN}"
        )
        names, places = ", ".join(values), ", ".join(["%s"] * len(values))
        cursor.execute(f"INSERT INTO segments_score ({names}) VALUES ({places})", list(values.values()))
    return CurrentScore.objects.get(pk=customer.pk)
