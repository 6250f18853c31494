"""What people say about two customers who may be one, other than that they are."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from customers.duplicate_facts import read_facts
from customers.models import Customer, DuplicatePair
from customers.rules.duplicate_scoring import compare_customers


class PairDecided(Exception):
    """Somebody has decided about the pair meanwhile; the message says who and what."""


def tell_decision(pair: DuplicatePair) -> str:
    """Who decided about a pair, and what."""
    words = {"by": pair.decided_by or gettext("somebody"), "what": pair.get_state_display()}
    return gettext("%(by)s has decided already: %(what)s.") % words


@transaction.atomic
def tell_apart(pair: DuplicatePair, *, by: User, at: datetime, reason: str = "") -> DuplicatePair:
    """They are two customers: the search does not ask again. Raises ``PairDecided``."""
    pair = _lock_open(pair)
    pair.state, pair.decided_by, pair.decided_at = DuplicatePair.State.DIFFERENT, by, at
    pair.reason = reason.strip()[:200]
    pair.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    return pair


@transaction.atomic
def put_off(pair: DuplicatePair, *, until: date) -> DuplicatePair:
    """Ask again on the local day ``until``. Raises ``PairDecided``."""
    pair = _lock_open(pair)
    pair.later_until = until
    pair.save(update_fields=["later_until"])
    return pair


@transaction.atomic
def ask_again(pair: DuplicatePair) -> DuplicatePair:
    """Take back what was said about the pair; one that was merged stays merged. Raises ``PairDecided``."""
    pair = _lock(pair)
    if pair.state != DuplicatePair.State.MERGED:
        pair.state, pair.decided_by, pair.decided_at = DuplicatePair.State.OPEN, None, None
        pair.later_until, pair.reason = None, ""
        pair.save(update_fields=["state", "decided_by", "decided_at", "later_until", "reason"])
    return pair


@transaction.atomic
def note_another_customer(
    customer: Customer, *, others: list[tuple[Customer, int]], reason: str, by: User, at: datetime
) -> None:
    """Who entered ``customer`` saw the ``others`` (with their likeness in percent) and says why he is another."""
    for other, percent in others:
        first, second = sorted((customer.pk, other.pk))
        DuplicatePair.objects.get_or_create(
            first_id=first,
            second_id=second,
            defaults={
                "percent": percent,
                "state": DuplicatePair.State.DIFFERENT,
                "decided_by": by,
                "decided_at": at,
                "reason": reason.strip()[:200],
            },
        )


def _lock(pair: DuplicatePair) -> DuplicatePair:
    """The pair as it stands; a merge of one of the two with a third takes their other pairs away.

    Who decided is asked for afterwards: read along with a row that was waited for, it would be as it was before.
    """
    held = DuplicatePair.objects.select_for_update().filter(pk=pair.pk).first()
    if held is None:
        raise PairDecided(gettext("One of the two went into another customer meanwhile: there is nothing to decide."))
    return held


def _lock_open(pair: DuplicatePair) -> DuplicatePair:
    pair = _lock(pair)
    if pair.state != DuplicatePair.State.OPEN:
        raise PairDecided(tell_decision(pair))
    return pair


@transaction.atomic
def name_pair(one: Customer, other: Customer) -> DuplicatePair:
    """The pair of two customers whom somebody takes for one: open again, whatever was said or found before."""
    first, second = sorted((one.pk, other.pk))
    facts = read_facts([first, second])
    likeness = compare_customers(facts[first], facts[second])
    evidence = [[reason.what, reason.value] for reason in likeness.evidence]
    pair, _made = DuplicatePair.objects.update_or_create(
        first_id=first,
        second_id=second,
        defaults={
            "state": DuplicatePair.State.OPEN,
            "later_until": None,
            "percent": likeness.percent,
            "evidence": evidence,
        },
    )
    return pair
