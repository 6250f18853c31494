"""How a customer wants to be contacted, and how not."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.core.local_time import company_day
from crm.core.toasts import add_toast
from customers.models import Customer
from interactions.contact_permission import note_preferences
from interactions.forms import ContactPreferenceForm
from interactions.models import ContactPreference
from interactions.views.interaction import link_customer


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What the customer said about each channel; calls and mails obey it from then on."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    if not request.user.has_perm("interactions.add_interaction"):
        raise PermissionDenied
    known = {row.channel: row for row in ContactPreference.objects.filter(customer=customer)}
    forms = {
        channel: ContactPreferenceForm(
            request.POST if request.method == "POST" else None,
            prefix=channel,
            instance=known.get(channel),
            initial=None if channel in known else {"is_allowed": True, "said_on": company_day(timezone.now())},
        )
        for channel, _label in ContactPreference.SUBJECTS
    }
    if request.method == "POST" and all(form.is_valid() for form in forms.values()):
        said = {channel: form.cleaned_data for channel, form in forms.items()}
        note_preferences(customer, said=said, by=request.user)
        add_toast(request, _("%(name)s: noted how they want to be contacted.") % {"name": customer.name})
        return redirect(link_customer(customer))
    labels = dict(ContactPreference.SUBJECTS)
    rows = [{"label": labels[channel], "form": form} for channel, form in forms.items()]
    context = {"customer": customer, "rows": rows, "customer_url": link_customer(customer)}
    status = 422 if request.method == "POST" else 200
    return render(request, "interactions/contact_preference_page.html", context, status=status)
