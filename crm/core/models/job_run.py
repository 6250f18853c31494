"""The job ledger: what must not be lost is a row here; the broker is only a bell."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JobRun(models.Model):
    """One piece of background work. Taken, renewed, finished by ``crm.core.job_ledger`` alone.

    ``(kind, key, due_at)`` is unique, so two schedulers ask for the same work once. ``attempt`` is the fence: a worker
    that lost its lease and comes back writes nothing.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=100)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("of"), default=0)
    params = models.JSONField(default=dict, blank=True)
    checkpoint = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)
    cancel_asked = models.BooleanField(default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [models.UniqueConstraint(fields=["kind", "key", "due_at"], name="job_once")]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="job_open", condition=models.Q(state__in=["waiting", "running"])
            ),
            models.Index(fields=["kind", "-id"], name="job_kind_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
