"""The contract of a customer who buys by one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class Contract(models.Model):
    """When it began, how often it is renewed, and when it ended because it was not. All days are local.

    How often it has been renewed follows from these (``customers.rules.contract_terms``) and is never entered.
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, related_name="contract", verbose_name=_("customer")
    )
    started_on = models.DateField(_("began on"))
    period_months = models.PositiveSmallIntegerField(_("renewed every, months"), default=12, db_default=12)
    ended_on = models.DateField(
        _("ended on"), null=True, blank=True, help_text=_("Only when it was not renewed; empty while it runs.")
    )

    objects = BelongingQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_months__gte=1)
                & (models.Q(ended_on=None) | models.Q(ended_on__gt=models.F("started_on"))),
                name="contract_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.started_on}"
