"""Which saved view of a list an address asks for, and with which columns it is shown.

``?view=12`` alone is the view as it is kept; with anything beside it the address itself says filters and order, and the
view lends its name and columns: a link can be sent to a colleague who may not see the view. No query at all is the view
that opens first for the reader's role; ``?view=all`` is the list without any.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict

from crm.core.list_catalogue import KnownList
from crm.core.list_engine import ALL, COLUMNS, VIEW
from crm.core.models import ListColumns, SavedView, User

MOST_SHOWN = 60


@dataclass
class ChosenView:
    """The views of a list that the reader may open, the one he is in, and the columns to show.

    ``hidden`` is set when the address names a view that is not there or not for him.
    """

    views: list[SavedView]
    current: SavedView | None = None
    columns: list[str] = field(default_factory=list)
    hidden: bool = False

    def differs(self, query: str) -> bool:
        """Whether the filters and order shown (``?…``) are not those kept in the current view."""
        return self.current is not None and _bare(query) != _bare(self.current.query)


def _bare(query: str) -> dict[str, str]:
    said = QueryDict(query.lstrip("?")).dict()
    return {key: str(value) for key, value in sorted(said.items()) if key not in {VIEW, COLUMNS, "after", "before"}}


def choose_view(known: KnownList, request: HttpRequest) -> ChosenView:
    """Read the address; where it names a view alone, ``request.GET`` becomes what the view keeps."""
    user: User = request.user  # type: ignore[assignment]
    mine = SavedView.objects.visible_to(user).filter(list_name=known.name).select_related("owner")
    chosen = ChosenView(list(mine[:MOST_SHOWN]))
    wanted = request.GET.get(VIEW, "")
    if not request.GET:
        chosen.current = next((view for view in chosen.views if user.role in view.default_roles), None)
    elif wanted and wanted != ALL:
        chosen.current = next((view for view in chosen.views if str(view.pk) == wanted), None)
        chosen.hidden = chosen.current is None
    if chosen.current is not None and set(request.GET) <= {VIEW}:
        opened = QueryDict(chosen.current.query, mutable=True)
        opened[VIEW] = str(chosen.current.pk)
        request.GET = opened  # type: ignore[assignment]
    elif chosen.hidden:
        shown = request.GET.copy()
        shown[VIEW] = ALL
        request.GET = shown  # type: ignore[assignment]
    chosen.columns = _choose_columns(known, chosen.current, request)
    return chosen


def _choose_columns(known: KnownList, view: SavedView | None, request: HttpRequest) -> list[str]:
    """Those in the address, else those the reader chose for this view or list, else the view's own."""
    if said := request.GET.get(COLUMNS, ""):
        return split_columns(said)
    rows = ListColumns.objects.filter(user=request.user, list_name=known.name)  # type: ignore[misc]
    chosen: dict[int | None, list[str]] = dict(rows.values_list("view", "columns"))
    key = view.pk if view else None
    if key in chosen:
        return chosen[key]
    return view.columns if view and view.columns else chosen.get(None, [])


def split_columns(said: str) -> list[str]:
    """The names in ``a,b,c``."""
    return [name for name in said[:1000].split(",") if name]


def join_columns(names: Sequence[str]) -> str:
    """The names as they stand in an address."""
    return ",".join(names)
