"""What a kind of work really cost in a period, and each customer's part of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.formats import format_plain_day
from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet
from customers.models.cost_rate import CostRate


@keep_history(exclude=["driver_total", "customers", "unassigned_cents", "standard_cents", "allocated_at"])
class CostPool(models.Model):
    """The actual cost of one kind of work from ``first_day`` to ``last_day`` (both counted), in cents.

    ``capacity`` is what was paid for, in minutes or pieces; 0 is not said. The rest is worked out by
    ``customers.cost_pool_allocation``: ``standard_cents`` is what the same work came to at the rates of its days.
    """

    class Driver(models.TextChoices):
        MINUTES = "minutes", _("by minutes")
        PIECES = "pieces", _("by number")

    work = models.CharField(_("work"), max_length=10, choices=CostRate.Work.choices)
    driver = models.CharField(_("shared"), max_length=7, choices=Driver.choices, default=Driver.MINUTES)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    amount_cents = models.BigIntegerField(_("actual cost"))
    capacity = models.PositiveIntegerField(_("paid for, minutes or pieces"), default=0, db_default=0, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="", db_default="")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    driver_total = models.BigIntegerField(default=0, editable=False)
    customers = models.IntegerField(default=0, editable=False)
    unassigned_cents = models.BigIntegerField(default=0, editable=False)
    standard_cents = models.BigIntegerField(default=0, editable=False)
    allocated_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-first_day", "work"]
        verbose_name = _("cost pool")
        verbose_name_plural = _("cost pools")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gte=0) & models.Q(last_day__gte=models.F("first_day")),
                name="cost_pool_days_and_cost",
            )
        ]
        indexes = [models.Index(fields=["first_day", "id"], name="cost_pool_by_day")]

    def __str__(self) -> str:
        return f"{self.get_work_display()}, {format_plain_day(self.first_day)} – {format_plain_day(self.last_day)}"

    @property
    def assigned_cents(self) -> int:
        """The part that customers carry."""
        return self.amount_cents - self.unassigned_cents

    @property
    def rate_cents(self) -> float | None:
        """What a minute or a piece really cost, in cents; None where there was none."""
        return self.assigned_cents / self.driver_total if self.driver_total else None

    @property
    def standard_rate_cents(self) -> float | None:
        """What it came to at the rates of its days, per minute or piece."""
        return self.standard_cents / self.driver_total if self.driver_total else None

    @property
    def difference_cents(self) -> int:
        """What customers carry of the pool, less what the standard rates say."""
        return self.assigned_cents - self.standard_cents


class CostPoolShare(models.Model):
    """One customer's part of a pool, beside what the standard rates say; written by the allocation alone."""

    pool = models.ForeignKey(CostPool, models.CASCADE, related_name="shares")
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="cost_shares", db_index=False)
    driver = models.BigIntegerField()
    cents = models.BigIntegerField()
    standard_cents = models.BigIntegerField()

    objects = BelongingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("share of a cost pool")
        verbose_name_plural = _("shares of a cost pool")
        constraints = [models.UniqueConstraint(fields=["customer", "pool"], name="cost_share_once")]
        indexes = [models.Index(fields=["pool", "cents", "id"], name="cost_share_by_size")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.cents}"

    @property
    def difference_cents(self) -> int:
        """Above zero where the customer really cost more than the standard rates say."""
        return self.cents - self.standard_cents
