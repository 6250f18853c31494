"""The segment dashboard shows what a plain count of the same customers gives, to whom it concerns, in few queries."""

import statistics
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.core import job_ledger
from crm.core.models import Team
from crm.home.customer_list import overdue_to_talk
from crm.home.segment_summary import build_summary, list_teams, scope_of
from crm.nightly_run import run_night
from customers.models import Customer
from segments.care_figures import write_care_figures
from segments.customer_pinning import pin_customer
from segments.default_configuration import create_defaults
from segments.models import CurrentScore, Membership, Segment, SegmentDay, SegmentMove
from segments.rules.abc_classes import ClassLines, find_class_cuts
from segments.rules.figure_spread import draw_pareto, find_share_of_customers
from segments.segment_figures import count_members, write_segment_figures
from tests import factories
from tests.segments.purchase_world import END, make_world

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch, time_machine):
    time_machine.move_to(AT)
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)


@pytest.fixture
def company(rep, other_rep, lead, admin, executive):
    """150 customers who buy by rhythms of their own: a third in each team, a third without one; after one night."""
    create_defaults()
    make_world()
    for number, customer in enumerate(Customer.objects.order_by("pk")):
        team = (rep.team, other_rep.team, None)[number % 3]
        Customer.objects.filter(pk=customer.pk).update(team=team)
    run_night(on=END, at=AT)
    return Customer.objects.all()


def figures_of(user, team=None, since=END - timedelta(days=30)):
    return build_summary(scope_of(user, list_teams(user), team=team), day=END, since=since)


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


def keep_evening(day, **changes):
    """The figures of the last night as those of an earlier evening."""
    for row in SegmentDay.objects.filter(day=END):
        row.pk, row.day = None, day
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()


def test_of_old_evenings_the_last_of_each_month_stays(company):
    in_september, month_end = date(2026, 9, 22), date(2026, 8, 31)
    for day in (END - timedelta(days=20), date(2026, 10, 15), date(2026, 10, 16), in_september, month_end):
        keep_evening(day)
    keep_evening(month_end - timedelta(days=1))
    write_segment_figures(on=END)
    kept = set(SegmentDay.objects.values_list("day", flat=True))
    assert kept == {END, END - timedelta(days=20), date(2026, 10, 16), in_september, month_end}


