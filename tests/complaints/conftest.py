"""A complaint desk: who guards, who is valued, and a moment to start from."""

from datetime import UTC, datetime

import pytest

from complaints import complaint_handling
from crm.core.models import Role, User
from segments.models import CurrentScore, Membership, Segment
from tests import factories

NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)


@pytest.fixture
def noon():
    return NOON


@pytest.fixture
def second_guardian(db):
    return User.objects.create_user("jonas@rapport.test", factories.PASSWORD, name="Jonas Brandt", role=Role.GUARDIAN)


@pytest.fixture
def score_as(monkeypatch, db):
    """``score_as(customer, grade="A1", sales_cents=…)``: the evening's score of a customer."""
    from django.db import connection

    def score(customer, *, grade="A1", sales_cents=40_200_000):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS segments_score_test PARTITION OF segments_score DEFAULT")
            cursor.execute("CREATE OR REPLACE VIEW segments_current_score AS SELECT * FROM segments_score")
            cursor.execute(
                "INSERT INTO segments_score (run_id, customer_id, as_of, note, purchase_days, sales_12m_cents,"
                " sales_before_12m_cents, goods_12m_cents, service_12m_cents, contribution_12m_cents, grade,"
                " recency_score, frequency_score, money_score, at_stake_cents, risk_rank, risk)"
                " VALUES (1, %s, '2026-11-10', '', 9, %s, 0, 0, 0, 0, %s, 5, 5, 5, 0, 0, 0)",
                [customer.pk, sales_cents, grade],
            )
        return CurrentScore.objects.get(pk=customer.pk)

    return score


@pytest.fixture
def premium(db):
    """Premium as it stands, whoever made it, with a goodwill limit of 1,500."""
    segment, _ = Segment.objects.update_or_create(
        key="premium",
        defaults={"name": "Premium", "mark": "premium", "priority": 1, "goodwill_limit_cents": 150_000},
    )
    return segment


@pytest.fixture
def premium_customer(customer, premium, score_as):
    """Kjeldsen: class A1, 402,000 a year, premium, sold to by Ana."""
    score_as(customer)
    Membership.objects.create(customer=customer, segment=premium, since=NOON.date())
    return customer


@pytest.fixture
def complaint(premium_customer, guardian, rep, noon):
    """Ana took it at noon of 11 November; Nurul guards it."""
    return complaint_handling.take_complaint(
        premium_customer, title="Shaft seals failed after six weeks", words="The seals went soft.", by=rep, at=noon
    )
