"""What somebody told us about a customer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class ProfileFact(models.Model):
    """A dated, sourced fact; the newest of a ``label`` is the one in force, older ones are its history."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="facts")
    label = models.CharField(_("what"), max_length=80)
    value = models.CharField(_("fact"), max_length=500)
    told_on = models.DateField(_("told on"))
    source = models.CharField(_("told by"), max_length=150, blank=True, default="", db_default="")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    use_in_talk = models.BooleanField(_("use in talk"), default=True, db_default=True)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["label", "-told_on", "-id"]
        verbose_name = _("profile fact")
        verbose_name_plural = _("profile facts")
        indexes = [models.Index(fields=["customer", "label", "-told_on"], name="fact_of_customer")]

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"
