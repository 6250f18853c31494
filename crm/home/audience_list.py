"""Audiences of campaigns: who made them, what for, from which list; renamed, put away and brought back."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.list_catalogue import KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from crm.home.customer_list import list_owner_choices
from crm.home.known_list import KnownListView
from interactions.audience_keeping import archive_audience, reopen_audience
from interactions.models import Audience, Interaction

CHANGE = "interactions.change_audience"


def _of_owner(rows: QuerySet[Any], owner: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(owner=request.user.pk if owner == "me" else int(owner))


AUDIENCES = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Audience"), sort="name", fixed=True, url=lambda row: row.get_absolute_url()),
        Column("purpose", gettext_lazy("What for"), kind="words", hide_on_phone=True),
        Column("channel", gettext_lazy("By"), "get_channel_display"),
        Column("size", gettext_lazy("Customers"), kind="number"),
        Column("made_from", gettext_lazy("Made from"), hide_on_phone=True),
        Column(
            "made", gettext_lazy("Made"), "made_at", "moment", sort="made_at", largest_first=True, hide_on_phone=True
        ),
        Column("archived", gettext_lazy("Put away"), "archived_at", "moment", shown=False, hide_on_phone=True),
        Column("owner", gettext_lazy("Owner"), kind="avatar", hide_on_phone=True, export="owner.name"),
    ),
    filters=(
        TextFilter("q", gettext_lazy("Name"), lambda rows, value, request: rows.filter(name__icontains=value)),
        ChoiceFilter("owner", gettext_lazy("Owner"), _of_owner, list_owner_choices),
        ChoiceFilter(
            "channel",
            gettext_lazy("By"),
            lambda rows, value, request: rows.filter(channel=value),
            Interaction.Channel.choices,
        ),
        FlagFilter("archived", gettext_lazy("Put away"), lambda rows, value, request: rows, in_form=False),
    ),
    default_sort="-made",
    page_size=25,
)


def find_audiences(request: HttpRequest) -> QuerySet[Any]:
    """Audiences the reader may see; those put away only where he asks for them."""
    rows = Audience.objects.visible_to(request.user).select_related("owner")  # type: ignore[arg-type]
    return rows.exclude(archived_at=None) if request.GET.get("archived") == "1" else rows.current()


register_list(
    KnownList(
        "audiences",
        gettext_lazy("Audiences"),
        "home:audience-list",
        "customers.view_customer",
        AUDIENCES,
        find_audiences,
        row_url=lambda row: row.get_absolute_url(),
        views=(
            (gettext_lazy("All"), ""),
            (gettext_lazy("Mine"), "owner=me"),
            (gettext_lazy("Put away"), "archived=1"),
        ),
        empty_title=gettext_lazy("No audience yet"),
        empty_text=gettext_lazy("Select customers in their list and choose “Add to audience”."),
    )
)


class AudienceList(KnownListView):
    """Whom campaigns are for."""

    list_name = "audiences"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {**super().get_context_data(**context), "switch": []}


class AudienceForm(forms.ModelForm):
    """What it is called, what for, and by which way they are contacted."""

    class Meta:
        model = Audience
        fields = ("name", "purpose", "channel")


@require_http_methods(["GET", "POST"])
def audience_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename an audience, or say another purpose or channel; who may be contacted follows the channel at once."""
    audience = get_object_or_404(Audience.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    refuse_unless(request.user, CHANGE)
    form = AudienceForm(request.POST or None, instance=audience)
    if request.method == "POST" and form.is_valid():
        form.save()
        add_toast(request, _("Saved."))
        return finish_entry(request, audience.get_absolute_url())
    back_url = audience.get_absolute_url()
    return show_entry(request, form, heading=_("Change the audience"), act=_("Save"), back_url=back_url)


@require_POST
def audience_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an audience away; Undo brings it back."""
    audience = get_object_or_404(Audience.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    refuse_unless(request.user, CHANGE)
    archive_audience(audience, at=timezone.now())
    undo_url = reverse("home:audience-reopen", args=[pk])
    add_toast(request, _("“%(name)s” is put away.") % {"name": audience.name}, undo_url=undo_url)
    return redirect("home:audience-list")


@require_POST
def audience_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Use an audience again that was put away."""
    audience = get_object_or_404(Audience.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    refuse_unless(request.user, CHANGE)
    reopen_audience(audience)
    add_toast(request, _("“%(name)s” is back.") % {"name": audience.name})
    return redirect(audience.get_absolute_url())
