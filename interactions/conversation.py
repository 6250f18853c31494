"""Where we left off: what opens every contact, so that nobody has to scroll for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from customers.models import Customer
from interactions.models import Interaction, Promise
from interactions.rules.promise_conflict import OpenPromise, find_conflicts

ANSWERED_SHOWN_DAYS = 14
MOST_PROMISES = 20


@dataclass(frozen=True)
class TwoVoices:
    """Two open promises of ours about one ``matter``, made by two of us."""

    earlier: Promise
    later: Promise
    matter: str


@dataclass(frozen=True)
class Conversation:
    """The last talk, what we owe, what they asked. ``asked`` also holds what was answered in the last two weeks;
    ``voices`` are promises of ours that may not fit together."""

    last: Interaction | None = None
    owed: Sequence[Promise] = field(default_factory=list)
    asked: Sequence[Promise] = field(default_factory=list)
    voices: Sequence[TwoVoices] = field(default_factory=list)

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
    owed = [one for one in promises if one.side == Promise.Side.OURS]
    return Conversation(
        last=last,
        owed=owed,
        asked=[one for one in promises if one.side == Promise.Side.THEIRS],
        voices=_find_two_voices(owed),
    )


def _find_two_voices(owed: Sequence[Promise]) -> list[TwoVoices]:
    known = {one.pk: one for one in owed}
    said = [OpenPromise(one.pk, one.text, one.owner_id) for one in owed]
    return [TwoVoices(known[one.earlier], known[one.later], one.matter) for one in find_conflicts(said)]
