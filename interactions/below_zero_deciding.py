"""A customer who costs more than he brings: one decision, with an owner, a reason and a day to look again.

There are two ways out only: raise what he brings, or change how he is served; or he is kept, for a reason that somebody
answers for. Each decision has its effect at once: a task, a pin, a smallest order.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from crm.core.local_time import company_day, company_zone
from crm.core.models import User
from customers.models import Customer
from interactions.models import BelowZeroDecision, Task
from interactions.task_handling import OPEN_STATES, close_task, open_task, open_tasks
from segments.customer_pinning import PinRefused, end_pin, pin_customer
from segments.models import CurrentScore, Pin, Segment
from segments.process_fitting import find_costlier_segments

Kind = BelowZeroDecision.Kind
DUE = time(17)
LONGEST_REVIEW = timedelta(days=366)


class DecisionRefused(Exception):
    """It cannot be decided like this; the message says why, in words for the user."""


@transaction.atomic
def decide_below_zero(
    customer: Customer,
    *,
    kind: str,
    reason: str,
    owner: User,
    review_on: date,
    by: User,
    on: date,
    at: datetime,
    segment: Segment | None = None,
    minimum_order_cents: int | None = None,
    expected_cents: int = 0,
) -> BelowZeroDecision:
    """Decide for ``customer`` on the local day ``on``; what was decided before ends, with what came of it.

    *Raise the price* opens a task for ``owner`` until ``review_on``. *Cheaper process* holds the customer in
    ``segment`` until then, or without one opens a task to find the process. *Minimum order* writes the smallest order
    at the customer, where order entry shows it. *Keep* needs its reason alone, as all do. On ``review_on`` the night
    asks ``owner`` to look again (``open_due_reviews``). Raises ``DecisionRefused``.
    """
    _refuse_wrong_decision(kind, reason, owner=owner, review_on=review_on, on=on, minimum=minimum_order_cents)
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    score = CurrentScore.objects.filter(pk=customer.pk).first()
    if score is None:
        raise DecisionRefused(_("This customer was never scored: there is nothing to decide yet."))
    _end_earlier(customer, by=by, on=on, at=at)
    decision = BelowZeroDecision.objects.create(
        customer=customer,
        kind=kind,
        reason=reason.strip()[:300],
        owner=owner,
        review_on=review_on,
        expected_cents=expected_cents,
        decided_on=on,
        decided_by=by,
        contribution_cents=score.contribution_12m_cents,
        service_cents=score.service_12m_cents,
        minimum_order_cents=minimum_order_cents if kind == Kind.MINIMUM else None,
    )
    _take_effect(decision, segment=segment, by=by, on=on, at=at)
    return decision


def _take_effect(decision: BelowZeroDecision, *, segment: Segment | None, by: User, on: date, at: datetime) -> None:
    customer = decision.customer
    if decision.kind == Kind.PROCESS and segment is not None:
        if segment.pk in find_costlier_segments(customer):
            raise DecisionRefused(
                _("%(name)s is served with more steps than they are now: that is no cheaper process.")
                % {"name": segment.name}
            )
        try:
            decision.pin = pin_customer(
                customer,
                segment=segment,
                reason=decision.reason,
                expires_on=decision.review_on,
                by=by,
                on=on,
                at=at,
            )
        except PinRefused as refused:
            raise DecisionRefused(str(refused)) from refused
    elif decision.kind in {Kind.RAISE, Kind.PROCESS}:
        titles = {Kind.RAISE: _("Agree a higher price"), Kind.PROCESS: _("Find a cheaper way to serve them")}
        decision.task = open_task(
            customer,
            kind=Task.Kind.FOLLOW_UP,
            title=titles[Kind(decision.kind)],
            why=decision.reason,
            due_at=datetime.combine(decision.review_on, DUE, tzinfo=company_zone()),
            assignee=decision.owner,
            by=by,
            source=f"below-zero:{decision.pk}",
            is_selling=decision.kind == Kind.RAISE,
        )
    decision.save(update_fields=["pin", "task"])
    if customer.minimum_order_cents != decision.minimum_order_cents:
        customer.minimum_order_cents = decision.minimum_order_cents
        customer.changed_by, customer.edit_version = by, customer.edit_version + 1
        customer.save(update_fields=["minimum_order_cents", "changed_by", "changed_at", "edit_version"])


def _name_review(decision: BelowZeroDecision) -> str:
    return f"below-zero-review:{decision.pk}"


@transaction.atomic
def open_due_reviews(*, at: datetime) -> int:
    """A task of its owner for every decision to be looked at again by the local day of ``at``; again is harmless.

    None for whoever came back above zero, or where the task that the decision opened is still to be done. Returns how
    many are due; two queries a night besides the tasks.
    """
    today = company_day(at)
    below = BelowZeroDecision.objects.filter(customer__score__contribution_12m_cents__lt=0, customer__archived_at=None)
    due = below.in_force().filter(review_on__lte=today).exclude(task__state__in=OPEN_STATES)
    tasks = [
        Task(
            customer_id=decision.customer_id,
            kind=Task.Kind.FOLLOW_UP,
            title=_("Look again at what was decided below zero: %(kind)s") % {"kind": decision.get_kind_display()},
            why=decision.reason,
            due_at=datetime.combine(today, DUE, tzinfo=company_zone()),
            assignee_id=decision.owner_id if decision.owner.is_active else decision.customer.owner_id,
            source=_name_review(decision),
        )
        for decision in due.select_related("owner", "customer")
    ]
    open_tasks(tasks)
    return len(tasks)


def _end_earlier(customer: Customer, *, by: User, on: date, at: datetime) -> None:
    """The decision before ends: its task is dropped, its pin let go."""
    earlier = BelowZeroDecision.objects.select_for_update(of=("self",)).filter(customer=customer).in_force().first()
    if earlier is None:
        return
    earlier.ended_on = on
    earlier.save(update_fields=["ended_on"])
    if earlier.task is not None and earlier.task.state in OPEN_STATES:
        close_task(earlier.task, at=at, by=by, reason=_("decided anew"), is_done=False)
    for review in Task.objects.filter(customer=customer, source=_name_review(earlier), state__in=OPEN_STATES):
        close_task(review, at=at, by=by, reason=_("decided anew"))
    pin = Pin.objects.filter(pk=earlier.pin_id, ended_at=None).first() if earlier.pin_id else None
    if pin is not None:
        end_pin(pin, on=on, at=at)


def _refuse_wrong_decision(
    kind: str, reason: str, *, owner: User, review_on: date, on: date, minimum: int | None
) -> None:
    if kind not in Kind.values:
        raise DecisionRefused(_("There is no such decision."))
    if not reason.strip():
        raise DecisionRefused(_("Say why: whoever looks again will ask."))
    if not owner.is_active:
        raise DecisionRefused(_("This colleague no longer works here."))
    if not on < review_on <= on + LONGEST_REVIEW:
        raise DecisionRefused(_("Look again between tomorrow and a year from now."))
    if kind == Kind.MINIMUM and (minimum is None or minimum <= 0):
        raise DecisionRefused(_("Say how much an order must come to."))
