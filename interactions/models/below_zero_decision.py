"""What was decided about a customer who costs more than he brings."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


class BelowZeroDecisionQuerySet(BelongingQuerySet):
    def in_force(self) -> "BelowZeroDecisionQuerySet":
        """One a customer: the latest."""
        return self.filter(ended_on=None)


@keep_history()
class BelowZeroDecision(models.Model):
    """One way out of below zero, with an owner, a reason and the local day to look again.

    Money in cents: contribution and cost to serve of twelve months as they stood when it was decided, and what it is
    expected to bring a year. ``ended_on`` is the day another decision took its place. ``task``, ``pin`` and
    ``minimum_order_cents`` are what came of it.
    """

    class Kind(models.TextChoices):
        RAISE = "raise", _("Raise the price")
        PROCESS = "process", _("Cheaper process")
        MINIMUM = "minimum", _("Minimum order")
        KEEP = "keep", _("Keep, because …")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="below_zero_decisions")
    kind = models.CharField(_("decision"), max_length=8, choices=Kind.choices)
    reason = models.CharField(_("because"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="below_zero_decisions", verbose_name=_("owner")
    )
    review_on = models.DateField(_("look again on"))
    expected_cents = models.BigIntegerField(_("expected, a year"), default=0, db_default=0)
    decided_on = models.DateField(_("decided on"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    contribution_cents = models.BigIntegerField()
    service_cents = models.BigIntegerField()
    minimum_order_cents = models.BigIntegerField(_("smallest order"), null=True, blank=True)
    task = models.ForeignKey("interactions.Task", models.SET_NULL, null=True, blank=True, related_name="+")
    pin = models.ForeignKey("segments.Pin", models.SET_NULL, null=True, blank=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BelowZeroDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-id"]
        verbose_name = _("decision below zero")
        verbose_name_plural = _("decisions below zero")
        default_permissions = ()
        permissions = [("decide_below_zero", "Decide about a customer below zero")]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(ended_on=None), name="one_below_zero_decision"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="below_zero_decision_has_reason"),
        ]
        indexes = [
            models.Index(fields=["review_on"], name="below_zero_to_review", condition=models.Q(ended_on=None)),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.get_kind_display()}"
