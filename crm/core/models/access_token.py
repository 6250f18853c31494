"""A key with which a program acts for a colleague."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.models.user import User


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def visible_to(self, user: User) -> "AccessTokenQuerySet":
        """His own; everybody's for whoever manages colleagues."""
        return self if user.has_perm("core.manage_users") else self.filter(user=user.pk)

    def in_force(self, *, at: datetime) -> "AccessTokenQuerySet":
        """Neither revoked nor expired, of colleagues who may sign in."""
        return self.filter(revoked_at=None, expires_at__gt=at, user__is_active=True)


class AccessToken(models.Model):
    """What a program shows instead of a password; it acts as ``user``, with his rights and for his customers alone.

    The secret itself is kept nowhere: ``secret_hash`` is its SHA-256, which is enough for 256 random bits, and
    ``hint`` its beginning, by which people tell two apart. ``last_used_at`` is up to a minute behind.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens", verbose_name=_("colleague")
    )
    name = models.CharField(_("what for"), max_length=80)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    may_write = models.BooleanField(_("may write"), default=False, db_default=False)
    created_at = models.DateTimeField(_("made"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        default_permissions = ()
        indexes = [models.Index(fields=["created_at", "id"], name="access_token_by_day")]

    def __str__(self) -> str:
        return self.name

    def is_in_force(self, *, at: datetime) -> bool:
        """Whether it opens anything at ``at``."""
        return self.revoked_at is None and self.expires_at > at
