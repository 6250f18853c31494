"""When and from where somebody was last here, written at most once in five minutes a session: pages stay cheap.

What an open page asks for by itself (``X-Unasked``) does not count: nobody may be sitting there.
"""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from crm.core.models import User

SECONDS_BETWEEN_NOTES = 300


class SessionTrackingMiddleware:
    """Keeps the list of sessions and ``User.last_seen_at`` up to date."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.session.session_key
        unasked = "X-Unasked" in request.headers
        if key and not unasked and request.user.is_authenticated and cache.add(f"seen-{key}", 1, SECONDS_BETWEEN_NOTES):
            UserSession.objects.create_from_request(request)
            User.objects.filter(pk=request.user.pk).update(last_seen_at=timezone.now())
        return self.get_response(request)
