"""What the whole staff sees, against a count by hand."""

import html
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from complaints import complaint_handling as handling
from complaints.complaint_figures import find_total, list_figure_rows, read_figures
from complaints.recovery_curve import draw_recovery_curve, read_recovery_curve
from customers.models import PurchaseDay
from interactions.manager_talks import count_manager_talks
from interactions.models import Interaction
from segments.models import Membership
from tests import factories
from tests.score_factory import make_score


@pytest.fixture
def case(rep, north, guardian):
    """``case(taken, days=…, answers=…, bought_after=…)``: a complaint closed after so many days."""

    def make(taken, *, days=2, answers=1, mended="yes", bought_after=None, segment=None, remedy_after=None):
        customer = factories.make_customer(owner=rep, team=north)
        if segment:
            Membership.objects.create(customer=customer, segment=segment, since=taken.date())
        complaint = handling.take_complaint(customer, title="x", by=rep, at=taken)
        for number in range(answers):
            handling.answer(complaint, text="x", by=guardian, at=taken + timedelta(hours=number))
        if remedy_after is not None:
            handling.agree_remedy(complaint, remedy="x", by=guardian, at=taken + timedelta(days=remedy_after))
        if days is not None:
            end = taken + timedelta(days=days)
            handling.close_complaint(complaint, by=guardian, at=end, word="x", mended=mended)
        if bought_after is not None:
            day = taken.date() + timedelta(days=bought_after)
            PurchaseDay.objects.create(customer=customer, day=day, amount_cents=100, cost_cents=60, orders=1, lines=1)
        return complaint

    return make


def test_figures_equal_a_count_by_hand(case, premium, noon):
    case(noon, days=1, segment=premium)
    case(noon, days=3, answers=2, segment=premium)
    case(noon, days=8, mended="part")
    case(noon, days=None)
    old = noon - timedelta(days=200)
    case(old, days=10, answers=3, bought_after=20)
    case(old, days=10, answers=3, bought_after=0)
    case(old, days=60, answers=3, bought_after=180)
    case(old, days=60, answers=3, bought_after=181)
    figures = read_figures(on=(noon + timedelta(days=10)).date(), clock_days=30)
    total = find_total(figures)
    assert total.solved == 7
    assert total.at_first_contact == pytest.approx(1 / 7)
    assert total.median_days == 10
    assert total.looked_at == 4
    assert total.back_by_first_look == 0.25
    assert total.back_by_window == 0.5
    assert (total.in_time, total.back_in_time, total.back_too_late) == (2, 0.5, 0.5)
    rows = list_figure_rows(figures)
    assert [(row.segment, row.figures.solved) for row in rows] == [(premium, 2), (None, 5)]
    assert rows[0].figures.at_first_contact == 0.5
    assert sum(row.figures.looked_at for row in rows) == total.looked_at


def test_how_long_each_segment_waits_for_the_first_answer(case, premium, guardian, noon, viewer, signed_in):
    for hours in (1, 3, 9):
        asked = case(noon, answers=0, days=None, segment=premium)
        handling.answer(asked, text="It is mine now.", by=guardian, at=noon + timedelta(hours=hours))
    case(noon, answers=0, days=1, segment=premium)
    case(noon, days=1)
    figures = read_figures(on=(noon + timedelta(days=10)).date(), clock_days=30)
    assert [(row.segment, row.figures.answer_hours) for row in list_figure_rows(figures)] == [
        (premium, 3.0),
        (None, 0.0),
    ]
    assert find_total(figures).answer_hours == 2.0
    assert "First answer, hours" in signed_in(viewer).get("/complaints/figures/").content.decode()


def test_a_company_without_complaints_has_no_figures_and_no_error(noon, viewer, signed_in):
    total = find_total(read_figures(on=noon.date(), clock_days=30))
    assert (total.solved, total.at_first_contact, total.median_days) == (0, None, None)
    shown = signed_in(viewer).get("/complaints/figures/").content.decode()
    assert "No complaint was closed" in shown


def test_everybody_sees_which_manager_talks_to_customers_himself(customer, lead, rep, noon, viewer, signed_in):
    said = {"channel": "call", "outcome": "talked", "logged_by": lead, "happened_at": noon}
    for other in (
        {},
        {"channel": "visit"},
        {"outcome": "message", "direction": "in"},
        {"outcome": "not_reached"},
        {"channel": "mail"},
        {"logged_by": rep},
        {"happened_at": noon.replace(day=1) - timedelta(days=1)},
        {"happened_at": noon + timedelta(days=1)},
    ):
        Interaction.objects.create(customer=customer, **said | other)
    (row,) = count_manager_talks(on=noon.date())
    assert (row.manager, row.talks, row.quota, row.share, row.last_on) == (lead, 3, 4, 0.75, noon.date())
    page = signed_in(viewer).get("/complaints/figures/").content.decode()
    assert "Managers who talk to customers themselves" in page
    assert lead.name in page


def test_the_silent_majority_is_one_click_from_the_desk(case, rep, guardian, signed_in):
    quiet = factories.make_customer(owner=rep, team=rep.team)
    for one in (quiet, case(timezone.now()).customer):
        make_score(one, risk=2, fall=0.5, surprise=0.01)
    make_score(factories.make_customer(owner=rep, team=rep.team), risk=2, fall=0.3)
    client = signed_in(guardian)
    page = client.get("/complaints/").content.decode()
    link = html.unescape(re.search(r'href="(/customers/\?rule=[^"]+)"', page)[1])
    assert [row.pk for row in client.get(link).context["list"].rows] == [quiet.pk]


def test_a_question_and_an_open_case_do_not_count(case, customer, rep, guardian, noon):
    question = handling.take_complaint(customer, title="?", kind="question", by=rep, at=noon)
    handling.close_complaint(question, by=guardian, at=noon, word="Thanks", mended="yes")
    case(noon, days=None)
    assert find_total(read_figures(on=noon.date(), clock_days=30)).solved == 0


def test_a_rep_sees_the_figures_of_all_not_the_cases_of_others(case, premium, other_rep, signed_in):
    from django.utils import timezone

    made = case(timezone.now() - timedelta(days=9), segment=premium)
    client = signed_in(other_rep)
    assert "Premium" in client.get("/complaints/figures/").content.decode()
    assert made.number not in client.get("/complaints/").content.decode()


def test_the_curve_waits_for_fifty_cases_of_our_own(case, noon, complaint, guardian, signed_in):
    old = noon - timedelta(days=250)
    quick, slow = (case(old, days=40, remedy_after=days, bought_after=bought) for days, bought in ((2, 30), (35, None)))
    factories.copy_complaints([quick, slow], times=23)
    factories.copy_complaints([quick], times=1)
    points = read_recovery_curve(on=noon.date())
    assert draw_recovery_curve(points, clock_day=13, clock_days=30) is None
    client = signed_in(guardian)
    assert "from 50 cases on; there are 49" in client.get(f"/complaints/{complaint.pk}/similar/").content.decode()
    case(old, days=40, remedy_after=2, bought_after=30)
    cache.clear()
    points = read_recovery_curve(on=noon.date())
    drawing = draw_recovery_curve(points, clock_day=13, clock_days=30)
    assert drawing.cases == 50
    assert (points[0].share, points[-1].share) == (1.0, 0.0)
    assert "Recovery, our own 50 cases" in client.get(f"/complaints/{complaint.pk}/similar/").content.decode()


def test_cases_whose_180_days_still_run_are_left_out(case, noon):
    case(noon - timedelta(days=100), days=2, bought_after=3)
    assert sum(point.cases for point in read_recovery_curve(on=noon.date())) == 0
