"""An empty post at a customer is somebody's task: who follows, and how do we get to know him?"""

from datetime import date, datetime

from django.utils.translation import gettext

from crm.core.business_calendar import add_working_days, company_calendar
from crm.core.models import User
from customers.models import Person
from interactions.models import Task
from interactions.task_assignment import find_doer
from interactions.task_handling import open_task

FOLLOW_WITHIN_DAYS = 5  # working days


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
        source=f"vacancy:{person.pk}",
    )
