"""How a customer wants to be contacted, and how not."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet
from interactions.models.interaction import Interaction


@keep_history()
class ContactPreference(models.Model):
    """One row per customer and channel that is not simply allowed; obeyed by whoever sends or calls.

    ``WEB`` is no way to reach him: it says whether his visits on the web may be kept (``web_event_keeping``).
    """

    WEB = "web"
    SUBJECTS = [*Interaction.Channel.choices, (WEB, _("keeping their web visits"))]

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="contact_preferences")
    channel = models.CharField(_("channel"), max_length=6, choices=SUBJECTS)
    is_allowed = models.BooleanField(_("allowed"), default=True)
    hours = models.CharField(_("when"), max_length=100, blank=True, default="", db_default="")
    reason = models.CharField(_("said by whom, why"), max_length=200, blank=True, default="", db_default="")
    said_on = models.DateField(_("said on"))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["customer", "channel"]
        verbose_name = _("contact preference")
        verbose_name_plural = _("contact preferences")
        constraints = [models.UniqueConstraint(fields=["customer", "channel"], name="contact_preference_once")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.is_allowed}"
