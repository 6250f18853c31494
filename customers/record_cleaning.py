"""Decisions of the weekly cleaning: an address that came back goes or works again, what is on record holds."""

from datetime import date, datetime

from django.db import transaction

from customers.models import ContactPoint, Customer
from customers.person_keeping import remove_contact_point, touch_people


@transaction.atomic
def remove_bounced(customer: Customer, *, at: datetime) -> list[ContactPoint]:
    """The e-mail addresses that came back go into the bin, of the customer and of people who are there."""
    bounced = list_bounced([customer.pk])
    for point in bounced:
        remove_contact_point(point, at=at)
    return bounced


@transaction.atomic
def trust_bounced(customer: Customer, *, on: date, at: datetime) -> list[ContactPoint]:
    """They were seen to work on the local day ``on``: those that came back count again."""
    bounced = list_bounced([customer.pk])
    ContactPoint.objects.filter(pk__in=[point.pk for point in bounced]).update(is_valid=True, proven_on=on)
    touch_people({point.person_id for point in bounced}, at=at)
    return bounced


@transaction.atomic
def prove_customer(customer: Customer, *, on: date) -> int:
    """How many numbers and addresses that work were said on the local day ``on`` to hold still."""
    return ContactPoint.objects.filter(customer=customer).working().update(proven_on=on)


def list_bounced(customer_ids: list[int]) -> list[ContactPoint]:
    """E-mail addresses that came back, of customers and of their people who are there; one query."""
    points = ContactPoint.objects.filter(customer__in=customer_ids, kind=ContactPoint.Kind.EMAIL, is_valid=False)
    return list(points.exclude(person__left_on__isnull=False).select_related("person").order_by("pk"))
