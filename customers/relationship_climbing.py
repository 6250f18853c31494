"""The relationship ladder: evidence noted and taken away, and how many customers stand on each level."""

from datetime import date

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from crm.core.models import User
from crm.core.row_visibility import customer_scope
from customers.models import Customer, LadderEvidence
from customers.rules.relationship_ladder import LEVELS, find_next, reach_level

Level = LadderEvidence.Level


class LadderRefused(Exception):
    """It cannot be noted like this; the message says why."""


@transaction.atomic
def note_ladder_evidence(
    customer: Customer, *, level: int, evidence: str, seen_on: date, by: User, on: date
) -> LadderEvidence:
    """Note what showed ``level`` on the local day ``seen_on``. The same again adds nothing. Raises ``LadderRefused``:
    no level is jumped, and nothing is seen in the future."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    shown = list_levels(customer)
    if level not in LEVELS:
        raise LadderRefused(_("There is no such level."))
    if not evidence.strip():
        raise LadderRefused(_("A level needs evidence: what did they do or say?"))
    if seen_on > on:
        raise LadderRefused(_("What showed it lies in the future."))
    if level > (find_next(shown) or LEVELS[-1]):
        below = Level(reach_level(shown) + 1).label
        raise LadderRefused(_("No level is jumped: evidence of %(level)s comes first.") % {"level": below})
    same = {"customer": customer, "level": level, "evidence": evidence.strip()[:300], "seen_on": seen_on}
    found: LadderEvidence = LadderEvidence.objects.get_or_create(**same, defaults={"noted_by": by})[0]
    return found


@transaction.atomic
def take_ladder_evidence_away(evidence: LadderEvidence) -> None:
    """It does not hold any more: the level falls to where evidence reaches without a gap."""
    evidence.delete()


def list_levels(customer: Customer) -> set[int]:
    """The levels of which there is evidence."""
    return set(LadderEvidence.objects.filter(customer=customer).values_list("level", flat=True))


def filter_by_level(customers: QuerySet[Customer], level: int) -> QuerySet[Customer]:
    """Those who stand on ``level``; on 0 those of whom there is no evidence of a contact."""
    for one in LEVELS:
        shows = Q(pk__in=LadderEvidence.objects.filter(level=one).values("customer"))
        if one <= level:
            customers = customers.filter(shows)
        elif one == level + 1:
            customers = customers.exclude(shows)
    return customers


def count_levels(user: User) -> dict[int, int]:
    """How many of the customers that ``user`` sees stand on each level, the current ones; one query."""
    scope = customer_scope(user, prefix="customer__")
    rows = (
        LadderEvidence.objects.filter(scope, customer__archived_at=None)
        .order_by()
        .values("customer")
        .annotate(**{f"of_{level}": Count("pk", filter=Q(level=level)) for level in LEVELS})
    )
    counts = dict.fromkeys(LEVELS, 0)
    for row in rows.values_list(*[f"of_{level}" for level in LEVELS]):
        reached = reach_level(level for level, n in zip(LEVELS, row, strict=True) if n)
        if reached:
            counts[reached] += 1
    return counts
