"""A promise is kept, or taken back; and the way back."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from crm.core.toasts import add_toast
from crm.core.way_back import find_way_back
from interactions.conversation import continue_conversation
from interactions.models import Promise
from interactions.promise_keeping import close_promise, open_again


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Kept (or answered), with ``dropped=1`` taken back; comes back with the three blocks as they stand now."""
    promise = _find(request, pk)
    is_kept = "dropped" not in request.POST
    close_promise(promise, by=request.user, at=timezone.now(), is_kept=is_kept)
    undo_url = reverse("interactions:promise-reopen", args=[promise.pk])
    add_toast(request, _say_closed(promise, is_kept=is_kept), undo_url=undo_url)
    if not request.htmx:
        return redirect(find_way_back(request))
    conversation = continue_conversation(promise.customer, at=timezone.now())
    context = {"conversation": conversation, "customer": promise.customer}
    response = render(request, "interactions/conversation.html", context)
    return trigger_client_event(response, "task-changed", {"customer": promise.customer_id})


def _say_closed(promise: Promise, *, is_kept: bool) -> str:
    """Ours was kept or taken back, theirs answered or declined."""
    if promise.side == Promise.Side.OURS:
        words = _("Kept: %(text)s") if is_kept else _("Taken back: %(text)s")
    else:
        words = _("Answered: %(text)s") if is_kept else _("Declined: %(text)s")
    return words % {"text": promise.text}


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """It was closed by mistake: it is open again, and so is its task."""
    promise = _find(request, pk)
    open_again(promise)
    add_toast(request, _("Open again: %(text)s") % {"text": promise.text})
    return redirect(find_way_back(request))


def _find(request: HttpRequest, pk: int) -> Promise:
    """A promise the reader may see (404) and close (403)."""
    promise = get_object_or_404(Promise.objects.visible_to(request.user).select_related("customer"), pk=pk)
    if not request.user.has_perm("interactions.add_interaction"):
        raise PermissionDenied
    return promise
