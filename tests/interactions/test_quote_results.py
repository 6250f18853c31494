"""What became of proposals, as the page tells it and as the list behind it counts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from interactions.models import ProcessRun, StepRun
from interactions.quote_measuring import measure_month, measure_results
from interactions.rules.quote_forecast import Forecast
from tests import factories

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def version(customer):
    segment = factories.make_segment()
    factories.put_in_segment(customer, segment)
    return factories.make_process(segment, "propose", [{"title": "Hear the need"}, {"title": "Decision"}])


@pytest.fixture
def propose(customer, version):
    """A proposal begun ``days`` ago, with ``passed`` steps behind it a day later and its end two days after that."""

    def make(state, *, passed, days=40, skips=0, whose=customer, **fields):
        begun = AT - timedelta(days=days)
        ended = None if state == "running" else begun + timedelta(days=3)
        run = ProcessRun.objects.create(
            customer=whose, version=version, key=f"P-{ProcessRun.objects.count()}", state=state, started_at=begun,
            ended_at=ended, **{"amount_cents": 10_000, **fields},
        )  # fmt: skip
        for step in version.steps.all():
            is_past = step.position <= passed
            StepRun.objects.create(
                run=run, step=step, position=step.position, closed_at=begun + timedelta(days=1) if is_past else None,
                state=("skipped" if step.position <= skips else "done") if is_past else "waiting",
                skip_reason="They wrote it all" if step.position <= skips else "",
            )  # fmt: skip
        return run

    return make


def measure(user, **said):
    return measure_results(user, **{"flow": "propose", "is_own": False, "at": AT, **said})


def test_each_step_tells_who_came_and_what_is_likely_follows_from_it(propose, rep):
    for _won in range(6):
        propose("done", passed=2)
    for _lost in range(4):
        propose("lost", passed=1, lost_because="price", skips=1)
    propose("running", passed=1, expected_on=date(2026, 12, 9))
    propose("running", passed=0, expected_on=date(2026, 10, 1))
    propose("running", passed=0)
    propose("done", passed=2, days=400)  # begun more than a year ago
    results = measure(rep)
    (segment,) = results.segments
    first, second = segment.steps
    assert (first.title, first.figures.reached, first.figures.passed, first.figures.standing) == (
        "Hear the need", 13, 11, 2
    )  # fmt: skip
    assert (second.figures.ended, second.figures.winning_share, first.skipped, second.skipped) == (4, 0.6, 4, 0)
    assert (results.won, results.lost, results.stopped, results.running) == (6, 4, 0, 3)
    assert results.causes == [("price", "the price", 4, 40_000)]
    one = Forecast(1, 10_000, 6_000)
    assert results.to_come == [(date(2026, 11, 1), one), (date(2026, 12, 1), one), (None, one)]
    assert results.forecast == Forecast(3, 30_000, 18_000)


def test_too_few_decided_foresee_nothing(propose, rep):
    propose("done", passed=2)
    propose("running", passed=0)
    assert measure(rep).forecast == Forecast(1, 10_000, None)


def test_a_month_gone_by_is_held_against_what_its_first_day_foresaw(propose, rep):
    for _won in range(5):
        propose("done", passed=2, days=90)
    for _lost in range(5):
        propose("lost", passed=1, days=90)
    due = {"days": 25, "expected_on": date(2026, 11, 20)}  # begun on 30 October, ended on 2 November
    propose("done", passed=2, **due)
    propose("lost", passed=1, **due)
    propose("running", passed=1, **due)
    propose("done", passed=2, days=10, expected_on=date(2026, 11, 20))  # begun after the first day
    month = measure_month(ProcessRun.objects.all(), date(2026, 11, 1))
    assert (month.foreseen, month.won_cents, month.open_count) == (Forecast(3, 30_000, 15_000), 10_000, 1)
    assert month.miss == 0.5


def test_nobody_counts_what_he_may_not_see(propose, rep, other_rep, lead):
    propose("done", passed=2)
    assert (measure(rep, is_own=True).won, measure(lead).won, measure(other_rep).won) == (1, 1, 0)
    assert measure(lead, is_own=True).won == 0


def test_each_number_of_the_page_opens_the_list_that_it_counts(propose, rep, signed_in, customer):
    now = datetime.now(UTC)
    lost = propose("lost", passed=1, lost_because="rival", end_reason="Parent company buys for all")
    ProcessRun.objects.filter(pk=lost.pk).update(started_at=now - timedelta(days=20), ended_at=now - timedelta(days=9))
    browser = signed_in(rep)
    page = browser.get(reverse("interactions:quote-results")).content.decode()
    assert "Another supplier was preferred" in page
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="/pipeline/all/')[1:]]
    shown = {link.partition("&state")[2]: browser.get(f"/pipeline/all/{link}") for link in links}
    counted = {link: len(page.context["list"].rows) for link, page in shown.items()}
    assert counted["=lost"] == counted["=lost&because=rival"] == 1
    assert counted["=done"] == counted["=running"] == 0
    assert "Parent company buys for all" in shown["=lost&because=rival"].content.decode(), "with what they said"
