"""An empty post at a customer is somebody's task: who follows, and how do we get to know him?"""

from datetime import date, datetime

from django.utils.translation import gettext

from crm.core.business_calendar import add_working_days, company_calendar
from crm.core.models import User
from customers.models import Person
from interactions.models import Task
from interactions.task_assignment import find_doer
from interactions.task_handling import OPEN_STATES, close_task, open_task

FOLLOW_WITHIN_DAYS = 5  # working days


def name_source(person: Person) -> str:
    """By which the task about the post of ``person`` is known."""
    return f"vacancy:{person.pk}"


def drop_vacancy(person: Person, *, at: datetime, by: User | None) -> None:
    """Nobody left: the task about the post goes where it is still open, and leaving later opens another."""
    for task in Task.objects.filter(source=name_source(person), state__in=OPEN_STATES):
        close_task(task, at=at, by=by, reason=gettext("%(name)s is still there.") % {"name": person}, is_done=False)
        Task.objects.filter(pk=task.pk).update(source="")


def follow_vacancy(person: Person, *, on: date, at: datetime, by: User | None) -> None:
    """Open "new person, same post" for whoever looks after the customer; once a person."""
    calendar = company_calendar()
    due = add_working_days(calendar.local_day(at), days=FOLLOW_WITHIN_DAYS, holidays=calendar.holidays)
    words = {"name": person.name, "post": person.job_title or gettext("the post"), "day": on.strftime("%-d %b %Y")}
    now_at = Person.objects.filter(moved_from=person).select_related("customer").first()
    why = gettext("%(name)s, %(post)s, left on %(day)s.") % words
    if now_at is not None:
        why += " " + gettext("Now at %(customer)s.") % {"customer": now_at.customer.name}
    open_task(
        person.customer,
        kind=Task.Kind.FOLLOW_UP,
        title=gettext("New person, same post: who follows %(name)s?") % words,
        why=why,
        due_at=calendar.end_of_day(due),
        assignee=find_doer(person.customer, doer="owner", on=calendar.local_day(at)),
        by=by,
        source=name_source(person),
    )
