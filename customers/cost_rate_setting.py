"""What an hour or a piece of work costs from a day on: setting a rate ends the one before, so one rate holds a day."""

from datetime import timedelta

from django.db import transaction

from customers.models import CostRate


class CostRateRefused(Exception):
    """Two rates of one work cannot begin on the same day."""


@transaction.atomic
def set_cost_rate(rate: CostRate) -> CostRate:
    """Write a new or changed rate. The rate before ends on its eve; it ends itself before the next one begins.

    Days between two rates stay without one only where somebody gave the earlier rate a last day. What was there
    before is kept as history. Raises ``CostRateRefused``.
    """
    others = list(
        CostRate.objects.select_for_update().filter(work=rate.work).exclude(pk=rate.pk).order_by("valid_from")
    )
    if any(other.valid_from == rate.valid_from for other in others):
        raise CostRateRefused
    eve = rate.valid_from - timedelta(days=1)
    before = [other for other in others if other.valid_from < rate.valid_from]
    if before and (before[-1].valid_to is None or before[-1].valid_to > eve):
        before[-1].valid_to = eve
        before[-1].save(update_fields=["valid_to"])
    following = next((other for other in others if other.valid_from > rate.valid_from), None)
    if following is not None:
        last = following.valid_from - timedelta(days=1)
        rate.valid_to = last if rate.valid_to is None else min(rate.valid_to, last)
    rate.save()
    return rate
