"""What we sell."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history


@keep_history()
class Product(models.Model):
    """An item with its family; price and cost in cents of the company's currency."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    family = models.CharField(_("family"), max_length=100, blank=True, default="", db_default="")
    price_cents = models.BigIntegerField(_("list price"), null=True, blank=True)
    cost_cents = models.BigIntegerField(_("cost"), null=True, blank=True)
    is_active = models.BooleanField(_("sold"), default=True, db_default=True)

    class Meta:
        ordering = ["family", "name"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [models.Index(fields=["family", "name"], name="product_by_family")]

    def __str__(self) -> str:
        return self.name
