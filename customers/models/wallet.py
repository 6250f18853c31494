"""What a customer spends with everybody, not only with us."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class WalletEstimate(models.Model):
    """What a customer spends in a year on all that we could sell him, as somebody estimated it on one local day.

    The newest is in force, older ones are its history. Net cents; ``low_cents`` and ``high_cents`` are the range in
    which the true figure lies in the estimator's view.
    """

    class Confidence(models.TextChoices):
        LOW = "low", _("low: a guess")
        MEDIUM = "medium", _("medium: pieced together")
        HIGH = "high", _("high: told or shown to us")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="wallet_estimates")
    total_cents = models.BigIntegerField(_("spends a year, all suppliers"))
    low_cents = models.BigIntegerField(_("at least"))
    high_cents = models.BigIntegerField(_("at most"))
    confidence = models.CharField(_("how sure"), max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM)
    source = models.CharField(_("where it comes from"), max_length=150)
    estimated_on = models.DateField(_("as of"))
    estimated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-estimated_on", "-id"]
        verbose_name = _("estimate of the spend")
        verbose_name_plural = _("estimates of the spend")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(low_cents__gt=0)
                & models.Q(low_cents__lte=models.F("total_cents"))
                & models.Q(total_cents__lte=models.F("high_cents")),
                name="wallet_range_holds_total",
            )
        ]
        indexes = [
            models.Index(fields=["customer", "-estimated_on", "-id"], name="wallet_of_customer"),
            models.Index(fields=["total_cents", "id"], name="wallet_by_size"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.total_cents} on {self.estimated_on}"


class WalletSupplier(models.Model):
    """A rival in an estimate, with his part of the whole spend in percent where it is known.

    The parts of all rivals and our own never exceed 100%; ``customers.wallet_estimating`` sees to it.
    """

    estimate = models.ForeignKey(WalletEstimate, models.CASCADE, related_name="suppliers")
    name = models.CharField(_("supplier"), max_length=100)
    percent = models.PositiveSmallIntegerField(_("part of the spend, %"), null=True, blank=True)

    class Meta:
        ordering = [models.F("percent").desc(nulls_last=True), "name"]
        verbose_name = _("other supplier")
        verbose_name_plural = _("other suppliers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["estimate", "name"], name="wallet_supplier_once"),
            models.CheckConstraint(
                condition=models.Q(percent=None) | models.Q(percent__lte=100), name="wallet_supplier_within_all"
            ),
        ]

    def __str__(self) -> str:
        return self.name
