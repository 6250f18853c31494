"""The most valuable customers: ranked by the last complete fiscal year, or nominated by a colleague."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


class ValueRanking(models.Model):
    """What the night ranked: one row, the fiscal year of the places in ``ValueBand`` (local days, both counted)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    first_day = models.DateField()
    last_day = models.DateField()
    written_on = models.DateField()
    customers = models.IntegerField()
    sales_cents = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_value_ranking")]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class ValueBand(models.Model):
    """A customer's place by net sales (cents) of the last complete fiscal year, 1 is the largest; written by the night.

    Only current customers with sales above zero in that year have one; equal sales stand in the order of the records.
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="value_band", db_constraint=False
    )
    place = models.IntegerField()
    sales_cents = models.BigIntegerField()
    sales_before_cents = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["place", "customer"], name="value_band_by_place")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.place}"


class NominationQuerySet(BelongingQuerySet):
    def in_force(self, *, on: date) -> "NominationQuerySet":
        """Approved, and not past their last local day."""
        return self.filter(state=Nomination.State.APPROVED, until__gte=on)

    def open(self) -> "NominationQuerySet":
        """Proposed or approved, and not withdrawn."""
        return self.filter(state__in=[Nomination.State.PROPOSED, Nomination.State.APPROVED])


@keep_history()
class Nomination(models.Model):
    """A colleague says that a customer belongs to the most valuable, whatever the sales say: why, and until when.

    It counts once a manager has approved it, up to and including the local day ``until``.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for approval")
        APPROVED = "approved", _("approved")
        WITHDRAWN = "withdrawn", _("withdrawn")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="nominations")
    reason = models.CharField(_("reason"), max_length=300)
    until = models.DateField(_("until"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    nominated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    nominated_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        default_permissions = ()
        permissions = [("approve_nomination", "Approve or withdraw a nomination")]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(state__in=["proposed", "approved"]),
                name="one_open_nomination",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="nomination_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} until {self.until}"
