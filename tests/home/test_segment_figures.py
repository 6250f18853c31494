"""Figures of segments are what a plain count of the same customers gives, on every evening that is kept."""

import statistics
from collections import Counter
from datetime import date, timedelta

import pytest

from crm.home.customer_list import overdue_to_talk
from crm.home.segment_summary import build_summary, list_teams, scope_of
from segments.care_figures import write_care_figures
from segments.customer_pinning import pin_customer
from segments.models import CurrentScore, Membership, Segment, SegmentDay, SegmentMove
from segments.rules.abc_classes import ClassLines, find_class_cuts
from segments.rules.figure_spread import draw_pareto, find_share_of_customers
from segments.segment_figures import count_members, write_segment_figures
from tests.home.segment_company import AT, _quiet, company, figures_of, keep_evening
from tests.segments.purchase_world import END

__all__ = ["_quiet", "company"]

pytestmark = pytest.mark.django_db


def naive(customers):
    """Scores by segment key, counted by hand."""
    held = dict(Membership.objects.current().values_list("customer_id", "segment__key"))
    scores = CurrentScore.objects.in_bulk([customer.pk for customer in customers])
    grouped = {}
    for customer in customers:
        grouped.setdefault(held[customer.pk], []).append(scores.get(customer.pk))
    return grouped


def assert_same(summary, customers):
    grouped = naive(customers)
    assert {one.segment.key: one.figures.customers for one in summary.segments if one.figures.customers} == {
        key: len(scores) for key, scores in grouped.items()
    }
    for one in summary.segments:
        scores = [score for score in grouped.get(one.segment.key, []) if score]
        assert one.figures.sales_cents == sum(score.sales_12m_cents for score in scores)
        assert one.figures.contribution_cents == sum(score.contribution_12m_cents for score in scores)
        assert one.figures.service_cents == sum(score.service_12m_cents for score in scores)
        assert one.figures.value_3y_cents == sum(score.value_3y_cents or 0 for score in scores)
        at_risk = [score for score in scores if score.risk == CurrentScore.Risk.HIGH]
        assert (one.figures.at_risk, one.figures.at_stake_cents) == (
            len(at_risk),
            sum(score.at_stake_cents for score in at_risk),
        )
        assert one.figures.below_zero == sum(score.contribution_12m_cents < 0 for score in scores)


def test_every_figure_equals_a_plain_count(company, admin, lead, north):
    assert_same(figures_of(admin), company)
    assert_same(figures_of(admin, team=north), company.filter(team=north))
    assert_same(figures_of(lead), company.filter(team=north))
    assert figures_of(admin).total.customers == company.count() == sum(count_members().values())


def test_medians_and_the_pareto_split_are_the_true_ones_within_a_step(company, admin):
    summary = figures_of(admin)
    for one in summary.segments:
        true = [score.contribution_12m_cents for score in naive(company).get(one.segment.key, []) if score]
        if true:
            middle = statistics.median_low(true)
            assert one.figures.contribution.quantile(0.5) == pytest.approx(middle, rel=0.06, abs=20)
            assert one.figures.contribution.total == sum(true)
    scores = list(CurrentScore.objects.all())
    import numpy as np

    ids = np.array([score.customer_id for score in scores])
    sales = np.array([score.sales_12m_cents for score in scores])
    cuts = find_class_cuts(ids, sales, lines=ClassLines(80, 95))
    drawn = find_share_of_customers(draw_pareto(summary.total.sales), 0.8)
    assert drawn == pytest.approx(cuts.share_of_customers("A"), abs=0.02)


def test_talks_complaints_and_minutes_come_from_the_apps_above(company, admin, rep):
    from complaints.models import Complaint
    from interactions.models import Interaction

    standard = Membership.objects.current().filter(segment__key="standard").first()
    late = Membership.objects.current().filter(segment__key="standard").last()
    for member, days in ((standard, 5), (late, 200)):
        Interaction.objects.create(
            customer_id=member.customer_id,
            channel="call",
            happened_at=AT - timedelta(days=days),
            minutes=30,
            logged_by=rep,
        )
    Complaint.objects.create(customer_id=standard.customer_id, title="Late", taken_at=AT - timedelta(days=3))
    write_segment_figures(on=END)
    figures = next(one.figures for one in figures_of(admin).segments if one.segment.key == "standard")
    assert figures.talked_in_time == 1
    assert figures.to_talk == figures.customers
    assert figures.complained == 1
    assert figures.minutes == 60
    listed = overdue_to_talk(company.filter(memberships__segment__key="standard"), now=AT)
    assert listed.count() == figures.to_talk - figures.talked_in_time, "the list behind the figure holds the others"
    standard_alone = Segment.objects.get(key="standard").pk
    assert set(overdue_to_talk(company, now=AT, segment=standard_alone)) == set(listed)
    Segment.objects.filter(key="standard").update(cadence_days=None)
    assert not overdue_to_talk(company, now=AT, segment=standard_alone).exists(), "nobody promised to talk to them"


def test_writing_an_evening_again_changes_nothing(company):
    def read():
        days = SegmentDay.objects.order_by("day", "segment", "team").values()
        moves = SegmentMove.objects.order_by("day", "team", "from_segment", "to_segment").values()
        return [{k: v for k, v in row.items() if k != "id"} for row in [*days, *moves]]

    before = read()
    write_segment_figures(on=END)
    write_care_figures(on=END)
    assert read() == before


def test_who_moved_is_counted_from_the_chosen_day_on(company, admin, north, lead):
    premium = Segment.objects.get(key="premium")
    moving = company.filter(team=north).exclude(memberships__segment=premium)[:3]
    for customer in moving:
        pin_customer(
            customer,
            segment=premium,
            reason="More to come",
            expires_on=END + timedelta(days=90),
            by=admin,
            on=END + timedelta(days=1),
            at=AT,
        )
    next_day = END + timedelta(days=1)
    write_segment_figures(on=next_day)
    summary = build_summary(scope_of(lead, list_teams(lead), team=None), day=next_day, since=END)
    assert sum(n for _was, to, n in summary.moves if to == premium) == 3
    assert next(one.growth for one in summary.segments if one.segment == premium) == 3
    assert sum(one.growth for one in summary.segments) == 0
    later = build_summary(scope_of(lead, list_teams(lead), team=None), day=next_day, since=next_day)
    assert later.moves == []


def test_the_first_evening_when_everybody_came_is_no_movement(company, admin):
    summary = figures_of(admin)
    assert (summary.came, summary.moves) == (0, [])
    assert Counter(one.growth for one in summary.segments) == {0: len(summary.segments)}


def test_of_old_evenings_the_last_of_each_month_stays(company):
    in_september, month_end = date(2026, 9, 22), date(2026, 8, 31)
    for day in (END - timedelta(days=20), date(2026, 10, 15), date(2026, 10, 16), in_september, month_end):
        keep_evening(day)
    keep_evening(month_end - timedelta(days=1))
    write_segment_figures(on=END)
    kept = set(SegmentDay.objects.values_list("day", flat=True))
    assert kept == {END, END - timedelta(days=20), date(2026, 10, 16), in_september, month_end}
