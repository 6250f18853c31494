"""A rule with a day comes into force by itself, can be withdrawn, and never breaks the night."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.core.metric_catalogue import METRICS
from segments.default_configuration import create_defaults
from segments.models import Segment, SegmentRule
from segments.segment_editing import (
    SegmentEditingError,
    find_draft,
    find_published,
    publish_due_rules,
    publish_rule,
    save_draft,
    schedule_rule,
    withdraw_schedule,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
DAY = date(2026, 12, 1)
BERGEN = {"all": [{"metric": "city", "operator": "is", "value": "Bergen"}]}
OSLO = {"all": [{"metric": "city", "operator": "is", "value": "Oslo"}]}


@pytest.fixture
def premium(admin):
    create_defaults()
    segment = Segment.objects.get(key="premium")
    save_draft(segment, BERGEN, by=admin)
    return segment


def schedule(segment, admin, publish_on=DAY):
    return schedule_rule(segment, publish_on=publish_on, reason="New year", by=admin, today=TODAY)


def test_a_rule_comes_into_force_on_its_day_and_not_before(premium, admin):
    schedule(premium, admin)
    before = find_published(premium)
    assert publish_due_rules(on=DAY - timedelta(days=1), at=NOW) == []
    assert find_published(premium) == before
    at = datetime(2026, 12, 1, 2, tzinfo=UTC)
    (rule,) = publish_due_rules(on=DAY, at=at)
    assert (rule.criteria, rule.reason, rule.published_by, rule.published_at) == (BERGEN, "New year", admin, at)
    assert (find_published(premium), find_draft(premium), rule.publish_on) == (rule, None, None)
    assert publish_due_rules(on=DAY, at=at) == []


def test_a_day_that_was_missed_is_made_up_for(premium, admin):
    schedule(premium, admin)
    assert len(publish_due_rules(on=DAY + timedelta(days=5), at=NOW)) == 1


def test_a_withdrawn_rule_stays_a_draft(premium, admin):
    schedule(premium, admin)
    withdraw_schedule(premium)
    assert publish_due_rules(on=DAY, at=NOW) == []
    assert find_draft(premium).criteria == BERGEN


def test_a_changed_draft_waits_no_more_and_the_same_draft_goes_on_waiting(premium, admin):
    schedule(premium, admin)
    assert save_draft(premium, BERGEN, by=admin).publish_on == DAY
    changed = save_draft(premium, OSLO, by=admin)
    assert (changed.publish_on, changed.reason) == (None, "")


def test_publishing_by_hand_takes_the_day_away(premium, admin):
    schedule(premium, admin)
    assert publish_rule(premium, reason="At once", by=admin, at=NOW).publish_on is None


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=367)])
def test_the_day_lies_between_tomorrow_and_a_year_from_now(premium, admin, day):
    with pytest.raises(SegmentEditingError, match="tomorrow"):
        schedule(premium, admin, publish_on=day)


def test_a_day_needs_a_draft_and_a_reason(premium, admin):
    with pytest.raises(SegmentEditingError, match="reason"):
        schedule_rule(premium, publish_on=DAY, reason=" ", by=admin, today=TODAY)
    publish_rule(premium, reason="Now", by=admin, at=NOW)
    with pytest.raises(SegmentEditingError, match="no draft"):
        schedule(premium, admin)


def test_a_rule_whose_figure_is_gone_stays_a_draft_and_the_others_are_published(premium, admin, monkeypatch):
    schedule(premium, admin)
    standard = Segment.objects.get(key="standard")
    rule = {"all": [{"metric": "country", "operator": "is", "value": "NO"}]}
    save_draft(standard, rule, by=admin)
    schedule(standard, admin)
    monkeypatch.delitem(METRICS, "city")
    assert [one.segment.key for one in publish_due_rules(on=DAY, at=NOW)] == ["standard"]
    assert find_draft(premium).publish_on == DAY
    assert find_published(premium).version == 1


def test_a_segment_that_was_put_away_publishes_nothing(premium, admin):
    schedule(premium, admin)
    Segment.objects.filter(pk=premium.pk).update(archived_at=NOW)
    assert publish_due_rules(on=DAY, at=NOW) == []
    assert SegmentRule.objects.filter(segment=premium, publish_on=DAY).exists()
