"""What a segment is offered: products and whole families made for its customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history


@keep_history()
class SegmentProduct(models.Model):
    """A product, or every product of a family, made for the customers of one segment.

    What no segment names is for everybody. What some segment names and is sold to a customer of none of these is
    flagged, never forbidden.
    """

    segment = models.ForeignKey("segments.Segment", models.CASCADE, related_name="products")
    family = models.CharField(_("family"), max_length=100, blank=True, default="", db_default="")
    product = models.ForeignKey(
        "customers.Product", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("product")
    )

    class Meta:
        ordering = ["family", "product__name", "id"]
        verbose_name = _("product of a segment")
        verbose_name_plural = _("products of a segment")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "family", "product"], name="segment_product_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(product__isnull=True) ^ models.Q(family=""), name="segment_product_is_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return self.family or str(self.product)
