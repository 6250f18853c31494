"""Customers who speak for us: whom they referred, and where others may look; and companies we want to win."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class Referral(models.Model):
    """A customer was asked whom else we could help, on a local day; ``referred_name`` is whom he named, ``referred``
    that company once it is here.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        GIVEN = "given", _("named somebody")
        DECLINED = "declined", _("rather not")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="referrals")
    person = models.ForeignKey(
        "customers.Person", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who was asked")
    )
    state = models.CharField(_("outcome"), max_length=8, choices=State.choices, default=State.ASKED)
    referred_name = models.CharField(_("whom they named"), max_length=300, blank=True, default="", db_default="")
    referred = models.ForeignKey(
        "customers.Customer",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="referred_by",
        verbose_name=_("customer"),
    )
    asked_on = models.DateField(_("asked on"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-id"]
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        default_permissions = ()
        indexes = [models.Index(fields=["customer", "-asked_on", "-id"], name="referral_of_customer")]

    def __str__(self) -> str:
        return self.referred_name or self.get_state_display()


@keep_history()
class ShowroomReference(models.Model):
    """A satisfied customer is willing to show others what he has from us; after each visit he rests ``rest_days``.

    ``topic`` is what he can speak about: a product, a machine, a way of working.
    """

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="showroom")
    topic = models.CharField(_("for what"), max_length=120)
    person = models.ForeignKey(
        "customers.Person", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who receives")
    )
    rest_days = models.PositiveIntegerField(_("days of rest after a visit"))
    willing_since = models.DateField(_("willing since"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("times used"), default=0, db_default=0)
    last_used_on = models.DateField(_("last used"), null=True, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~models.Q(topic=""), name="reference_has_topic"),
            models.UniqueConstraint(
                fields=["customer", "topic"], condition=models.Q(ended_on=None), name="reference_once"
            ),
        ]
        indexes = [models.Index(fields=["topic", "id"], name="reference_by_topic")]

    def __str__(self) -> str:
        return self.topic


@keep_history()
class ReferenceVisit(models.Model):
    """Somebody looks at a reference on a local day; booked by a colleague, for whom in his words."""

    reference = models.ForeignKey(ShowroomReference, models.CASCADE, related_name="visits")
    visited_on = models.DateField(_("on"))
    for_whom = models.CharField(_("for whom"), max_length=200)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-visited_on", "-id"]
        verbose_name = _("visit to a reference")
        verbose_name_plural = _("visits to references")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["reference", "visited_on"], name="one_visit_a_day")]

    def __str__(self) -> str:
        return self.for_whom


@keep_history()
class WantedCompany(models.Model):
    """A company that we want to win, or win more of, in a year; and why."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="wanted")
    year = models.PositiveSmallIntegerField(_("year"))
    reason = models.CharField(_("why"), max_length=300)
    wanted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        verbose_name = _("wanted company")
        verbose_name_plural = _("wanted companies")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["customer", "year"], name="wanted_once_a_year"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="wanted_has_reason"),
        ]
        indexes = [models.Index(fields=["-year", "-id"], name="wanted_by_year")]

    def __str__(self) -> str:
        return f"{self.year}"
