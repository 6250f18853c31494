"""What colleagues write down for each other about a customer, and who wants to hear what happens there."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models import User
from crm.core.models.edited import EditedModel
from customers.models.belonging import BelongingQuerySet


class NoteQuerySet(BelongingQuerySet):
    def visible_to(self, user: User) -> Self:
        """Notes about visible customers; a partner reads his own and those that name him."""
        seen = super().visible_to(user)
        if user.is_authenticated and user.is_partner:
            return seen.filter(models.Q(created_by=user.pk) | models.Q(mentioned__contains=[user.pk]))
        return seen


@keep_history(exclude=["changed_at", "edit_version"])
class Note(EditedModel):
    """Plain text for colleagues, not said to the customer.

    ``mentioned`` holds the ids of the users it names with an @; ``told_at`` is when the last of them was named.
    """

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), max_length=5000)
    mentioned = ArrayField(models.BigIntegerField(), verbose_name=_("who is told"), default=list, db_default=[])
    told_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="note_has_text")]
        indexes = [
            models.Index(fields=["customer", "-created_at", "-id"], name="note_of_customer"),
            GinIndex(fields=["mentioned"], name="note_mentions"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Watch(models.Model):
    """A colleague wants to hear what happens with a customer, from ``since`` on: which of three kinds of news."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="watches")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watches", db_index=False)
    moves = models.BooleanField(_("moves to another segment"), default=True)
    complaints = models.BooleanField(_("complains"), default=True)
    alerts = models.BooleanField(_("has an alert"), default=True)
    since = models.DateTimeField(_("since"))

    objects = BelongingQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="watch_once")]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.customer_id}"


class NewsSeen(models.Model):
    """Until when a colleague has seen what was told to him."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="news_seen", primary_key=True, verbose_name=_("user")
    )
    seen_until = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id} until {self.seen_until}"
