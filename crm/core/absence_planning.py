"""Who is away and who stands in: written down by the colleague himself, his manager or an admin."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.core.business_calendar import AwayDays, find_present
from crm.core.models import Absence, Role, User
from crm.core.row_visibility import SEES_ALL

LONGEST_DAYS = 366


class AbsenceRefused(Exception):
    """It cannot be written down like this; the message says why, in words for the page."""


def list_planned_by(user: User) -> QuerySet[User]:
    """Whose absences ``user`` may write down: his own, those of the teams he manages, for an admin everybody's."""
    people = User.objects.active().order_by("name", "pk")
    if user.role == Role.ADMIN:
        return people
    own = Q(pk=user.pk)
    if user.role == Role.MANAGER:
        own |= Q(team__in=user.managed_teams.values("pk"))
    return people.filter(own)


def may_plan_for(user: User, *, by: User) -> bool:
    """Whether ``by`` may write down, change or remove absences of ``user``."""
    return user.pk == by.pk or list_planned_by(by).filter(pk=user.pk).exists()


def can_see_for(stand_in: User, *, user: User) -> bool:
    """Whether ``stand_in`` sees the customers that ``user`` looks after, and so can do his work."""
    if stand_in.role in SEES_ALL:
        return True
    if user.role in SEES_ALL or user.team_id is None:
        return False
    return stand_in.team_id == user.team_id or (
        stand_in.role == Role.MANAGER and stand_in.managed_teams.filter(pk=user.team_id).exists()
    )


@transaction.atomic
def plan_absence(absence: Absence, *, by: User) -> Absence:
    """Write down a new or changed absence (local days, both ends included).

    Raises ``AbsenceRefused`` for somebody whose absences ``by`` may not write, days that overlap another absence of the
    same colleague, and a stand-in who is the colleague himself, gone, or does not see his customers.
    """
    user = User.objects.select_for_update().get(pk=absence.user_id)
    if not may_plan_for(user, by=by):
        raise AbsenceRefused(_("Only they themselves, their manager or an admin can write this down."))
    if absence.last_day < absence.first_day:
        raise AbsenceRefused(_("The last day lies before the first."))
    if (absence.last_day - absence.first_day).days >= LONGEST_DAYS:
        raise AbsenceRefused(_("At most a year at a time."))
    others = Absence.objects.filter(user=user, first_day__lte=absence.last_day, last_day__gte=absence.first_day)
    if others.exclude(pk=absence.pk).exists():
        raise AbsenceRefused(_("%(name)s is away on some of these days already.") % {"name": user.name})
    if absence.stand_in is not None:
        _refuse_stand_in(absence.stand_in, user=user)
    absence.save()
    return absence


def _refuse_stand_in(stand_in: User, *, user: User) -> None:
    words = {"name": stand_in.name, "away": user.name}
    if stand_in.pk == user.pk:
        raise AbsenceRefused(_("Nobody stands in for himself."))
    if not stand_in.is_active:
        raise AbsenceRefused(_("%(name)s no longer works with us.") % words)
    if not can_see_for(stand_in, user=user):
        raise AbsenceRefused(_("%(name)s does not see the customers of %(away)s.") % words)


def list_absences(*, on: date) -> list[AwayDays]:
    """Everybody who is away on that local day."""
    rows = Absence.objects.filter(first_day__lte=on, last_day__gte=on)
    return [
        AwayDays(user_id, first, last, stand_in)
        for user_id, first, last, stand_in in rows.values_list("user_id", "first_day", "last_day", "stand_in_id")
    ]


def list_stood_in_for(user: User, *, on: date, absences: Iterable[AwayDays] | None = None) -> list[int]:
    """Ids of the colleagues whose work ``user`` does on that day, because they are away; chains are followed.

    ``absences`` are those of that day, where they are known already.
    """
    absences = list_absences(on=on) if absences is None else list(absences)
    away = {absence.user_id for absence in absences} - {user.pk}
    return [user_id for user_id in sorted(away) if find_present(user_id, on=on, absences=absences) == user.pk]
