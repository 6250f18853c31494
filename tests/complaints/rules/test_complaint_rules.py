"""The rules of recovery, as tables a guardian could read."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from complaints.rules.closing_permission import Block, decide_closing
from complaints.rules.complaint_priority import rank_complaint
from complaints.rules.customers_words import quote_words
from complaints.rules.guardian_choice import Candidate, Refusal, choose_guardian, find_refusal
from complaints.rules.recovery_clock import (
    ClockState,
    RecoveryClock,
    Rung,
    find_due_escalations,
    find_end_of_clock_day,
    find_rung,
    find_start_of_day,
    is_guardian_due,
    read_clock,
)
from complaints.rules.recovery_outcome import (
    Outcome,
    build_curve,
    decide_outcome,
    has_enough_cases,
    read_curve,
)
from complaints.rules.recovery_steps import RecoveryFacts, Step, list_steps

WARSAW = ZoneInfo("Europe/Warsaw")
DAYS = [1, 7, 14, 21, 30]


@pytest.mark.parametrize(
    ("day", "left", "state"),
    [
        (0, 30, ClockState.OK),
        (9, 21, ClockState.OK),
        (10, 20, ClockState.SOON),
        (13, 17, ClockState.SOON),
        (20, 10, ClockState.LATE),
        (29, 1, ClockState.LATE),
        (30, 0, ClockState.OVER),
        (45, 0, ClockState.OVER),
    ],
)
def test_the_clock_says_how_many_days_are_left(day, left, state):
    clock = RecoveryClock(day, 30)
    assert (clock.days_left, clock.state) == (left, state)
    assert 0 <= clock.share_run <= 1


def test_a_clock_of_no_days_has_run_out():
    assert RecoveryClock(0, 0).share_run == 1


@pytest.mark.parametrize(
    ("taken", "at", "day"),
    [
        # 23:30 in Warsaw; half an hour later it is the next local day there, though not in London
        (datetime(2026, 11, 11, 22, 30, tzinfo=UTC), datetime(2026, 11, 11, 22, 59, tzinfo=UTC), 0),
        (datetime(2026, 11, 11, 22, 30, tzinfo=UTC), datetime(2026, 11, 11, 23, 0, tzinfo=UTC), 1),
        # through the change of the clocks in March
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC), 2),
        # somebody's clock is behind: never below zero
        (datetime(2026, 11, 11, 12, tzinfo=UTC), datetime(2026, 11, 10, 12, tzinfo=UTC), 0),
    ],
)
def test_days_are_local_days(taken, at, day):
    assert read_clock(taken, at=at, zone=WARSAW).day == day


def test_the_clock_stops_when_the_complaint_is_closed():
    taken = datetime(2026, 11, 1, 9, tzinfo=UTC)
    clock = read_clock(taken, at=taken + timedelta(days=90), zone=WARSAW, closed_at=taken + timedelta(days=12))
    assert clock.day == 12


def test_by_day_7_means_the_end_of_that_local_day():
    taken = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)  # already 2 November in Warsaw
    assert find_end_of_clock_day(taken, 7, zone=WARSAW) == datetime(2026, 11, 9, 23, 59, tzinfo=WARSAW)
    assert find_start_of_day(date(2026, 11, 9), zone=WARSAW).utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("clock_day", "told", "due"),
    [
        (0, [], []),
        (1, [], [1]),
        (1, [1], []),
        (6, [1], []),
        (7, [1], [7]),
        (15, [1], [7, 14]),
        (40, [1, 7, 14], [21, 30]),
        (40, DAYS, []),
    ],
)
def test_each_escalation_day_is_due_once_and_none_is_forgotten(clock_day, told, due):
    assert find_due_escalations(clock_day, days=DAYS, told=told) == due


@pytest.mark.parametrize(
    ("days", "rungs"),
    [
        (DAYS, "guardian manager manager admin admin"),
        ([2, 10, 20], "guardian manager admin"),
        ([2, 10], "guardian admin"),
        ([5], "guardian"),
    ],
)
def test_the_later_the_more_senior(days, rungs):
    assert [find_rung(day, days=days).value for day in days] == rungs.split()
    assert find_rung(days[0], days=days) is Rung.GUARDIAN


@pytest.mark.parametrize(
    ("minutes", "valued", "due"),
    [(0, True, True), (0, False, False), (29, False, False), (30, False, True), (61, False, True)],
)
def test_valued_customers_get_a_guardian_at_once_others_within_the_hour(minutes, valued, due):
    assert is_guardian_due(minutes, is_valued=valued, limit_minutes=60) is due


def test_the_queue_ranks_by_value_times_severity_times_age():
    large = rank_complaint(value_cents=40_000_000, severity=2, clock_day=4)
    small = rank_complaint(value_cents=3_000_000, severity=3, clock_day=20)
    assert large > small
    assert rank_complaint(value_cents=40_000_000, severity=3, clock_day=4) > large
    assert rank_complaint(value_cents=40_000_000, severity=2, clock_day=5) > large


def test_somebody_who_has_not_bought_yet_still_rises_with_age():
    ranks = [rank_complaint(value_cents=0, severity=1, clock_day=day) for day in range(5)]
    assert ranks == sorted(set(ranks))
    assert rank_complaint(value_cents=-500, severity=1, clock_day=0) == ranks[0] > 0


def guard(user_id, **fields):
    return Candidate(user_id, **{"role": "guardian", **fields})


@pytest.mark.parametrize(
    ("candidate", "seller_id", "refusal"),
    [
        (guard(1), 9, None),
        (guard(1), None, None),
        (guard(9), 9, Refusal.SELLER),
        (guard(1, role="rep"), 9, Refusal.ROLE),
        (guard(1, role="admin"), 9, Refusal.ROLE),
        (guard(1, is_active=False), 9, Refusal.INACTIVE),
        (guard(1, is_absent=True), 9, Refusal.ABSENT),
    ],
)
def test_who_may_guard(candidate, seller_id, refusal):
    assert find_refusal(candidate, seller_id=seller_id) is refusal


def test_the_one_with_the_fewest_cases_is_chosen_and_always_the_same():
    team = [guard(4, open_cases=2), guard(2, open_cases=1), guard(7, open_cases=1), guard(1, open_cases=0)]
    assert choose_guardian(team, seller_id=1) == 2
    assert choose_guardian(reversed(team), seller_id=1) == 2
    assert choose_guardian([guard(1)], seller_id=1) is None


THREE_DAYS = [date(2026, 11, day) for day in (2, 3, 5)]


@pytest.mark.parametrize(
    ("word", "mended", "days", "seller", "block"),
    [
        ("", "", [], False, Block.NO_WORD),
        ("It runs again", "yes", [], False, None),
        ("Better, not good", "part", [], False, None),
        ("   ", "yes", [], False, Block.NO_WORD),
        ("No!", "no", [], False, Block.NOT_MENDED),
        ("Hm", "", [], False, Block.NO_WORD),
        ("", "", THREE_DAYS[:1] * 3, False, Block.NO_WORD),
        ("", "", THREE_DAYS[:2], False, Block.NO_WORD),
        ("", "", THREE_DAYS, False, None),
        ("No!", "no", THREE_DAYS, False, None),
        ("It runs again", "yes", THREE_DAYS, True, Block.SELLER),
    ],
)
def test_closing_needs_the_customers_own_word_or_three_days_of_attempts(word, mended, days, seller, block):
    decision = decide_closing(word=word, mended=mended, attempt_days=days, needed=3, is_seller=seller)
    assert (decision.block, decision.allowed) == (block, block is None)


TAKEN = date(2026, 1, 10)


@pytest.mark.parametrize(
    ("bought", "today", "outcome"),
    [
        (None, date(2026, 3, 1), Outcome.UNKNOWN),
        (TAKEN, date(2026, 3, 1), Outcome.UNKNOWN),
        (date(2026, 1, 11), date(2026, 3, 1), Outcome.RECOVERED),
        (TAKEN + timedelta(days=180), date(2027, 1, 1), Outcome.RECOVERED),
        (TAKEN + timedelta(days=181), date(2027, 1, 1), Outcome.LOST),
        (None, TAKEN + timedelta(days=180), Outcome.UNKNOWN),
        (None, TAKEN + timedelta(days=181), Outcome.LOST),
    ],
)
def test_recovered_means_bought_again_within_180_days(bought, today, outcome):
    assert decide_outcome(TAKEN, next_purchase=bought, today=today) is outcome


def test_the_curve_counts_each_case_once_and_reads_between_its_points():
    cases = [(1, True)] * 8 + [(2, False)] * 2 + [(5, True), (5, False), (90, False)]
    points = build_curve(cases)
    assert sum(point.cases for point in points) == len(cases)
    assert points[0].share == 0.8
    assert points[1].share == 0.5
    assert points[2].share is None
    assert points[-1].cases == 1
    assert not has_enough_cases(points)
    assert has_enough_cases(build_curve([(1, True)] * 50))
    assert read_curve(points, 0) == 0.8
    assert 0.5 < read_curve(points, 3) < 0.8
    assert read_curve(points, 300) == 0
    assert read_curve(build_curve([]), 3) is None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("It leaks", "“It leaks”"), ("“It leaks”", "“It leaks”"), (' "It leaks" ', "“It leaks”"), ("  ", ""), ('""', "")],
)
def test_customers_words_stand_in_one_pair_of_quotes(typed, shown):
    assert quote_words(typed) == shown


def test_the_step_of_now_is_the_first_that_is_open_even_when_a_later_one_is_done():
    taken = datetime(2026, 11, 2, 9, tzinfo=UTC)
    facts = RecoveryFacts(
        guardian_named_at=taken, first_answer_at=None, remedy_at=taken + timedelta(days=1), word_at=None, bought_on=None
    )
    due = {step: taken + timedelta(days=7 * nth) for nth, step in enumerate(Step)}
    steps = list_steps(facts, due=due)
    assert [one.step for one in steps] == list(Step)
    assert [one.done_at is not None for one in steps] == [True, False, True, False, False]
    assert [one.step for one in steps if one.is_now] == [Step.ANSWER]
    assert [one.due_at for one in steps] == list(due.values())


def test_no_step_is_the_one_of_now_when_all_are_done():
    done = datetime(2026, 11, 2, 9, tzinfo=UTC)
    facts = RecoveryFacts(done, done, done, done, done.date())
    assert not any(one.is_now for one in list_steps(facts, due=dict.fromkeys(Step, done)))
