"""A request body too large is refused by its declared length, before a byte of it is read or stored."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

ROOM_FOR_FORM_FIELDS = 1024 * 1024
PROGRAMS = "/api/"  # they are told in their own way, and their bodies are smaller still


class UploadLimitMiddleware:
    """Answers 413 to more than ``MAX_UPLOAD_BYTES``, and to any large body of somebody who is not signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > ROOM_FOR_FORM_FIELDS and not request.path_info.startswith(PROGRAMS):
            limit = settings.MAX_UPLOAD_BYTES if request.user.is_authenticated else 0
            if length > limit + ROOM_FOR_FORM_FIELDS:
                response = render(request, "413.html", {"limit": limit}, status=413)
                response["Connection"] = "close"
                return response
        return self.get_response(request)
