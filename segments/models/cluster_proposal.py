"""A group of customers that buys alike and that no segment describes yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history


@keep_history()
class ClusterProposal(models.Model):
    """Found by the monthly search, decided by a person; a refused one is not proposed again.

    ``evidence`` is a list of ``{"feature", "inside", "outside", "distance"}``: medians inside and outside of the group
    in the unit of the feature, and their distance in standard deviations. ``effect`` holds yearly sums in cents.
    ``precision`` and ``recall`` say how well ``criteria`` describes the group, from 0 to 1.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        GONE = "gone", _("no longer seen")

    found_on = models.DateField(_("found on"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    name = models.CharField(_("name"), max_length=60)
    criteria = models.JSONField(_("rule"))
    size = models.IntegerField(_("customers"))
    precision = models.FloatField()
    recall = models.FloatField()
    evidence = models.JSONField(default=list)
    effect = models.JSONField(default=dict)
    today = models.JSONField(default=list)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    segment = models.ForeignKey("segments.Segment", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-found_on", "-id"]
        verbose_name = _("proposed segment")
        verbose_name_plural = _("proposed segments")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""), name="refused_proposal_has_reason"
            )
        ]

    def __str__(self) -> str:
        return self.name
