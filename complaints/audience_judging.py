"""Who of an audience may be contacted, and why the others may not: asked anew each time, never kept.

Here, because nobody is sent advertising while he complains.
"""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import OperationalError, connection, models, transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from customers.models import ContactPoint, Customer
from interactions.contact_sparing import only_spared
from interactions.models import Audience, ContactPreference, Interaction

KEPT_FOR = timedelta(minutes=5)
COUNT_SECONDS = 4
LARGE = 2000
REACHED_BY = {Interaction.Channel.CALL: ContactPoint.Kind.PHONE, Interaction.Channel.MAIL: ContactPoint.Kind.EMAIL}


class Held(models.TextChoices):
    """Why somebody is held back, the strongest reason first; empty is whoever may be contacted."""

    ARCHIVED = "archived", _("archived")
    REFUSED = "refused", _("does not want it")
    COMPLAINT = "complaint", _("complaint open")
    SPARED = "spared", _("serves itself")
    UNREACHABLE = "unreachable", _("no address that works")


def judge_members(members: QuerySet[Any], *, channel: str) -> QuerySet[Any]:
    """Each with ``held``: why nobody contacts him by ``channel``, or "" where he may be contacted."""
    return members.annotate(
        held=Case(
            *(When(condition, then=Value(reason.value)) for reason, condition in _conditions(channel)),
            default=Value(""),
            output_field=models.CharField(),
        )
    )


def _conditions(channel: str) -> list[tuple[Held, Any]]:
    of_customer = OuterRef("customer")
    refused = ContactPreference.objects.filter(customer=of_customer, channel=channel, is_allowed=False)
    complaints = Complaint.objects.open().filter(customer=of_customer, kind=Complaint.Kind.COMPLAINT)
    spared = only_spared(Customer.objects.filter(pk=of_customer))
    found: list[tuple[Held, Any]] = [
        (Held.ARCHIVED, Q(customer__archived_at__isnull=False)),
        (Held.REFUSED, Exists(refused)),
        (Held.COMPLAINT, Exists(complaints)),
        (Held.SPARED, Exists(spared)),
    ]
    if kind := REACHED_BY.get(Interaction.Channel(channel)):
        works = ContactPoint.objects.filter(customer=of_customer, kind=kind).working()
        found.append((Held.UNREACHABLE, ~Exists(works)))
    return found


def count_held(audience: Audience, members: QuerySet[Any], *, reader: int) -> dict[str, int] | None:
    """How many of ``members`` (judged, as the colleague ``reader`` may see them) by reason; "" are those who may be
    contacted. Of a large audience at most five minutes old; None where counting takes too long.
    """
    if audience.size <= LARGE:
        return _count(members)
    key = f"audience:{audience.pk}:{audience.size}:{reader}"
    if (kept := cache.get(key)) is not None:
        return dict(kept)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{COUNT_SECONDS}s'")
            counts = _count(members)
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as error:
        if "statement timeout" in str(error):
            return None
        raise
    cache.set(key, counts, KEPT_FOR.total_seconds())
    return counts


def _count(members: QuerySet[Any]) -> dict[str, int]:
    return {row["held"]: row["n"] for row in members.order_by().values("held").annotate(n=Count("pk"))}
