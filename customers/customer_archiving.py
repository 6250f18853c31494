"""Customers who are no longer worked with: kept whole, out of every list, and taken back at any time."""

from datetime import datetime

from django.db import transaction

from crm.core.models import User
from customers.models import Customer


@transaction.atomic
def archive_customer(customer: Customer, *, by: User, at: datetime) -> Customer:
    """Take ``customer`` out of the lists from ``at`` on; one already archived stays as he is."""
    row = Customer.objects.select_for_update().get(pk=customer.pk)
    if row.archived_at is None:
        row.archived_at, row.changed_by = at, by
        row.save(update_fields=["archived_at", "changed_by", "changed_at"])
    return row


@transaction.atomic
def restore_customer(customer: Customer, *, by: User) -> Customer:
    """Bring ``customer`` back into the lists; one who went into another stays there until that is taken apart, and one
    who was erased for ever."""
    row = Customer.objects.select_for_update().get(pk=customer.pk)
    if row.archived_at is not None and row.merged_into_id is None and not row.is_erased:
        row.archived_at, row.changed_by = None, by
        row.save(update_fields=["archived_at", "changed_by", "changed_at"])
    return row
