"""Favours of customers: asking for a referral, and sending others to look at a reference.

Here, because nobody with an open complaint is asked for either.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from complaints.models import Complaint
from crm.core.formats import format_day
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.models import Customer, Person, ReferenceVisit, Referral, ShowroomReference
from customers.rules.asking_pressure import Reason, Refusal, find_refusal


class FavourRefused(Exception):
    """The customer is not asked for it now; the message says why and, where it is known, from when."""


def explain_refusal(refusal: Refusal, *, on: date) -> str:
    """Why not, as people say it."""
    if refusal.reason == Reason.COMPLAINT:
        return gettext("Not while a complaint is open: mend it first.")
    day = format_day(refusal.from_day, today=on) if refusal.from_day else ""
    return gettext("Too soon: they may be asked again from %(day)s.") % {"day": day}


def _complains(customer_id: int) -> bool:
    return Complaint.objects.open().filter(customer=customer_id, kind=Complaint.Kind.COMPLAINT).exists()


def find_referral_refusal(customer: Customer, *, on: date) -> Refusal | None:
    """Why ``customer`` may not be asked for a referral on ``on``; None when he may."""
    last = Referral.objects.filter(customer=customer).aggregate(last=Max("asked_on"))["last"]
    days = int(setting("favours.referral_days"))
    return find_refusal(on=on, last_asked=last, rest_days=days, has_open_complaint=_complains(customer.pk))


@transaction.atomic
def ask_for_referral(
    customer: Customer,
    *,
    by: User,
    on: date,
    person: Person | None = None,
    state: str = Referral.State.ASKED,
    referred_name: str = "",
) -> Referral:
    """Note that ``customer`` was asked whom else we could help. Raises ``FavourRefused`` within the limit of pressure
    and while he complains.
    """
    Customer.objects.select_for_update().get(pk=customer.pk)
    if (refusal := find_referral_refusal(customer, on=on)) is not None:
        raise FavourRefused(explain_refusal(refusal, on=on))
    name = " ".join(referred_name.split())[:300]
    state = Referral.State.GIVEN if name else state
    return Referral.objects.create(
        customer=customer, person=person, state=state, referred_name=name, asked_on=on, asked_by=by
    )


@transaction.atomic
def answer_referral(
    referral: Referral, *, state: str, referred_name: str = "", referred: Customer | None = None
) -> Referral:
    """What came of it: somebody was named, who may be a customer by now, or they would rather not."""
    row = Referral.objects.select_for_update().get(pk=referral.pk)
    row.referred_name, row.referred = " ".join(referred_name.split())[:300], referred
    row.state = Referral.State.GIVEN if row.referred_name or referred else Referral.State(state)
    row.save()
    return row


def find_visit_refusals(references: Sequence[ShowroomReference], *, on: date) -> dict[int, Refusal]:
    """Why nobody may look at which of ``references`` (by id) on ``on``: while they complain, and while they rest before
    or after any visit, booked in whatever order; two queries. Who is not named is free."""
    complaints = Complaint.objects.open().filter(customer__in=[one.customer_id for one in references])
    complain = set(complaints.filter(kind=Complaint.Kind.COMPLAINT).values_list("customer", flat=True))
    visits: dict[int, list[date]] = {}
    rows = ReferenceVisit.objects.filter(reference__in=references).order_by("visited_on")
    for key, day in rows.values_list("reference", "visited_on"):
        visits.setdefault(key, []).append(day)
    refusals = {}
    for one in references:
        for day in visits.get(one.pk) or [None]:
            has_complaint = one.customer_id in complain
            rest = max(1, one.rest_days)
            found = find_refusal(on=on, last_asked=day, rest_days=rest, has_open_complaint=has_complaint)
            if found is not None:  # the latest of several counts
                refusals[one.pk] = found
    return refusals


def find_visit_refusal(reference: ShowroomReference, *, on: date) -> Refusal | None:
    """Why nobody may look at ``reference`` on ``on``; None when he may."""
    return find_visit_refusals([reference], on=on).get(reference.pk)


@transaction.atomic
def book_visit(reference: ShowroomReference, *, for_whom: str, by: User, on: date) -> ReferenceVisit:
    """Somebody looks at ``reference`` on ``on``. Raises ``FavourRefused`` while it rests, has ended or complains."""
    row = ShowroomReference.objects.select_for_update().get(pk=reference.pk)
    if row.ended_on is not None:
        raise FavourRefused(gettext("They are no reference any more."))
    if (refusal := find_visit_refusal(row, on=on)) is not None:
        raise FavourRefused(explain_refusal(refusal, on=on))
    visit = ReferenceVisit.objects.create(reference=row, visited_on=on, for_whom=for_whom.strip()[:200], booked_by=by)
    row.uses, row.last_used_on = row.uses + 1, max(on, row.last_used_on or on)
    row.save(update_fields=["uses", "last_used_on"])
    return visit


@transaction.atomic
def call_off_visit(visit: ReferenceVisit) -> None:
    """Nobody comes after all: the reference is as free and as little used as it was. Harmless again."""
    row = ShowroomReference.objects.select_for_update().get(pk=visit.reference_id)
    if not ReferenceVisit.objects.filter(pk=visit.pk).delete()[0]:
        return
    row.uses = max(0, row.uses - 1)
    row.last_used_on = row.visits.aggregate(last=Max("visited_on"))["last"]
    row.save(update_fields=["uses", "last_used_on"])
