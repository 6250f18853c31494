"""Customers whose process does not fit what they bring, as of the last evening."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.belonging import BelongingQuerySet


class ProcessMisfit(models.Model):
    """One customer served more simply, or with more steps, than customers of like value; written by the night.

    ``fits`` is the segment whose customers bring as much; ``line_cents`` the contribution that was crossed.
    ``steps`` and ``fits_steps`` count the published steps of the two segments' processes; minutes and money are of
    12 months. At most 500 of a team and kind are kept, the dearest first; their full number is in ``SegmentDay``.
    """

    class Kind(models.TextChoices):
        SIMPLE = "simple", _("served too simply")
        HEAVY = "heavy", _("served with too much")

    customer = models.OneToOneField("customers.Customer", models.CASCADE, related_name="process_misfit")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    segment = models.ForeignKey("segments.Segment", models.CASCADE, related_name="+")
    fits = models.ForeignKey("segments.Segment", models.CASCADE, related_name="+")
    day = models.DateField()
    contribution_cents = models.BigIntegerField()
    line_cents = models.BigIntegerField()
    service_cents = models.BigIntegerField()
    gap_cents = models.BigIntegerField()
    minutes = models.IntegerField(null=True)
    steps = models.IntegerField()
    fits_steps = models.IntegerField()

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-gap_cents", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "gap_cents", "id"], name="process_misfit_by_gap")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind}"
