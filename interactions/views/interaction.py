"""Logging a contact, from anywhere."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import trigger_client_event

from crm.core.text_folding import fold_text
from crm.core.toasts import add_toast
from customers.customer_lookup import look_up_customers
from customers.models import Customer
from interactions.conversation import continue_conversation
from interactions.forms import InteractionForm
from interactions.interaction_logging import ContactRefused, LoggedContact, log_interaction
from interactions.models import Interaction, Task

MOST_FOUND = 12
PLACES = {"row", "dialog", "customer"}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """The log box of a customer: GET shows it as a page or fragment, POST logs."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    if not request.user.has_perm("interactions.add_interaction"):
        raise PermissionDenied
    now = timezone.now()
    answers = _find_answered(request, customer)
    place = request.POST.get("place", request.GET.get("place", ""))
    form = InteractionForm(
        request.POST if request.method == "POST" else None,
        customer=customer,
        user=request.user,
        at=now,
        answers=answers,
        place=place,
        person=request.GET.get("with", ""),
    )
    if request.method == "POST" and form.is_valid() and (logged := _log(request, form)):
        return _answer(request, logged, place=place, at=now)
    return _show(request, form, place=place, at=now)


@require_GET
@permission_required("interactions.add_interaction", raise_exception=True)
def new_for_anybody(request: HttpRequest) -> HttpResponse:
    """Whom did you talk to? The log box from anywhere begins with the customer: typed and taken with Enter, or one of
    those shown."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    customers = Customer.objects.visible_to(request.user).current().select_related("owner")
    is_typo = False
    if len(words) == 1:  # names of one letter are, too
        found = list(
            customers.filter(name_folded__contains=fold_text(words)).order_by("name_folded", "pk")[:MOST_FOUND]
        )
    elif words:
        looked_up = look_up_customers(customers, words, asking=request.user)  # type: ignore[arg-type]
        found, is_typo = looked_up.customers, looked_up.is_typo
    else:
        recent = Interaction.objects.filter(logged_by=request.user).values("customer")[:40]
        due = Task.objects.open().filter(assignee=request.user).order_by("-rank").values("customer")[:20]
        found = list(customers.filter(Q(pk__in=list(_pks(recent))) | Q(pk__in=list(_pks(due))))[:MOST_FOUND])
    if (
        len(words) > 1 and found and request.htmx and request.htmx.target == "dialog"
    ):  # Enter takes the first of those shown
        now = timezone.now()
        form = InteractionForm(
            None, customer=found[0], user=request.user, at=now, answers=None, place="dialog", person=""
        )
        return _show(request, form, place="dialog", at=now)
    if len(words) > 1 and len(found) == 1 and not request.htmx:
        return redirect("interactions:interaction-new", found[0].pk)
    context = {"found": found, "words": words, "is_typo": is_typo, "in_dialog": bool(request.htmx)}
    if request.htmx and request.htmx.target == "log-customers":
        return render(request, "interactions/interaction_customers.html", context)
    name = "interactions/interaction_choose.html" if request.htmx else "interactions/interaction_choose_page.html"
    return render(request, name, context)


def link_customer(customer: Customer) -> str:
    """The customer's page."""
    return reverse("home:customer-page", args=[customer.pk])


def _pks(rows: Any) -> set[int]:
    return {row["customer"] for row in rows}


def _find_answered(request: HttpRequest, customer: Customer) -> Task | None:
    raw = request.POST.get("answers", request.GET.get("task", ""))
    if not raw.isdecimal() or len(raw) > 18:
        return None
    tasks = Task.objects.visible_to(request.user).filter(customer=customer)
    return tasks.select_related("step_run__step").filter(pk=raw).first()


def _log(request: HttpRequest, form: InteractionForm) -> LoggedContact | None:
    """Log what the form says; None when the customer refused the channel, with the error on the form."""
    wanted = {key: value for key, value in form.cleaned_data.items() if key != "place"}
    try:
        return log_interaction(form.customer, by=request.user, at=form.at, **wanted)
    except ContactRefused as refusal:
        form.add_error("override_reason", str(refusal))
        return None


def _show(request: HttpRequest, form: InteractionForm, *, place: str, at: datetime) -> HttpResponse:
    context = {
        "form": form,
        "customer": form.customer,
        "place": place if place in PLACES else "",
        "conversation": continue_conversation(form.customer, at=at),
    }
    wrong = 422 if form.is_bound else 200
    if not request.htmx:
        return render(request, "interactions/interaction_page.html", context, status=wrong)
    name = "interactions/interaction_dialog.html" if place == "dialog" else "interactions/log_box.html"
    return render(request, name, context, status=wrong)


def _answer(request: HttpRequest, logged: LoggedContact, *, place: str, at: datetime) -> HttpResponse:
    """What comes back depends on where the box stood: a row of My day, a dialog, the customer's page, or a page."""
    customer = logged.interaction.customer
    add_toast(request, _say_logged(logged))
    if not request.htmx or place not in PLACES:
        return redirect(link_customer(customer))
    if place == "dialog":
        response = HttpResponse(status=204)
        trigger_client_event(response, "closeDialog")
    elif place == "row":
        others = [task for task in logged.answered if f"task-{task.pk}" != request.htmx.target]
        context = {"logged": logged, "customer": customer, "others": others}
        response = render(request, "interactions/row_logged.html", context)
    else:
        form = InteractionForm(customer=customer, user=request.user, at=at, place=place)
        context = {
            "form": form,
            "customer": customer,
            "place": place,
            "logged": logged,
            "conversation": continue_conversation(customer, at=at),
        }
        response = render(request, "interactions/logged.html", context)
    return trigger_client_event(response, "task-changed", {"customer": customer.pk})


def _say_logged(logged: LoggedContact) -> str:
    values = {"name": logged.interaction.customer.name, "channel": logged.interaction.get_channel_display()}
    if logged.next_task is None:
        return _("%(name)s: %(channel)s is logged. Nothing planned next.") % values
    return _("%(name)s: %(channel)s is logged.") % values
