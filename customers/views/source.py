"""Sources in the settings: registered with their lawful basis, withdrawn whole, brought back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.formats import format_number
from crm.core.generic_views import CreateView, ListView, UpdateView
from crm.core.list_engine import Column, FlagFilter, ListDefinition
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_error, add_toast
from customers.forms.source import SourceForm, WithdrawForm
from customers.models import Source
from customers.source_finding import find_unregistered_sources
from customers.source_withdrawing import SourceRefused, bring_source_back, foresee_withdrawal, withdraw_source

MAY = "core.change_settings"
MOST_FORESEEN = 1_000
MOST_UNREGISTERED = 12
SOURCES = ListDefinition(
    columns=(
        Column(
            "name", gettext_lazy("Source"), sort="name", url=lambda row: reverse("customers:source-edit", args=[row.pk])
        ),
        Column("lawful_basis", gettext_lazy("Lawful basis"), head_term="lawful-basis"),
        Column("received_on", gettext_lazy("Received"), kind="day", hide_on_phone=True),
        Column("note", gettext_lazy("From whom, for what"), hide_on_phone=True),
        Column("withdrawn_at", gettext_lazy("Withdrawn"), kind="moment"),
    ),
    filters=(
        FlagFilter(
            "withdrawn",
            gettext_lazy("Withdrawn"),
            lambda rows, value, request: rows.filter(withdrawn_at__isnull=False),
        ),
    ),
    default_sort="name",
)


class _SourcePage:
    model = Source
    permission = MAY
    frame = "generic/settings_frame.html"
    back_label = gettext_lazy("Sources")

    def get_back_url(self) -> str:
        return reverse("customers:source-list")


class SourceList(_SourcePage, ListView):
    definition = SOURCES
    title = gettext_lazy("Sources")
    new_label = gettext_lazy("Source")
    empty_text = gettext_lazy(
        "A bought list, a fair, a partner: register it with the right by which you keep its people."
    )

    def get_new_url(self) -> str:
        return reverse("customers:source-new")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        names = find_unregistered_sources(most=MOST_UNREGISTERED + 1)
        return {
            **super().get_context_data(**context),
            "below_template": "customers/unregistered_sources.html",
            "unregistered": names[:MOST_UNREGISTERED],
            "and_more": len(names) > MOST_UNREGISTERED,
        }


class SourceNew(_SourcePage, CreateView):
    form_class: Any = SourceForm
    title = gettext_lazy("New source")

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.request.GET.get("name", "")[:100]}


class SourceEdit(_SourcePage, UpdateView):
    form_class: Any = SourceForm
    template_name = "customers/source_edit.html"
    title = gettext_lazy("Source")


def _tell_count(count: int) -> str:
    if count < MOST_FORESEEN:
        return format_number(count)
    return _("%(count)s or more") % {"count": format_number(count)}


@require_http_methods(["GET", "POST"])
def source_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Archive whoever came by it and never bought, with the reason."""
    source = get_object_or_404(Source, pk=pk)
    refuse_unless(request.user, MAY)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = withdraw_source(source, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except SourceRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("Withdrawn: %(archived)s archived, %(kept)s stay because they have bought.")
            counts = {"archived": format_number(done.archived), "kept": format_number(done.kept)}
            add_toast(request, words % counts, undo_url=reverse("customers:source-back", args=[pk]))
            return finish_entry(request, reverse("customers:source-list"))
    note = _("Everybody who came by it and never bought is archived. It can be brought back whole.")
    foreseen = foresee_withdrawal(source, most=MOST_FORESEEN)
    counts = {"archived": _tell_count(foreseen.archived), "kept": _tell_count(foreseen.kept)}
    note += " " + _("Archived: %(archived)s. Stay because they have bought: %(kept)s.") % counts
    back_url = reverse("customers:source-edit", args=[pk])
    words = {"about": source, "act": _("Withdraw"), "note": note, "back_url": back_url}
    return show_entry(request, form, heading=_("Withdraw the source"), **words)


@require_POST
def source_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The source is in use again, and whoever was archived with it is back."""
    source = get_object_or_404(Source, pk=pk)
    refuse_unless(request.user, MAY)
    try:
        back = bring_source_back(source, by=request.user, at=timezone.now())
    except SourceRefused as refusal:
        add_error(request, str(refusal))
    else:
        words = ngettext("%(count)s customer is back.", "%(count)s customers are back.", back)
        add_toast(request, words % {"count": format_number(back)})
    return redirect("customers:source-list")
