"""What just happened, said in a line at the foot of the page, with Undo where the act can be taken back.

A view calls ``add_toast``; a whole page shows it when rendered, a fragment carries it in its ``HX-Trigger`` header.
Errors are never toasts: ``add_error`` puts a band on top of the page.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django_htmx.http import trigger_client_event


def add_toast(request: HttpRequest, text: str, *, undo_url: str = "") -> None:
    """Say ``text``; with ``undo_url`` (which takes a POST) the toast offers Undo for 10 seconds and the key Z."""
    messages.success(request, text, extra_tags=undo_url)


def add_error(request: HttpRequest, text: str) -> None:
    """Say on top of the page what went wrong, what is safe and what to do."""
    messages.error(request, text)


class FragmentToastMiddleware:
    """Hands the messages of an htmx answer to the page that is already there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        moves_on = "HX-Redirect" in response or "HX-Refresh" in response or 300 <= response.status_code < 400
        if not getattr(request, "htmx", False) or request.htmx.boosted or moves_on:
            return response
        said: list[dict[str, Any]] = [
            {"text": str(message), "undo": message.extra_tags or "", "error": message.level >= messages.WARNING}
            for message in messages.get_messages(request)
        ]
        if said:
            trigger_client_event(response, "toasts", {"said": said})
        return response
