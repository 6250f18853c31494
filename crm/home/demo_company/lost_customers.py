"""Lost customers of the demo company: some being won back, one let go, one who came back."""

from datetime import datetime, timedelta

from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.models import Customer
from interactions.models import Task
from interactions.win_back_planning import find_lost, let_go, plan_win_back
from segments.value_band_writing import find_least_of_best

PLANS = (
    ("neglect", "After Piet retired nobody rang for seven months", "Ana visits with the list of parts they still run"),
    ("delivery", "Two lines stood in March; the third time they had bought elsewhere", "A safety stock on their shelf"),
    ("range", "Wanted certificates with every box; we said no then", "Certificates are in every box since June"),
    (
        "people",
        "Their new buyer came from a rival and knows nobody here",
        "A day in our workshop for his fitters",
    ),
)
LET_GO = ("business", "Closed the plant; the group buys centrally in Asia now")
ASKED_DAYS_AGO = 80


def follow_lost_customers(*, at: datetime) -> None:
    """Every second of the lost customers of value of the northern team has a plan, one of them is let go; a rare buyer
    came back after his."""
    lead = User.objects.get(email="lead@rapport.example")
    ana = User.objects.get(email="rep@rapport.example")
    seen = Customer.objects.visible_to(lead).current().select_related("owner")
    least = find_least_of_best(share=float(setting("bands.benefits")))
    ranked = find_lost(seen, least_cents=least).order_by("-score__sales_before_12m_cents")
    lost = list(ranked[: 2 * len(PLANS) + 2 : 2])
    for nth, (customer, (reason, words, offer)) in enumerate(zip(lost, PLANS, strict=False)):
        due, takes = at.date() + timedelta(days=2 + 5 * nth), customer.owner or ana
        plan_win_back(
            customer, reason=reason, words=words, offer=offer, next_on=due, responsible=takes, by=takes, at=at
        )
    for customer in lost[len(PLANS) :]:
        reason, words = LET_GO
        let_go(customer, reason=reason, words=words, next_on=at.date() + timedelta(days=180), by=lead, at=at)
    back = seen.filter(score__gap_days__lt=40, score__mean_gap_days__gt=150).order_by("pk").first()
    if back is not None:
        then, takes = at - timedelta(days=ASKED_DAYS_AGO), back.owner or ana
        reason, words, offer = PLANS[0]
        due = then.date() + timedelta(days=14)
        plan = plan_win_back(
            back, reason=reason, words=words, offer=offer, next_on=due, responsible=takes, by=takes, at=then
        )
        done = {"state": Task.State.DONE, "closed_at": then + timedelta(days=9), "closed_by": takes}
        Task.objects.filter(pk=plan.task_id).update(**done)
