"""The acts on one complaint: each takes a POST, does one thing, and shows the case as it stands then.

htmx gets the fragment of the case and word to the queue; a plain form is sent back to the page. A refusal shows the
case with the reason at the form and what was typed still in it (422).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from complaints import complaint_handling as handling
from complaints.complaint_handling import ComplaintRefused
from complaints.forms import ClosingForm, EntryForm, GoodwillForm, GuardianForm, ReasonForm, RemedyForm
from complaints.guardian_assignment import GuardianRefused, list_able_guardians, name_guardian
from complaints.models import Complaint
from complaints.views.case import require, show_case
from crm.core.generic_views import wants_fragment
from crm.core.toasts import add_error, add_toast

Act = Callable[[Complaint, dict[str, Any], Any, datetime], object]


def _find(request: HttpRequest, pk: int, permission: str) -> Complaint:
    complaint = get_object_or_404(Complaint.objects.visible_to(request.user).select_related("customer"), pk=pk)
    require(request, permission)
    return complaint


def _answer(request: HttpRequest, pk: int, said: str) -> HttpResponse:
    """The case as it stands now, with what happened said in a line."""
    add_toast(request, said)
    if not wants_fragment(request, ("case",)):
        return redirect("complaints:complaint-detail", pk=pk)
    return trigger_client_event(show_case(request, pk, acted=True), "queue-changed", {})


def _do(
    request: HttpRequest, pk: int, *, permission: str, name: str, form_class: type[forms.Form], act: Act, said: str
) -> HttpResponse:
    """One act with a form of its own."""
    complaint = _find(request, pk, permission)
    form = form_class(request.POST)
    if form.is_valid():
        try:
            act(complaint, form.cleaned_data, request.user, timezone.now())
        except (ComplaintRefused, GuardianRefused) as refusal:
            form.add_error(None, str(refusal))
    if form.errors:
        return show_case(request, pk, status=422, **{name: form})
    return _answer(request, pk, said)


@require_POST
def complaint_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What we told the customer."""

    def act(complaint: Complaint, values: dict[str, Any], by: Any, at: datetime) -> None:
        handling.answer(complaint, text=values["text"], minutes=values["minutes"], by=by, at=at)

    change, said = "complaints.change_complaint", _("Answer written down.")
    return _do(request, pk, permission=change, name="entry", form_class=EntryForm, act=act, said=said)


@require_POST
def complaint_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Something for ourselves; whoever may take complaints may add to them."""

    def act(complaint: Complaint, values: dict[str, Any], by: Any, at: datetime) -> None:
        handling.add_note(complaint, text=values["text"], minutes=values["minutes"], by=by, at=at)

    add, said = "complaints.add_complaint", _("Note kept.")
    return _do(request, pk, permission=add, name="entry", form_class=EntryForm, act=act, said=said)


@require_POST
def complaint_remedy(request: HttpRequest, pk: int) -> HttpResponse:
    """What was agreed to mend it."""

    def act(complaint: Complaint, values: dict[str, Any], by: Any, at: datetime) -> None:
        handling.agree_remedy(complaint, remedy=values["text"], by=by, at=at)

    change, said = "complaints.change_complaint", _("Remedy agreed.")
    return _do(request, pk, permission=change, name="entry", form_class=RemedyForm, act=act, said=said)


@require_POST
def complaint_goodwill(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant something at once, within the limit of the segment."""

    def act(complaint: Complaint, values: dict[str, Any], by: Any, at: datetime) -> None:
        handling.grant_goodwill(complaint, what=values["what"], amount_cents=values["amount_cents"], by=by, at=at)

    change, said = "complaints.change_complaint", _("Goodwill granted.")
    return _do(request, pk, permission=change, name="goodwill", form_class=GoodwillForm, act=act, said=said)


@require_POST
def complaint_attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer was asked, or not reached."""

    def act(complaint: Complaint, values: dict[str, Any], by: Any, at: datetime) -> None:
        note, mended, said_by = values["word"], values["mended"], values["said_by"]
        handling.attempt_contact(complaint, note=note, mended=mended, said_by=said_by, by=by, at=at)

    change, said = "complaints.change_complaint", _("Written down.")
    return _do(request, pk, permission=change, name="closing", form_class=ClosingForm, act=act, said=said)


@require_POST
def complaint_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close with the customer's own word, or after attempts on different days."""

    def act(complaint: Complaint, values: dict[str, Any], by: Any, at: datetime) -> None:
        word, mended, said_by = values["word"], values["mended"], values["said_by"]
        handling.close_complaint(complaint, word=word, mended=mended, said_by=said_by, by=by, at=at)

    close, said = "complaints.close_complaint", _("Closed.")
    return _do(request, pk, permission=close, name="closing", form_class=ClosingForm, act=act, said=said)


@require_POST
def complaint_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """It was not mended after all."""

    def act(complaint: Complaint, values: dict[str, Any], by: Any, at: datetime) -> None:
        handling.reopen(complaint, reason=values["reason"], by=by, at=at)

    close, said = "complaints.close_complaint", _("Open again.")
    return _do(request, pk, permission=close, name="reason", form_class=ReasonForm, act=act, said=said)


@require_POST
def complaint_take(request: HttpRequest, pk: int) -> HttpResponse:
    """A guardian takes a case that has none."""
    complaint = _find(request, pk, "complaints.guard_complaint")
    try:
        if complaint.guardian_id not in (None, request.user.pk):
            raise GuardianRefused(_("Somebody was faster: this complaint has a guardian already."))
        name_guardian(complaint, guardian=request.user, by=request.user, at=timezone.now())
    except GuardianRefused as refusal:
        add_error(request, str(refusal))
        return show_case(request, pk, status=422)
    return _answer(request, pk, _("It is yours now."))


@require_http_methods(["GET", "POST"])
def complaint_guardian(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the case to a guardian; the seller and everybody else who cannot is refused in words."""
    complaint = _find(request, pk, "complaints.name_guardian")
    at = timezone.now()
    form = GuardianForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            name_guardian(complaint, guardian=form.cleaned_data["guardian"], by=request.user, at=at)
        except GuardianRefused as refusal:
            form.add_error("guardian", str(refusal))
        else:
            add_toast(request, _("%(name)s is the guardian.") % {"name": form.cleaned_data["guardian"].name})
            return redirect("complaints:complaint-detail", pk=pk)
    shown = {"complaint": complaint, "form": form, "able": list_able_guardians(complaint, at=at)}
    return render(request, "complaints/complaint_guardian.html", shown, status=422 if form.errors else 200)
