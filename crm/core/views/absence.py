"""Who is away: the list everybody sees, and writing an absence down."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from crm.core.absence_planning import AbsenceRefused, list_planned_by, may_plan_for, plan_absence
from crm.core.forms import AbsenceForm
from crm.core.generic_views import CreateView, DeleteView, ListView, UpdateView
from crm.core.list_engine import Column, FlagFilter, ListDefinition
from crm.core.local_time import company_day
from crm.core.models import Absence


def _with_past(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows


def _mark_editable(rows: list[Any], request: HttpRequest) -> None:
    """Each row learns where the reader may change it; "" where he may not."""
    mine = set(list_planned_by(request.user).values_list("pk", flat=True))  # type: ignore[arg-type]
    for row in rows:
        row.edit_url = reverse("core:absence-edit", args=[row.pk]) if row.user_id in mine else ""


ABSENCES = ListDefinition(
    columns=(
        Column("who", gettext_lazy("Away"), "user.name", url=lambda row: row.edit_url),
        Column("first", gettext_lazy("From"), "first_day", "day", sort="first_day"),
        Column("last", gettext_lazy("To"), "last_day", "day", sort="last_day"),
        Column("stand_in", gettext_lazy("Stand-in"), "stand_in.name", head_term="stand-in"),
        Column("team", gettext_lazy("Team"), "user.team", hide_on_phone=True),
    ),
    filters=(FlagFilter("past", gettext_lazy("Also what is over"), _with_past),),
    default_sort="first",
    load=_mark_editable,
)


class _AbsencePage:
    """Whoever may not write down absences of this colleague gets 403; the list is everybody's."""

    model = Absence
    frame = "generic/account_frame.html"
    back_label = gettext_lazy("Absences")
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "pk" in kwargs:
            absence = get_object_or_404(Absence.objects.select_related("user"), pk=kwargs["pk"])
            if not may_plan_for(absence.user, by=request.user):  # type: ignore[arg-type]
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def get_back_url(self) -> str:
        return reverse("core:absence-list")


class _AbsenceFormPage(_AbsencePage):
    form_class = AbsenceForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}  # type: ignore[misc]

    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except AbsenceRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)  # type: ignore[attr-defined]

    def save_form(self, form: Form) -> Absence:
        return plan_absence(form.save(commit=False), by=self.request.user)  # type: ignore[attr-defined, arg-type]


class AbsenceList(_AbsencePage, ListView):
    definition = ABSENCES
    title = gettext_lazy("Absences")
    new_label = gettext_lazy("Absence")
    empty_text = gettext_lazy("Everybody is here. Who is away has his new tasks done by a stand-in.")

    def get_queryset(self) -> QuerySet[Absence]:
        rows = Absence.objects.select_related("user__team", "stand_in")
        return rows if self.request.GET.get("past") else rows.filter(last_day__gte=company_day(timezone.now()))

    def get_new_url(self) -> str:
        return reverse("core:absence-new")


class AbsenceNew(_AbsenceFormPage, CreateView):
    title = gettext_lazy("New absence")
    said = gettext_lazy("Absence written down.")

    def get_initial(self) -> dict[str, Any]:
        today = company_day(timezone.now())
        return {"user": self.request.user, "first_day": today, "last_day": today}


class AbsenceEdit(_AbsenceFormPage, UpdateView):
    title = gettext_lazy("Absence")
    said = gettext_lazy("Absence saved.")
    template_name = "core/absence_form.html"


class AbsenceDelete(_AbsencePage, DeleteView):
    title = gettext_lazy("Remove the absence")
