"""Customers kept together for one campaign: whom to write to, ring or visit."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models import Role, User
from crm.core.row_visibility import SEES_ALL
from customers.models.belonging import BelongingQuerySet
from interactions.models.interaction import Interaction


class AudienceQuerySet(models.QuerySet["Audience"]):
    def visible_to(self, user: User) -> Self:
        """His own, those of his team and of the teams he manages; everybody's for those who see all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role in SEES_ALL:
            return self.all()
        seen = models.Q(owner=user.pk)
        if user.team_id is not None and not user.is_partner:
            seen |= models.Q(team=user.team_id)
        if user.role == Role.MANAGER:
            seen |= models.Q(team__in=user.managed_teams.values("pk"))
        return self.filter(seen)

    def current(self) -> Self:
        return self.filter(archived_at=None)


@keep_history(exclude=["size"])
class Audience(models.Model):
    """A named list of customers for one purpose and one channel. ``size`` counts its members, those who are held back
    included.

    ``made_from`` says in words which list it was made from, ``made_list`` and ``made_query`` lead there again.
    ``made_by_act`` is the number of the act on many rows that made it, so that a repeated act makes no second one.
    """

    name = models.CharField(_("name"), max_length=80)
    purpose = models.CharField(_("what for"), max_length=300)
    channel = models.CharField(_("by"), max_length=6, choices=Interaction.Channel.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="audiences", verbose_name=_("owner")
    )
    team = models.ForeignKey("core.Team", models.SET_NULL, null=True, related_name="+")
    made_from = models.CharField(_("made from"), max_length=300)
    made_list = models.CharField(max_length=40)
    made_query = models.TextField(blank=True, default="")
    made_at = models.DateTimeField(_("made"))
    made_by_act = models.BigIntegerField(null=True, unique=True)
    size = models.IntegerField(default=0, db_default=0)
    archived_at = models.DateTimeField(null=True)

    objects = AudienceQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        default_permissions = ("change",)
        indexes = [
            models.Index(fields=["made_at", "id"], name="audience_by_made"),
            models.Index(fields=["name", "id"], name="audience_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('home:audience-member-list')}?audience={self.pk}"


@keep_history()
class AudienceMember(models.Model):
    """A customer in an audience, since when, by whom, and by which act on many rows; whether he may be contacted is
    asked anew each time (``complaints.audience_judging``). Written by SQL for a whole selection at once."""

    audience = models.ForeignKey(Audience, models.CASCADE, related_name="members", db_index=False)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="audiences")
    added_at = models.DateTimeField(_("added"), db_default=Now())
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_by_act = models.BigIntegerField(null=True)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of an audience")
        verbose_name_plural = _("members of audiences")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["audience", "customer"], name="audience_member_once")]

    def __str__(self) -> str:
        return str(self.customer)
