"""The page shown when something broke: 503 while the database is away, 500 otherwise. Neither needs the database."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def show_server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is being handled."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if away else 500
    headers = {"Retry-After": "30"} if away else {}
    nonce = {"CSP_NONCE": getattr(request, "csp_nonce", "")}
    return HttpResponse(render_to_string(f"{status}.html", nonce), status=status, headers=headers)
