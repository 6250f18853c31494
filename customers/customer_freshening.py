"""What is told about a customer is right at once after an act, not only after the night.

The apps above enter what they know about a customer when they are ready, like their metrics; an act on one customer
(an order, a contact, a complaint) then asks for all of it, in its own transaction.
"""

from datetime import date, datetime
from typing import Protocol

from django.db import transaction

from crm.core.local_time import company_day
from customers.stray_gathering import gather_strays


class Freshener(Protocol):
    """Brings up to date what one app tells about a customer, as of the local day ``on``."""

    def __call__(self, customer_id: int, *, on: date, at: datetime) -> None: ...


# In the order of the apps: who reads the score comes after who writes it.
FRESHENERS: list[Freshener] = []


@transaction.atomic
def freshen_customer(customer_id: int, *, at: datetime) -> None:
    """Facts, class, segment and alerts of one customer as they are at ``at``; again is harmless.

    What was written to one that has gone into another meanwhile goes there, and the other is brought up to date.
    """
    on, customer_id = company_day(at), gather_strays(customer_id, at=at)
    for freshen in FRESHENERS:
        freshen(customer_id, on=on, at=at)
