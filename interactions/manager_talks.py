"""Managers who talk to customers themselves: so many a month are theirs, and everybody may see how many were."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Q

from crm.core.business_calendar import company_calendar
from crm.core.models import Role, User
from crm.core.models.business_setting import setting
from interactions.models import Interaction

NONE: tuple[int, date | None] = (0, None)


@dataclass(frozen=True)
class ManagerTalks:
    """One manager: calls and visits of this month in which somebody was reached, of how many, and the last day."""

    manager: User
    talks: int
    quota: int
    last_on: date | None

    @property
    def share(self) -> float:
        return min(1.0, self.talks / self.quota)


def count_manager_talks(*, on: date) -> list[ManagerTalks]:
    """Every manager with the talks of the month of the local day ``on``, the fewest first.

    Mails and messages are no talk here: what is to be heard is a voice.
    """
    calendar, quota = company_calendar(), int(setting("contacts.manager_talks"))
    heard = Q(outcome=Interaction.Outcome.TALKED) | Q(direction=Interaction.Direction.IN)
    talks = Interaction.objects.filter(
        heard,
        logged_by__role=Role.MANAGER,
        channel__in=[Interaction.Channel.CALL, Interaction.Channel.VISIT],
        happened_at__gte=calendar.start_of_day(on.replace(day=1)),
        happened_at__lt=calendar.start_of_day(on + timedelta(days=1)),
    )
    by_manager = talks.order_by().values("logged_by").annotate(talks=Count("pk"), last=Max("happened_at"))
    counted = {row["logged_by"]: (row["talks"], calendar.local_day(row["last"])) for row in by_manager}
    rows = [
        ManagerTalks(manager, counted.get(manager.pk, NONE)[0], quota, counted.get(manager.pk, NONE)[1])
        for manager in User.objects.active().filter(role=Role.MANAGER).order_by("name", "pk")
    ]
    return sorted(rows, key=lambda row: row.talks)
