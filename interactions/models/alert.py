"""Something noticed about a customer."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from customers.models.belonging import BelongingQuerySet


class AlertQuerySet(BelongingQuerySet):
    def open(self) -> "AlertQuerySet":
        """Nobody has answered it yet."""
        return self.filter(state=Alert.State.OPEN)


class Alert(models.Model):
    """Unique on customer, trigger and period, so a repeated night raises nothing twice.

    ``evidence`` keeps the numbers of that evening: "why me?" shows and replays them. ``period`` is the first day of the
    silence, fall or whatever crossed the line: a purchase starts a new one and so re-arms the trigger.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        DISMISSED = "dismissed", _("dismissed")
        OVER = "over", _("over by itself")
        HELD_OUT = "held_out", _("held out")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="alerts")
    trigger = models.ForeignKey("segments.Trigger", models.PROTECT, related_name="alerts")
    period = models.DateField()
    day = models.DateField(_("noticed on"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    evidence = models.JSONField(default=dict)
    at_stake_cents = models.BigIntegerField(_("at stake"), default=0)
    rank = models.FloatField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-rank", "-id"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [models.UniqueConstraint(fields=["customer", "trigger", "period"], name="alert_once")]
        indexes = [
            models.Index(fields=["customer"], name="alert_open", condition=models.Q(state="open")),
            models.Index(fields=["day", "trigger"], name="alert_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger_id} {self.customer_id} {self.day}"
