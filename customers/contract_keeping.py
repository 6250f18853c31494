"""Enter a customer's contract, or change it."""

from datetime import date, datetime

from django.db import transaction

from customers.customer_freshening import freshen_customer
from customers.models import Contract, Customer


@transaction.atomic
def keep_contract(
    customer: Customer, *, started_on: date, period_months: int, ended_on: date | None, at: datetime
) -> Contract:
    """The contract with these terms; whoever has one is told about by its renewals, never by a rhythm of purchases."""
    contract, _created = Contract.objects.update_or_create(
        customer=customer,
        defaults={"started_on": started_on, "period_months": period_months, "ended_on": ended_on},
    )
    if customer.relation != Customer.Relation.CONTRACT:
        customer.relation = Customer.Relation.CONTRACT
        customer.save(update_fields=["relation"])
    freshen_customer(customer.pk, at=at)
    return contract
