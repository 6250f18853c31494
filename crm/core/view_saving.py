"""Saved views of a list: kept, renamed, copied, shared, taken away and brought back; and the columns a reader chose."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.core.models import ListColumns, Role, SavedView, Team, User

SHARE = "core.share_view"
LONGEST_QUERY = 6000
MOST_VIEWS = 100
MOST_COLUMNS = 40


class ViewRefused(Exception):
    """It cannot be kept like this; the message says why."""


def find_own_teams(user: User) -> QuerySet[Team]:
    """The teams with which he may share: his own and those he manages."""
    return Team.objects.filter(Q(pk=user.team_id) | Q(pk__in=user.managed_teams.values("pk")))


@transaction.atomic
def save_view(
    name: str,
    *,
    list_name: str,
    query: str,
    columns: Sequence[str],
    by: User,
    audience: str = "private",
    team: int | None = None,
) -> SavedView:
    """Keep a list under ``name``; ``team`` is another than his own, where he manages several.

    Raises ``ViewRefused`` for a name already his, too many, or no right to share.
    """
    if len(query) > LONGEST_QUERY:
        raise ViewRefused(_("These filters are too long to keep."))
    if SavedView.objects.filter(owner=by, list_name=list_name, removed_at=None).count() >= MOST_VIEWS:
        raise ViewRefused(_("You keep %(most)s views of this list; remove one first.") % {"most": MOST_VIEWS})
    view = SavedView(list_name=list_name, query=query, columns=list(columns)[:MOST_COLUMNS], owner=by)
    return _write(view, name=name, audience=audience, by=by, team=team)


@transaction.atomic
def change_view(
    view: SavedView,
    *,
    name: str,
    audience: str,
    by: User,
    default_roles: Sequence[str] | None = None,
    team: int | None = None,
) -> SavedView:
    """Rename ``view``, say for whom it is and, with the right to share, for which roles it opens first.

    Raises ``ViewRefused``.
    """
    view = _lock_own(view, by=by)
    if default_roles is not None and by.has_perm(SHARE):
        view.default_roles = [role for role in Role.values if role in default_roles and audience == "all"]
        _take_default_from_others(view)
    elif audience != SavedView.Audience.ALL:
        view.default_roles = []
    return _write(view, name=name, audience=audience, by=by, team=team)


@transaction.atomic
def refresh_view(view: SavedView, *, query: str, columns: Sequence[str], by: User) -> SavedView:
    """Keep the filters, order and columns that are shown now under the same name. Raises ``ViewRefused``."""
    view = _lock_own(view, by=by)
    if len(query) > LONGEST_QUERY:
        raise ViewRefused(_("These filters are too long to keep."))
    view.query, view.columns = query, list(columns)[:MOST_COLUMNS]
    view.save(update_fields=["query", "columns"])
    ListColumns.objects.filter(view=view, user=by).delete()
    return view


@transaction.atomic
def copy_view(view: SavedView, *, by: User) -> SavedView:
    """The same view as one's own, private, under a name that is still free."""
    taken = set(SavedView.objects.filter(owner=by, list_name=view.list_name, removed_at=None).values_list("name"))
    name, number = view.name, 1
    while (name,) in taken:
        number += 1
        name = f"{view.name[:50]} {number}"
    return save_view(name, list_name=view.list_name, query=view.query, columns=view.columns, by=by)


@transaction.atomic
def remove_view(view: SavedView, *, by: User, at: datetime) -> SavedView:
    """Take ``view`` away; ``restore_view`` brings it back. Raises ``ViewRefused`` when it is a colleague's."""
    view = _lock_own(view, by=by)
    view.removed_at = view.removed_at or at
    view.save(update_fields=["removed_at"])
    return view


@transaction.atomic
def restore_view(view: SavedView, *, by: User) -> SavedView:
    """Bring a view back that was taken away. Raises ``ViewRefused`` when its name is in use again."""
    view = _lock_own(view, by=by)
    view.removed_at = None
    return _write(view, name=view.name, audience=view.audience, by=by)


@transaction.atomic
def remember_columns(list_name: str, columns: Sequence[str], *, by: User, view: SavedView | None = None) -> None:
    """These columns, in this order, for the list or for one view of it; none is back to the list's own."""
    rows = ListColumns.objects.filter(user=by, list_name=list_name, view=view)
    if not columns:
        rows.delete()
        return
    ListColumns.objects.update_or_create(
        user=by, list_name=list_name, view=view, defaults={"columns": list(dict.fromkeys(columns))[:MOST_COLUMNS]}
    )


def may_change(view: SavedView, user: User) -> bool:
    """His own; what everybody sees may also be changed by whoever may share with everybody."""
    return view.owner_id == user.pk or (view.audience == SavedView.Audience.ALL and user.has_perm(SHARE))


def _lock_own(view: SavedView, *, by: User) -> SavedView:
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if not may_change(view, by):
        raise ViewRefused(_("This view is a colleague's. Copy it, and change the copy."))
    return view


def _write(view: SavedView, *, name: str, audience: str, by: User, team: int | None = None) -> SavedView:
    view.name, view.audience = " ".join(name.split())[:60], audience
    if not view.name:
        raise ViewRefused(_("A view needs a name."))
    if audience == SavedView.Audience.ALL and not by.has_perm(SHARE):
        raise ViewRefused(_("Sharing with everybody is for managers and admins."))
    if audience == SavedView.Audience.TEAM:
        if team not in {None, view.team_id} and not find_own_teams(by).filter(pk=team).exists():
            raise ViewRefused(_("A view is shared with a team by whoever is in it or manages it."))
        view.team_id = team or view.team_id or by.team_id
        if view.team_id is None:
            raise ViewRefused(_("You are in no team."))
    else:
        view.team = None
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ViewRefused(_("You have a view of this name already.")) from error
    return view


def _take_default_from_others(view: SavedView) -> None:
    """A role opens with one view of a list, not with two."""
    others = SavedView.objects.filter(list_name=view.list_name, removed_at=None).exclude(pk=view.pk)
    for other in others.exclude(default_roles=[]):
        left = [role for role in other.default_roles if role not in view.default_roles]
        if left != other.default_roles:
            other.default_roles = left
            other.save(update_fields=["default_roles"])
