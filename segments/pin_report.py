"""What people hold by hand, and what the rules would say instead."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from segments.models import CurrentScore, Pin, Segment
from segments.segment_choice import NoFallbackSegment, build_segment_choice

MOST_SHOWN = 200


@dataclass
class PinShown:
    """A pin beside what the rule says; ``is_over`` has passed its last day and waits for the night."""

    pin: Pin
    ruled_segment: Segment | None
    ruled_grade: str
    is_over: bool
    agrees: bool


@dataclass
class PinReport:
    pins: list[PinShown]
    is_cut: bool

    @property
    def needless(self) -> int:
        """Pins that say the same as the rule."""
        return sum(shown.agrees for shown in self.pins)


def build_pin_report(pins: QuerySet[Any], *, on: date) -> PinReport:
    """At most 200 pins in their order; six queries, however many pins there are."""
    rows = list(pins.select_related("customer", "segment", "pinned_by")[: MOST_SHOWN + 1])
    shown = rows[:MOST_SHOWN]
    ids = [pin.customer_id for pin in shown]
    segments = {segment.pk: segment for segment in Segment.objects.all()}
    ruled = _ask_rules(ids, on=on)
    grades = dict(CurrentScore.objects.filter(customer__in=ids).values_list("customer_id", "grade"))
    report = []
    for pin in shown:
        segment, grade = segments.get(ruled.get(pin.customer_id, 0)), grades.get(pin.customer_id, "")
        agrees = pin.segment == segment if pin.segment_id else pin.grade == grade
        report.append(PinShown(pin, segment, grade, pin.expires_on < on, agrees))
    return PinReport(report, is_cut=len(rows) > MOST_SHOWN)


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
