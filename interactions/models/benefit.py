"""What the best customers get unasked, or why one of them gets nothing."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class Benefit(models.Model):
    """A benefit planned for a local day; its task says who gives it, and whether it was given or dropped."""

    class Kind(models.TextChoices):
        PRIORITY = "priority", _("priority service")
        DELIVERY = "delivery", _("easier delivery")
        INVOICING = "invoicing", _("invoices at their own rhythm")
        INFORMATION = "information", _("richer information")
        OTHER = "other", _("something else")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="benefits")
    kind = models.CharField(_("benefit"), max_length=12, choices=Kind.choices)
    text = models.CharField(_("what exactly"), max_length=200, blank=True, default="", db_default="")
    planned_for = models.DateField(_("by"))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    planned_at = models.DateTimeField(db_default=Now(), editable=False)
    task = models.OneToOneField("interactions.Task", models.CASCADE, related_name="benefit")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_for", "-id"]
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="other") | ~models.Q(text=""), name="other_benefit_says_what"
            )
        ]
        indexes = [models.Index(fields=["customer", "-planned_at", "-id"], name="benefit_of_customer")]

    def __str__(self) -> str:
        return self.text if self.kind == self.Kind.OTHER else str(self.get_kind_display())


class BenefitWaiverQuerySet(BelongingQuerySet):
    def in_force(self, *, on: date) -> "BenefitWaiverQuerySet":
        """Not yet to be looked at again on the local day ``on``."""
        return self.filter(review_on__gt=on)


@keep_history()
class BenefitWaiver(models.Model):
    """Why one of the best customers gets no benefit for now, until it is looked at again on ``review_on``."""

    customer = models.OneToOneField("customers.Customer", models.CASCADE, related_name="benefit_waiver")
    reason = models.CharField(_("reason"), max_length=300)
    review_on = models.DateField(_("look again on"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_on = models.DateField(_("decided"))

    objects = BenefitWaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason for no benefit")
        verbose_name_plural = _("reasons for no benefit")
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="benefit_waiver_has_reason")]

    def __str__(self) -> str:
        return self.reason
