"""What somebody told us about a customer."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models import User
from customers.models.belonging import BelongingQuerySet


class ProfileFactQuerySet(BelongingQuerySet):
    def visible_to(self, user: User) -> Self:
        """Facts of visible customers; of those that are not for talk a partner sees only what he noted himself."""
        seen = super().visible_to(user)
        if user.is_authenticated and user.is_partner:
            return seen.filter(Q(use_in_talk=True) | Q(asked_by=user.pk))
        return seen

    def in_force(self, *, on: date) -> Self:
        """The newest of each label that holds on the local day ``on``, in the order of labels."""
        holds = Q(withdrawn_on=None) & (Q(valid_until=None) | Q(valid_until__gte=on))
        return self.filter(holds, told_on__lte=on).order_by("label", "-told_on", "-id").distinct("label")


@keep_history()
class ProfileFact(models.Model):
    """A dated, sourced fact; the newest of a ``label`` that holds is the one in force, older ones are its history.

    ``kind`` is the entry of the catalogue it belongs to, whose name is then its label. It holds until ``valid_until``
    (a local day, open end = NULL), and no longer once somebody said on ``withdrawn_on`` that it is not so. ``person``
    is who told it, where that is somebody we know; ``source`` says it in words.
    """

    class Confidence(models.TextChoices):
        SURE = "sure", _("told or seen")
        LIKELY = "likely", _("likely")
        GUESS = "guess", _("a guess")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="facts")
    kind = models.ForeignKey(
        "customers.FactKind", models.SET_NULL, null=True, blank=True, related_name="facts", verbose_name=_("kind")
    )
    label = models.CharField(_("what"), max_length=80)
    value = models.CharField(_("fact"), max_length=500)
    told_on = models.DateField(_("told on"))
    source = models.CharField(_("told by"), max_length=150, blank=True, default="", db_default="")
    person = models.ForeignKey(
        "customers.Person", models.SET_NULL, null=True, blank=True, related_name="facts", verbose_name=_("told by")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    confidence = models.CharField(
        _("how sure"), max_length=6, choices=Confidence.choices, default=Confidence.SURE, db_default="sure"
    )
    use_in_talk = models.BooleanField(_("use in talk"), default=True, db_default=True)
    valid_until = models.DateField(_("holds until"), null=True, blank=True)
    withdrawn_on = models.DateField(_("no longer so since"), null=True, blank=True)

    objects = ProfileFactQuerySet.as_manager()

    class Meta:
        ordering = ["label", "-told_on", "-id"]
        verbose_name = _("profile fact")
        verbose_name_plural = _("profile facts")
        indexes = [models.Index(fields=["customer", "label", "-told_on"], name="fact_of_customer")]

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"
