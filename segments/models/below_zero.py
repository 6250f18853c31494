"""Since when a customer costs more than he brings."""

from django.db import models

from customers.models.belonging import BelongingQuerySet


class BelowZeroSpell(models.Model):
    """A time in which the contribution of twelve months was below zero: local evenings, ``until`` the first one on
    which it no longer was. Written by the night (``segments.below_zero_keeping``); one open spell a customer."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="below_zero_spells")
    since = models.DateField()
    until = models.DateField(null=True)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=models.Q(until=None), name="one_below_zero_spell")
        ]
        indexes = [models.Index(fields=["since"], name="below_zero_since", condition=models.Q(until=None))]

    def __str__(self) -> str:
        return f"{self.customer_id} since {self.since}"
