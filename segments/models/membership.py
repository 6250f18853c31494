"""Which segment a customer is in, since when and why."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


class MembershipQuerySet(BelongingQuerySet):
    def current(self) -> "MembershipQuerySet":
        """One row a customer: the segment he is in now."""
        return self.filter(until=None)


class Membership(models.Model):
    """A customer's time in one segment; local days, ``until`` is the first day he was no longer in it.

    At most one membership of a customer is open. ``reason`` is the evidence in the rule's own metrics.
    """

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="memberships")
    segment = models.ForeignKey("segments.Segment", models.PROTECT, related_name="memberships")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    rule = models.ForeignKey("segments.SegmentRule", models.SET_NULL, null=True, blank=True, related_name="+")
    pin = models.ForeignKey("segments.Pin", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        default_permissions = ()
        constraints = [
            # What is asked of a rep's thousands of customers on every page of his day stands in the index itself.
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(until=None),
                include=["segment", "since"],
                name="one_membership_open",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="membership_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["segment", "customer"], name="open_membership", condition=models.Q(until=None))]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.segment_id} since {self.since}"


class SegmentChange(models.Model):
    """A customer moved; written once by the night or by a person's pin, never changed."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="segment_changes")
    from_segment = models.ForeignKey("segments.Segment", models.PROTECT, null=True, blank=True, related_name="+")
    to_segment = models.ForeignKey("segments.Segment", models.PROTECT, related_name="+")
    day = models.DateField(_("on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-id"]
        verbose_name = _("segment change")
        verbose_name_plural = _("segment changes")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["customer", "day"], name="one_segment_change_a_day")]
        indexes = [models.Index(fields=["day", "from_segment", "to_segment"], name="segment_change_by_day")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.from_segment_id} → {self.to_segment_id} on {self.day}"


@keep_history()
class Pin(models.Model):
    """Somebody put a customer into a segment, or gave him a class, by hand: with a reason and an end.

    In force while ``ended_at`` is empty and ``expires_on`` (a local day, the last one that counts) has not passed.
    """

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="pins")
    segment = models.ForeignKey(
        "segments.Segment", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("segment")
    )
    grade = models.CharField(_("class"), max_length=2, blank=True, default="", db_default="")
    reason = models.CharField(_("reason"), max_length=300)
    pinned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    pinned_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_on = models.DateField(_("until"))
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("pin")
        verbose_name_plural = _("pins")
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="pin_has_reason"),
            models.CheckConstraint(
                condition=models.Q(segment__isnull=False) | ~models.Q(grade=""), name="pin_pins_something"
            ),
        ]
        indexes = [models.Index(fields=["customer"], name="pin_open", condition=models.Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.segment or self.grade}"
