"""The best customers of the demo company: nominated by those who know them, and given something unasked."""

from datetime import datetime, timedelta

from crm.core.models import User
from crm.home.demo_company.relation_words import BENEFITS, NOMINATIONS
from customers.models import Customer
from interactions.benefit_planning import plan_benefit, waive_benefit
from interactions.models import Task
from segments.customer_nominating import approve_nomination, nominate_customer
from segments.models import ValueBand

GIVEN_DAYS_AGO = 70


def honour_best_customers(*, at: datetime) -> None:
    """Every second of the best of the northern team has a benefit, planned or given; a few colleagues nominated."""
    lead = User.objects.get(email="lead@rapport.example")
    ana = User.objects.get(email="rep@rapport.example")
    ranked = ValueBand.objects.filter(customer__in=Customer.objects.visible_to(lead)).order_by("place")
    best = [row.customer for row in ranked.select_related("customer__owner")[:24:2]]
    for nth, customer in enumerate(best):
        _give(customer, nth=nth, responsible=customer.owner or ana, by=lead, at=at)
    known = Customer.objects.filter(owner=ana, number__gt="K-10008").exclude(pk__in=[one.pk for one in best])
    for nth, (customer, reason) in enumerate(
        zip(known.order_by("number")[: len(NOMINATIONS)], NOMINATIONS, strict=False)
    ):
        until = at.date() + timedelta(days=120 + 30 * nth)
        nomination = nominate_customer(customer, reason=reason, until=until, by=ana, on=at.date())
        if nth % 2 == 0:
            approve_nomination(nomination, by=lead, at=at, on=at.date())


def _give(customer: Customer, *, nth: int, responsible: User, by: User, at: datetime) -> None:
    """Each third was given, one in six gets none for now, the others are planned."""
    if nth % 6 == 5:
        reason, review = "They want a lower price instead; we talk in spring.", at.date() + timedelta(days=90)
        waive_benefit(customer, reason=reason, review_on=review, by=by, on=at.date())
        return
    then = at - timedelta(days=GIVEN_DAYS_AGO) if nth % 3 == 0 else at
    kind, text = BENEFITS[nth % len(BENEFITS)]
    due = then.date() + timedelta(days=20 + nth)
    benefit = plan_benefit(customer, kind=kind, text=text, planned_for=due, responsible=responsible, by=by, at=then)
    if then != at:
        given = {"state": Task.State.DONE, "closed_at": then + timedelta(days=15), "closed_by": responsible}
        Task.objects.filter(pk=benefit.task_id).update(**given)
