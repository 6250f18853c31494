"""The page shown when something broke: 503 while the database is away, 500 otherwise.

Neither needs the database; where not even the style sheets are in place, a bare heading is left.
"""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

logger = logging.getLogger(__name__)


@requires_csrf_token
def show_server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is being handled."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if away else 500
    headers = {"Retry-After": "30"} if away else {}
    try:
        page = render_to_string(f"{status}.html", {"CSP_NONCE": getattr(request, "csp_nonce", "")})
    except Exception:
        logger.exception("The error page itself could not be rendered.")
        page = format_html("<!doctype html><title>Rapport</title><h1>{}</h1>", _("Something broke here."))
    return HttpResponse(page, status=status, headers=headers)
