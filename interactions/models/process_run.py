"""A process being carried out for one customer."""

import re

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet

IMPORTED = "import:"  # before the number that a proposal had elsewhere
WITHOUT_NUMBER = "[0-9a-f]{32}"  # stands for its subject there


@keep_history()
class ProcessRun(models.Model):
    """One run keeps the version it started with, whatever is published later.

    A proposal or order carries its subject, amount (cents) and the day it is expected. ``key`` makes starting it twice
    for the same reason (an order's number, a period of contact) harmless. What ended before its end says why in
    ``end_reason``; of what was lost, ``lost_because`` says what decided it, as far as we know.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        LOST = "lost", _("lost")
        STOPPED = "stopped", _("stopped")

    class LostBecause(models.TextChoices):
        PRICE = "price", _("the price")
        RIVAL = "rival", _("another supplier was preferred")
        FIT = "fit", _("what we offered did not fit")
        TIME = "time", _("we were too late or too slow")
        BUDGET = "budget", _("no money for it now")
        NEED = "need", _("no longer needed")
        SILENCE = "silence", _("no answer any more")
        OTHER = "other", _("something else")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="process_runs")
    version = models.ForeignKey("segments.ProcessVersion", models.PROTECT, related_name="runs")
    key = models.CharField(max_length=80)
    subject = models.CharField(_("about"), max_length=200, blank=True, default="", db_default="")
    amount_cents = models.BigIntegerField(_("amount"), null=True, blank=True)
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    fills_shortlist = models.BooleanField(_("asked only to fill a shortlist"), default=False, db_default=False)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    lost_because = models.CharField(
        _("what decided it"), max_length=8, choices=LostBecause.choices, blank=True, default="", db_default=""
    )

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = _("running process")
        verbose_name_plural = _("running processes")
        constraints = [models.UniqueConstraint(fields=["customer", "key"], name="process_run_once")]
        indexes = [
            models.Index(fields=["version", "customer"], name="process_run_open", condition=models.Q(state="running")),
            models.Index(fields=["started_at", "id"], name="process_run_begun"),
            models.Index(fields=["key"], name="process_run_by_key"),
            models.Index(fields=["amount_cents", "id"], name="process_run_by_amount"),
            models.Index(fields=["ended_at", "id"], name="process_run_by_end"),
            GinIndex(
                OpClass(Upper("subject"), name="gin_trgm_ops"),
                name="process_run_subject_trgm",
                condition=~models.Q(subject=""),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.key

    @property
    def number(self) -> str:
        """Its number in the system that it came from; "" without one."""
        number = self.key.removeprefix(IMPORTED)
        return "" if number == self.key or re.fullmatch(WITHOUT_NUMBER, number) else number


@keep_history()
class StepRun(models.Model):
    """One step of a run. A step can only be skipped with a reason, by whatever path."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OPEN = "open", _("open")
        DONE = "done", _("done")
        SKIPPED = "skipped", _("skipped")

    run = models.ForeignKey(ProcessRun, models.CASCADE, related_name="steps")
    step = models.ForeignKey("segments.ProcessStep", models.PROTECT, related_name="runs")
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(_("until"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    skip_reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        ordering = ["run", "position"]
        verbose_name = _("step being done")
        verbose_name_plural = _("steps being done")
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="step_run_once"),
            models.UniqueConstraint(fields=["run"], condition=models.Q(state="open"), name="one_open_step"),
            models.CheckConstraint(
                condition=~models.Q(state="skipped") | ~models.Q(skip_reason=""), name="skipped_step_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["due_at", "id"], name="step_run_due", condition=models.Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.position}"
