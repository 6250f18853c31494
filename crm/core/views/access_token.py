"""Access tokens: a colleague's own, and everybody's for an admin."""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.access_token_issuing import TokenRefused, issue_token, revoke_token
from crm.core.forms import AccessTokenForm
from crm.core.generic_views import TOKEN_SECONDS, DetailView, ListView
from crm.core.list_engine import Column, FlagFilter, ListDefinition, TextFilter
from crm.core.models import AccessToken
from crm.core.toasts import add_toast

MOST_SHOWN = 50


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """The reader's own tokens, and the form of a new one. The answer to that form is the only page with its secret."""
    secret, made = "", None
    form = AccessTokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not _is_first(request, form):
            add_toast(request, _("That token was made already. It is shown only once."))
            return redirect("core:token-list")
        made, secret = _issue(request, form)
    if form.is_bound and not made:
        return _show(request, form, status=422)
    fresh = AccessTokenForm(initial={"form_token": get_random_string(24)})
    return _show(request, fresh, made=made, secret=secret)


def _is_first(request: HttpRequest, form: AccessTokenForm) -> bool:
    """Whether this form was not sent before."""
    key = f"form:{request.user.pk}:token:{form.cleaned_data['form_token']}"
    return not form.cleaned_data["form_token"] or cache.add(key, 1, TOKEN_SECONDS)


@sensitive_variables("secret")
def _issue(request: HttpRequest, form: AccessTokenForm) -> tuple[AccessToken | None, str]:
    """The token asked for; none where it is refused, with the reason on the form."""
    now, wish = timezone.now(), form.cleaned_data
    try:
        return issue_token(
            request.user,  # type: ignore[arg-type]
            name=wish["name"],
            may_write=wish["right"] == "write",
            expires_at=now + timedelta(days=wish["days"]),
            at=now,
        )
    except TokenRefused as refusal:
        form.add_error(None, str(refusal))
        return None, ""


@sensitive_variables("secret")
def _show(request: HttpRequest, form: AccessTokenForm, *, status: int = 200, **shown: Any) -> HttpResponse:
    tokens = AccessToken.objects.filter(user=request.user.pk).in_force(at=timezone.now())
    context = {"form": form, "tokens": tokens[:MOST_SHOWN], **shown}
    return render(request, "core/token_list.html", context, status=status)


def _search(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=text) | Q(user__name__icontains=text) | Q(hint__startswith=text))


def _over(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    gone = Q(expires_at__lte=timezone.now()) | Q(user__is_active=False)
    return rows.filter(gone | ~Q(revoked_at=None))


def _tell_state(token: AccessToken) -> str:
    if token.revoked_at is not None:
        return _("revoked")
    return _("in force") if token.is_in_force(at=timezone.now()) else _("expired")


def _tell_right(token: AccessToken) -> str:
    return _("read and write") if token.may_write else _("read")


TOKENS = ListDefinition(
    columns=(
        Column("name", gettext_lazy("What for"), url=lambda row: reverse("core:token-detail", args=[row.pk])),
        Column("user", gettext_lazy("Colleague"), "user.name"),
        Column("right", gettext_lazy("May"), _tell_right, hide_on_phone=True),
        Column("made", gettext_lazy("Made"), "created_at", "moment", sort="created_at", hide_on_phone=True),
        Column("used", gettext_lazy("Last used"), "last_used_at", "moment"),
        Column("expires", gettext_lazy("Ends"), "expires_at", "moment", hide_on_phone=True),
        Column("state", gettext_lazy("State"), _tell_state),
    ),
    filters=(
        TextFilter("q", gettext_lazy("What for, or whose"), _search),
        FlagFilter("over", gettext_lazy("Revoked or expired"), _over),
    ),
    default_sort="-made",
)


class TokenOfAll(ListView):
    """Every token of the house, newest first."""

    model = AccessToken
    definition = TOKENS
    permission = "core.manage_users"
    frame = "generic/settings_frame.html"
    title = gettext_lazy("Access tokens")
    empty_text = gettext_lazy("Colleagues make them under My account.")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("user")


class TokenDetail(DetailView):
    """One token: whose it is, what it may do, and its end."""

    model = AccessToken
    template_name = "core/token_detail.html"
    context_object_name = "token"
    frame = "generic/account_frame.html"

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("user", "revoked_by")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        token: Any = self.found
        is_own = token.user_id == self.request.user.pk
        words = {"frame": self.frame if is_own else "generic/settings_frame.html", "is_own": is_own}
        told = {"state": _tell_state(token), "right": _tell_right(token)}
        return super().get_context_data(**words, **told, in_force=token.is_in_force(at=timezone.now()), **context)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on it opens nothing."""
    token = get_object_or_404(AccessToken.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    revoke_token(token, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    add_toast(request, _("“%(name)s” is revoked.") % {"name": token.name})
    return redirect("core:token-list" if token.user_id == request.user.pk else "core:token-of-all")
