"""Saved views of a list: keep, rename, share, copy, take away, bring back; and the choice of columns."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.list_catalogue import LISTS, FilterLost, KnownList, find_matching
from crm.core.list_engine import COLUMNS, VIEW
from crm.core.models import Role, SavedView
from crm.core.toasts import add_error, add_toast
from crm.core.view_choosing import choose_view
from crm.core.view_saving import (
    SHARE,
    ViewRefused,
    change_view,
    copy_view,
    find_own_teams,
    may_change,
    refresh_view,
    remember_columns,
    remove_view,
    restore_view,
    save_view,
)


def find_list(request: HttpRequest, name: str) -> KnownList:
    """The list of that name; 404 where there is none, 403 for whoever may not open it."""
    known = LISTS.get(name)
    if known is None:
        raise Http404
    if not request.user.has_perm(known.permission):  # type: ignore[union-attr]
        raise PermissionDenied
    return known


def find_view(request: HttpRequest, pk: int) -> SavedView:
    """A view the reader may see."""
    return get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]


class ViewForm(forms.Form):
    """Name and audience of a view; for whom it opens first is asked of those who may share with everybody."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    audience = forms.ChoiceField(label=gettext_lazy("For"), initial="private")
    default_roles = forms.MultipleChoiceField(
        label=gettext_lazy("Opens first for"),
        choices=[role for role in Role.choices if role[0] != Role.PARTNER],  # he has a page of his own
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only a view for everybody. They see it when they open the list."),
    )

    def __init__(
        self, *args: Any, user: Any, is_new: bool = False, view: SavedView | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("private", _("only me"))]
        self.own_team = user.team_id
        teams = dict(find_own_teams(user).values_list("pk", "name"))
        if view is not None and view.team is not None:
            teams.setdefault(view.team.pk, view.team.name)
        if user.team_id:
            choices.append(("team", _("my team, %(team)s") % {"team": teams.pop(user.team_id)}))
        for pk, name in sorted(teams.items(), key=lambda team: team[1]):
            choices.append((f"team-{pk}", _("team %(team)s") % {"team": name}))
        if user.has_perm(SHARE):
            choices.append(("all", _("everybody")))
        self.fields["audience"].choices = choices  # type: ignore[attr-defined]
        if is_new or not user.has_perm(SHARE):
            del self.fields["default_roles"]

    def clean(self) -> dict[str, Any]:
        """``team-7`` is the audience ``team`` and the team 7; ``team`` alone is one's own."""
        said = super().clean() or {}
        audience, _dash, team = said.get("audience", "").partition("-")
        return {**said, "audience": audience, "team": int(team) if team else self.own_team}


