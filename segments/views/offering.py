"""What a segment is offered; and on an order's page, what was sold to a customer it is not meant for."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.toasts import add_toast
from customers.models import Order
from segments.forms import OfferingForm
from segments.models import Segment, SegmentProduct
from segments.segment_offering import OfferingError, add_offering, list_sold_outside, remove_offering

may_change = permission_required("segments.change_segment", raise_exception=True)
MOST_SHOWN = 300


@may_change
def offering_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Products and families made for a segment, and a form for one more."""
    segment = get_object_or_404(Segment, pk=pk)
    form = OfferingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            offering = add_offering(segment, family=chosen["family"], product=chosen["product"])
            words = {"what": offering, "segment": segment}
            add_toast(request, _("%(what)s is made for %(segment)s. Sold to others, it is flagged.") % words)
            return redirect("segments:offering-list", segment.pk)
        except OfferingError as error:
            form.add_error(None, str(error))
    offerings = segment.products.select_related("product")[:MOST_SHOWN]
    context = {"segment": segment, "form": form, "offerings": offerings}
    status = 422 if request.method == "POST" else 200
    return render(request, "segments/offering_list.html", context, status=status)


@may_change
@require_POST
def offering_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Made for that segment no more."""
    offering = get_object_or_404(SegmentProduct.objects.select_related("segment", "product"), pk=pk)
    remove_offering(offering)
    add_toast(request, _("%(what)s is for everybody, unless another segment names it.") % {"what": offering})
    return redirect("segments:offering-list", offering.segment_id)


def order_fit(request: HttpRequest, pk: int) -> HttpResponse:
    """A part of the order's page: products of it that are made for other segments; nothing where all fit."""
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=pk)
    return render(request, "segments/order_fit.html", {"order": order, "sold": list_sold_outside(order)})
