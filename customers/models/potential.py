"""What a customer could buy from us, beyond what he buys."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class Potential(models.Model):
    """Yearly sales we could have with a customer, in net cents, with the evidence for it; dated by local day.

    Each change is a row of its own: the newest is in force, older ones are its history.
    """

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="potentials")
    yearly_cents = models.BigIntegerField(_("sales a year that we could have"))
    evidence = models.CharField(_("evidence"), max_length=300, help_text=_("What they did or said that shows it."))
    noted_on = models.DateField(_("on"))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-noted_on", "-id"]
        verbose_name = _("potential")
        verbose_name_plural = _("potentials")
        constraints = [
            models.CheckConstraint(condition=models.Q(yearly_cents__gte=0), name="potential_not_below_zero"),
            models.CheckConstraint(condition=~models.Q(evidence=""), name="potential_has_evidence"),
        ]
        indexes = [models.Index(fields=["customer", "-noted_on", "-id"], name="potential_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.yearly_cents}"
