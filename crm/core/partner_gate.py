"""What somebody from outside may open: the addresses named here, and nothing else.

A partner's rights are the table of roles and his rows are ``visible_to``, as for everybody. But the pages of the house
were made for colleagues, and each new one is: so for him an address that is not named here is 403 whatever its view
asks, and nobody has to think of partners when he adds a page.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

OPEN_TO_PARTNERS = frozenset(
    {
        "home:my-day",
        "home:customer-list",
        "home:customer-page",
        "home:customer-part",
        "home:person-page",
        "home:search",
        "home:key-sheet",
        "core:account",
        "core:preferences",
        "customers:customer-edit",
        "customers:person-new",
        "customers:person-paste",
        "customers:person-edit",
        "customers:contact-point-new",
        "customers:contact-point-edit",
        "customers:contact-point-delete",
        "customers:fact-new",
        "customers:fact-history",
        "customers:fact-confirm",
        "customers:fact-withdraw",
        "customers:fact-restore",
        "customers:note-card",
        "customers:note-new",
        "customers:note-edit",
        "customers:note-remove",
        "customers:note-restore",
        "interactions:interaction-new",
        "interactions:task-done",
        "interactions:task-snooze",
        "interactions:task-undo",
        "interactions:promise-close",
        "interactions:promise-reopen",
        "complaints:complaint-new",
        "complaints:customer-lookup",
    }
)
# Signing in and out, the password, the second factor and where somebody is signed in: pages of the login library.
OWN_ACCOUNT = ("account_", "mfa_", "usersessions_")


def is_open_to_partners(view_name: str) -> bool:
    """Whether a partner may open the address called ``view_name`` (``customers:person-new``)."""
    return view_name in OPEN_TO_PARTNERS or view_name.startswith(OWN_ACCOUNT)


class PartnerGateMiddleware:
    """Answers 403 where a partner asks for an address that is not named; what strangers may open is open to him."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Asked before every view, once the reader is known."""
        user: Any = request.user
        if not getattr(view, "login_required", True) or not user.is_authenticated or not user.is_partner:
            return None
        if request.resolver_match is None or not is_open_to_partners(request.resolver_match.view_name):
            raise PermissionDenied(
                _("Partners see and feed the customers shared with them; this page is not part of it.")
            )
        return None
