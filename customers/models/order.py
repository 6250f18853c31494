"""What a customer bought, and when."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from customers.models.belonging import BelongingQuerySet


class Order(models.Model):
    """An order or a return, with its totals.

    ``day`` is the local day in the company's time zone, stored when written: a date cast from a timestamp could not be
    indexed. Amounts are net cents in the company's currency, converted once at the day's rate; ``currency`` and
    ``original_cents`` keep what was paid. A return has a negative amount and counts on the day of the order it
    returns, when that is known. ``cost_cents`` is ``NULL`` where the cost of goods is not known, ``freight_cents``
    (what sending it cost us) where the rate for freight stands for it.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="orders", db_index=False, verbose_name=_("customer")
    )
    number = models.CharField(_("number"), max_length=60, unique=True)
    day = models.DateField(_("day"))
    placed_at = models.DateTimeField(_("placed"), null=True, blank=True)
    amount_cents = models.BigIntegerField(_("net amount"))
    cost_cents = models.BigIntegerField(_("cost of goods"), null=True, blank=True)
    freight_cents = models.BigIntegerField(_("freight"), null=True, blank=True)
    line_count = models.IntegerField(_("lines"), default=1, db_default=1)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    original_cents = models.BigIntegerField(_("amount in its own currency"), null=True, blank=True)
    returns = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="returned_by",
        db_index=False,
        verbose_name=_("returns order"),
    )
    # Not checked by the database: a million rows of one import would ask it a million times the same.
    data_import = models.ForeignKey(
        "customers.DataImport",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    updated_at = models.DateTimeField(_("changed"), db_default=Now())

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-id"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["customer", "-day", "-id"], name="order_of_customer"),
            models.Index(fields=["day", "id"], name="order_by_day"),
            models.Index(fields=["updated_at"], name="order_updated"),
            models.Index(fields=["day"], name="order_returned", condition=models.Q(amount_cents__lt=0)),
            models.Index(fields=["customer", "day"], name="order_returned_of", condition=models.Q(amount_cents__lt=0)),
            models.Index(fields=["returns"], name="order_returns", condition=models.Q(returns__isnull=False)),
            models.Index(fields=["customer"], name="order_returning", condition=models.Q(returns__isnull=False)),
            models.Index(
                fields=["customer", "day"],
                name="order_own_freight",
                condition=models.Q(freight_cents__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One product of an order. Amounts and costs in net cents of the company's currency, like the order's."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False)
    product = models.ForeignKey("customers.Product", models.PROTECT, null=True, blank=True, related_name="+")
    position = models.IntegerField(_("position"), default=1, db_default=1)
    description = models.CharField(_("description"), max_length=200, blank=True, default="", db_default="")
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, default=1, db_default=1)
    amount_cents = models.BigIntegerField(_("net amount"))
    cost_cents = models.BigIntegerField(_("cost of goods"), null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"
