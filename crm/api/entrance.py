"""The entrance: every request of a program passes here, and whatever goes wrong behind it is told as a problem.

A token is the only key. Sessions of browsers are not taken, not even for reading: so no page, however it was made, can
have a browser ask in its owner's name, and no request needs a CSRF token. What lies behind is loaded with the first
request that has a token in force, not when the server starts.
"""

import logging
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import resolve
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from crm.api.problems import Problem
from crm.core.access_token_issuing import find_token, note_use
from crm.core.models import AccessToken
from crm.core.models.business_setting import setting
from crm.core.request_limiting import Allowance, take_turn

logger = logging.getLogger(__name__)
ROUTES = "crm.api.routes"
LARGEST_BODY = 1024 * 1024
FAILURES_A_MINUTE = 60
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@login_not_required
@csrf_exempt
def answer_program(request: HttpRequest) -> HttpResponseBase:
    """Whatever a program asks under ``/api/``."""
    try:
        response = _answer(request, at=timezone.now())
    except Problem as problem:
        response = problem.answer()
    except Http404:
        response = Problem(404, _("There is nothing here that you may see.")).answer()
    except PermissionDenied:
        response = Problem(403, _("Your role may not do this.")).answer()
    except (OperationalError, InterfaceError):
        logger.exception("The database did not answer a program.")
        response = Problem(503, _("Not reachable at the moment."), headers={"Retry-After": "30"}).answer()
    except Exception:
        logger.exception("A request of a program failed.")
        response = Problem(500, _("Something broke here. Read the record before you send it again.")).answer()
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _answer(request: HttpRequest, *, at: datetime) -> HttpResponseBase:
    token = _let_in(request, at=at)
    if token.user.is_partner:
        raise Problem(403, _("Programs of partners are not let in: they work on the pages."))
    allowance = take_turn(f"token:{token.pk}", limit=int(setting("api.requests_per_minute")), at=at)
    if allowance.is_over:
        text = _("More than %(limit)s requests in a minute.") % {"limit": allowance.limit}
        raise Problem(429, text, headers=_tell_allowance(allowance))
    if request.method not in READING and not token.may_write:
        raise Problem(403, _("This token may read only."))
    _check_address(request)
    note_use(token, at=at)
    request.user = token.user
    request.access_token = token  # type: ignore[attr-defined]
    with timezone.override("UTC"):
        response = _dispatch(request)
    for name, value in _tell_allowance(allowance).items():
        response.headers.setdefault(name, value)
    return response


def _let_in(request: HttpRequest, *, at: datetime) -> AccessToken:
    """The token that was shown. Raises ``Problem`` 401, 413 and 429."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = find_token(secret.strip(), at=at) if scheme.lower() == "bearer" else None
    if token is None:
        _refuse_stranger(request, at=at)
    if _read_length(request) > LARGEST_BODY:
        raise Problem(413, _("A request holds at most one megabyte."), headers={"Connection": "close"})
    return token


def _refuse_stranger(request: HttpRequest, *, at: datetime) -> None:
    who = f"stranger:{request.META.get('REMOTE_ADDR', '')}"
    allowance = take_turn(who, limit=FAILURES_A_MINUTE, at=at)
    if allowance.is_over:
        raise Problem(429, _("Too many requests without a token in force."), headers=_tell_allowance(allowance))
    text = _("Show a token in force: Authorization: Bearer rap_…")
    raise Problem(401, text, headers={"WWW-Authenticate": "Bearer"})


def _read_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _check_address(request: HttpRequest) -> None:
    """Nothing that the database could not even look for."""
    if "\x00" in request.path_info or any(
        "\x00" in text for pair in request.GET.lists() for text in (pair[0], *pair[1])
    ):
        raise Problem(400, _("The address holds a character that means nothing."))


def _dispatch(request: HttpRequest) -> HttpResponseBase:
    match = resolve(request.path_info, urlconf=ROUTES)
    request.resolver_match = match
    response: Any = match.func(request, *match.args, **match.kwargs)
    if response.status_code == 405:
        allowed = response.headers.get("Allow", "")
        raise Problem(405, _("This address takes: %(methods)s.") % {"methods": allowed}, headers={"Allow": allowed})
    return response  # type: ignore[no-any-return]


def _tell_allowance(allowance: Allowance) -> dict[str, str]:
    told = {
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(allowance.left),
        "RateLimit-Reset": str(allowance.seconds),
    }
    return {**told, "Retry-After": str(allowance.seconds)} if allowance.is_over else told
