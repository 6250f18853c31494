"""Winning back: a lost customer gets a reason, an offer and a next day, or is let go until somebody looks again."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from crm.core.business_calendar import company_calendar
from crm.core.models import User
from customers.models import Customer
from interactions.models import Task, WinBack
from interactions.rules.alert_conditions import LONGEST_SILENCE_DAYS
from interactions.rules.win_back import says_only_price
from interactions.task_handling import OPEN_STATES, close_task, open_task
from segments.models import CurrentScore
from segments.rules.rhythm import LONG_GONE_DAYS

LONGEST_AHEAD = timedelta(days=366)


class WinBackRefused(Exception):
    """It cannot be planned or let go like this; the message says why."""


@transaction.atomic
def plan_win_back(
    customer: Customer, *, reason: str, words: str, offer: str, next_on: date, responsible: User, by: User, at: datetime
) -> WinBack:
    """Note why they left and what would bring them back; ``responsible`` has a task on the local day ``next_on``. An
    earlier plan ends, and its task with it. Raises ``WinBackRefused``."""
    if not offer.strip():
        raise WinBackRefused(gettext("Say what would be a reason to return."))
    if not responsible.is_active:
        raise WinBackRefused(gettext("This colleague no longer works here."))
    plan = _note(customer, reason=reason, words=words, offer=offer, next_on=next_on, by=by, at=at)
    plan.task = open_task(
        customer,
        kind=Task.Kind.FOLLOW_UP,
        title=gettext("Win back: %(offer)s") % {"offer": plan.offer},
        why=gettext("Lost: %(reason)s. %(words)s") % {"reason": plan.get_reason_display(), "words": plan.words},
        due_at=company_calendar().end_of_day(next_on),
        assignee=responsible,
        by=by,
        is_selling=True,
    )
    plan.save(update_fields=["task"])
    return plan


@transaction.atomic
def let_go(customer: Customer, *, reason: str, words: str, next_on: date, by: User, at: datetime) -> WinBack:
    """Note why they left and that we do not follow them, until the local day ``next_on``. Raises ``WinBackRefused``."""
    return _note(customer, reason=reason, words=words, offer="", next_on=next_on, by=by, at=at)


@transaction.atomic
def take_back_win_back(customer: Customer, *, by: User, at: datetime) -> WinBack:
    """What was decided last holds no longer, and nobody has to act on it. ``WinBackRefused`` where nothing is."""
    ended = _end(customer, by=by, at=at)
    if ended is None:
        raise WinBackRefused(gettext("Nothing is planned any more: it was taken back already."))
    return ended


def _note(customer: Customer, *, reason: str, words: str, offer: str, next_on: date, by: User, at: datetime) -> WinBack:
    today = company_calendar().local_day(at)
    if reason not in WinBack.Reason.values or not words.strip():
        raise WinBackRefused(gettext("Say why they left, and what lies behind it."))
    if says_only_price(words):
        raise WinBackRefused(
            gettext("The price is what people say first. What made it too high: what did they get for it elsewhere?")
        )
    if not today <= next_on <= today + LONGEST_AHEAD:
        raise WinBackRefused(gettext("The next step is on a day between today and a year from now."))
    _end(customer, by=by, at=at)
    return WinBack.objects.create(
        customer=customer,
        reason=reason,
        words=words.strip()[:300],
        offer=offer.strip()[:300],
        next_on=next_on,
        decided_on=today,
        decided_by=by,
        created_at=at,
    )


def _end(customer: Customer, *, by: User, at: datetime) -> WinBack | None:
    """The plan in force ends today; the customer is locked, so that two who plan at once follow each other."""
    Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer.pk)
    plan = WinBack.objects.in_force().filter(customer=customer).select_related("task").first()
    if plan is None:
        return None
    plan.ended_on = company_calendar().local_day(at)
    plan.save(update_fields=["ended_on"])
    if plan.task is not None and plan.task.state in OPEN_STATES:
        close_task(plan.task, at=at, by=by, reason=gettext("The plan to win them back was changed."), is_done=False)
    return plan


def find_lost(customers: QuerySet[Customer], *, least_cents: int) -> QuerySet[Customer]:
    """Those of ``customers`` who bought for ``least_cents`` or more in the year before the last, and nothing for a
    year; longer than two years ago is too long. Whoever has a contract is told about by its renewal."""
    return customers.filter(
        score__gap_days__gte=LONG_GONE_DAYS,
        score__gap_days__lte=LONGEST_SILENCE_DAYS,
        score__sales_before_12m_cents__gte=max(least_cents, 1),
    ).exclude(score__note=CurrentScore.Note.CONTRACT)


def filter_unplanned(customers: QuerySet[Customer], *, on: date) -> QuerySet[Customer]:
    """Of these customers those with no next step: no plan whose task is open, and not let go beyond ``on``."""
    planned = Q(task__state__in=OPEN_STATES) | Q(offer="", next_on__gt=on)
    return customers.filter(~Exists(WinBack.objects.in_force().filter(planned, customer=OuterRef("pk"))))


def filter_decided(customers: QuerySet[Customer], *, is_plan: bool) -> QuerySet[Customer]:
    """Of these customers those with a plan (or let go) who have not bought since, whatever they bought before."""
    wanted = ~Q(offer="") if is_plan else Q(offer="")
    bought_since = Q(customer__score__last_day__gt=F("decided_on"))
    decided = WinBack.objects.in_force().filter(wanted, ~bought_since | Q(customer__score__last_day=None))
    return customers.filter(pk__in=decided.values("customer"))


def filter_returned(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Of these customers those who bought again after the day of their plan."""
    plans = WinBack.objects.in_force().exclude(offer="").filter(customer__score__last_day__gt=F("decided_on"))
    return customers.filter(pk__in=plans.values("customer"))


def read_win_backs(customer_ids: Iterable[int]) -> dict[int, WinBack]:
    """What is in force for several customers, in one query."""
    found = WinBack.objects.in_force().filter(customer__in=list(customer_ids))
    return {plan.customer_id: plan for plan in found.select_related("task__assignee", "decided_by")}
