"""Contacts that were not made because the customer does not carry what they cost."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SparedContact(models.Model):
    """Planned talks left out on one evening, of one team and for one reason: how many, and what they would have cost
    in cents by the rate of a call on that day. Written by the night, once for its evening."""

    class Reason(models.TextChoices):
        BELOW_ZERO = "below_zero", _("below zero")
        WORST_SIGN = "worst_sign", _("worst signs")

    day = models.DateField()
    team = models.ForeignKey("core.Team", models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    contacts = models.IntegerField()
    cents = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["day"], name="spared_contact_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}: {self.contacts}"
