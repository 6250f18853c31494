"""How a valued customer who was lost is won back, or why he is let go."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


class WinBackQuerySet(BelongingQuerySet):
    def in_force(self) -> Self:
        """One a customer: the latest, unless it was taken back."""
        return self.filter(ended_on=None)


@keep_history()
class WinBack(models.Model):
    """Why a customer left, what would be a reason to return, and the local day of the next step; without an ``offer``
    he is let go until somebody looks again on that day.

    The price is no reason: it is what people say first. ``words`` tell what lies behind it. ``ended_on`` is the day
    another plan took its place, or it was taken back. Whether he came back is told by his purchases after
    ``decided_on``.
    """

    class Reason(models.TextChoices):
        SERVICE = "service", _("how they were served")
        QUALITY = "quality", _("quality of the goods")
        DELIVERY = "delivery", _("late or incomplete deliveries")
        COMPLAINT = "complaint", _("a complaint we did not mend")
        PEOPLE = "people", _("whom they trusted left, here or there")
        NEGLECT = "neglect", _("nobody talked to them")
        RANGE = "range", _("something we do not have")
        RIVAL = "rival", _("a rival solves more for them")
        BUSINESS = "business", _("their own business changed")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="win_backs")
    reason = models.CharField(_("why they left"), max_length=10, choices=Reason.choices)
    words = models.CharField(_("what lies behind it"), max_length=300)
    offer = models.CharField(_("reason to return"), max_length=300, blank=True, default="", db_default="")
    next_on = models.DateField(_("next step on"))
    task = models.OneToOneField("interactions.Task", models.SET_NULL, null=True, blank=True, related_name="win_back")
    decided_on = models.DateField(_("decided on"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = WinBackQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-id"]
        verbose_name = _("plan to win back")
        verbose_name_plural = _("plans to win back")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=models.Q(ended_on=None), name="one_win_back"),
            models.CheckConstraint(condition=~models.Q(words=""), name="win_back_says_why"),
        ]
        indexes = [models.Index(fields=["customer", "-created_at", "-id"], name="win_back_of_customer")]

    def __str__(self) -> str:
        return self.offer or str(self.get_reason_display())
