"""A source is withdrawn whole: whoever came by it and never bought leaves the lists; and it may come back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower, Trim
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import Customer, Order, Source


class SourceRefused(Exception):
    """It cannot be withdrawn or brought back like this; the message says why."""


@dataclass(frozen=True)
class Withdrawal:
    """How many customers were archived with the source, and how many stay because they have bought from us."""

    archived: int
    kept: int


def of_source(name: str) -> QuerySet[Customer]:
    """Customers, archived ones too, who came by the source of that ``name``, however its letters were typed.

    The spellings are looked up first, in the index of sources alone: a tenth of a second among a million.
    """
    named = Customer.objects.exclude(source="").alias(plain=Lower(Trim("source"))).filter(plain=name.strip().lower())
    return Customer.objects.filter(source__in=list(named.order_by().values_list("source", flat=True).distinct()))


def foresee_withdrawal(source: Source, *, most: int) -> Withdrawal:
    """How many would be archived with ``source`` and how many stay; neither is counted further than ``most``."""
    orders = Order.objects.filter(customer=OuterRef("pk"))
    current = of_source(source.name).filter(archived_at=None)
    parts = [current.filter(~Exists(orders)), current.filter(Exists(orders))]
    archived, kept = (rows.order_by()[:most].count() for rows in parts)
    return Withdrawal(archived, kept)


@transaction.atomic
def withdraw_source(source: Source, *, reason: str, by: User, at: datetime) -> Withdrawal:
    """Archive every customer of ``source`` who never ordered. Who did is our own customer by now and stays.

    Raises ``SourceRefused`` without a reason, or when it was withdrawn before.
    """
    words = " ".join(reason.split())[:300]
    if not words:
        raise SourceRefused(gettext("Say why it is withdrawn: it is kept with the source."))
    row = Source.objects.select_for_update().get(pk=source.pk)
    if row.withdrawn_at is not None:
        raise SourceRefused(gettext("This source was withdrawn before."))
    orders = Order.objects.filter(customer=OuterRef("pk"))
    current = of_source(row.name).filter(archived_at=None)
    kept = current.filter(Exists(orders)).count()
    archived = current.filter(~Exists(orders)).update(archived_at=at, changed_by=by, changed_at=at)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason, row.changed_by = at, by, words, by
    row.save()
    return Withdrawal(archived, kept)


@transaction.atomic
def bring_source_back(source: Source, *, by: User, at: datetime) -> int:
    """Restore whoever was archived with ``source``; how many. Raises ``SourceRefused`` when it was not withdrawn."""
    row = Source.objects.select_for_update().get(pk=source.pk)
    if row.withdrawn_at is None:
        raise SourceRefused(gettext("This source is in use."))
    went_with_it = of_source(row.name).filter(archived_at=row.withdrawn_at)
    back = went_with_it.update(archived_at=None, changed_by=by, changed_at=at)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason, row.changed_by = None, None, "", by
    row.save()
    return back


def find_withdrawn(name: str) -> Source | None:
    """The withdrawn source of that name: nobody may be entered by it."""
    return Source.objects.filter(name__iexact=name.strip(), withdrawn_at__isnull=False).first()
