"""Benefits for the best: planned with a day and somebody responsible, or left out with a reason and a day to review."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from crm.core.business_calendar import company_calendar
from crm.core.models import User
from customers.models import Customer
from interactions.models import Benefit, BenefitWaiver, Task
from interactions.task_handling import OPEN_STATES, close_task, open_task

GIVEN_COUNTS_FOR = timedelta(days=365)
LONGEST_DAYS = 366 * 2


class BenefitRefused(Exception):
    """It cannot be planned or left out like this; the message says why."""


@transaction.atomic
def plan_benefit(
    customer: Customer,
    *,
    kind: str,
    planned_for: date,
    responsible: User,
    by: User,
    at: datetime,
    text: str = "",
) -> Benefit:
    """Plan a benefit for the local day ``planned_for``; ``responsible`` gets a task. Raises ``BenefitRefused``."""
    today = company_calendar().local_day(at)
    if kind not in Benefit.Kind.values or (kind == Benefit.Kind.OTHER and not text.strip()):
        raise BenefitRefused(gettext("Say what the benefit is."))
    if not today <= planned_for or (planned_for - today).days > LONGEST_DAYS:
        raise BenefitRefused(gettext("A benefit is planned for a day between today and two years from now."))
    if not responsible.is_active:
        raise BenefitRefused(gettext("This colleague no longer works here."))
    benefit = Benefit(
        customer=customer,
        kind=kind,
        text=text.strip()[:200],
        planned_for=planned_for,
        planned_by=by,
        planned_at=at,
    )
    benefit.task = open_task(
        customer,
        kind=Task.Kind.FOLLOW_UP,
        title=gettext("Give unasked: %(benefit)s") % {"benefit": benefit},
        why=gettext("One of the best customers; a benefit nobody asked for. %(text)s") % {"text": benefit.text},
        due_at=company_calendar().end_of_day(planned_for),
        assignee=responsible,
        by=by,
    )
    benefit.save()
    BenefitWaiver.objects.filter(customer=customer).delete()
    return benefit


@transaction.atomic
def withdraw_benefit(customer: Customer, *, by: User, at: datetime) -> Benefit:
    """Take back the benefit planned last for ``customer``: nobody has to give it any more. ``BenefitRefused`` where
    none is planned, or it was given already."""
    planned = Benefit.objects.select_for_update(of=("self",)).filter(customer=customer, task__state__in=OPEN_STATES)
    benefit = planned.select_related("task").order_by("-planned_at", "-pk").first()
    if benefit is None:
        raise BenefitRefused(gettext("No benefit is planned any more: it was given, or taken back."))
    close_task(benefit.task, at=at, by=by, reason=gettext("The benefit was taken back."), is_done=False)
    return benefit


@transaction.atomic
def waive_benefit(customer: Customer, *, reason: str, review_on: date, by: User, on: date) -> BenefitWaiver:
    """Note why ``customer`` gets no benefit, to be looked at again on the local day ``review_on``.

    A reason before it is kept as history. Raises ``BenefitRefused``.
    """
    if not reason.strip():
        raise BenefitRefused(gettext("Without a benefit there is a reason."))
    if not on < review_on or (review_on - on).days > LONGEST_DAYS:
        raise BenefitRefused(gettext("Look again between tomorrow and two years from now."))
    waiver, _created = BenefitWaiver.objects.update_or_create(
        customer=customer,
        defaults={"reason": reason.strip()[:300], "review_on": review_on, "decided_by": by, "decided_on": on},
    )
    return waiver


def count_as_covered(*, at: datetime) -> Q:
    """Benefits that count: planned, or given within a year before ``at``."""
    given = Q(task__state=Task.State.DONE, task__closed_at__gte=at - GIVEN_COUNTS_FOR)
    return Q(task__state__in=OPEN_STATES) | given


def filter_without_benefit(customers: QuerySet[Customer], *, at: datetime, on: date) -> QuerySet[Customer]:
    """Of these customers those who have neither a benefit nor a reason in force not to get one."""
    benefits = Benefit.objects.filter(count_as_covered(at=at), customer=OuterRef("pk"))
    waivers = BenefitWaiver.objects.in_force(on=on).filter(customer=OuterRef("pk"))
    return customers.filter(~Exists(benefits), ~Exists(waivers))


@dataclass
class BenefitState:
    """The newest benefit that counts, and the reason not to give one."""

    benefit: Benefit | None = None
    waiver: BenefitWaiver | None = None


def read_benefits(customer_ids: Iterable[int], *, at: datetime) -> dict[int, BenefitState]:
    """The state of several customers at once, in two queries."""
    ids = list(customer_ids)
    states = {pk: BenefitState() for pk in ids}
    found = Benefit.objects.filter(count_as_covered(at=at), customer__in=ids).select_related("task__assignee")
    for benefit in found.order_by("planned_at", "pk"):
        states[benefit.customer_id].benefit = benefit
    for waiver in BenefitWaiver.objects.filter(customer__in=ids).select_related("decided_by"):
        states[waiver.customer_id].waiver = waiver
    return states
