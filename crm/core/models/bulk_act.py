"""One act on many rows of a list, and what each row was before, so it can be taken back."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.models.user import Role, User


class BulkActQuerySet(models.QuerySet["BulkAct"]):
    def visible_to(self, user: User) -> "BulkActQuerySet":
        """His own; an admin sees everybody's."""
        return self if user.role == Role.ADMIN else self.filter(by=user.pk)


class BulkAct(models.Model):
    """What was asked for: which list, its query string when all rows that match were meant, the act and its choices.

    Carried out by a job of the ledger (``crm.core.bulk_acting``), in chunks; the counts grow with them.
    """

    list_name = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    choices = models.JSONField(default=dict)
    query = models.TextField(blank=True, default="")
    words = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    is_gathered = models.BooleanField(default=False)
    job = models.ForeignKey("core.JobRun", models.SET_NULL, null=True, related_name="+")
    undo_job = models.ForeignKey("core.JobRun", models.SET_NULL, null=True, related_name="+")
    rows = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    restored = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)

    objects = BulkActQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("act on many")
        verbose_name_plural = _("acts on many")
        indexes = [models.Index(fields=["by", "-id"], name="bulk_act_by")]

    def __str__(self) -> str:
        return self.words


class BulkRow(models.Model):
    """One row of an act: waiting, and then what became of it. ``before`` and ``after`` are what the act changed."""

    class State(models.TextChoices):
        WAITING = "w", _("waiting")
        CHANGED = "c", _("changed")
        SAME = "s", _("was so already")
        REFUSED = "r", _("left as it was")
        RESTORED = "u", _("taken back")
        KEPT = "k", _("changed since, kept")

    act = models.ForeignKey(BulkAct, models.CASCADE, related_name="+")
    row_id = models.BigIntegerField()
    state = models.CharField(max_length=1, choices=State.choices, default=State.WAITING, db_default="w")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    note = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "row_id"], name="bulk_row_once")]
        indexes = [models.Index(fields=["act", "state", "row_id"], name="bulk_row_by_state")]

    def __str__(self) -> str:
        return f"{self.act_id} {self.row_id}"
