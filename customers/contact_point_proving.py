"""A number or address that reached somebody is proven by it."""

from datetime import date

from django.db import transaction

from customers.models import ContactPoint, Customer, Person


@transaction.atomic
def prove_contact_point(customer: Customer, *, kind: str, on: date, person: Person | None = None) -> bool:
    """Note that ``person`` (or the customer himself) was reached by phone or e-mail on the local day ``on``.

    Only where it can be no other: of two numbers that work nobody knows which one it was. A later proof stays. Whether
    one was proven.
    """
    working = ContactPoint.objects.filter(customer=customer, person=person, kind=kind, is_valid=True)
    points = list(working.order_by("pk")[:2])
    if len(points) != 1 or (points[0].proven_on is not None and points[0].proven_on >= on):
        return False
    return bool(ContactPoint.objects.filter(pk=points[0].pk).update(proven_on=on))