def test_a_manager_reads_the_page_in_few_queries_and_sees_only_his_team(company, lead, north, south, signed_in):
    client = signed_in(lead)
    client.get(reverse("home:segment-dashboard"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(reverse("home:segment-dashboard"))
    assert len(queries) <= 15
    html = response.content.decode()
    assert f"{company.filter(team=north).count()} customers" in html
    assert "South" not in html
    assert len(response.content) <= 60_000
    forged = client.get(reverse("home:segment-dashboard"), {"team": south.pk}).content.decode()
    assert f"{company.filter(team=north).count()} customers" in forged


def test_every_number_opens_the_customers_behind_it(company, admin, signed_in):
    client = signed_in(admin)
    html = client.get(reverse("home:segment-dashboard")).content.decode()
    assert "?segment=standard" in html
    listed = client.get(reverse("home:customer-list"), {"segment": "standard"})
    count = next(one.figures.customers for one in figures_of(admin).segments if one.segment.key == "standard")
    assert f"{count} customers" in listed.content.decode() or str(count) in listed.content.decode()


def test_before_the_first_night_the_page_says_what_is_missing(lead, signed_in):
    html = signed_in(lead).get(reverse("home:segment-dashboard")).content.decode()
    assert "No figures yet" in html


def test_names_of_customers_are_shown_as_written(company, lead, north, signed_in):
    risky = CurrentScore.objects.filter(customer__team=north, risk=CurrentScore.Risk.HIGH).order_by("-at_stake_cents")
    score = risky.first()
    if score is None:
        factories.make_customer(team=north)
        pytest.skip("nobody of this world is at risk tonight")
    Customer.objects.filter(pk=score.customer_id).update(name="<script>alert(1)</script>")
    html = signed_in(lead).get(reverse("home:segment-at-risk")).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_an_earlier_evening_is_chosen_and_its_figures_open_who_was_there_then(company, admin, signed_in):
    evening = END - timedelta(days=31)
    keep_evening(evening, contribution_cents=100_000)
    client = signed_in(admin)
    html = client.get(reverse("home:segment-dashboard"), {"day": evening.isoformat()}).content.decode()
    assert f"was=standard.{evening.isoformat()}" in html
    assert "risk=high&amp;sort" not in html.split("By segment")[1].split("</table>")[0]
    latest = client.get(reverse("home:segment-dashboard"), {"day": (END + timedelta(1)).isoformat()}).content.decode()
    assert "segment=standard" in latest
    before_all = client.get(reverse("home:segment-dashboard"), {"day": "2020-01-01"}).content.decode()
    assert f"was=standard.{evening.isoformat()}" in before_all, "the first evening there is"


def test_then_and_now_stand_side_by_side_by_segment_and_by_team(company, admin, lead, north, signed_in):
    keep_evening(END - timedelta(days=95), contribution_cents=100_000, customers=7)
    html = signed_in(admin).get(reverse("home:segment-comparison")).content.decode()
    assert "against the 12 months to" in html
    assert html.count(">7</td>") >= 3
    assert "By team" in html
    assert "North" in html
    of_lead = signed_in(lead).get(reverse("home:segment-comparison")).content.decode()
    assert "South" not in of_lead
    assert "By team" not in of_lead
    nothing_kept = signed_in(admin).get(reverse("home:segment-comparison"), {"since": "2026-01-01"}).content.decode()
    assert "No evening is kept" in nothing_kept


def test_a_company_younger_than_the_period_is_compared_with_its_first_evening(company, admin, signed_in):
    first = END - timedelta(days=20)
    keep_evening(first, contribution_cents=100_000, customers=7)
    shown = signed_in(admin).get(reverse("home:segment-comparison")).context
    assert shown["choice"].since == shown["summary"].compared == first


def test_who_we_can_name_and_reach_is_counted_and_the_others_are_listed(company, admin, north, signed_in):
    from customers.models import ContactPoint

    a_class = [score.customer for score in CurrentScore.objects.filter(grade__startswith="A").order_by("pk")]
    for number, customer in enumerate(a_class[:6]):
        person = factories.make_person(customer, left_on=END if number == 4 else None)
        value = f"{number}@example.test"
        ContactPoint.objects.create(
            customer=customer,
            person=person,
            kind="web" if number == 5 else "email",
            value=value,
            value_normal=value,
            is_valid=number != 3,
        )
    write_care_figures(on=END)
    total = figures_of(admin).total
    assert total.a_reached == pytest.approx(3 / len(a_class))
    assert total.a_unreached == len(a_class) - 3
    assert total.reached == pytest.approx(3 / company.count())
    own = [customer for customer in a_class[:3] if customer.team_id == north.pk]
    assert figures_of(admin, team=north).total.reach["A"][1] == len(own)
    listed = signed_in(admin).get(reverse("home:customer-list"), {"unreachable": "1", "grade": "A"})
    assert listed.context["list"].shown == str(len(a_class) - 3)


def test_the_export_holds_what_the_page_shows_and_runs_nothing(company, admin, lead, north, signed_in):
    Segment.objects.filter(key="standard").update(name="=1+1")
    text = b"".join(signed_in(admin).get(reverse("home:segment-export", args=["csv"])).streaming_content).decode()
    summary = figures_of(admin)
    standard = next(one.figures for one in summary.segments if one.segment.key == "standard")
    line = next(line for line in text.splitlines() if line.startswith("'=1+1,"))
    assert line.split(",")[1:3] == [str(standard.customers), f"{standard.sales_cents / 100:.2f}"]
    assert f"All,{summary.total.customers}," in text
    own = b"".join(signed_in(lead).get(reverse("home:segment-export", args=["csv"])).streaming_content).decode()
    assert f"All,{company.filter(team=north).count()}," in own
    assert signed_in(admin).get(reverse("home:segment-export", args=["xlsx"])).content.startswith(b"PK")
    assert signed_in(admin).get(reverse("home:segment-export", args=["exe"])).status_code == 404


def test_every_page_about_segments_asks_few_questions_and_stays_small(company, admin, lead, signed_in):
    keep_evening(END - timedelta(days=95))
    for user in (admin, lead):
        client = signed_in(user)
        for name in ("segment-dashboard", "segment-comparison", "segment-movement", "process-fit"):
            client.get(reverse(f"home:{name}"))
            with CaptureQueriesContext(connection) as queries:
                response = client.get(reverse(f"home:{name}"))
            assert len(queries) <= 15, name
            assert len(response.content) <= 60_000, name


def test_movement_is_drawn_counted_and_named_between_any_two_days(company, admin, north, lead, signed_in):
    premium = Segment.objects.get(key="premium")
    moving = company.filter(team=north).exclude(memberships__segment=premium).first()
    was = Membership.objects.current().get(customer=moving).segment
    held = {"reason": "More to come", "expires_on": END + timedelta(90), "by": admin, "at": AT}
    pin_customer(moving, segment=premium, on=END + timedelta(1), **held)
    write_segment_figures(on=END + timedelta(1))
    html = signed_in(lead).get(reverse("home:segment-movement"), {"since": END.isoformat()}).content.decode()
    assert "1 moved, 0 came" in html
    assert moving.name in html
    move = f"{was.key}.premium.{END.isoformat()}.{(END + timedelta(1)).isoformat()}"
    assert f"moved={move}" in html
    listed = signed_in(lead).get(reverse("home:customer-list"), {"moved": move})
    assert [row.pk for row in listed.context["list"].rows] == [moving.pk]
    assert (
        "Nobody moved"
        in signed_in(lead)
        .get(reverse("home:segment-movement"), {"since": END.isoformat(), "until": END.isoformat()})
        .content.decode()
    )


def make_misfits(company):
    """The better half of Standard is in Premium, but for its best four; and Premium's worst stays where it is."""
    standard, premium = (Segment.objects.get(key=key) for key in ("standard", "premium"))
    scores = CurrentScore.objects.filter(
        customer__memberships__in=Membership.objects.current().filter(segment=standard)
    )
    ordered = [score.customer_id for score in scores.order_by("-contribution_12m_cents", "customer_id")]
    lifted = [*ordered[4 : len(ordered) // 2], ordered[-1]]
    Membership.objects.current().filter(customer__in=lifted).update(segment=premium)
    Customer.objects.filter(pk=ordered[0]).update(team=Team.objects.get(name="North"))
    Customer.objects.filter(pk=ordered[1]).update(team=Team.objects.get(name="South"))
    write_segment_figures(on=END)
    write_care_figures(on=END)
    return ordered[:4], ordered[-1]


def test_a_customer_whose_process_does_not_fit_is_listed_and_moved_with_one_click(company, lead, north, signed_in):
    from segments.models import Pin, ProcessMisfit

    best, worst = make_misfits(company)
    assert set(ProcessMisfit.objects.filter(kind="simple").values_list("customer", flat=True)) >= set(best[:2])
    assert ProcessMisfit.objects.get(customer=worst).kind == "heavy"
    simple = ProcessMisfit.objects.filter(kind="simple", customer__team=north).order_by("-gap_cents").first()
    client = signed_in(lead)
    html = client.get(reverse("home:process-fit"), {"kind": "simple"}).content.decode()
    assert simple.customer.name in html
    assert f"{simple.steps} <span" in html
    counted = figures_of(lead).total
    assert counted.too_simple == ProcessMisfit.objects.filter(kind="simple", customer__team=north).count()
    response = client.post(
        reverse("home:process-fit-move", args=[simple.pk]), {"back": "/segments/fit/?kind=simple"}, follow=True
    )
    assert response.redirect_chain == [("/segments/fit/?kind=simple", 302)]
    assert Membership.objects.current().get(customer=simple.customer).segment == simple.fits
    pin = Pin.objects.get(customer=simple.customer)
    assert (pin.pinned_by, pin.expires_on) == (lead, date(2026, 11, 22) + timedelta(days=180))
    assert "Brings" in pin.reason
    assert not ProcessMisfit.objects.filter(customer=simple.customer).exists()
    client.post(reverse("segments:pin-end", args=[pin.pk]))
    assert Membership.objects.current().get(customer=simple.customer).segment == simple.segment
    foreign = ProcessMisfit.objects.exclude(customer__team=north).exclude(customer__owner=lead).first()
    assert client.post(reverse("home:process-fit-move", args=[foreign.pk])).status_code == 404


def test_misfits_are_those_a_plain_reading_of_the_lines_finds(company):
    from segments.care_figures import read_segment_care
    from segments.models import ProcessMisfit
    from segments.rules.process_fit import find_fit_lines, find_misfit

    make_misfits(company)
    lines = find_fit_lines(read_segment_care(on=END))
    expected = {}
    for member in Membership.objects.current():
        score = CurrentScore.objects.filter(pk=member.customer_id).first()
        if score and score.purchase_days:
            line = find_misfit(lines, segment=member.segment_id, contribution=score.contribution_12m_cents)
            if line:
                expected[member.customer_id] = (line.kind, line.fits)
    kept = {row.customer_id: (row.kind, row.fits_id) for row in ProcessMisfit.objects.all()}
    assert kept == expected
    assert kept, "the world has somebody who does not fit"
