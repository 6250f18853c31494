"""One complaint: its page, its fragment beside the queue, taking a new one and correcting what was written."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from complaints.complaint_case import find_case_rows, read_case
from complaints.complaint_handling import ComplaintRefused, take_complaint
from complaints.forms import ClosingForm, ComplaintDetailsForm, EntryForm, GoodwillForm, ReasonForm, TakeComplaintForm
from complaints.models import Complaint
from complaints.recovery_curve import draw_recovery_curve, read_recovery_curve
from complaints.rules.recovery_clock import read_clock
from complaints.rules.recovery_outcome import ENOUGH_CASES
from complaints.solved_before import find_solved_before
from crm.core.generic_views import UpdateView, wants_fragment
from crm.core.local_time import company_day, company_zone
from crm.core.models.business_setting import setting
from crm.core.toasts import add_toast
from customers.models import Customer

FORMS = {"entry": EntryForm, "closing": ClosingForm, "goodwill": GoodwillForm, "reason": ReasonForm}


def show_case(request: HttpRequest, pk: int, *, status: int = 200, acted: bool = False, **forms: Any) -> HttpResponse:
    """The case as it stands now; ``forms`` are those that were refused, ``acted`` lights what was just written."""
    complaint = get_object_or_404(find_case_rows(request.user), pk=pk)
    case = read_case(complaint, by=request.user, at=timezone.now())
    empty = {name: form() for name, form in FORMS.items()}
    shown = {"case": case, "complaint": complaint, "forms": {**empty, **forms}, "mended": Complaint.Mended.choices}
    shown |= {"come_back": setting("complaints.come_back_after"), "acted": acted}
    fragment = wants_fragment(request, ("case",))
    template = "complaints/complaint_detail.html" + (f"#{fragment}" if fragment else "")
    return render(request, template, shown, status=status)


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def complaint_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One complaint: works alone, and beside the queue where the screen is wide enough."""
    return show_case(request, pk)


@require_GET
def complaint_similar(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether customers come back, by day of the remedy, and what was solved before: asked for after the case."""
    complaint = get_object_or_404(Complaint.objects.visible_to(request.user), pk=pk)
    at, days = timezone.now(), int(setting("complaints.recovery_days"))
    clock = read_clock(complaint.taken_at, at=at, zone=company_zone(), of_days=days, closed_at=complaint.closed_at)
    points = read_recovery_curve(on=company_day(at))
    shown = {
        "complaint": complaint,
        "curve": draw_recovery_curve(points, clock_day=clock.day, clock_days=days),
        "clock": clock,
        "own_cases": sum(point.cases for point in points),
        "enough": ENOUGH_CASES,
        "come_back": setting("complaints.come_back_after"),
        "solved": find_solved_before(complaint, user=request.user),
    }
    fragment = wants_fragment(request, ("similar",))
    return render(request, "complaints/complaint_similar.html" + (f"#{fragment}" if fragment else ""), shown)


def _find_asked_customer(request: HttpRequest) -> Customer | None:
    """The customer named by ``?customer=``, if the reader may see him."""
    pk = request.GET.get("customer", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return Customer.objects.visible_to(request.user).current().filter(pk=pk).first()


@require_http_methods(["GET", "POST"])
@permission_required("complaints.add_complaint", raise_exception=True)
def complaint_new(request: HttpRequest) -> HttpResponse:
    """Take a complaint: who, what, how bad; anybody who talks to customers can."""
    customer = _find_asked_customer(request)
    form = TakeComplaintForm(request.POST if request.method == "POST" else None, user=request.user, customer=customer)
    if request.method == "POST" and form.is_valid():
        values = {key: form.cleaned_data[key] for key in ("title", "severity", "kind", "words", "wants")}
        values |= {key: form.cleaned_data[key] for key in ("cost_to_customer", "token")}
        try:
            complaint = take_complaint(form.cleaned_data["customer"], by=request.user, at=timezone.now(), **values)
        except ComplaintRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _describe_taken(complaint))
            if not request.user.has_perm("complaints.view_complaint"):  # a partner: the guardian goes on from here
                return redirect("home:customer-page", complaint.customer_id)
            return redirect("complaints:complaint-detail", pk=complaint.pk)
    chosen = form.cleaned_data.get("customer") if form.is_bound else customer
    shown = {"form": form, "choices": form.choices, "customer": chosen}
    return render(request, "complaints/complaint_new.html", shown, status=422 if form.errors else 200)


def _describe_taken(complaint: Complaint) -> str:
    """Taken, and who guards it where that is decided already."""
    if complaint.guardian is None:
        return _("%(number)s is taken. The clock runs.") % {"number": complaint.number}
    words = {"number": complaint.number, "name": complaint.guardian.name}
    return _("%(number)s is taken. %(name)s is the guardian; the clock runs.") % words


class ComplaintEdit(UpdateView):
    """Correct what was written; somebody who saw an older version is shown both."""

    model = Complaint
    form_class = ComplaintDetailsForm
    permission = "complaints.change_complaint"
    title = gettext_lazy("Correct the complaint")
    said = gettext_lazy("Complaint saved.")

    def get_back_url(self) -> str:
        return reverse("complaints:complaint-detail", args=[self.found.pk])


def require(request: HttpRequest, permission: str) -> None:
    """403 for whoever may see the case but not do this."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
