"""What somebody answered to a family that customers alike buy and this one does not."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class ProductSuggestion(models.Model):
    """One answer per customer and family; a family that was answered is not suggested to him again.

    The evidence is kept as it was that day: of ``peers`` customers alike ``buyers`` bought it, for a median of
    ``median_cents`` a year. An accepted one led to a task, or to a process where the segment has one for proposals.
    """

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="product_suggestions")
    family = models.CharField(_("family"), max_length=100)
    state = models.CharField(_("answer"), max_length=8, choices=State.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    answered_on = models.DateField(_("answered"))
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    peers = models.IntegerField(default=0, db_default=0)
    buyers = models.IntegerField(default=0, db_default=0)
    median_cents = models.BigIntegerField(default=0, db_default=0)
    task = models.ForeignKey("interactions.Task", models.SET_NULL, null=True, blank=True, related_name="+")
    run = models.ForeignKey("interactions.ProcessRun", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-answered_on", "-id"]
        verbose_name = _("answered suggestion")
        verbose_name_plural = _("answered suggestions")
        constraints = [models.UniqueConstraint(fields=["customer", "family"], name="suggestion_answered_once")]

    def __str__(self) -> str:
        return f"{self.family}: {self.get_state_display()}"
