"""Which segment a customer belongs to: a valid pin first, then the first rule that holds, else the default."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MembershipReason(StrEnum):
    """Why a customer is in his segment."""

    PIN = "pin"
    RULE = "rule"
    DEFAULT = "default"


@dataclass(frozen=True)
class SegmentTruth:
    """One segment and whether its rule holds for the customer. The lowest ``priority`` is asked first; equal ones by
    segment id. A segment without a rule is the ``default``, and ``holds`` means nothing for it."""

    segment_id: int
    priority: int
    holds: bool
    default: bool = False


@dataclass(frozen=True)
class Pin:
    """A person put the customer into this segment; ``expires_on`` is the last day that counts, ``None`` for no end."""

    segment_id: int
    expires_on: date | None = None

    def is_valid(self, *, on: date) -> bool:
        return self.expires_on is None or on <= self.expires_on


@dataclass(frozen=True)
class MembershipChoice:
    """The segment, why, and what the rules say: a pin that disagrees with them is reported."""

    segment_id: int
    reason: MembershipReason
    rule_segment_id: int


class NoDefaultSegmentError(ValueError):
    """No rule holds and no segment is the default, so the customer would belong nowhere."""


def choose_segment(segments: Sequence[SegmentTruth], *, pin: Pin | None = None, on: date) -> MembershipChoice:
    """The segment of one customer on a day. A pin into a segment that no longer exists counts for nothing.

    Raises ``NoDefaultSegmentError``.
    """
    by_rule, reason = _choose_by_rule(segments)
    if pin is not None and pin.is_valid(on=on) and any(segment.segment_id == pin.segment_id for segment in segments):
        return MembershipChoice(pin.segment_id, MembershipReason.PIN, by_rule)
    return MembershipChoice(by_rule, reason, by_rule)


def _choose_by_rule(segments: Sequence[SegmentTruth]) -> tuple[int, MembershipReason]:
    ordered = sorted(segments, key=lambda segment: (segment.priority, segment.segment_id))
    for segment in ordered:
        if segment.holds and not segment.default:
            return segment.segment_id, MembershipReason.RULE
    for segment in ordered:
        if segment.default:
            return segment.segment_id, MembershipReason.DEFAULT
    raise NoDefaultSegmentError("no segment is marked as the default")