@require_http_methods(["GET", "POST"])
def view_new(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the list as the address shows it, under a name."""
    known = find_list(request, name)
    chosen = choose_view(known, request)
    form = ViewForm(request.POST or None, user=request.user, is_new=True)
    if request.method == "POST" and form.is_valid():
        said = {"list_name": name, "query": read_state(request), "by": request.user}
        said["columns"] = known_columns(known, chosen.columns)
        try:
            find_matching(known, user=request.user, query=said["query"])
            view = save_view(**form.cleaned_data, **said)
        except ViewRefused as refused:
            form.add_error(None, str(refused))
        except FilterLost as lost:
            why = _(
                "“%(lost)s” no longer exists, has become of another kind or is protected; take this filter off first."
            )
            form.add_error(None, why % {"lost": lost})
        else:
            add_toast(request, _("Kept as “%(name)s”.") % {"name": view.name})
            return finish_entry(request, f"{known.url}?{VIEW}={view.pk}")
    note = _("Filters, order and columns as they are now.")
    return show_entry(
        request,
        form,
        heading=_("Save as view"),
        act=_("Save"),
        back_url=known.url,
        note=note,
        here=request.get_full_path(),
        template="lists/entry_here.html",
    )


def read_state(request: HttpRequest) -> str:
    """The filters and order of the address, as a view keeps them."""
    state = request.GET.copy()
    for key in (VIEW, COLUMNS, "after", "before"):
        state.pop(key, None)
    return state.urlencode()


def known_columns(known: KnownList, names: list[str]) -> list[str]:
    """Those of ``names`` that are still there: a view is not kept with columns that have gone."""
    lost = known.definition.choose_columns(names)[1]
    return [name for name in names if name not in lost]


def view_list(request: HttpRequest, name: str) -> HttpResponse:
    """Every view of a list that the reader may open, with what he may do with it."""
    known = find_list(request, name)
    views = list(SavedView.objects.visible_to(request.user).filter(list_name=name).select_related("owner", "team"))
    for view in views:
        view.url = f"{known.url}?{VIEW}={view.pk}"
        view.may_change = may_change(view, request.user)
        view.role_words = ", ".join(str(Role(role).label) for role in view.default_roles if role in Role.values)
    return render(request, "lists/view_list.html", {"known": known, "views": views})


@require_http_methods(["GET", "POST"])
def view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a view, share it, or let it open first for a role."""
    view = find_view(request, pk)
    if not may_change(view, request.user):
        raise PermissionDenied
    back = reverse("home:view-list", args=[view.list_name])
    audience = view.audience if view.team_id in {None, request.user.team_id} else f"team-{view.team_id}"
    kept = {"name": view.name, "audience": audience, "default_roles": view.default_roles}
    form = ViewForm(request.POST or None, user=request.user, view=view, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            change_view(view, by=request.user, **{"default_roles": None, **form.cleaned_data})
        except ViewRefused as refused:
            form.add_error(None, str(refused))
        else:
            add_toast(request, _("Saved."))
            return finish_entry(request, back)
    return show_entry(request, form, heading=_("Change a view"), about=view.name, act=_("Save"), back_url=back)


def _do(request: HttpRequest, act: Any, said: Any, *, undo_url: str = "") -> SavedView | None:
    """Carry out a verb on a view, or say in a band why not."""
    try:
        view: SavedView = act()
    except ViewRefused as refused:
        add_error(request, str(refused))
        return None
    add_toast(request, said % {"name": view.name}, undo_url=undo_url)
    return view


@require_POST
def view_refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is shown now under the view's name."""
    view = find_view(request, pk)
    known = LISTS[view.list_name]
    columns = known_columns(known, choose_view(known, request).columns)
    query = read_state(request)
    _do(
        request,
        lambda: refresh_view(view, query=query, columns=columns, by=request.user),
        _("“%(name)s” keeps what is shown now."),
    )
    return redirect(f"{LISTS[view.list_name].url}?{VIEW}={view.pk}")


@require_POST
def view_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as one's own."""
    view = find_view(request, pk)
    _do(request, lambda: copy_view(view, by=request.user), _("Copied as “%(name)s”, for you alone."))
    return redirect("home:view-list", view.list_name)


@require_POST
def view_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a view away; Undo brings it back."""
    view = find_view(request, pk)
    undo = reverse("home:view-restore", args=[pk])
    now = timezone.now()
    _do(request, lambda: remove_view(view, by=request.user, at=now), _("“%(name)s” removed."), undo_url=undo)
    return redirect("home:view-list", view.list_name)


@require_POST
def view_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back a view that one could take away."""
    view = get_object_or_404(SavedView, pk=pk)
    if not may_change(view, request.user):
        raise Http404
    _do(request, lambda: restore_view(view, by=request.user), _("“%(name)s” is back."))
    return redirect("home:view-list", view.list_name)


@require_http_methods(["GET", "POST"])
def list_columns(request: HttpRequest, name: str) -> HttpResponse:
    """Which columns, in which order; remembered for this list, or for the view of it that is open."""
    known = find_list(request, name)
    chosen = choose_view(known, request)
    if request.method == "POST":
        names = [] if "reset" in request.POST else _read_order(request)
        remember_columns(name, names, by=request.user, view=chosen.current)
        state = request.GET.copy()
        state.pop(COLUMNS, None)
        return finish_entry(request, f"{known.url}?{state.urlencode()}")
    shown, _lost = known.definition.choose_columns(chosen.columns)
    more = known.definition.more_columns() if known.definition.more_columns else {}
    names = {column.name for column in shown}
    others = [column for column in known.definition.columns if column.name not in names]
    further = [column for column in more.values() if column.name not in names]
    context = {"shown": shown, "others": others, "further": further, "known": known, "view": chosen.current}
    return show_entry(
        request,
        forms.Form(),
        heading=_("Columns"),
        act=_("Show"),
        back_url=known.url,
        template="lists/columns.html",
        here=request.get_full_path(),
        **context,
    )


def _read_order(request: HttpRequest) -> list[str]:
    """The columns ticked, by the number beside each; of alike numbers the one that was moved has the place. Those
    without one stand behind, in the order in which they were offered."""
    names = request.POST.getlist("column")[:200]
    stood = {name: place for place, name in enumerate(names, start=1)}

    def place(name: str) -> tuple[int, int]:
        said = request.POST.get(f"place-{name}", "")
        if not said.isdecimal() or len(said) > 3:
            return 1000, stood[name]
        return int(said), int(said) - stood[name]

    return sorted(names, key=place)
