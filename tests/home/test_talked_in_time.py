"""Who was talked to in time is one question: the list, My day, the dashboards and the alerts give the rule's answer."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.home.customer_list import overdue_to_talk
from crm.home.my_day import measure_coverage
from customers.models import Customer
from interactions.alert_raising import raise_alerts
from interactions.interaction_logging import log_interaction
from interactions.models import Alert
from interactions.rules.contact_cadence import CadenceFacts, CadenceState, judge_cadence
from segments.models import SegmentDay
from segments.segment_figures import write_segment_figures
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)

#       last talk, first order, in the segment since: days ago
CASES = {
    "talked to on the last day in time": (30, 400, 200),
    "a day too late": (31, 400, 200),
    "talked to before, in a new segment": (60, 400, 5),
    "talked to as a prospect, first order since": (60, 10, 5),
    "never, an old customer in a new segment": (None, 400, 5),
    "never, first order on the last day in time": (None, 30, 200),
    "never, first order a day before": (None, 31, 200),
    "never, no order, new": (None, None, 30),
    "never, no order, known for long": (None, None, 31),
}


def ago(days):
    return None if days is None else TODAY - timedelta(days=days)


def test_the_list_my_day_the_dashboards_and_the_alerts_say_what_the_rule_says(rep):
    premium = factories.make_segment(cadence_days=30)
    late = set()
    for name, (talked, ordered, since) in CASES.items():
        one = factories.make_customer(name=name, owner=rep, team=rep.team)
        factories.put_in_segment(one, premium, since=ago(since))
        factories.set_score(one, as_of=TODAY, first_day=ago(ordered), last_day=ago(ordered))
        if talked is not None:
            log_interaction(one, channel="call", by=rep, at=AT - timedelta(days=talked))
        log_interaction(one, channel="call", outcome="not_reached", by=rep, at=AT - timedelta(days=1))
        facts = CadenceFacts(30, ago(talked), ago(ordered) or ago(since))
        if judge_cadence(facts, on=TODAY) is CadenceState.OVERDUE:
            late.add(name)
    assert len(late) == 6

    assert set(overdue_to_talk(Customer.objects.all(), now=AT).values_list("name", flat=True)) == late
    (row,) = measure_coverage(rep, at=AT)
    assert (row["of"], row["of"] - row["in_time"]) == (len(CASES), len(late))
    write_segment_figures(on=TODAY)
    kept = SegmentDay.objects.get(segment=premium, team=None)
    assert (kept.to_talk, kept.to_talk - kept.talked_in_time) == (len(CASES), len(late))
    factories.make_trigger("overdue-contact")
    raise_alerts(on=TODAY, at=AT)
    assert set(Alert.objects.values_list("customer__name", flat=True)) == late
