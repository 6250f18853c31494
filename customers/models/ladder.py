"""How close a customer is to us: four levels, each reached by evidence only."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class LadderEvidence(models.Model):
    """Something the customer did or said on a local day that shows one level of the relationship.

    Taking evidence away lowers the level; the history keeps that it was there.
    """

    class Level(models.IntegerChoices):
        CONTACT = 1, _("contact")
        RELATIONSHIP = 2, _("relationship")
        INTIMACY = 3, _("intimacy")
        TRUST = 4, _("trust")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="ladder_evidence")
    level = models.SmallIntegerField(_("level"), choices=Level.choices)
    evidence = models.CharField(_("evidence"), max_length=300)
    seen_on = models.DateField(_("on"))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["level", "-seen_on", "-id"]
        verbose_name = _("evidence of the relationship")
        verbose_name_plural = _("evidence of relationships")
        constraints = [models.CheckConstraint(condition=~models.Q(evidence=""), name="ladder_evidence_is_said")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.get_level_display()}"
