"""What waits for somebody, or for the people of his teams; an alert that two were told of stands once."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.utils import timezone

from crm.core.absence_planning import list_stood_in_for
from crm.core.business_calendar import AwayDays
from crm.core.local_time import company_day
from crm.core.models import Role, User
from customers.models import Customer
from interactions.models import Task
from interactions.task_handling import ALERT_SOURCE, MANAGER_SOURCE

AHEAD_DAYS = 2


def find_waiting(
    user: User, *, at: datetime, is_team: bool = False, absences: list[AwayDays] | None = None
) -> QuerySet[Task]:
    """What is to be done now by ``user`` and for whom he stands in, or by the people of the teams he manages: alerts at
    once, the rest when it falls due within two days. What sleeps is left out, and of teams an alert stands once."""
    horizon = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=AHEAD_DAYS + 1)
    tasks = Task.objects.open().filter(
        Q(snoozed_until=None) | Q(snoozed_until__lte=at), Q(kind=Task.Kind.ALERT) | Q(due_at__lt=horizon)
    )
    tasks = tasks.exclude(customer__in=Customer.objects.exclude(archived_at=None).values("pk"))
    if not is_team:
        return tasks.filter(assignee__in=[user.pk, *list_stood_in_for(user, on=company_day(at), absences=absences)])
    if user.role == Role.MANAGER:
        tasks = tasks.filter(assignee__in=User.objects.filter(team__managers=user).values("pk"))
    return _once_each(tasks.exclude(assignee=None))


def _once_each(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Without the managers' copies of alerts whose own task stands here as well; that one tells who was told."""
    own = Replace(OuterRef("source"), Value(MANAGER_SOURCE), Value(ALERT_SOURCE))
    is_told_twice = Exists(tasks.filter(customer=OuterRef("customer"), source=own))
    return tasks.exclude(Q(source__startswith=MANAGER_SOURCE) & is_told_twice)
