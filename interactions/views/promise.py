"""A promise is kept, or taken back."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from crm.core.toasts import add_toast
from interactions.conversation import continue_conversation
from interactions.models import Promise
from interactions.promise_keeping import close_promise
from interactions.views.task import find_way_back


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Kept (or answered), with ``dropped=1`` taken back; comes back with the three blocks as they stand now."""
    promise = get_object_or_404(Promise.objects.visible_to(request.user).select_related("customer"), pk=pk)
    if not request.user.has_perm("interactions.add_interaction"):
        raise PermissionDenied
    is_kept = "dropped" not in request.POST
    close_promise(promise, by=request.user, at=timezone.now(), is_kept=is_kept)
    add_toast(request, (_("Kept: %(text)s") if is_kept else _("Taken back: %(text)s")) % {"text": promise.text})
    if not request.htmx:
        return redirect(find_way_back(request))
    conversation = continue_conversation(promise.customer, at=timezone.now())
    context = {"conversation": conversation, "customer": promise.customer}
    response = render(request, "interactions/conversation.html", context)
    return trigger_client_event(response, "task-changed", {"customer": promise.customer_id})
