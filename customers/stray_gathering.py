"""What was written to a customer while he went into another is brought to where he went."""

from datetime import datetime

from customers.merge_moving import MergeLog, join_people, move_relations
from customers.models import Customer, CustomerMerge


def gather_strays(customer_id: int, *, at: datetime) -> int:
    """The customer to whom ``customer_id`` belongs today; what was written to one that was merged goes where he went.

    For whoever had a page open, or an import at hand, while the two became one.
    """
    merge = CustomerMerge.objects.filter(gone=customer_id, undone_at=None).select_related("kept").first()
    if merge is None:
        return customer_id
    current = Customer.objects.values_list("merged_into", flat=True).get(pk=customer_id) or customer_id
    log = MergeLog(at)
    join_people(log, kept=current, gone=customer_id)
    move_relations(log, kept=current, gone=customer_id)
    if log.moved or log.changed:
        CustomerMerge.objects.filter(pk=merge.pk).update(
            moved=[*merge.moved, *log.moved], changed=[*merge.changed, *log.changed]
        )
    return current


def gather_strays_since(since: datetime, *, at: datetime) -> None:
    """What an import at hand since ``since`` wrote to customers who were merged meanwhile goes where they went."""
    for gone in CustomerMerge.objects.filter(merged_at__gte=since, undone_at=None).values_list("gone", flat=True):
        gather_strays(gone, at=at)
