"""May we contact this customer this way? Preferences are obeyed; an exception needs a reason that is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class StatedPreference:
    """What the customer said about one channel, and on which local day."""

    channel: str
    is_allowed: bool
    said_on: date
    hours: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SendPermission:
    """``allowed``, or since when not; ``hours`` are the customer's own words on when."""

    channel: str
    allowed: bool = True
    said_on: date | None = None
    hours: str = ""
    reason: str = ""


def judge_channel(channel: str, *, preferences: Iterable[StatedPreference]) -> SendPermission:
    """What the customer said of ``channel``; a channel he never spoke of is allowed."""
    for preference in preferences:
        if preference.channel == channel:
            return SendPermission(
                channel, preference.is_allowed, preference.said_on, preference.hours, preference.reason
            )
    return SendPermission(channel)


def needs_override(permission: SendPermission, *, is_outgoing: bool) -> bool:
    """Whoever calls us may be talked to; calling somebody who refused needs a reason."""
    return is_outgoing and not permission.allowed
