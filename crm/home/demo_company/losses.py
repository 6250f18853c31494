"""Customers below zero in the demo company: some decided weeks ago, some waiting, and what a quarter's visits cost."""

from datetime import date, datetime, timedelta

from crm.core.models import User
from customers.cost_pool_allocation import allocate_cost_pool
from customers.models import CostPool, Customer, ProfileFact
from interactions.below_zero_deciding import decide_below_zero
from segments.models import Segment

# kind, reason, decided days ago, look again in days, further arguments
DECISIONS = (
    ("process", "Orders by the shop, no visits for small parts", 62, 28, {"expected_cents": 180_000, "pinned": True}),
    ("minimum", "Many orders under thirty euro", 55, 40, {"minimum_order_cents": 15_000, "expected_cents": 90_000}),
    ("raise", "Still on the price list of three years ago", 48, 14, {"expected_cents": 140_000}),
    ("keep", "Their group buys from next year", 41, 120, {}),
    ("process", "Calls instead of visits, answered by the inside team", 33, 57, {"expected_cents": 120_000}),
    (
        "minimum",
        "Freight costs more than the margin",
        27,
        63,
        {"minimum_order_cents": 25_000, "expected_cents": 60_000},
    ),
    ("keep", "Our fault, mended by spring", 20, -1, {}),
    ("raise", "Margin of four percent", 12, 30, {"expected_cents": 80_000}),
)
POOL_CENTS_PER_CUSTOMER = 850


def decide_about_losses(*, at: datetime) -> None:
    """Every second of the manager's largest losses has a decision; the planted one (K-10005) waits for his."""
    lead = User.objects.get(email="lead@rapport.example")
    worst = Customer.objects.visible_to(lead).filter(score__contribution_12m_cents__lt=0).exclude(number="K-10005")
    chosen = list(worst.select_related("owner").order_by("score__contribution_12m_cents")[: 2 * len(DECISIONS) : 2])
    low = Segment.objects.filter(mark=Segment.Mark.LOW).first()
    for customer, (kind, reason, days_ago, review, more) in zip(chosen, DECISIONS, strict=False):
        further = dict(more)
        segment = low if further.pop("pinned", False) else None
        then = at - timedelta(days=days_ago)
        decide_below_zero(
            customer,
            kind=kind,
            reason=reason,
            owner=customer.owner if customer.owner and customer.owner.is_active else lead,
            review_on=at.date() + timedelta(days=review),
            by=lead,
            on=then.date(),
            at=then,
            segment=segment,
            **further,
        )


def enter_cost_of_visits(customers: int, *, at: datetime) -> None:
    """What the visits of the last whole quarter really cost, shared among those who were visited."""
    first_of_quarter = date(at.year, 3 * ((at.month - 1) // 3) + 1, 1)
    last_day = first_of_quarter - timedelta(days=1)
    first_day = date(last_day.year, last_day.month - 2, 1)
    allocate_cost_pool(
        CostPool(
            work="visit",
            driver="minutes",
            first_day=first_day,
            last_day=last_day,
            amount_cents=POOL_CENTS_PER_CUSTOMER * customers,
            note="Pay, cars and travel of the outside team",
        ),
        at=at,
    )


def note_satisfaction(*, at: datetime) -> None:
    """What somebody at the first planted customer said before he fell silent."""
    ProfileFact.objects.create(
        customer=Customer.objects.get(number="K-10001"),
        label="Satisfaction",
        value="8 of 10",
        source="Søren Holm",
        told_on=at.date() - timedelta(days=172),
        asked_by=User.objects.get(email="rep@rapport.example"),
    )
