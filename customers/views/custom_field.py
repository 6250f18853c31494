"""Own fields: defined in the settings, shown on the page of a customer."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.core.fragments import wants_fragment
from crm.core.generic_views import CreateView, ListView, UpdateView
from crm.core.job_ledger import cancel_job
from crm.core.list_engine import Column, FlagFilter, ListDefinition
from crm.core.models import JobRun
from crm.core.toasts import add_error, add_toast
from customers.custom_field_defining import (
    MOST_FIELDS,
    CustomFieldRefused,
    FieldWish,
    add_field,
    archive_field,
    change_field,
    count_filled,
    is_closed_to_rules,
    move_field,
    restore_field,
)
from customers.custom_field_retype_job import RETYPE_JOB, read_progress, request_retyping
from customers.custom_field_retyping import Preview, preview_retyping, retype_field
from customers.custom_field_uses import FieldUse, list_conditions_lost, list_field_uses
from customers.custom_value_keeping import list_shown_values
from customers.forms.custom_field import CustomFieldForm, RetypeForm
from customers.models import Customer, CustomField

AT_ONCE = 1000
UNDER_WAY = {JobRun.State.WAITING, JobRun.State.RUNNING}
SETTINGS = "core.change_settings"


@require_GET
def custom_value_card(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What the own fields of a customer hold."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    values, empty = list_shown_values(customer)
    shown = {"customer": customer, "values": values, "empty": empty, "card": "customers/custom_value_card.html"}
    return render(request, shown["card"] if request.htmx else "customers/card_alone.html", shown)


# --- in the settings -------------------------------------------------------------------------------------------------

FIELDS = ListDefinition(
    columns=(
        Column("place", gettext_lazy("Order"), sort="position", kind="number"),
        Column("label", gettext_lazy("Name"), sort="label"),
        Column("kind", gettext_lazy("Kind"), "get_kind_display"),
        Column("about", gettext_lazy("For"), "get_about_display", hide_on_phone=True),
        Column("protected", gettext_lazy("No rule may ask it"), "is_protected", "flag", hide_on_phone=True),
    ),
    filters=(FlagFilter("archived", gettext_lazy("Archived"), lambda rows, value, request: rows),),
    default_sort="place",
    page_size=MOST_FIELDS,
)


class _FieldPage:
    model = CustomField
    permission = SETTINGS
    frame = "generic/settings_frame.html"
    back_label = gettext_lazy("Own fields")

    def get_back_url(self) -> str:
        return reverse("customers:custom-field-list")


class CustomFieldList(_FieldPage, ListView):
    """Every field in its order; the archived ones where they are asked for."""

    definition = FIELDS
    template_name = "customers/custom_field_list.html"
    title = gettext_lazy("Own fields")
    new_label = gettext_lazy("Field")
    empty_text = gettext_lazy("What else does your company want to know of its customers?")

    def get_new_url(self) -> str:
        return reverse("customers:custom-field-new")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(archived_at__isnull=self.request.GET.get("archived") != "1")


class CustomFieldNew(_FieldPage, CreateView):
    form_class: Any = CustomFieldForm
    template_name = "customers/custom_field_form.html"
    title = gettext_lazy("New own field")

    def finish(self, form: Any) -> HttpResponse:
        try:
            return super().finish(form)
        except CustomFieldRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)

    def save_form(self, form: Any) -> CustomField:
        wish = form.read_wish()
        made = add_field(wish, kind=form.cleaned_data["kind"], by=self.request.user)  # type: ignore[arg-type]
        return _say_protected(self.request, made, wish)


class CustomFieldEdit(_FieldPage, UpdateView):
    form_class: Any = CustomFieldForm
    template_name = "customers/custom_field_form.html"
    title = gettext_lazy("Edit own field")
    uses: list[FieldUse] = []

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(uses=self.uses, **context)

    def finish(self, form: Any) -> HttpResponse:
        """A field that rules ask for is not closed to them before whoever asks was named."""
        wish = form.read_wish()
        if "sure" not in self.request.POST and not form.initial["is_protected"] and is_closed_to_rules(wish):
            self.uses = list_conditions_lost(self.found, user=self.request.user)  # type: ignore[arg-type]
            if self.uses:
                form.add_error(
                    None, _("No rule may ask a field like this, and some do. See below, and save once more.")
                )
                return self.form_invalid(form)
        try:
            return super().finish(form)
        except CustomFieldRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)

    def save_form(self, form: Any) -> CustomField:
        wish = form.read_wish()
        return _say_protected(self.request, change_field(self.found, wish, by=self.request.user), wish)  # type: ignore[arg-type]


def _say_protected(request: HttpRequest, field: CustomField, wish: FieldWish) -> CustomField:
    """Whoever did not ask for it is told that the name alone closes a field to rules."""
    if field.is_protected and not wish.is_protected:
        words = _("By its name “%(name)s” says what the law protects: it is shown, and no rule may ask it.")
        add_toast(request, words % {"name": field.label})
    return field


@permission_required(SETTINGS, raise_exception=True)
def custom_field_retype(request: HttpRequest, pk: int) -> HttpResponse:
    """Another kind for a field: first what would become of its values, then the change itself."""
    field = get_object_or_404(CustomField, pk=pk, archived_at=None)
    form = RetypeForm(request.POST or request.GET or None, custom_field=field)
    preview: Preview | None = None
    if form.is_valid():
        kind, added = form.cleaned_data["kind"], form.cleaned_data["added"].splitlines()
        try:
            if request.method == "POST":
                return _retype(request, field, kind=kind, added=added)
            preview = preview_retyping(field, kind=kind, added=added or None)
        except CustomFieldRefused as refusal:
            form.add_error(None, str(refusal))
    running = JobRun.objects.filter(kind=RETYPE_JOB, key=str(field.pk), state__in=UNDER_WAY).first()
    shown = {"field": field, "running": running, "form": form, "preview": preview, "chosen": form.data.get("kind", "")}
    shown["uses"] = list_field_uses(field, user=request.user, to_kind=form.cleaned_data["kind"]) if preview else []  # type: ignore[arg-type]
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/custom_field_retype.html", shown, status=status)


def _retype(request: HttpRequest, field: CustomField, *, kind: str, added: list[str]) -> HttpResponse:
    """Few values change before the page answers, many in the background."""
    if count_filled(field) <= AT_ONCE:
        return _say_retyped(request, field, retype_field(field, kind=kind, added=added, by=request.user))  # type: ignore[arg-type]
    job = request_retyping(field, kind=kind, added=added, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    return redirect("customers:custom-field-work", job.pk)


@require_GET
@permission_required(SETTINGS, raise_exception=True)
def custom_field_work(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a change of kind is; then how many values were taken over, and which could not be read."""
    job = get_object_or_404(JobRun, pk=pk, kind=RETYPE_JOB)
    done, total = read_progress(job)
    shown = {"job": job, "busy": job.state in UNDER_WAY, "share": done / total if total else 0}
    shown["to_kind"] = CustomField.Kind(job.params["kind"]).label
    fragment = wants_fragment(request, ("work",))
    return render(request, f"customers/custom_field_work.html{'#work' if fragment else ''}", shown)


