"""Whether a customer may be asked for a favour today: a referral, or to show others what he has from us."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why not."""

    COMPLAINT = "complaint"
    TOO_SOON = "too_soon"


@dataclass(frozen=True)
class Refusal:
    """Why not today, and the first local day on which it is not too soon; None while nobody can say."""

    reason: Reason
    from_day: date | None = None


def find_refusal(*, on: date, last_asked: date | None, rest_days: int, has_open_complaint: bool) -> Refusal | None:
    """None when it is fine on ``on``. Nobody with an open complaint is asked for a favour; a favour asked for on
    ``last_asked`` rests ``rest_days`` whole days, and one booked for a later day keeps as many free before it.
    """
    if has_open_complaint:
        return Refusal(Reason.COMPLAINT)
    if last_asked is not None and abs((on - last_asked).days) < rest_days:
        return Refusal(Reason.TOO_SOON, last_asked + timedelta(days=rest_days))
    return None
