"""Where we left off: what opens every contact, so that nobody has to scroll for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from customers.models import Customer
from interactions.models import Interaction, Promise

ANSWERED_SHOWN_DAYS = 14
MOST_PROMISES = 20


@dataclass(frozen=True)
class Conversation:
    """The last talk, what we owe, what they asked. ``asked`` also holds what was answered in the last two weeks."""

    last: Interaction | None = None
    owed: Sequence[Promise] = field(default_factory=list)
    asked: Sequence[Promise] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return self.last is None and not self.owed and not self.asked


def continue_conversation(customer: Customer, *, at: datetime) -> Conversation:
    """The open ends of the conversation with ``customer``, in two queries: any channel, any colleague."""
    last = (
        Interaction.objects.filter(customer=customer)
        .exclude(note="", outcome=Interaction.Outcome.NOT_REACHED)
        .select_related("person", "logged_by")
        .order_by("-happened_at", "-id")
        .first()
    )
    recent = at - timedelta(days=ANSWERED_SHOWN_DAYS)
    promises = list(
        (
            Promise.objects.filter(customer=customer, state=Promise.State.OPEN)
            | Promise.objects.filter(
                customer=customer, side=Promise.Side.THEIRS, state=Promise.State.KEPT, closed_at__gte=recent
            )
        )
        .select_related("owner", "person")
        .order_by("state", "due_on", "pk")[:MOST_PROMISES]
    )
    promises.sort(key=lambda one: one.state != Promise.State.OPEN)
    return Conversation(
        last=last,
        owed=[one for one in promises if one.side == Promise.Side.OURS],
        asked=[one for one in promises if one.side == Promise.Side.THEIRS],
    )