@require_POST
@permission_required(SETTINGS, raise_exception=True)
def custom_field_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the kind as it is."""
    cancel_job(get_object_or_404(JobRun, pk=pk, kind=RETYPE_JOB))
    add_toast(request, _("It stops after the part at hand; every value stays as it is."))
    return redirect("customers:custom-field-work", pk)


def _say_retyped(request: HttpRequest, field: CustomField, done: Preview) -> HttpResponse:
    words = {"field": field.label, "fitting": done.fitting, "kept": done.kept}
    add_toast(request, _("%(field)s: %(fitting)s values taken over, %(kept)s kept in words.") % words)
    return redirect("customers:custom-field-list")


@require_POST
@permission_required(SETTINGS, raise_exception=True)
def custom_field_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    field = get_object_or_404(CustomField, pk=pk)
    move_field(field, step=1 if request.POST.get("to") == "down" else -1)
    return redirect("customers:custom-field-list")


@require_POST
@permission_required(SETTINGS, raise_exception=True)
def custom_field_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of forms, pages and rules, once whoever uses it was named; Undo brings it back with its values."""
    field = get_object_or_404(CustomField, pk=pk)
    uses = [] if "sure" in request.POST else list_field_uses(field, user=request.user)  # type: ignore[arg-type]
    if uses:
        shown = {"field": field, "uses": uses, "filled": count_filled(field)}
        return render(request, "customers/custom_field_archive.html", shown)
    archive_field(field, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    undo = reverse("customers:custom-field-restore", args=[field.pk])
    add_toast(request, _("%(name)s archived. Its values are kept.") % {"name": field.label}, undo_url=undo)
    return redirect("customers:custom-field-list")


@require_POST
@permission_required(SETTINGS, raise_exception=True)
def custom_field_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Back with all its values."""
    try:
        field = restore_field(get_object_or_404(CustomField, pk=pk), by=request.user)  # type: ignore[arg-type]
    except CustomFieldRefused as refusal:
        add_error(request, str(refusal))
    else:
        add_toast(request, _("%(name)s is back.") % {"name": field.label})
    return redirect("customers:custom-field-list")
