"""Figures of the segments, worked out once a night so that a dashboard reads a handful of rows at any size."""

from django.db import models


class SegmentDay(models.Model):
    """One segment's customers of one team on one evening; ``team`` empty is everybody, with a team or without.

    Money in cents, over the 12 months that end on ``day``. ``sales_spread`` and ``contribution_spread`` are steps of
    near-equal values, each ``[step, customers, cents]``, from which quartiles and the Pareto curve are read.
    ``classes`` maps A, B and C to ``[customers, minutes, contribution]``; ``points`` is a sample of customers,
    ``[sales, silence in own gaps]``; ``reach`` maps A, B, C and "" (no class yet) to ``[customers, those with a name
    and a channel]`` and then those with each gap of ``segments.rules.data_health``; ``too_simple`` and ``too_heavy``
    count customers whose process does not fit. What no app can tell is empty.
    """

    day = models.DateField()
    segment = models.ForeignKey("segments.Segment", models.CASCADE, related_name="days")
    team = models.ForeignKey("core.Team", models.CASCADE, null=True, related_name="+")
    customers = models.IntegerField()
    sales_cents = models.BigIntegerField()
    sales_before_cents = models.BigIntegerField()
    goods_cents = models.BigIntegerField()
    service_cents = models.BigIntegerField()
    contribution_cents = models.BigIntegerField()
    value_3y_cents = models.BigIntegerField()
    at_risk = models.IntegerField()
    at_stake_cents = models.BigIntegerField()
    below_zero = models.IntegerField()
    below_zero_cents = models.BigIntegerField()
    to_talk = models.IntegerField()
    talked_in_time = models.IntegerField(null=True)
    complained = models.IntegerField(null=True)
    minutes = models.BigIntegerField(null=True)
    sales_spread = models.JSONField(default=list)
    contribution_spread = models.JSONField(default=list)
    classes = models.JSONField(default=dict)
    points = models.JSONField(default=list)
    reach = models.JSONField(null=True)
    too_simple = models.IntegerField(null=True)
    too_heavy = models.IntegerField(null=True)

    class Meta:
        ordering = ["day", "segment__priority"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "segment", "team"], name="segment_day_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.segment_id} {self.team_id}"


class SegmentMove(models.Model):
    """How many customers of a team went from one segment (empty: from none) to another on one day.

    ``team`` empty is everybody, as in ``SegmentDay``.
    """

    day = models.DateField()
    team = models.ForeignKey("core.Team", models.CASCADE, null=True, related_name="+")
    from_segment = models.ForeignKey("segments.Segment", models.CASCADE, null=True, related_name="+")
    to_segment = models.ForeignKey("segments.Segment", models.CASCADE, related_name="+")
    customers = models.IntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["day", "team", "from_segment", "to_segment"], name="segment_move_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.from_segment_id} → {self.to_segment_id}: {self.customers}"
