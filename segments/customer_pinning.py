"""Somebody knows better than the rule: a customer's segment or class held by hand, with a reason and a last day."""

from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.core.models import User
from customers.customer_freshening import freshen_customer
from customers.models import Customer
from segments.models import Membership, Pin, Segment, SegmentChange
from segments.rules.abc_classes import GRADES
from segments.segment_choice import build_segment_choice
from segments.segment_noting import hold_segment, note_segment

LONGEST_PIN_DAYS = 366 * 2


class PinRefused(Exception):
    """It cannot be pinned like this; the message says why."""


@transaction.atomic
def pin_customer(
    customer: Customer,
    *,
    reason: str,
    expires_on: date,
    by: User,
    on: date,
    at: datetime,
    segment: Segment | None = None,
    grade: str = "",
) -> Pin:
    """Hold the customer in ``segment``, or in the class ``grade``, up to and including the local day ``expires_on``.

    A pin of the same kind that is in force ends. It counts at once: for page, lists and rules. Raises ``PinRefused``.
    """
    _refuse_wrong_pin(segment, grade, reason=reason, expires_on=expires_on, on=on)
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    earlier = Pin.objects.filter(customer=customer, ended_at=None)
    earlier = earlier.filter(segment__isnull=False) if segment else earlier.exclude(grade="")
    earlier.update(ended_at=at)
    pin = Pin.objects.create(
        customer=customer,
        segment=segment,
        grade=grade,
        reason=reason.strip()[:300],
        pinned_by=by,
        pinned_at=at,
        expires_on=expires_on,
    )
    if segment is not None:
        assign_customer(customer, on=on)
    else:
        freshen_customer(customer.pk, at=at)  # the class stands in his row of the scores in force
    return pin


@transaction.atomic
def reconfirm_pin(pin: Pin, *, reason: str, expires_on: date, by: User, on: date, at: datetime) -> Pin:
    """Hold on to what ``pin`` holds, with a new end, as ``by`` says now; the old pin ends. Raises ``PinRefused``."""
    pin = Pin.objects.select_related("customer", "segment").get(pk=pin.pk)
    common = {"reason": reason, "expires_on": expires_on, "by": by, "on": on, "at": at}
    return pin_customer(pin.customer, segment=pin.segment, grade=pin.grade, **common)  # type: ignore[arg-type]


@transaction.atomic
def end_pin(pin: Pin, *, on: date, at: datetime) -> Pin:
    """Let the rules decide again, at once. A pin that has ended stays as it is."""
    Customer.objects.select_for_update(no_key=True).get(pk=pin.customer_id)
    pin = Pin.objects.select_for_update().select_related("customer").get(pk=pin.pk)
    if pin.ended_at is None:
        pin.ended_at = at
        pin.save(update_fields=["ended_at"])
        if pin.segment_id is not None:
            assign_customer(pin.customer, on=on)
        else:
            freshen_customer(pin.customer_id, at=at)
    return pin


@transaction.atomic
def take_back_pin(pin: Pin, *, on: date, at: datetime) -> Pin:
    """As if ``pin`` had not been made: the pin that it replaced holds again, and without one the rules decide.

    A pin that has ended stays as it is, and so does whatever replaced it.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=pin.customer_id)
    pin = Pin.objects.select_for_update().get(pk=pin.pk)
    if pin.ended_at is not None:
        return pin
    replaced = Pin.objects.filter(customer=pin.customer_id, ended_at=pin.pinned_at).exclude(pk=pin.pk)
    replaced = replaced.filter(segment__isnull=False) if pin.segment_id else replaced.exclude(grade="")
    replaced.update(ended_at=None)
    return end_pin(pin, on=on, at=at)


@transaction.atomic
def assign_customer(customer: Customer, *, on: date) -> Membership:
    """Put one customer where a pin or the rules put him on ``on``; moving writes a ``SegmentChange``.

    Twice on the same day leaves one change: from where he began the day to where he ends it.
    """
    hold_segment(customer.pk)
    chosen, pin_id, rule_id, reason = _choose(customer, on=on)
    held = Membership.objects.select_for_update().filter(customer=customer, until=None).first()
    was = held.segment_id if held else None
    if held is not None and (was == chosen or held.since >= on):
        held.segment_id, held.pin_id, held.rule_id, held.reason = chosen, pin_id, rule_id, reason
        held.save()
    else:
        if held is not None:
            held.until = on
            held.save(update_fields=["until"])
        held = Membership.objects.create(
            customer=customer, segment_id=chosen, since=on, reason=reason, pin_id=pin_id, rule_id=rule_id
        )
    if was != chosen:
        _note_change(customer, was=was, becomes=chosen, on=on, reason=reason)
    note_segment(customer.pk, segment_id=chosen)
    return held


def _choose(customer: Customer, *, on: date) -> tuple[int, int | None, int | None, str]:
    """Segment, pin, rule and reason of one customer."""
    choice = build_segment_choice(on=on)
    query = "SELECT {chosen}, pin.id FROM customers_customer c {joins} WHERE c.id = %(customer)s"
    with connection.cursor() as cursor:
        cursor.execute(
            query.format(chosen=choice.chosen, joins=choice.joins), {**choice.params, "customer": customer.pk}
        )
        segment_id, pin_id = cursor.fetchone()
    if pin_id is not None:
        pin = Pin.objects.select_related("pinned_by").get(pk=pin_id)
        words = {"name": pin.pinned_by or _("somebody"), "reason": pin.reason}
        return segment_id, pin_id, None, (_("Pinned by %(name)s: %(reason)s") % words)[:300]
    rule = choice.rules.get(segment_id)
    reason = _("By the rule, version %(version)s") % {"version": rule.version} if rule else _("No other rule holds")
    return segment_id, None, rule.pk if rule else None, reason


def _note_change(customer: Customer, *, was: int | None, becomes: int, on: date, reason: str) -> None:
    change = SegmentChange.objects.filter(customer=customer, day=on).first()
    if change is None:
        SegmentChange.objects.create(
            customer=customer, from_segment_id=was, to_segment_id=becomes, day=on, reason=reason
        )
    elif change.from_segment_id == becomes:
        change.delete()
    else:
        change.to_segment_id, change.reason = becomes, reason
        change.save(update_fields=["to_segment", "reason"])


def _refuse_wrong_pin(segment: Segment | None, grade: str, *, reason: str, expires_on: date, on: date) -> None:
    if (segment is None) == (not grade):
        raise PinRefused(_("Pin either a segment or a class."))
    if grade and grade not in GRADES:
        raise PinRefused(_("There is no such class."))
    if segment is not None and segment.archived_at is not None:
        raise PinRefused(_("This segment is no longer used."))
    if not reason.strip():
        raise PinRefused(_("A pin needs a reason: others will wonder why the rule does not count."))
    if not on <= expires_on or (expires_on - on).days > LONGEST_PIN_DAYS:
        raise PinRefused(_("A pin ends between today and two years from now."))
