"""Colleagues and teams, in the settings."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.forms import InvitationForm, RemoveTeamForm, TeamForm, UserForm
from crm.core.generic_views import CreateView, ListView, UpdateView
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.models import Role, Team, User
from crm.core.team_removing import TeamInUseError, list_uses, remove_team
from crm.core.toasts import add_error, add_toast
from crm.core.user_editing import LastAdminError, OwnAccountError, change_role, deactivate_user, reactivate_user
from crm.core.user_inviting import invitation_path, invite_user, send_invitation

manages_users = permission_required("core.manage_users", raise_exception=True)


def _search(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=text) | Q(email__icontains=text))


def _of_role(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(role=value)


def _gone(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(is_active=False)


def _state(user: User) -> str:
    if not user.is_active:
        return _("deactivated")
    return _("active") if user.has_usable_password() else _("invited")


USERS = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Name"), sort="name", url=lambda row: reverse("core:user-edit", args=[row.pk])),
        Column("email", gettext_lazy("E-mail"), hide_on_phone=True),
        Column("role", gettext_lazy("Role"), "get_role_display"),
        Column("team", gettext_lazy("Team")),
        Column("seen", gettext_lazy("Last seen"), "last_seen_at", "moment", hide_on_phone=True),
        Column("state", gettext_lazy("State"), _state),
    ),
    filters=(
        TextFilter("q", gettext_lazy("Name or e-mail"), _search),
        ChoiceFilter("role", gettext_lazy("Role"), _of_role, Role.choices),
        FlagFilter("gone", gettext_lazy("Deactivated"), _gone),
    ),
    default_sort="name",
)
TEAMS = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Team"), sort="name", url=lambda row: reverse("core:team-edit", args=[row.pk])),
        Column("members", gettext_lazy("Members"), "member_count", "number"),
        Column("managers", gettext_lazy("Managers"), lambda row: ", ".join(user.name for user in row.managers.all())),
    ),
    default_sort="name",
)


class _UserPage:
    model = User
    context_object_name = "colleague"
    permission = "core.manage_users"
    frame = "generic/settings_frame.html"
    back_label = gettext_lazy("Colleagues")

    def get_back_url(self) -> str:
        return reverse("core:user-list")


class UserList(_UserPage, ListView):
    definition = USERS
    title = gettext_lazy("Colleagues")
    new_label = gettext_lazy("Invite")

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.select_related("team")

    def get_new_url(self) -> str:
        return reverse("core:user-new")


def _mail_invitation(request: HttpRequest, user: User) -> str:
    """Send the link and return what is to be said of it; where mail does not work, the page says where the link is."""
    url = request.build_absolute_uri(invitation_path(user))
    try:
        send_invitation(user, by=request.user, url=url)  # type: ignore[arg-type]
    except OSError:
        add_error(request, _("The mail could not be sent. Hand over the link on this page instead."))
        return _("%(name)s is here, and not yet invited.") % {"name": user.name}
    return _("%(name)s is invited by mail.") % {"name": user.name}


class UserNew(_UserPage, CreateView):
    form_class = InvitationForm
    title = gettext_lazy("Invite a colleague")
    extra_context = {"act": gettext_lazy("Invite")}

    def save_form(self, form: InvitationForm) -> User:
        user = invite_user(**form.cleaned_data)
        self.said = _mail_invitation(self.request, user)
        return user

    def get_success_url(self) -> str:
        return reverse("core:user-edit", args=[self.object.pk])


class UserEdit(_UserPage, UpdateView):
    form_class = UserForm
    template_name = "core/user_form.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        waits = self.found.is_active and not self.found.has_usable_password()
        url = self.request.build_absolute_uri(invitation_path(self.found)) if waits else ""
        return super().get_context_data(**{"title": self.found.name, "invitation_url": url, **context})

    def save_form(self, form: UserForm) -> User:
        user = form.save()
        return change_role(user, role=form.cleaned_data["role"])


@manages_users
@require_POST
def user_invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the link once more to somebody who has not set a password yet."""
    user = get_object_or_404(User.objects.active(), pk=pk, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    add_toast(request, _mail_invitation(request, user))
    return redirect("core:user-edit", pk=pk)


@manages_users
@require_POST
def user_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """End a colleague's access; can be undone."""
    user = get_object_or_404(User, pk=pk)
    try:
        deactivate_user(user, by=request.user)  # type: ignore[arg-type]
    except OwnAccountError:
        add_error(request, _("You cannot end your own access. Another administrator can."))
    except LastAdminError:
        add_error(request, _("Without this administrator nobody could change anything here."))
    else:
        undo = reverse("core:user-reactivate", args=[pk])
        add_toast(request, _("%(name)s can no longer sign in.") % {"name": user.name}, undo_url=undo)
    return redirect("core:user-edit", pk=pk)


@manages_users
@require_POST
def user_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a colleague his access back."""
    user = reactivate_user(get_object_or_404(User, pk=pk))
    add_toast(request, _("%(name)s can sign in again.") % {"name": user.name})
    return redirect("core:user-edit", pk=pk)


class _TeamPage:
    model = Team
    permission = "core.manage_users"
    frame = "generic/settings_frame.html"
    back_label = gettext_lazy("Teams")

    def get_back_url(self) -> str:
        return reverse("core:team-list")


class TeamList(_TeamPage, ListView):
    definition = TEAMS
    title = gettext_lazy("Teams")
    new_label = gettext_lazy("Team")
    empty_text = gettext_lazy("A team shares its customers: everybody in it sees them.")

    def get_queryset(self) -> QuerySet[Team]:
        return Team.objects.prefetch_related("managers").annotate(
            member_count=Count("members", filter=Q(members__is_active=True))
        )

    def get_new_url(self) -> str:
        return reverse("core:team-new")


class TeamNew(_TeamPage, CreateView):
    form_class = TeamForm
    title = gettext_lazy("New team")


class TeamEdit(_TeamPage, UpdateView):
    form_class = TeamForm
    template_name = "core/team_form.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        members = self.found.members.active()
        return super().get_context_data(**{"title": self.found.name, "members": members, **context})


@manages_users
@require_http_methods(["GET", "POST"])
def team_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a team away; where somebody or something belongs to it, only together with the team they move to."""
    team = get_object_or_404(Team, pk=pk)
    uses = list_uses(team)
    form = RemoveTeamForm(request.POST if request.method == "POST" else None, team=team, is_used=bool(uses))
    if request.method == "POST" and form.is_valid():
        try:
            remove_team(team, move_to=form.cleaned_data.get("move_to"))
        except TeamInUseError as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("%(name)s removed.") % {"name": team.name})
            return redirect("core:team-list")
    shown = {"team": team, "uses": uses, "form": form, "others": Team.objects.exclude(pk=pk).exists()}
    return render(request, "core/team_remove.html", shown, status=422 if form.errors else 200)
