"""Which rows somebody may see: everything hangs on the customer, the customer on his team.

A rep and a viewer see the customers they own and those of their team; a manager those of the teams he manages as well;
admins, guardians (quality, who must hear every complaint) and executives see all. A partner comes from outside and
sees the customers he owns, whatever team he stands in. Every model offers ``Model.objects.visible_to(user)``; a view
that cannot find a row there answers 404.
"""

from django.db.models import Q

from crm.core.models import Role, User

SEES_ALL = frozenset({Role.ADMIN, Role.GUARDIAN, Role.EXECUTIVE})


def customer_scope(user: User, *, prefix: str = "") -> Q:
    """A condition on customers, or with ``prefix="customer__"`` on what belongs to one.

    ``Q()`` for those who see all; nothing at all for an inactive or anonymous user. Costs no query of its own: managed
    teams are a subselect.
    """
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.role in SEES_ALL:
        return Q()
    own = Q(**{f"{prefix}owner": user.pk})
    if user.is_partner:
        return own
    if user.team_id is not None:
        own |= Q(**{f"{prefix}team": user.team_id})
    if user.role == Role.MANAGER:
        own |= Q(**{f"{prefix}team__in": user.managed_teams.values("pk")})
    return own
