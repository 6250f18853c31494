"""What people hold by hand, what the rules say instead, how often both agree, and what is about to end."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from segments.models import Pin, PinAnswer, Segment
from segments.ruled_grades import read_ruled_grades
from segments.segment_choice import NoFallbackSegment, build_segment_choice

MOST_SHOWN = 200
SOON = timedelta(days=30)
IN_FORCE, ENDING, OVER = "", "ending", "over"


@dataclass
class PinShown:
    """A pin beside what the rule says; ``is_over`` counts no more, ``asked_on`` is the evening the rule was asked
    (None: just now)."""

    pin: Pin
    ruled_segment: Segment | None
    ruled_grade: str
    is_over: bool
    agrees: bool
    ends_soon: bool = False
    asked_on: date | None = None


@dataclass
class PinReport:
    """Pins of one view, and figures of all that are in force: how many, asked, agreeing, about to end."""

    pins: list[PinShown]
    is_cut: bool
    in_force: int = 0
    asked: int = 0
    agreeing: int = 0
    ending: int = 0

    @property
    def needless(self) -> int:
        """Pins shown that say the same as the rule."""
        return sum(shown.agrees for shown in self.pins if not shown.is_over)

    @property
    def agreement(self) -> float | None:
        """Part of the pins in force that say what the rule says; None where it was asked of none."""
        return self.agreeing / self.asked if self.asked else None


def build_pin_report(pins: QuerySet[Any], *, on: date, view: str = IN_FORCE) -> PinReport:
    """At most 200 pins of a view (in force, ``ending`` within 30 days, ``over``) with what the rules said of each on
    the last evening, or say now of pins that no evening has met; nine queries, however many pins there are."""
    open_pins = pins.filter(ended_at=None, expires_on__gte=on)
    if view == OVER:
        wanted = pins.filter(Q(ended_at__isnull=False) | Q(expires_on__lt=on)).order_by("-expires_on", "-pk")
    else:
        wanted = open_pins.filter(expires_on__lte=on + SOON) if view == ENDING else open_pins
        wanted = wanted.order_by(F("expires_on"), "pk")
    rows = list(wanted.select_related("customer", "segment", "pinned_by")[: MOST_SHOWN + 1])
    answers = {one.pin_id: one for one in PinAnswer.objects.filter(pin__in=rows).select_related("segment")}
    shown = [_show(pin, answers.get(pin.pk), on=on) for pin in rows[:MOST_SHOWN]]
    known = {one.pin.pk: one for one in shown}
    asked_now = [known.get(pin.pk) or _show(pin, None, on=on) for pin in open_pins.filter(answer=None)[:MOST_SHOWN]]
    _ask_now(asked_now, on=on)
    counts = open_pins.aggregate(
        in_force=Count("pk"),
        asked=Count("answer"),
        agreeing=Count("answer", filter=Q(answer__agrees=True)),
        ending=Count("pk", filter=Q(expires_on__lte=on + SOON)),
    )
    counts["asked"] += len(asked_now)
    counts["agreeing"] += sum(one.agrees for one in asked_now)
    return PinReport(shown, is_cut=len(rows) > MOST_SHOWN, **counts)


def _show(pin: Pin, answer: PinAnswer | None, *, on: date) -> PinShown:
    is_over = pin.ended_at is not None or pin.expires_on < on
    return PinShown(
        pin,
        ruled_segment=answer.segment if answer else None,
        ruled_grade=answer.grade if answer else "",
        is_over=is_over,
        agrees=answer.agrees if answer else False,
        ends_soon=not is_over and pin.expires_on <= on + SOON,
        asked_on=answer.asked_on if answer else None,
    )


def _ask_now(shown: list[PinShown], *, on: date) -> None:
    """The rules of this moment for pins that no evening has asked about yet."""
    ids = [one.pin.customer_id for one in shown]
    if not ids:
        return
    segments = {segment.pk: segment for segment in Segment.objects.all()}
    ruled = _ask_rules(ids, on=on)
    grades = read_ruled_grades(ids)
    for one in shown:
        pin = one.pin
        one.ruled_segment = segments.get(ruled.get(pin.customer_id, 0)) if pin.segment_id else None
        one.ruled_grade = "" if pin.segment_id else grades.get(pin.customer_id, "")
        one.agrees = pin.segment == one.ruled_segment if pin.segment_id else pin.grade == one.ruled_grade


def _ask_rules(customer_ids: list[int], *, on: date) -> dict[int, int]:
    """The segment of each customer by the rules alone."""
    try:
        choice = build_segment_choice(on=on)
    except NoFallbackSegment:
        return {}
    query = "SELECT c.id, {by_rule} FROM customers_customer c {joins} WHERE c.id = ANY (%(customers)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            query.format(by_rule=choice.by_rule, joins=choice.joins), {**choice.params, "customers": customer_ids}
        )
        return dict(cursor.fetchall())
