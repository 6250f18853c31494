"""What a customer said about how he wants to be contacted."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from crm.core.models import User
from customers.models import Customer
from interactions.models import ContactPreference, Interaction
from interactions.rules.send_permission import SendPermission, StatedPreference, judge_channel
from interactions.web_event_keeping import forget_web_events


def find_permission(customer: Customer, *, channel: str) -> SendPermission:
    """Whether we may contact ``customer`` through ``channel``."""
    return find_permissions(customer)[channel]


def find_permissions(customer: Customer) -> dict[str, SendPermission]:
    """The same for every channel."""
    return list_permissions(customer_ids=[customer.pk])[customer.pk]


def list_permissions(*, customer_ids: Iterable[int]) -> dict[int, dict[str, SendPermission]]:
    """The same for many customers at once, in one query."""
    ids = list(customer_ids)
    said: dict[int, list[StatedPreference]] = {customer_id: [] for customer_id in ids}
    for row in ContactPreference.objects.filter(customer__in=ids):
        said[row.customer_id].append(StatedPreference(row.channel, row.is_allowed, row.said_on, row.hours, row.reason))
    return {
        customer_id: {channel: judge_channel(channel, preferences=rows) for channel in Interaction.Channel.values}
        for customer_id, rows in said.items()
    }


@transaction.atomic
def note_preferences(customer: Customer, *, said: Mapping[str, Mapping[str, Any]], by: User) -> None:
    """Keep what the customer said, by channel: ``is_allowed``, ``hours``, ``reason``, ``said_on``.

    A channel that is simply allowed needs no row; a row that was there goes. Whoever does not want his visits on the
    web kept has those forgotten that were.
    """
    for channel, words in said.items():
        if words["is_allowed"] and not words["hours"] and not words["reason"]:
            ContactPreference.objects.filter(customer=customer, channel=channel).delete()
            continue
        ContactPreference.objects.update_or_create(
            customer=customer, channel=channel, defaults={**words, "noted_by": by}
        )
        if channel == ContactPreference.WEB and not words["is_allowed"]:
            forget_web_events(customer)
