"""Taking a team away: only an empty one, or one whose colleagues and customers move to another at the same moment."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.core.models import Team


class TeamInUseError(Exception):
    """Somebody or something still belongs to the team; the message says how many, in words for the page."""


@dataclass(frozen=True)
class TeamUse:
    """What belongs to a team: a kind of record, in words, and how many."""

    words: str
    count: int


def list_uses(team: Team) -> list[TeamUse]:
    """What would have to move before ``team`` can go; the apps above add kinds by pointing to a team."""
    counts = [
        (link.related_model._meta, link.related_model._default_manager.filter(**{link.field.name: team}).count())
        for link in _list_links()
    ]
    return [
        TeamUse(f"{count:,} {meta.verbose_name if count == 1 else meta.verbose_name_plural}", count)
        for meta, count in counts
        if count
    ]


@transaction.atomic
def remove_team(team: Team, *, move_to: Team | None = None) -> None:
    """Remove ``team``; whoever and whatever belongs to it belongs to ``move_to`` from now on.

    Raises ``TeamInUseError`` while it is used and no other team is named.
    """
    team = Team.objects.select_for_update().get(pk=team.pk)
    uses = list_uses(team)
    if uses and (move_to is None or move_to.pk == team.pk):
        raise TeamInUseError(
            _("%(team)s still has %(uses)s. Choose the team they move to.")
            % {"team": team.name, "uses": _(" and ").join(use.words for use in uses)}
        )
    if move_to is not None:
        for link in _list_links():
            link.related_model._default_manager.filter(**{link.field.name: team}).update(**{link.field.name: move_to})
    team.delete()


def _list_links() -> list[Any]:
    """Every foreign key to a team, whichever app has it; kept history is not moved."""
    return [
        link for link in Team._meta.related_objects if link.one_to_many and not hasattr(link.related_model, "pgh_id")
    ]
