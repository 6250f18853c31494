"""Other names under which a customer does business."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.text_folding import fold_text
from customers.models.belonging import BelongingQuerySet


@keep_history(exclude=["name_folded"])
class TradingName(models.Model):
    """A name on a door, an invoice or a market stall; searched like the customer's own."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="trading_names")
    name = models.CharField(_("name"), max_length=300)
    name_folded = models.CharField(max_length=600, editable=False)
    note = models.CharField(_("where it is used"), max_length=150, blank=True, default="", db_default="")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["name_folded", "id"]
        verbose_name = _("trading name")
        verbose_name_plural = _("trading names")
        constraints = [models.UniqueConstraint(fields=["customer", "name_folded"], name="trading_name_once")]
        indexes = [
            GinIndex(fields=["name_folded"], opclasses=["gin_trgm_ops"], name="trading_name_trgm"),
            models.Index(fields=["name_folded", "id"], name="trading_name_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = fold_text(self.name)
        super().save(*args, **kwargs)
