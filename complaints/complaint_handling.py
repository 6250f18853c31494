"""A complaint from the customer's first word to his last: take, answer, mend, close, open again.

Each function is one act of one person, atomic, and leaves an entry in *What happened*. All raise ``ComplaintRefused``
with a sentence for the page.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from complaints.complaint_tasks import (
    ANSWER,
    REMEDY,
    WORD,
    close_complaint_task,
    drop_complaint_tasks,
    open_guardian_tasks,
)
from complaints.goodwill_limit import find_goodwill_limit
from complaints.guardian_assignment import assign_guardian, find_valued_customers, release_guardian
from complaints.models import ClosingAttempt, Complaint, ComplaintEntry, GoodwillGrant
from complaints.rules.closing_permission import SATISFIED, Block, ClosingDecision, decide_closing
from complaints.rules.customers_words import quote_words
from crm.core.formats import format_money
from crm.core.local_time import company_day
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.customer_freshening import freshen_customer
from customers.models import Customer, Order, Person
from interactions.task_handling import pause_selling_tasks, resume_selling_tasks
from segments.models import CurrentScore

Entry = ComplaintEntry.Kind


class ComplaintRefused(Exception):
    """The act is not possible; the message says why and what to do, in words for the page."""


def take_complaint(
    customer: Customer,
    *,
    title: str,
    by: User | None,
    at: datetime,
    severity: int = Complaint.Severity.MEDIUM,
    kind: str = Complaint.Kind.COMPLAINT,
    words: str = "",
    wants: str = "",
    cost_to_customer: str = "",
    person: Person | None = None,
    order: Order | None = None,
    token: UUID | None = None,
) -> Complaint:
    """Write down what a customer complains of; the clock runs from ``at``.

    Keeps his yearly sales as they are now, stops selling to him while it is open (complaints, not questions), and for
    a customer of class A or B, or of the premium segment, names a guardian at once (where nobody can guard it, asks for
    one). The same ``token`` again returns the complaint it made.
    """
    if token and (known := Complaint.objects.filter(token=token, customer=customer).first()):
        return known
    for belonging in (person, order):
        if belonging is not None and belonging.customer_id != customer.pk:
            raise ComplaintRefused(_("This person or order belongs to another customer."))
    try:
        with transaction.atomic():
            return _write_complaint(
                Complaint(
                    customer=customer,
                    person=person,
                    order=order,
                    kind=kind,
                    title=title,
                    words=words,
                    wants=wants,
                    cost_to_customer=cost_to_customer,
                    severity=severity,
                    taken_at=at,
                    taken_by=by,
                    created_by=by,
                    token=token,
                )
            )
    except IntegrityError:
        if token and (known := Complaint.objects.filter(token=token, customer=customer).first()):
            return known
        raise


def _write_complaint(complaint: Complaint) -> Complaint:
    customer = Customer.objects.select_for_update(no_key=True).get(pk=complaint.customer_id)
    score = CurrentScore.objects.filter(pk=customer.pk).values_list("sales_12m_cents").first()
    at, by = complaint.taken_at, complaint.taken_by
    complaint.value_cents = max(0, score[0] if score else sum_sales_of_a_year(customer, at=at))
    complaint.save()
    _write_entry(complaint, Entry.TAKEN, by=by, at=at, text=complaint.words)
    if complaint.kind == Complaint.Kind.COMPLAINT:
        pause_selling_tasks(customer, reason=_("Open complaint %(number)s") % {"number": complaint.number})
    freshen_customer(customer.pk, at=at)
    if find_valued_customers().filter(pk=customer.pk).exists():
        return assign_guardian(complaint, at=at)
    return complaint


def sum_sales_of_a_year(customer: Customer, *, at: datetime) -> int:
    """Net cents ordered in the 365 days before ``at``; for a customer whom no night has scored yet."""
    since = company_day(at) - timedelta(days=365)
    return Order.objects.filter(customer=customer, day__gt=since).aggregate(cents=Sum("amount_cents"))["cents"] or 0


@transaction.atomic
def answer(complaint: Complaint, *, text: str, by: User, at: datetime, minutes: int = 0) -> Complaint:
    """What we told the customer; the first answer stops that part of the promise."""
    complaint = _lock_open(complaint)
    if complaint.first_answer_at is None:
        _change(complaint, by=by, first_answer_at=at)
        close_complaint_task(complaint, piece=ANSWER, by=by, at=at)
    _write_entry(complaint, Entry.ANSWER, by=by, at=at, text=text, minutes=minutes)
    return complaint


@transaction.atomic
def add_note(complaint: Complaint, *, text: str, by: User, at: datetime, minutes: int = 0) -> Complaint:
    """Something learnt, for ourselves; closed complaints take notes as well."""
    _write_entry(complaint, Entry.NOTE, by=by, at=at, text=text, minutes=minutes)
    return complaint


@transaction.atomic
def agree_remedy(complaint: Complaint, *, remedy: str, by: User, at: datetime) -> Complaint:
    """What was agreed with the customer to mend it; agreed again it replaces what was agreed before."""
    complaint = _lock_open(complaint)
    _change(complaint, by=by, remedy=remedy)
    close_complaint_task(complaint, piece=REMEDY, by=by, at=at)
    _write_entry(complaint, Entry.REMEDY, by=by, at=at, text=remedy)
    return complaint


@transaction.atomic
def grant_goodwill(complaint: Complaint, *, what: str, amount_cents: int, by: User, at: datetime) -> GoodwillGrant:
    """Give something at once, even where the customer is wrong; costed to his account.

    All grants of a complaint together stay within the limit of his segment; beyond it only somebody who may change
    segments decides. Raises ``ComplaintRefused`` above the limit, naming who may.
    """
    complaint = _lock_open(complaint)
    if amount_cents <= 0:
        raise ComplaintRefused(_("Goodwill is an amount above zero."))
    limit = find_goodwill_limit(complaint, on=company_day(at))
    above = limit.given_cents + amount_cents > limit.limit_cents
    if above and not by.has_perm("segments.change_segment"):
        raise ComplaintRefused(limit.describe_refusal(amount_cents))
    grant = GoodwillGrant.objects.create(
        complaint=complaint, what=what, amount_cents=amount_cents, granted_by=by, granted_at=at
    )
    currency = setting("company.currency")
    money = format_money(amount_cents, currency=currency, with_cents=True)
    text = (
        _("%(what)s, %(money)s, above the limit of %(limit)s")
        if above
        else _("%(what)s, %(money)s, within the limit of %(limit)s")
    ) % {"what": what, "money": money, "limit": format_money(limit.limit_cents, currency=currency)}
    _write_entry(complaint, Entry.GOODWILL, by=by, at=at, text=text)
    return grant


@transaction.atomic
def attempt_contact(
    complaint: Complaint, *, by: User, at: datetime, note: str = "", mended: str = "", said_by: str = ""
) -> Complaint:
    """Somebody asked, or tried to ask, whether it is mended. Counts once a local day.

    ``note`` holds the customer's words when he was reached; with ``mended`` "yes" or "part" they are kept as his own
    word, with "no" it stays open.
    """
    complaint = _lock_open(complaint)
    ClosingAttempt.objects.get_or_create(
        complaint=complaint, day=company_day(at), defaults={"by": by, "at": at, "note": note[:300]}
    )
    if mended:
        if not note.strip():
            raise ComplaintRefused(_("What did they say? Their own words are needed."))
        _change(complaint, by=by, customers_word=note, mended=mended)
        close_complaint_task(complaint, piece=WORD, by=by, at=at)
    _write_entry(complaint, Entry.ATTEMPT, by=by, at=at, text=_describe_attempt(note, mended=mended, said_by=said_by))
    return complaint


def _describe_attempt(note: str, *, mended: str, said_by: str) -> str:
    """``Lars Bak, in part: “…”``; not reached without an answer."""
    if not mended:
        return f"{_('Not reached')}. {note}".strip()
    said = f"{Complaint.Mended(mended).label}: {quote_words(note)}"
    return f"{said_by}, {said}" if said_by else said


def read_closing(complaint: Complaint, *, by: User | None, asked_on: date | None = None) -> ClosingDecision:
    """Whether ``by`` could close it as it stands, and on how many days somebody asked (``asked_on`` being one more)."""
    days = [attempt.day for attempt in complaint.closing_attempts.all()]
    return decide_closing(
        word=complaint.customers_word,
        mended=complaint.mended,
        attempt_days=[*days, asked_on] if asked_on else days,
        needed=int(setting("complaints.closing_attempts")),
        is_seller=by is not None and complaint.customer.owner_id == by.pk,
    )


def describe_block(decision: ClosingDecision) -> str:
    """Why it stays open, in words."""
    numbers = {"attempts": decision.attempts, "needed": decision.needed}
    words = {
        Block.SELLER: _("You sell to this customer: somebody else hears their word and closes."),
        Block.NO_WORD: _(
            "Opens with their own word, or after %(needed)s attempts on different days (%(attempts)s so far)."
        ),
        Block.NOT_MENDED: _(
            "They say it is not mended: it stays open, or is asked on %(needed)s different days (%(attempts)s so far)."
        ),
    }
    return words[decision.block] % numbers if decision.block else ""


@transaction.atomic
def close_complaint(
    complaint: Complaint, *, by: User, at: datetime, word: str = "", mended: str = "", said_by: str = ""
) -> Complaint:
    """Close it with the customer's own ``word``, given now or before, or after the set number of attempts.

    Selling begins again when it was the last open complaint of the customer. Raises ``ComplaintRefused`` while neither
    word nor attempts are there, and for the seller.
    """
    complaint = _lock_open(complaint)
    heard_now = bool(word.strip() and mended)
    if heard_now:
        complaint.customers_word, complaint.mended = word, mended
    decision = read_closing(complaint, by=by, asked_on=company_day(at) if heard_now else None)
    if not decision.allowed:
        raise ComplaintRefused(describe_block(decision))
    if heard_now:
        complaint = attempt_contact(complaint, by=by, at=at, note=word, mended=mended, said_by=said_by)
    _change(complaint, by=by, closed_at=at, closed_by=by)
    text = _describe_closing(complaint, attempts=decision.attempts)
    _write_entry(complaint, Entry.CLOSED, by=by, at=at, text=text)
    drop_complaint_tasks(complaint, by=by, at=at)
    if not other_complaint_is_open(complaint):
        resume_selling_tasks(complaint.customer)
    freshen_customer(complaint.customer_id, at=at)
    return complaint


def _describe_closing(complaint: Complaint, *, attempts: int) -> str:
    if complaint.mended in SATISFIED:
        return _("With the customer’s own word.")
    numbers = {"days": attempts}
    if complaint.mended:
        return _("Not mended in their words, after %(days)s days of attempts.") % numbers
    return _("Without their word, after %(days)s days of attempts.") % numbers


def other_complaint_is_open(complaint: Complaint) -> bool:
    """Whether another complaint of the same customer still stops selling."""
    others = Complaint.objects.open().filter(customer_id=complaint.customer_id, kind=Complaint.Kind.COMPLAINT)
    return others.exclude(pk=complaint.pk).exists()


@transaction.atomic
def reopen(complaint: Complaint, *, reason: str, by: User, at: datetime) -> Complaint:
    """It was not mended after all: the clock goes on from the day it was taken, attempts and word are asked anew.

    A guardian who has become the customer's seller is replaced.
    """
    complaint = _lock(complaint)
    if complaint.closed_at is None:
        return complaint
    complaint.closing_attempts.all().delete()
    values = {"closed_at": None, "closed_by": None, "customers_word": "", "mended": ""}
    if complaint.guardian_id is not None and complaint.guardian_id == complaint.customer.owner_id:
        values |= {"guardian": None, "guardian_named_at": None}
    _change(complaint, by=by, **values)
    _write_entry(complaint, Entry.REOPENED, by=by, at=at, text=reason)
    if complaint.kind == Complaint.Kind.COMPLAINT:
        reason_paused = _("Open complaint %(number)s") % {"number": complaint.number}
        pause_selling_tasks(complaint.customer, reason=reason_paused)
    freshen_customer(complaint.customer_id, at=at)
    return _keep_or_find_guardian(complaint, at=at)


def _keep_or_find_guardian(complaint: Complaint, *, at: datetime) -> Complaint:
    """The guardian goes on with tasks of his own; one who has left is replaced."""
    guardian = complaint.guardian
    if guardian is None:
        return assign_guardian(complaint, at=at)
    if not guardian.is_active or guardian.role != "guardian":
        return assign_guardian(release_guardian(complaint, at=at), at=at)
    open_guardian_tasks(complaint, at=at)
    return complaint


def _lock(complaint: Complaint) -> Complaint:
    """The complaint as it stands, its customer first (the order of every lock here), until the transaction ends."""
    Customer.objects.select_for_update(no_key=True).get(pk=complaint.customer_id)
    return (
        Complaint.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "guardian")
        .get(pk=complaint.pk)
    )


def _lock_open(complaint: Complaint) -> Complaint:
    complaint = _lock(complaint)
    if complaint.closed_at is not None:
        raise ComplaintRefused(_("This complaint is closed. Open it again first."))
    return complaint


def _change(complaint: Complaint, *, by: User | None, **values: object) -> None:
    for name, value in values.items():
        setattr(complaint, name, value)
    complaint.changed_by = by
    complaint.edit_version += 1
    complaint.save(update_fields=[*values, "changed_by", "changed_at", "edit_version"])


def _write_entry(
    complaint: Complaint, kind: str, *, by: User | None, at: datetime, text: str = "", minutes: int = 0
) -> None:
    ComplaintEntry.objects.create(complaint=complaint, kind=kind, text=text, minutes=minutes, at=at, by=by)
