"""Who does it: the owner or whoever has the role, or the stand-in of somebody who is away."""

from collections.abc import Sequence
from datetime import date

from crm.core.absence_planning import list_absences
from crm.core.business_calendar import find_present
from crm.core.models import Role, User
from customers.models import Customer

_ROLES_OF_TEAM = {Role.REP, Role.MANAGER}


def find_doer(customer: Customer, *, doer: str, on: date) -> User | None:
    """The colleague who does a step for ``customer`` on that day; ``doer`` is one of ``ProcessStep.Doer``.

    The owner does what is the owner's, and what is a rep's when he is one. Without an owner it is the team's manager,
    without one an admin: nothing is left with nobody while somebody can sign in.
    """
    person = _find_by_role(customer, doer) or find_responsible(customer)
    if person is None:
        return None
    present = find_present(person.pk, on=on, absences=list_absences(on=on))
    if present == person.pk:
        return person
    return User.objects.active().filter(pk=present).first() or person


def find_doers(wanted: Sequence[tuple[Customer, str]], *, on: date) -> list[User | None]:
    """``find_doer`` for each customer and doer of ``wanted``; colleagues are asked for once for each owner and team."""
    known: dict[tuple[int | None, int | None, str], User | None] = {}
    for customer, doer in wanted:
        key = (customer.owner_id, customer.team_id, doer)
        if key not in known:
            known[key] = find_doer(customer, doer=doer, on=on)
    return [known[customer.owner_id, customer.team_id, doer] for customer, doer in wanted]


def find_responsible(customer: Customer) -> User | None:
    """The owner, else a manager of the team, else the first admin; only colleagues who may sign in."""
    owner = customer.owner
    if owner is not None and owner.is_active:
        return owner
    people = User.objects.active().order_by("pk")
    if customer.team_id is not None and (manager := people.filter(managed_teams=customer.team_id).first()):
        return manager
    return people.filter(role=Role.ADMIN).first()


def _find_by_role(customer: Customer, doer: str) -> User | None:
    owner = customer.owner
    if doer == "owner" or (owner is not None and owner.is_active and owner.role == doer):
        return owner if owner is not None and owner.is_active else None
    people = User.objects.active().filter(role=doer).order_by("pk")
    if doer == Role.MANAGER:
        return people.filter(managed_teams=customer.team_id).first() if customer.team_id else None
    if doer in _ROLES_OF_TEAM:
        return people.filter(team=customer.team_id).first() if customer.team_id else None
    return people.first()
