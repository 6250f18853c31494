"""Access tokens: issued with a name and an end, shown once, found by what a program shows, revoked."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from crm.core.models import AccessToken, User

PREFIX = "rap_"
HINT_LETTERS = 8
LONGEST_DAYS = 366
MOST_IN_FORCE = 20
LONGEST_SECRET = 200
SECONDS_BETWEEN_NOTES = 60


class TokenRefused(Exception):
    """There can be no such token; the message says why."""


@sensitive_variables("secret")
@transaction.atomic
def issue_token(
    user: User, *, name: str, may_write: bool, expires_at: datetime, at: datetime
) -> tuple[AccessToken, str]:
    """A new token of ``user`` and its secret, which can never be read again. Raises ``TokenRefused``."""
    User.objects.select_for_update().get(pk=user.pk)  # two at the same moment take turns
    if not at < expires_at <= at + timedelta(days=LONGEST_DAYS):
        raise TokenRefused(gettext("A token ends within a year."))
    if AccessToken.objects.filter(user=user).in_force(at=at).count() >= MOST_IN_FORCE:
        raise TokenRefused(gettext("You have 20 tokens already. Revoke one that is no longer used."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        hint=secret[:HINT_LETTERS],
        secret_hash=hash_secret(secret),
        may_write=may_write,
        created_at=at,
        expires_at=expires_at,
    )
    return token, secret


@sensitive_variables("secret")
def hash_secret(secret: str) -> str:
    """Under what a secret is kept."""
    return sha256(secret.encode()).hexdigest()


@sensitive_variables("secret")
def find_token(secret: str, *, at: datetime) -> AccessToken | None:
    """The token in force with this secret, with its colleague; one query."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
        return None
    tokens = AccessToken.objects.in_force(at=at).select_related("user__team")
    return tokens.filter(secret_hash=hash_secret(secret)).first()


def note_use(token: AccessToken, *, at: datetime) -> None:
    """Remember that it was used, at most once a minute: reading stays reading."""
    if cache.add(f"access-token-used:{token.pk}", 1, SECONDS_BETWEEN_NOTES):
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=at)


@transaction.atomic
def revoke_token(token: AccessToken, *, by: User, at: datetime) -> AccessToken:
    """From now on it opens nothing; a second time changes nothing."""
    held = AccessToken.objects.select_for_update().get(pk=token.pk)
    if held.revoked_at is None:
        held.revoked_at, held.revoked_by = at, by
        held.save(update_fields=["revoked_at", "revoked_by"])
    return held
