"""Below zero: who, since when, because of what, and what was decided; the curve of what they take back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.home.below_zero import name_cause
from crm.home.below_zero_drawing import NARROW, draw_whale
from customers.models import CostRate
from interactions.below_zero_deciding import decide_below_zero
from interactions.models import BelowZeroDecision, Interaction
from segments.below_zero_keeping import keep_below_zero
from segments.models import BelowZeroSpell, SegmentDay
from segments.rules.figure_spread import Spread
from tests import factories
from tests.score_factory import make_score

URL = "/segments/below-zero/"
OTHER_FIGURES = """sales_cents sales_before_cents goods_cents service_cents contribution_cents value_3y_cents at_risk
    at_stake_cents to_talk"""
NOTHING = dict.fromkeys(OTHER_FIGURES.split(), 0)


@pytest.fixture
def today():
    return timezone.localdate()


def make_loss(owner, cents=-50_000, name="Oosterveld Tuinbouw B.V.", **fields):
    customer = factories.make_customer(owner=owner, team=owner.team, name=name)
    values = {"sales_12m_cents": 72_300, "goods_12m_cents": 56_600, "service_12m_cents": 234_600, **fields}
    factories.set_score(customer, contribution_12m_cents=cents, **values)
    return customer


def decide(customer, by, *, on, kind="keep", **fields):
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    values = {"reason": "Because", "owner": by, "review_on": on + timedelta(days=30), **fields}
    return decide_below_zero(customer, kind=kind, by=by, on=on, at=at, **values)


def names(answer):
    return [row.name for row in answer.context["list"].rows]


def test_whoever_costs_more_than_he_brings_is_listed_the_largest_loss_first(lead, rep, other_rep, signed_in):
    make_loss(rep, -100, "Small loss")
    make_loss(rep, -9_900_000, "Large loss")
    make_loss(rep, 1, "Just above")
    make_loss(other_rep, -500, "Of the other team")
    archived = make_loss(rep, -700, "Archived")
    archived.archived_at = timezone.now()
    archived.save()
    answer = signed_in(lead).get(URL)
    assert names(answer) == ["Large loss", "Small loss"]
    assert (answer.context["number"], answer.context["undecided"]) == (2, 2)


def test_the_night_keeps_since_when(db, rep):
    first, second = make_loss(rep), make_loss(rep, 100)
    keep_below_zero(on=date(2026, 8, 1))
    keep_below_zero(on=date(2026, 8, 1))
    factories.set_score(first, contribution_12m_cents=5)
    factories.set_score(second, contribution_12m_cents=-5)
    keep_below_zero(on=date(2026, 9, 1))
    factories.set_score(first, contribution_12m_cents=-5)
    keep_below_zero(on=date(2026, 10, 1))
    spells = BelowZeroSpell.objects.filter(customer=first).order_by("since").values_list("since", "until")
    assert list(spells) == [(date(2026, 8, 1), date(2026, 9, 1)), (date(2026, 10, 1), None)]
    assert BelowZeroSpell.objects.get(customer=second).since == date(2026, 9, 1)


def test_ninety_days_without_a_decision_are_flagged(lead, rep, signed_in, today):
    late, early, decided = make_loss(rep, -30, "Late"), make_loss(rep, -20, "Early"), make_loss(rep, -10, "Decided")
    for customer, days in ((late, 90), (early, 89), (decided, 200)):
        BelowZeroSpell.objects.create(customer=customer, since=today - timedelta(days=days))
    decide(decided, lead, on=today)
    browser = signed_in(lead)
    assert names(browser.get(f"{URL}?overdue=1")) == ["Late"]
    assert names(browser.get(f"{URL}?undecided=1")) == ["Late", "Early"]
    page = browser.get(URL)
    assert page.context["late"] == 1
    rows = {row.name: row for row in page.context["list"].rows}
    assert (rows["Late"].is_overdue, rows["Early"].is_overdue, rows["Decided"].is_overdue) == (True, False, False)
    assert "1 for over 90 days" in page.content.decode()


def test_what_is_decided_stands_in_the_row_and_in_the_sums(lead, rep, signed_in, today):
    first, second = make_loss(rep, -30, "First"), make_loss(rep, -20, "Second")
    make_loss(rep, -10, "Third")
    decide(first, lead, on=today - timedelta(days=40), kind="raise", expected_cents=140_000, reason="Old price list")
    decide(second, lead, on=today, kind="keep")
    browser = signed_in(lead)
    page = browser.get(URL)
    text = page.content.decode()
    assert "Old price list" in text
    assert (page.context["decided"], page.context["undecided"]) == (2, 1)
    assert names(browser.get(f"{URL}?as_raise=1")) == ["First"]
    assert names(browser.get(f"{URL}?review=1")) == ["First"]
    assert "1 to look at again now" in text
    assert names(browser.get(f"{URL}?decided=1")) == ["First", "Second"]
    value = browser.get(reverse("home:customer-value", args=[first.pk])).text
    assert all(words in value for words in ("Raise the price", "Old price list", "Decide anew"))


def test_a_decided_customer_shows_what_serving_cost_before_and_since(lead, rep, signed_in, today):
    CostRate.objects.all().delete()
    CostRate.objects.create(work="visit", cents_each=10_000, valid_from=date(2020, 1, 1))
    customer = make_loss(rep)
    decided_on = today - timedelta(days=60)
    for days in (300, 200, 150, 61, 30):
        Interaction.objects.create(
            customer=customer, channel="visit", happened_at=timezone.now() - timedelta(days=days), logged_by=rep
        )
    decide(customer, lead, on=decided_on)
    served = signed_in(lead).get(URL).context["list"].rows[0].served
    assert served.days == 61
    assert served.before_cents == round(4 * 10_000 / 365 * 30.4)
    assert served.since_cents == round(10_000 / 61 * 30.4)


def test_a_week_after_the_decision_says_nothing_yet(lead, rep, signed_in, today):
    decide(make_loss(rep), lead, on=today)
    assert signed_in(lead).get(URL).context["list"].rows[0].served is None


def test_those_who_came_back_are_counted_with_what_they_brought(lead, rep, signed_in, today):
    customer = make_loss(rep, -50_000)
    decide(customer, lead, on=today)
    factories.set_score(customer, contribution_12m_cents=20_000)
    browser = signed_in(lead)
    back = browser.get(URL).context["back"]
    assert (back["every"], back["back"], back["brought"]) == (1, 1, 70_000)
    assert (names(browser.get(URL)), names(browser.get(f"{URL}?back=1"))) == ([], [customer.name])


@pytest.mark.parametrize(
    ("figures", "works", "words"),
    [
        ({"sales": 100, "goods": 200}, [("visit", 3, 999)], "sold below the cost of goods"),
        ({"sales": 900, "goods": 200}, [("visit", 9, 900), ("call", 30, 200)], "9 visits"),
        ({"sales": 0, "goods": 0}, [("call", 61, 900)], "61 calls, nothing bought"),
        ({"sales": -50, "goods": 0}, [], "returns outweigh sales"),
    ],
)
def test_the_cause_is_the_dearest_work(figures, works, words):
    from types import SimpleNamespace

    from crm.core.service_cost_catalogue import ServiceCost

    score = SimpleNamespace(sales_12m_cents=figures["sales"], goods_12m_cents=figures["goods"])
    assert name_cause(score, [ServiceCost(1, 0, work, pieces, 0, cents) for work, pieces, cents in works]) == words


def test_the_whale_rises_to_its_peak_and_those_below_zero_take_it_back():
    spread = Spread(counts=(2, 3, 4, 1), sums=(-3_000, -600, 4_000, 9_000))
    whale = draw_whale(spread)
    assert (whale.peak_cents, whale.end_cents, whale.takes_back_cents, whale.below) == (13_000, 9_400, 3_600, 5)
    assert whale.customers == 10
    assert whale.rows[-1] == (1.0, 9_400, 1.0)
    reached = {share: cents for share, cents, _part in whale.rows}
    assert (reached[0.1], reached[0.5]) == (9_000, 13_000)
    assert whale.most_share == pytest.approx(0.1 * 0.8 * 9_400 / 9_000)


def test_on_a_phone_the_same_curve_fits_the_screen():
    spread = Spread(counts=(2, 3, 4, 1), sums=(-3_000, -600, 4_000, 9_000))
    wide, narrow = draw_whale(spread), draw_whale(spread, canvas=NARROW)
    assert (narrow.rows, narrow.peak_cents, narrow.below) == (wide.rows, wide.peak_cents, wide.below)
    places = [float(place) for place in narrow.path.removeprefix("M").split()]
    assert max(places[::2]) == narrow.canvas.right <= narrow.width < 390
    assert len(narrow.marks) < len(wide.marks)


def test_a_company_that_loses_on_the_whole_still_has_a_curve():
    whale = draw_whale(Spread(counts=(5, 1), sums=(-9_000, 4_000)))
    assert (whale.peak_cents, whale.end_cents, whale.peak_share) == (4_000, -5_000, 1.0)


@pytest.mark.parametrize("spread", [Spread(), Spread(counts=(3,), sums=(-5,))])
def test_where_nothing_is_brought_there_is_no_curve(spread):
    assert draw_whale(spread) is None


def test_the_page_shows_the_curve_of_the_evening_and_where_they_sit(admin, rep, signed_in, today):
    segment = factories.make_segment("low")
    make_loss(rep)
    SegmentDay.objects.create(
        day=today,
        segment=segment,
        team=None,
        **NOTHING,
        customers=3,
        below_zero=1,
        below_zero_cents=-50_000,
        contribution_spread=[[-5, 1, -50_000], [9, 2, 900_000]],
    )
    page = signed_in(admin).get(URL)
    text = page.content.decode()
    assert f"?segment={segment.key}" in text
    assert names(signed_in(admin).get(f"{URL}?segment={segment.key}")) == [], "nobody was moved there yet"
    assert [(one.name, n) for one, n in page.context["sits"]] == [(segment.name, 1)]
    assert "Whale curve" in text
    assert "taken back" in text
    assert "style=" not in text


def test_of_very_many_the_number_is_that_of_the_evening_and_what_is_decided_is_exact(
    lead, rep, signed_in, today, monkeypatch
):
    """A million customers are never counted for a page: beyond the bound it says about how many there were."""
    monkeypatch.setattr("crm.home.below_zero.MOST_COUNTED", 2)
    losses = [make_loss(rep, -10 * n, f"Loss {n}") for n in range(1, 5)]
    for loss in losses:
        BelowZeroSpell.objects.create(customer=loss, since=today - timedelta(days=100))
    decide(losses[0], lead, on=today)
    sits = {"customers": 90_000, "below_zero": 41_000, "below_zero_cents": -9_000}
    SegmentDay.objects.create(day=today, segment=factories.make_segment("low"), team=rep.team, **NOTHING, **sits)
    answer = signed_in(lead).get(URL)
    page = answer.content.decode()
    assert "about 41,000" in page
    assert (answer.context["decided"], answer.context["undecided"]) == (1, 40_999)
    assert "more than 2 for over 90 days" in page


def test_a_reader_without_the_right_to_decide_sees_what_is_open(executive, rep, signed_in):
    make_loss(rep)
    text = signed_in(executive).get(URL).content.decode()
    assert "not decided" in text
    assert "?kind=raise" not in text


def test_nobody_below_zero_is_said_kindly(lead, signed_in):
    make_score(factories.make_customer())
    assert "Nobody here" in signed_in(lead).get(URL).content.decode()
    assert not BelowZeroDecision.objects.exists()
    assert reverse("home:below-zero") == URL
