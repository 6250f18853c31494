"""The accounts of the demonstration company: one click on the sign-in page, and only where the demo flag is set."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.core.models import Role, User

DEMO_PASSWORD = "rapport-demo"  # noqa: S105 -- published on the sign-in page of a demonstration
DEMO_DOMAIN = "@rapport.example"
COMES_FOR: dict[str, Promise] = {
    Role.REP: _("My day, the own customers, logging a call in seconds"),
    Role.MANAGER: _("Segment dashboard, who is not looked after, process followed or not"),
    Role.GUARDIAN: _("Complaint desk, the 30-day clock, the customer’s own word"),
    Role.ADMIN: _("Segments, processes, imports, colleagues; dry run and history"),
    Role.EXECUTIVE: _("The most valuable customers and the segment dashboard"),
    Role.VIEWER: _("The customers of one team, to look at; nothing can be changed"),
    Role.PARTNER: _("From a reseller: the customers shared with her, and nothing else"),
}
SHOWN = ("rep", "lead", "guardian", "admin", "exec", "viewer", "partner", "other-rep")


@dataclass(frozen=True)
class DemoAccount:
    """A colleague of the demonstration company and what he comes for."""

    user: User
    comes_for: str | Promise


class NoDemoError(Exception):
    """This installation is not a demonstration, or there is no such account in it."""


def list_demo_accounts() -> list[DemoAccount]:
    """The accounts shown on the sign-in page; empty unless this is a demonstration."""
    if not settings.DEMO:
        return []
    emails = [f"{name}{DEMO_DOMAIN}" for name in SHOWN]
    users = sorted(User.objects.active().filter(email__in=emails), key=lambda user: emails.index(user.email))
    return [DemoAccount(user, COMES_FOR[user.role]) for user in users]


def find_demo_account(email: str) -> User:
    """The demo colleague with this address. Raises ``NoDemoError``."""
    for account in list_demo_accounts():
        if account.user.email == email:
            return account.user
    raise NoDemoError(email)
