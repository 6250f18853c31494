"""What the records show already of a level of the relationship: offered beside it, noted with one click.

Nobody climbs by himself: whether somebody who asked for something has become a relationship is for a colleague to say.
But he need not type what we have in writing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from customers.models import Customer, CustomerNeed, LadderEvidence, Referral, ShowroomReference, WalletEstimate

SHOWN = 3
MOST_LETTERS = 300  # of a piece of evidence

Level = LadderEvidence.Level


@dataclass(frozen=True)
class Sign:
    """Something in the records, said as evidence, and the local day on which it showed."""

    evidence: str
    seen_on: date


SignFinder = Callable[[Customer, date], Iterator[Sign]]


def find_signs(customer: Customer, level: int, *, on: date) -> list[Sign]:
    """The newest signs of ``level`` up to the local day ``on``, at most ``SHOWN``; a query or two for each finder."""
    found = {sign for find in SIGN_FINDERS[level] for sign in find(customer, on) if sign.seen_on <= on}
    newest = sorted(found, key=lambda sign: (-sign.seen_on.toordinal(), sign.evidence))[:SHOWN]
    return [Sign(sign.evidence[:MOST_LETTERS], sign.seen_on) for sign in newest]


def _find_needs_told(customer: Customer, on: date) -> Iterator[Sign]:
    for told in CustomerNeed.objects.filter(customer=customer).select_related("need").order_by("-noted_on", "-id")[:1]:
        words = {"need": told.need.name, "evidence": told.evidence}
        yield Sign(_("Told a need, %(need)s: %(evidence)s") % words, told.noted_on)


def _find_budgets_shared(customer: Customer, on: date) -> Iterator[Sign]:
    shown = WalletEstimate.objects.filter(customer=customer, confidence=WalletEstimate.Confidence.HIGH)
    for estimate in shown[:1]:
        yield Sign(
            _("Showed us what they spend in all: %(source)s") % {"source": estimate.source}, estimate.estimated_on
        )


def _find_recommendations(customer: Customer, on: date) -> Iterator[Sign]:
    for referral in Referral.objects.filter(customer=customer, state=Referral.State.GIVEN)[:1]:
        whom = referral.referred_name or _("another company")
        yield Sign(_("Recommended us to %(whom)s") % {"whom": whom}, referral.asked_on)
    willing = ShowroomReference.objects.filter(customer=customer, ended_on=None)
    for reference in willing.order_by("-willing_since", "-id")[:1]:
        yield Sign(_("Speaks for us: %(topic)s") % {"topic": reference.topic}, reference.willing_since)


SIGN_FINDERS: dict[int, list[SignFinder]] = {
    Level.CONTACT: [],
    Level.RELATIONSHIP: [_find_needs_told],
    Level.INTIMACY: [_find_budgets_shared],
    Level.TRUST: [_find_recommendations],
}
"""By level; the apps above add theirs when they are ready."""
