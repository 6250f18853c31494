"""Evenings of alerts, and customers who are silent on them."""

from datetime import UTC, date, datetime, timedelta

from interactions.alert_raising import raise_alerts
from tests import factories

MONDAY = date(2026, 11, 23)


def night(on=MONDAY):
    """What the night before the local day ``on`` tells."""
    return raise_alerts(on=on, at=datetime(on.year, on.month, on.day, 2, tzinfo=UTC))


def make_silent(customer, days=61, on=MONDAY, rank=50.0, **figures):
    """Silent for ``days``, by a rhythm of eighteen."""
    factories.set_score(
        customer,
        as_of=on,
        last_day=on - timedelta(days=days),
        gap_days=days,
        gap_ratio=days / 18,
        **{"surprise": 0.02, "risk": 2, "risk_rank": rank, "at_stake_cents": 34_000, **figures},
    )
