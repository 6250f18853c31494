"""Words that people put on customers to find them again."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.text_folding import fold_text
from customers.models.belonging import BelongingQuerySet


@keep_history(exclude=["name_folded"])
class Tag(models.Model):
    """One word or two, the same for everybody in the company; case and accents apart there is one of each."""

    name = models.CharField(_("tag"), max_length=40)
    name_folded = models.CharField(max_length=80, unique=True, editable=False)

    class Meta:
        ordering = ["name_folded"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = fold_text(self.name)
        super().save(*args, **kwargs)


@keep_history()
class CustomerTag(models.Model):
    """A customer carries a tag, since when and by whom; written by SQL for a whole selection at once."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="tags", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="customers", db_index=False)
    tagged_at = models.DateTimeField(_("since"), db_default=Now())
    tagged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag of a customer")
        verbose_name_plural = _("tags of customers")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["customer", "tag"], name="customer_tag_once")]
        indexes = [models.Index(fields=["tag", "customer"], name="customer_by_tag")]

    def __str__(self) -> str:
        return str(self.tag)
