"""Inviting a colleague: an account without a password, and a link to set one."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.models import Team, User
from crm.core.models.business_setting import setting


class AlreadyAColleagueError(Exception):
    """Somebody with this e-mail address has an account."""


@transaction.atomic
def invite_user(
    *, email: str, name: str, role: str, team: Team | None = None, job_title: str = "", partner_of: str = ""
) -> User:
    """A colleague, or a partner from the company ``partner_of``: neither can sign in before he has set a password
    (``invitation_path``).

    Raises ``AlreadyAColleagueError``, whatever the capitals.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise AlreadyAColleagueError(email)
    details = {"name": name, "role": role, "team": team, "job_title": job_title, "partner_of": partner_of}
    user: User = User.objects.create_user(email, None, **details)
    return user


def invitation_path(user: User) -> str:
    """The path at which ``user`` sets his first password; it works once, for three days."""
    keys = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=keys)


def send_invitation(user: User, *, by: User, url: str) -> None:
    """Mail ``url`` to ``user``. Raises ``OSError`` when the mail server cannot be reached."""
    words = {"user": user, "by": by, "url": url, "company": setting("company.name")}
    send_mail(
        _("%(name)s invites you to Rapport") % {"name": by.name},
        render_to_string("core/email/invitation.txt", words),
        None,
        [user.email],
    )
