"""My day: what first, why, how much is at stake, until when."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.core.local_time import company_day
from crm.core.models import Absence
from crm.home.my_day import PAGE, build_day, look_around, measure_coverage
from crm.home.waiting_tasks import find_waiting
from interactions.interaction_logging import log_interaction
from interactions.models import Alert, ContactPreference, Interaction, Task
from segments.models import Trigger
from tests import factories
from tests.score_factory import make_score

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def titles(user, **options):
    return [task.title for task in build_day(user, at=AT, **options).tasks]


def make(customer, title, **fields):
    return factories.make_task(customer, title=title, **{"due_at": AT + timedelta(hours=3), **fields})


def make_alert(customer, **fields):
    alert = Alert.objects.create(
        customer=customer,
        trigger=Trigger.objects.first() or factories.make_trigger(),
        period=AT.date(),
        day=AT.date(),
        evidence={"trigger": "x"},
    )
    return make(customer, "Ask what has changed", kind=Task.Kind.ALERT, alert=alert, **fields)


def test_most_value_at_risk_first_and_the_earlier_of_two_alike(customer):
    make(customer, "small", rank=1)
    make(customer, "large", rank=90)
    make(customer, "later", rank=5, due_at=AT + timedelta(hours=9))
    make(customer, "sooner", rank=5, due_at=AT + timedelta(hours=1))
    assert titles(customer.owner) == ["large", "sooner", "later", "small"]


def test_what_is_not_due_yet_sleeps_or_is_held_is_not_there_but_an_alert_always_is(customer):
    make(customer, "next month", due_at=AT + timedelta(days=30))
    make(customer, "snoozed", snoozed_until=AT + timedelta(hours=1))
    make(customer, "awake again", snoozed_until=AT - timedelta(hours=1), rank=2)
    make(customer, "waits for the complaint", state=Task.State.PAUSED)
    make(customer, "done", state=Task.State.DONE)
    make(customer, "alert", kind=Task.Kind.ALERT, due_at=AT + timedelta(days=9), rank=1)
    make(customer, "tomorrow", due_at=AT + timedelta(days=1))
    assert titles(customer.owner) == ["awake again", "alert", "tomorrow"]


def test_each_sees_his_own_and_the_manager_those_of_his_teams(customer, foreign_customer, rep, other_rep, lead):
    make(customer, "mine")
    make(foreign_customer, "theirs")
    assert titles(rep) == ["mine"]
    assert titles(other_rep) == ["theirs"]
    assert titles(lead) == []
    assert titles(lead, is_team=True) == ["mine"]


def test_an_alert_that_the_manager_was_told_of_stands_once_on_the_day_of_his_team(customer, rep, lead, admin):
    lead.team = rep.team
    lead.save()
    own = make_alert(customer, why="Fell by 46%.", due_at=AT - timedelta(hours=1))
    Task.objects.filter(pk=own.pk).update(source=f"alert:{own.alert_id}")
    told = make(customer, "Visit", kind=Task.Kind.ALERT, source=f"alert-manager:{own.alert_id}", assignee=lead)
    for reader in (lead, admin):
        day = build_day(reader, at=AT, is_team=True)
        assert [task.pk for task in day.tasks] == [own.pk]
        assert (day.counts["alerts"], day.counts[""], day.late) == (1, 1, 1)
        assert day.tasks[0].why.endswith(f"{lead.name} was told too.")
    (mine,) = build_day(lead, at=AT).tasks
    assert (mine.pk, mine.why) == (told.pk, f"You were told; the task is {rep.name}’s.")
    assert mine.why_url == reverse("interactions:alert-why", args=[own.alert_id])
    Task.objects.filter(pk=own.pk).update(snoozed_until=AT + timedelta(days=3))
    assert [task.pk for task in build_day(lead, at=AT, is_team=True).tasks] == [told.pk], "the owner's sleeps"


def test_what_falls_due_for_a_colleague_who_is_away_stands_on_the_day_of_his_stand_in(customer, rep, lead, signed_in):
    make(customer, "due while away", rank=9, due_at=timezone.now())
    today = company_day(timezone.now())
    assert "due while away" not in signed_in(lead).get("/").content.decode()
    Absence.objects.create(user=rep, first_day=today, last_day=today, stand_in=lead)
    page = signed_in(lead).get("/").content.decode()
    assert "due while away" in page
    assert "You stand in for Ana Ribeiro until today." in page
    assert "You are away until today; Marit Haugen stands in." in signed_in(rep).get("/").content.decode()


def test_an_open_row_that_is_done_leaves_the_address(customer, rep, signed_in):
    task = make(customer, "Call", due_at=timezone.now())
    client = signed_in(rep)
    around = {"HX-Request": "true", "HX-Target": "my-day-around"}
    around["HX-Current-URL"] = f"http://testserver/?tab=follow-ups&open={task.pk}"
    assert "HX-Replace-Url" not in client.get("/?tab=follow-ups", headers=around)
    log_interaction(customer, channel="call", by=rep, at=timezone.now(), answers=task)
    assert client.get("/?tab=follow-ups", headers=around)["HX-Replace-Url"] == "/?tab=follow-ups"


def test_of_a_team_only_the_rows_shown_are_joined_with_what_they_show(customer, lead, signed_in):
    task = make(customer, "theirs")
    with CaptureQueriesContext(connection) as queries:
        assert "theirs" in signed_in(lead).get("/?whose=team").content.decode()
    asked = [query["sql"] for query in queries]
    (rows,) = [sql for sql in asked if "jsonb_build_object" in sql]
    assert asked[asked.index(rows) - 1].endswith(f"LIMIT {PAGE + 1}")
    assert f'"interactions_task"."id" IN ({task.pk})' in rows


def test_a_rep_does_not_get_the_team_by_asking_for_it(customer, rep, signed_in):
    colleague = factories.make_task(customer, assignee=None, title="somebody else's")
    answer = signed_in(rep).get("/?whose=team")
    assert colleague.title not in answer.content.decode()


def test_the_tabs_count_and_filter(customer):
    make(customer, "call", kind=Task.Kind.FOLLOW_UP)
    make(customer, "step", kind=Task.Kind.STEP)
    make_alert(customer)
    day = build_day(customer.owner, at=AT, tab="steps")
    assert [task.title for task in day.tasks] == ["step"]
    assert [(tab["key"], tab["count"]) for tab in day.tabs] == [("", 3), ("alerts", 1), ("steps", 1), ("follow-ups", 1)]


def test_what_is_late_is_a_list_and_what_the_team_let_pass_comes_to_its_manager(customer, rep, lead, signed_in):
    make(customer, "two days ago", due_at=AT - timedelta(days=2))
    make(customer, "an hour ago", due_at=AT - timedelta(hours=1))
    make(customer, "soon")
    day = build_day(rep, at=AT, tab="late")
    assert [task.title for task in day.tasks] == ["two days ago", "an hour ago"]
    assert [(tab["key"], tab["count"]) for tab in day.tabs if tab["current"]] == [("late", 2)]
    missed = look_around(lead, at=AT, absences=[]).missed
    assert [(row["name"], row["tasks"]) for row in missed] == [(rep.name, 1)], "an hour is not missed yet"
    assert look_around(rep, at=AT, absences=[]).missed == []
    make(customer, "today", due_at=timezone.now() - timedelta(days=1))
    page = signed_in(lead).get("/").content.decode()
    assert "Missed in my team" in page
    assert "?tab=late&amp;whose=team" in page
    assert 'href="?tab=late"' in signed_in(rep).get("/").content.decode()


def test_what_is_at_stake_counts_a_customer_once(customer, rep):
    other = factories.make_customer(owner=rep, team=rep.team)
    make(customer, "a", at_stake_cents=642_000)
    make(customer, "b", at_stake_cents=642_000, due_at=AT - timedelta(days=1))
    make(other, "c", at_stake_cents=100)
    day = build_day(rep, at=AT)
    assert (day.stake_cents, day.late) == (642_100, 1)


def test_show_more_goes_on_where_the_page_ended(customer):
    for number in range(3 * PAGE):
        make(customer, f"t{number:02}", rank=number % 7)
    first = build_day(customer.owner, at=AT)
    second = build_day(customer.owner, at=AT, after=first.next_after)
    third = build_day(customer.owner, at=AT, after=second.next_after)
    assert [len(first.tasks), len(second.tasks), len(third.tasks)] == [PAGE, PAGE, PAGE]
    assert third.next_after == ""
    seen = [task.pk for page in (first, second, third) for task in page.tasks]
    assert len(set(seen)) == 3 * PAGE


@pytest.mark.parametrize("after", ["", "x", "1_2_3", "nan_2026-11-24T09:00:00_5", "1.0_2026-11-24T09:00:00+00:00_-4"])
def test_a_forged_place_shows_the_first_page(customer, after):
    make(customer, "a")
    assert titles(customer.owner, after=after) == ["a"]


def test_the_row_says_who_what_why_and_how_much(customer, rep, signed_in):
    premium = factories.make_segment()
    factories.put_in_segment(customer, premium)
    factories.set_score(customer, grade="A1")
    make_alert(customer, why="Usually buys every 18 days; last bought 61 days ago.", at_stake_cents=642_000)
    page = signed_in(rep).get("/").content.decode()
    for words in ("Kjeldsen Maskinfabrik A/S", "A1", "Premium", "Ask what has changed", "Usually buys", "€6,420"):
        assert words in page


def test_an_opened_row_holds_the_conversation_and_the_log_box_and_closes_the_one_before(customer, rep, signed_in):
    log_interaction(customer, channel="call", by=rep, at=timezone.now() - timedelta(days=1), note="Wants it in writing")
    first, second = make(customer, "first", due_at=timezone.now()), make(customer, "second", due_at=timezone.now())
    page = (
        signed_in(rep)
        .get(
            f"/?open={first.pk}",
            headers={
                "HX-Request": "true",
                "HX-Target": f"task-{first.pk}",
                "HX-Current-URL": f"http://testserver/?open={second.pk}",
            },
        )
        .content.decode()
    )
    assert page.count('name="note"') == 1
    assert "Wants it in writing" in page
    assert f'id="task-{second.pk}"' in page
    assert page.count("hx-swap-oob") >= 1
    assert "<html" not in page


def test_without_script_the_open_row_is_a_page(customer, rep, signed_in):
    task = make(customer, "first", due_at=timezone.now())
    page = signed_in(rep).get(f"/?open={task.pk}").content.decode()
    assert 'name="note"' in page
    assert "<html" in page


def test_a_refused_channel_is_said_on_the_action(customer, rep, signed_in):
    from customers.models import ContactPoint

    ContactPoint.objects.create(customer=customer, kind="phone", value="+45 1", value_normal="+451")
    ContactPreference.objects.create(customer=customer, channel="call", is_allowed=False, said_on=AT.date())
    make(customer, "first", due_at=timezone.now())
    assert "No calls, said on 2026-11-24" in signed_in(rep).get("/").content.decode()


def test_why_tells_todays_silence_not_that_of_the_evening_it_was_noticed(customer, rep):
    task = make_alert(customer, why="as written then")
    task.alert.evidence = {"trigger": "slipping-away", "purchase_days": 9, "gap_days": 61, "mean_gap_days": 18.0}
    task.alert.save()
    last = AT.date() - timedelta(days=90)
    factories.set_score(customer, last_day=last, gap_days=61, mean_gap_days=18.0, surprise=0.01, at_stake_cents=34_000)
    shown = build_day(rep, at=AT).tasks[0].why
    assert "last bought 90 days ago, 5.0× the usual gap" in shown
    assert "€" not in shown


def test_a_full_page_stays_small(rep, signed_in):
    for _number in range(25):
        customer = factories.make_customer(owner=rep, team=rep.team, name="Zakłady Metalowe Świętochłowice Sp. z o.o.")
        factories.set_score(customer, grade="A1")
        make_alert(customer, why="Usually buys every 18 days. " * 6, due_at=timezone.now())
    assert len(signed_in(rep).get("/").content) <= 60 * 1024


def test_an_empty_day_says_so(rep, signed_in):
    assert "Nothing waits for you" in signed_in(rep).get("/").content.decode()


def test_after_an_act_head_and_right_column_come_again(customer, rep, signed_in):
    make(customer, "first", due_at=timezone.now())
    headers = {"HX-Request": "true", "HX-Target": "my-day-around"}
    page = signed_in(rep).get("/", headers=headers).content.decode()
    assert 'id="my-day-head" hx-swap-oob="true"' in page
    assert "<html" not in page


def test_coverage_counts_who_was_talked_to_within_the_rhythm(customer, rep):
    premium = factories.make_segment(cadence_days=30)
    quiet = factories.make_customer(owner=rep, team=rep.team)
    fresh = factories.make_customer(owner=rep, team=rep.team)
    for one in (customer, quiet):
        factories.put_in_segment(one, premium)
    factories.put_in_segment(fresh, premium, since=AT.date() - timedelta(days=5))  # nobody ever spoke to them
    log_interaction(customer, channel="call", by=rep, at=AT - timedelta(days=20))
    log_interaction(quiet, channel="call", by=rep, at=AT - timedelta(days=40))
    log_interaction(quiet, channel="call", outcome="not_reached", by=rep, at=AT - timedelta(days=2))
    row = measure_coverage(rep, at=AT)[0]
    assert (row["name"], row["in_time"], row["of"]) == ("Premium", 2, 3)
    type(fresh).objects.filter(pk=fresh.pk).update(archived_at=AT)
    row = measure_coverage(rep, at=AT)[0]
    assert (row["in_time"], row["of"]) == (1, 2), "who is archived need not be talked to"


def test_the_whole_page_costs_no_more_queries_with_an_open_row_and_many_rows(customer, rep, signed_in):
    client = signed_in(rep)
    for number in range(12):
        make(customer, f"t{number}", due_at=timezone.now())
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert len(queries) <= 12


def test_rows_of_alerts_with_scores_are_read_together(customer, rep):
    def count_queries():
        build_day(rep, at=AT)  # what is looked up once and kept is no row's
        with CaptureQueriesContext(connection) as queries:
            assert len(build_day(rep, at=AT).tasks) == Task.objects.count()
        return len(queries)

    make_score(customer)
    make_alert(customer)
    of_one = count_queries()
    for _nth in range(5):
        other = factories.make_customer(owner=rep, team=rep.team)
        make_score(other)
        make_alert(other)
    assert count_queries() == of_one


def test_a_query_for_the_list_uses_only_what_is_waiting(customer):
    make(customer, "a")
    assert find_waiting(customer.owner, at=AT).count() == 1


def test_everything_done_today_is_counted_though_only_the_last_stands_there(customer, rep, signed_in):
    now = timezone.now()
    for _each in range(23):
        Interaction.objects.create(customer=customer, channel="call", logged_by=rep, happened_at=now)
    make(customer, "sent the drawing", state=Task.State.DONE, closed_by=rep, closed_at=now)
    around = look_around(rep, at=now, absences=[])
    assert (around.done_count, len(around.done)) == (24, 5)
    assert '<span class="end n sm m">24</span>' in signed_in(rep).get("/").content.decode()


def test_logging_in_the_row_answers_with_the_row(customer, rep, signed_in):
    task, other = make_alert(customer, due_at=timezone.now()), make(customer, "Talk again", due_at=timezone.now())
    browser = signed_in(rep)
    answer = browser.post(
        reverse("interactions:interaction-new", args=[customer.pk]),
        {"channel": "call", "note": "All is well", "place": "row", "answers": task.pk},
        headers={"HX-Request": "true", "HX-Target": f"task-{task.pk}"},
    )
    assert answer.status_code == 200
    assert "Nothing planned next" in answer.content.decode()
    assert "task-changed" in answer["HX-Trigger"]
    assert f'id="task-{other.pk}" hx-swap-oob="delete"' in answer.content.decode()  # what it answered too
    asked = {"HX-Request": "true", "HX-Target": f"task-{other.pk}", "HX-Current-URL": "http://testserver/"}
    late = browser.get("/", {"open": other.pk}, headers=asked)  # by a colleague, whose list still shows it
    assert f"Closed by {rep}, <time" in late.content.decode()
    assert "data-focus" in late.content.decode()
    assert late["HX-Push-Url"] == "/"
    task.refresh_from_db()
    assert task.state == Task.State.DONE
