"""The Pareto curve with its cut, and the report of what people hold against the rules."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.home.pareto_cut import value_at
from customers.purchase_day_rebuild import ingest_orders
from segments.customer_pinning import end_pin, pin_customer, reconfirm_pin
from segments.models import CurrentScore, Pin, PinAnswer, Segment, SegmentDay
from segments.pin_answering import answer_pins
from segments.pin_report import ENDING, IN_FORCE, OVER, build_pin_report
from segments.ruled_grades import read_ruled_grades
from segments.rules.figure_spread import ParetoPoint
from segments.score_run import finish_run, plan_run, work_shards
from tests import factories
from tests.score_factory import make_score

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture
def evening(db):
    """Ten customers: one sells for 8,000, nine for 2,000 together."""
    spread = [[10, 9, 2_000_00], [20, 1, 8_000_00]]
    names = [field.name for field in SegmentDay._meta.fields if field.name.endswith("cents")]
    counts = {"customers": 10, "at_risk": 0, "below_zero": 0, "to_talk": 0}
    SegmentDay.objects.create(
        day=date(2026, 1, 1),
        segment=factories.make_segment(),
        sales_spread=spread,
        contribution_spread=spread,
        **counts,
        **dict.fromkeys(names, 0),
    )


def test_the_cut_says_what_the_best_part_brings(evening, admin, signed_in):
    client = signed_in(admin)
    page = client.get(reverse("home:pareto"), {"cut": "10"})
    assert page.context["now"].says == "10% of customers bring 80% of sales"
    assert page.context["now"].customers == "1"
    assert "the first 10% bring 80% of sales" in page.content.decode()
    cuts = json.loads(page.context["all_cuts"])
    assert len(cuts) == 99
    assert cuts[9][-1] == "10% of customers bring 80% of sales"
    assert cuts[13][-1] == cuts[9][-1], "14% of ten is one customer: nobody is cut in two"
    assert [share for share, _sales, _contribution in page.context["chart"].rows] == [0.1, 0.2, 0.3, 0.5, 0.8, 1]
    told = "at the end they fall by what others sent back or cost"
    assert told not in page.content.decode()
    SegmentDay.objects.update(contribution_spread=[[-10, 2, -1_000_00], [10, 7, 2_000_00], [20, 1, 8_000_00]])
    assert told in client.get(reverse("home:pareto")).content.decode()
    assert client.get(reverse("home:pareto"), {"cut": "1000"}).context["cut"] == 99
    assert client.get(reverse("home:pareto")).context["cut"] == 20, "the setting"


def test_before_the_first_night_there_is_no_curve(admin, signed_in):
    assert "No sales in 12 months" in signed_in(admin).get(reverse("home:pareto")).content.decode()


def test_between_two_points_the_curve_is_a_line():
    points = [ParetoPoint(0, 0), ParetoPoint(0.1, 0.8), ParetoPoint(1, 1)]
    assert [value_at(points, share) for share in (0, 0.05, 0.1, 0.55, 1)] == pytest.approx([0, 0.4, 0.8, 0.9, 1])
    assert value_at([], 0.5) == 0


# --- overrides -------------------------------------------------------------------------------------------------------


def score_everybody(on):
    ingest_orders(at=AT)
    run = plan_run(on=on)
    work_shards(run)
    finish_run(run)


@pytest.fixture
def pinned(customer, lead, db):
    """Held in A1 for 90 days, who is C2 by what he buys; and in the segment that takes the rest, as the rules do."""
    for cents in (8_000_00, 700_00, 500_00, 300_00, 300_00, 100_00):
        factories.make_order(factories.make_customer(), TODAY - timedelta(days=40), cents)
    factories.make_order(customer, TODAY - timedelta(days=40), 50_00)
    rest = factories.make_segment("rest", is_fallback=True)
    score_everybody(TODAY - timedelta(days=1))
    common = {"reason": "Opens a plant", "expires_on": TODAY + timedelta(days=90), "by": lead, "on": TODAY, "at": AT}
    return pin_customer(customer, grade="A1", **common), pin_customer(customer, segment=rest, **common)


def test_the_night_keeps_what_the_rules_would_have_said(pinned):
    for on in (TODAY, TODAY + timedelta(days=1)):
        score_everybody(on)
        assert CurrentScore.objects.get(customer=pinned[0].customer_id).grade == "A1", "as it is pinned"
        assert answer_pins(on=on) == 2
        assert answer_pins(on=on) == 2
        by_class, by_segment = (PinAnswer.objects.get(pin=pin) for pin in pinned)
        assert (by_class.grade, by_class.agrees) == ("C2", False)
        assert (by_segment.segment, by_segment.agrees) == (Segment.objects.get(key="rest"), True)
        report = build_pin_report(Pin.objects.all(), on=on)
        assert (report.in_force, report.asked, report.agreement, report.ending, report.needless) == (2, 2, 0.5, 0, 1)
        assert [shown.asked_on for shown in report.pins] == [on, on]


def test_a_class_pinned_as_the_rule_has_it_is_needless(pinned, lead):
    pin = pinned[0]
    pin_customer(pin.customer, grade="C2", reason="x", expires_on=TODAY + timedelta(days=9), by=lead, on=TODAY, at=AT)
    assert build_pin_report(Pin.objects.all(), on=TODAY).needless == 2
    answer_pins(on=TODAY)
    assert build_pin_report(Pin.objects.all(), on=TODAY).needless == 2


def test_pins_that_no_evening_has_met_count_as_the_rules_say_now(pinned):
    for view in (IN_FORCE, ENDING, OVER):
        report = build_pin_report(Pin.objects.all(), on=TODAY, view=view)
        assert (report.in_force, report.asked, report.agreeing) == (2, 2, 1), "in every view the same"


def test_the_class_by_the_rule_is_that_of_a_night_without_pins_for_whomever_is_asked(pinned, lead):
    end_pin(pinned[0], on=TODAY, at=AT)
    score_everybody(TODAY)
    scored = dict(CurrentScore.objects.values_list("customer_id", "grade"))
    assert set(scored.values()) >= {"A1", "B2", "C1", "C2"}
    assert read_ruled_grades(list(scored)) == scored


def test_the_page_of_the_customer_says_what_the_rule_would_give(pinned, lead, signed_in):
    page = read_card(signed_in(lead), pinned[0].customer)
    assert "pinned to A1 until" in page
    assert "The rule says C2" in page
    assert "A1 begins at" not in page, "what he is worked out as counts"


def read_card(client, customer):
    return client.get(reverse("home:customer-part", args=[customer.pk, "class"])).content.decode()


def test_a_pin_about_to_end_is_confirmed_or_let_go_and_stays_in_the_report(pinned, admin):
    answer_pins(on=TODAY)
    later = TODAY + timedelta(days=70)
    assert len(build_pin_report(Pin.objects.all(), on=later, view=ENDING).pins) == 2
    longer = reconfirm_pin(
        pinned[0], reason="Still", expires_on=later + timedelta(days=90), by=admin, on=later, at=AT + timedelta(days=70)
    )
    assert (longer.grade, longer.pinned_by) == ("A1", admin)
    end_pin(pinned[1], on=later, at=AT + timedelta(days=70))
    over = build_pin_report(Pin.objects.all(), on=later, view=OVER)
    assert {shown.pin.pk for shown in over.pins} == {pin.pk for pin in pinned}
    assert {shown.ruled_grade for shown in over.pins} == {"C2", ""}, "the last answer stays"
    assert build_pin_report(Pin.objects.all(), on=later).in_force == 1


def test_a_manager_confirms_in_the_row(customer, lead, signed_in):
    on = timezone.localdate()
    pin = pin_customer(
        customer, grade="A1", reason="Plant", expires_on=on + timedelta(days=5), by=lead, on=on, at=timezone.now()
    )
    client = signed_in(lead)
    assert "About to end" in client.get(reverse("segments:pin-report")).content.decode()
    make_score(customer)
    for page in ("home:customer-page", "home:customer-value"):
        assert "class pinned until" in client.get(reverse(page, args=[customer.pk])).content.decode()
    offered = client.get(reverse("segments:pin-reconfirm", args=[pin.pk])).content.decode()
    assert f'value="{on + timedelta(days=180)}"' in offered, "half a year more is one Enter away"
    words = {"reason": "Still building", "expires_on": (on + timedelta(days=200)).isoformat()}
    assert client.post(reverse("segments:pin-reconfirm", args=[pin.pk]), words).status_code == 302
    assert Pin.objects.get(ended_at=None).reason == "Still building"
    refused = client.post(reverse("segments:pin-reconfirm", args=[pin.pk]), {"reason": "x", "expires_on": "2020-01-01"})
    assert refused.status_code == 422
