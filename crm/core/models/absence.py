"""Days on which a colleague is away, and who stands in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.formats import format_plain_day
from crm.core.history import keep_history


@keep_history()
class Absence(models.Model):
    """Local days, both ends included. Written by ``crm.core.absence_planning``."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences", verbose_name=_("who is away")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("stand-in")
    )

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="absence_days_in_order"
            )
        ]
        indexes = [
            models.Index(fields=["first_day", "id"], name="absence_by_first_day"),
            models.Index(fields=["last_day", "id"], name="absence_by_last_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {format_plain_day(self.first_day)} – {format_plain_day(self.last_day)}"
