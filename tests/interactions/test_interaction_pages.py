"""Logging in the browser: as a page, as a fragment, over any page; timeline, tasks, promises, why me, pipeline."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.home.alert_journal import tell_answer
from interactions.interaction_logging import log_interaction
from interactions.models import Alert, ContactPreference, Interaction, ProcessRun, Promise, StepRun, Task
from interactions.process_running import start_process
from interactions.promise_keeping import PromiseLine, make_promise
from interactions.task_finishing import find_last_change
from tests import factories

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(rep, signed_in):
    return signed_in(rep)


@pytest.fixture
def log_url(customer):
    return reverse("interactions:interaction-new", args=[customer.pk])


def read(answer):
    return answer.content.decode()


def test_the_page_shows_where_we_left_off_above_the_log_box(browser, log_url, customer, rep):
    person = factories.make_person(customer, name="Jytte Friis", job_title="accounts payable", is_main=True)
    at = timezone.now() - timedelta(days=2)
    line = PromiseLine("ours", "Price hold to 31 Dec", date(2026, 1, 1))
    log_interaction(customer, channel="mail", by=rep, at=at, person=person, note="Split the invoices", promises=[line])
    page = read(browser.get(log_url))
    for words in ("Where we left off", "Split the invoices", "Price hold to 31 Dec", "Jytte Friis, accounts payable"):
        assert words in page


def test_without_script_a_contact_is_logged_by_a_plain_form(browser, log_url, customer):
    answer = browser.post(
        log_url,
        {"channel": "visit", "note": "Plant walk", "ours_text": ["", "Send it"], "ours_due": ["", "2030-01-02"]},
    )
    assert answer.status_code == 302
    assert Interaction.objects.get().channel == "visit"
    assert Promise.objects.get().due_on == date(2030, 1, 2)
    assert "visit is logged" in read(browser.get(reverse("home:customer-part", args=[customer.pk, "timeline"])))


def test_a_double_submit_logs_once(browser, log_url):
    fields = {"channel": "call", "token": str(uuid4())}
    assert [browser.post(log_url, fields).status_code for _time in range(2)] == [302, 302]
    assert Interaction.objects.count() == 1


def test_over_any_page_the_dialog_closes_and_says_it(browser, log_url):
    answer = browser.post(log_url, {"channel": "call", "place": "dialog"}, headers=HTMX)
    assert answer.status_code == 204
    assert "closeDialog" in answer["HX-Trigger"]
    assert "toasts" in answer["HX-Trigger"]


def test_on_the_customers_page_comes_the_new_line_the_next_task_and_a_cleared_box(browser, log_url):
    moment = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    fields = {"channel": "call", "note": "Said yes", "place": "customer", "next_contact_at": moment}
    answer = browser.post(log_url, fields, headers=HTMX)
    assert "task-changed" in answer["HX-Trigger"]  # by which the timeline fetches itself again
    page = read(answer)
    assert "Talk to" in page
    assert '<textarea name="note"' in page
    assert ">Said yes</textarea>" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"channel": "pigeon"}, "valid choice"),
        ({}, "required"),
        ({"channel": "call", "next_contact_at": "2020-01-01T10:00"}, "must lie in the future"),
        ({"channel": "call", "happened_at": "2099-01-01T10:00"}, "after it happened"),
        ({"channel": "call", "minutes": "-3"}, "greater than or equal"),
        ({"channel": "call", "ours_text": "x", "ours_due": "31.12."}, "no day"),
        ({"channel": "call", "ours_text": "x" * 301}, "at most 300"),
        ({"channel": "call", "note": "a\0b"}, "Null characters"),
        ({"channel": "call", "person": "999999999999"}, "valid choice"),
        ({"channel": "call", "token": "no uuid"}, "UUID"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_still_there(browser, log_url, fields, words):
    answer = browser.post(log_url, {"note": "kept text"} | fields, headers=HTMX)
    assert answer.status_code == 422
    assert words in read(answer)
    assert "kept text" in read(answer) or "note" in fields
    assert not Interaction.objects.exists()


def test_promises_typed_before_a_mistake_stand_there_again_and_the_mistake_is_named(browser, log_url):
    sent = {"channel": "call", "note": "n", "ours_text": ["Send <the> list", ""], "ours_due": ["2030-03-02", ""]}
    sent |= {"theirs_text": "A sample", "theirs_due": "2030-03-09", "minutes": "-3"}
    answer = read(browser.post(log_url, sent, headers=HTMX))
    lines = answer[answer.index("data-log-lines") : answer.index("<template")]
    assert 'value="Send &lt;the&gt; list"' in lines
    assert 'value="A sample"' in lines
    assert 'value="2030-03-09"' in lines
    assert lines.count("r-log-line") == 2
    assert "<b>Minutes:</b>" in answer
    assert '<details class="r-log-more" open>' in answer


def test_somebody_of_another_customer_cannot_be_chosen(browser, log_url, foreign_customer):
    stranger = factories.make_person(foreign_customer)
    assert browser.post(log_url, {"channel": "call", "person": stranger.pk}).status_code == 422


def test_a_refused_channel_is_shown_and_needs_a_reason(browser, log_url, customer):
    ContactPreference.objects.create(
        customer=customer, channel="call", is_allowed=False, said_on=date(2026, 1, 12), reason="Jytte Friis"
    )
    assert "No call, said by Jytte Friis (" in read(browser.get(log_url))
    answer = browser.post(log_url, {"channel": "call", "note": "kept"}, headers=HTMX)
    assert answer.status_code == 422
    assert "12 Jan 2026" in read(answer)
    assert browser.post(log_url, {"channel": "call", "override_reason": "Line stands still"}).status_code == 302
    timeline = reverse("home:customer-part", args=[customer.pk, "timeline"])
    assert "Against their wish: Line stands still" in read(browser.get(timeline))


def test_html_in_every_field_stays_text(browser, log_url, customer):
    evil = "<script>alert(1)</script>"
    browser.post(log_url, {"channel": "call", "note": evil, "ours_text": evil, "ours_due": "2030-01-02"})
    for url in (log_url, reverse("home:customer-part", args=[customer.pk, "timeline"])):
        assert evil not in read(browser.get(url))


def test_logging_from_anywhere_begins_with_the_customer(browser, customer, foreign_customer):
    url = reverse("interactions:interaction-new")
    for words in ("kjeldsen maskin", "K", "kjelsden"):  # as it is called, its first letter, with a slip
        assert customer.name in read(browser.get(url, {"q": words}, follow=True)), words
    assert browser.get(url, {"q": "kjeldsen"})["Location"] == reverse(
        "interactions:interaction-new", args=[customer.pk]
    )
    assert foreign_customer.name not in read(browser.get(url, {"q": "ostrava"}))
    fragment = browser.get(url, {"q": customer.number}, headers=HTMX | {"HX-Target": "log-customers"})
    assert "place=dialog" in read(fragment)
    assert "<html" not in read(fragment)
    taken = read(browser.get(url, {"q": "kjeld"}, headers=HTMX | {"HX-Target": "dialog"}))  # typed, Enter
    assert "What was said" in taken
    assert customer.name in taken


def test_done_says_so_with_an_undo_that_brings_it_back(browser, customer):
    task = factories.make_task(customer)
    answer = browser.post(reverse("interactions:task-done", args=[task.pk]), headers=HTMX)
    assert f'id="task-{task.pk}"' in read(answer)
    undo_url = f"/tasks/{task.pk}/undo/"
    assert undo_url in answer["HX-Trigger"]
    undo = undo_url + answer["HX-Trigger"].split(undo_url)[1].split("/")[0] + "/"
    assert browser.post(undo).status_code == 302
    task.refresh_from_db()
    assert task.state == Task.State.OPEN
    assert "it stays as it is" in read(browser.post(undo, follow=True))


def test_snooze_and_hand_over_work_in_a_dialog_and_as_pages(browser, customer, lead):
    task = factories.make_task(customer)
    snooze = reverse("interactions:task-snooze", args=[task.pk])
    assert "tomorrow" in read(browser.get(snooze))
    assert "<html" not in read(browser.get(snooze, headers=HTMX))
    wrong = browser.post(snooze, {"until": "2020-01-01T10:00"}, headers=HTMX)
    assert (wrong.status_code, wrong["HX-Retarget"]) == (422, "#dialog")
    assert browser.post(snooze, {"until": "2099-01-01T10:00", "next": "/pipeline/"}).url == "/pipeline/"
    hand_over = reverse("interactions:task-hand-over", args=[task.pk])
    assert "Marit Haugen" in read(browser.get(hand_over))
    assert browser.post(hand_over, {"to": lead.pk, "next": "https://evil.example/"}).url == "/"
    task.refresh_from_db()
    assert (task.assignee, task.snoozed_until) == (lead, None)


def test_a_viewer_is_never_handed_a_task(browser, customer, viewer):
    task = factories.make_task(customer)
    assert browser.post(reverse("interactions:task-hand-over", args=[task.pk]), {"to": viewer.pk}).status_code == 422


def test_a_held_task_is_not_done_and_says_why(browser, customer):
    task = factories.make_task(customer, state=Task.State.PAUSED, paused_reason="waits for C-2207")
    answer = browser.post(reverse("interactions:task-done", args=[task.pk]), headers=HTMX)
    assert "C-2207" in answer["HX-Trigger"]
    task.refresh_from_db()
    assert task.state == Task.State.PAUSED


def test_why_me_replays_the_figures_of_that_evening(browser, customer):
    evidence = {"trigger": "slipping-away", "purchase_days": 9, "risk": 2, "gap_days": 61, "mean_gap_days": 18.0}
    evidence |= {"gap_ratio": 61 / 18, "surprise": 0.02, "place": 1, "budget": 8, "at_stake_cents": 34_000}
    alert = Alert.objects.create(
        customer=customer,
        trigger=factories.make_trigger(),
        period=date(2026, 9, 23),
        day=date(2026, 11, 23),
        evidence=evidence,
    )
    url = reverse("interactions:alert-why", args=[alert.pk])
    page = read(browser.get(url))
    assert "61 ÷ 18.0 = 3.4×" in page
    assert "the same answer" in page
    Alert.objects.filter(pk=alert.pk).update(evidence=evidence | {"purchase_days": 2})
    assert "another answer" in read(browser.get(url, headers=HTMX))


def test_the_journal_tells_what_was_noticed_why_and_what_came_of_it(browser, customer, rep, lead, foreign_customer):
    trigger, on, at = factories.make_trigger(name="Slipping away"), timezone.localdate(), timezone.now()
    overdue = factories.make_trigger("overdue-contact", name="Talk overdue")
    said = {
        "trigger": "overdue-contact",
        "days_since_contact": 101,
        "cadence_days": 90,
        "last_contact_on": "2026-08-01",
    }

    def notice(nth, state, of=customer, **fields):
        day = on - timedelta(days=nth)
        return Alert.objects.create(customer=of, trigger=trigger, period=day, day=day, state=state, **fields)

    factories.make_task(customer, kind="alert", alert=notice(1, "open"), due_at=at, assignee=rep)
    factories.make_task(customer, kind="alert", alert=notice(2, "open"), due_at=at, assignee=rep, state="paused")
    notice(3, "open")
    notice(4, "held_out")
    notice(5, "dismissed", closed_by=lead, closed_at=at, closed_reason="They moved to our sister")
    notice(6, "open", of=foreign_customer)
    old = Alert.objects.create(
        customer=customer, trigger=overdue, period=on, day=on - timedelta(days=40), evidence=said, state="over"
    )
    journal = reverse("home:alert-journal")
    page = browser.get(journal)
    assert [tell_answer(row) for row in page.context["list"].rows] == [
        f"{rep}, until today",
        f"held for {rep} while a complaint is open",
        "nobody has it yet",
        "left alone by chance, to measure what acting brings",
        f"{lead} · today · They moved to our sister",
        "",
    ]
    assert "101 days since the last talk" in read(page)
    assert reverse("interactions:alert-why", args=[old.pk]) in read(page)
    shown = {"trigger": trigger.pk, "state": "held_out", "recent": "1"}
    assert [row.state for row in browser.get(journal, shown).context["list"].rows] == ["held_out"]
    assert old not in browser.get(journal, {"recent": "1"}).context["list"].rows


def test_a_promise_is_kept_or_taken_back(browser, customer, rep):
    at = timezone.now()
    first, second = (
        make_promise(customer, line=PromiseLine("ours", text, at.date()), by=rep, at=at)
        for text in ("Send the sample", "Call the plant")
    )
    page = read(browser.post(reverse("interactions:promise-close", args=[first.pk]), headers=HTMX))
    assert "Call the plant" in page
    assert "Send the sample" not in page
    browser.post(reverse("interactions:promise-close", args=[second.pk]), {"dropped": "1"})
    assert list(Promise.objects.order_by("pk").values_list("state", flat=True)) == ["kept", "dropped"]
    again = browser.post(reverse("interactions:promise-reopen", args=[first.pk]), follow=True)
    assert "Open again: Send the sample" in read(again)
    first.refresh_from_db()
    assert (first.state, first.task.state, first.task.closed_by) == ("open", "open", None)


def test_two_of_us_who_promise_about_one_matter_are_told_and_asked_to_agree(browser, log_url, customer, rep, lead):
    at = timezone.now()
    ours = make_promise(customer, line=PromiseLine("ours", "5% off abrasives"), by=rep, at=at)
    theirs = make_promise(customer, line=PromiseLine("ours", "8% off all abrasives"), by=lead, at=at)
    make_promise(customer, line=PromiseLine("theirs", "More abrasives"), by=lead, at=at)
    page = read(browser.get(log_url))
    assert "Ana Ribeiro and Marit Haugen both promised about <b>abrasives</b>" in page
    asked = {task.assignee: task for task in Task.objects.all()}
    assert asked.keys() == {rep, lead}
    assert asked[rep].title == "Agree with Marit Haugen about “abrasives”"
    assert "8% off all abrasives" in asked[rep].why
    browser.post(reverse("interactions:promise-close", args=[theirs.pk]), {"dropped": "1"})
    assert "both promised" not in read(browser.get(log_url))
    assert not Task.objects.open().exists(), "nothing is left to agree about"
    assert ours.state == "open"


def test_preferences_are_noted_and_forgotten(browser, customer):
    url = reverse("interactions:contact-preference-edit", args=[customer.pk])
    fields = {f"{channel}-said_on": "2026-01-12" for channel, _label in ContactPreference.SUBJECTS}
    allowed = {f"{channel}-is_allowed": "on" for channel, _label in ContactPreference.SUBJECTS}
    refused = {key: value for key, value in allowed.items() if not key.startswith("call")}
    assert browser.post(url, fields | refused).status_code == 302
    assert list(ContactPreference.objects.values_list("channel", "is_allowed")) == [("call", False)]
    assert browser.post(url, fields | allowed | {"mail-hours": "before nine"}).status_code == 302
    page = read(browser.get(reverse("interactions:interaction-new", args=[customer.pk])))
    assert f'href="{url}"' in page
    assert "before nine" in page
    assert browser.post(url, fields | allowed).status_code == 302
    assert not ContactPreference.objects.exists()


@pytest.fixture
def premium(customer):
    segment = factories.make_segment()
    factories.put_in_segment(customer, segment)
    factories.make_process(segment, "propose", [{"title": "Hear the need"}, {"title": "Draft"}, {"title": "Decision"}])
    return segment


def test_a_proposal_begins_goes_on_and_is_skipped_only_with_a_reason(browser, customer, premium):
    start = reverse("interactions:process-run-start", args=[customer.pk])
    assert "Follow a proposal" in read(browser.get(start, headers=HTMX))
    fields = {"flow": "propose", "subject": "P-3391", "amount": "18240.50", "token": str(uuid4())}
    browser.post(start, fields)
    browser.post(start, fields)
    run = ProcessRun.objects.get()
    assert run.amount_cents == 1_824_050
    browser.post(reverse("interactions:process-run-step-done", args=[run.pk, 1]))
    skip = reverse("interactions:process-run-step-skip", args=[run.pk, 2])
    assert browser.post(skip, {"reason": "  "}).status_code == 422
    browser.post(skip, {"reason": "They wrote it themselves"})
    page = read(browser.get(reverse("interactions:process-run-detail", args=[run.pk])))
    assert "They wrote it themselves" in page
    assert list(run.steps.values_list("state", flat=True)) == ["done", "skipped", "open"]
    lost = {"reason": "Price only", "is_lost": "on", "lost_because": "price"}
    browser.post(reverse("interactions:process-run-stop", args=[run.pk]), lost)
    run.refresh_from_db()
    assert run.state == ProcessRun.State.LOST
    task = Task.objects.get(step_run__run=run, state="dropped")
    browser.post(reverse("interactions:task-undo", args=[task.pk, find_last_change(task)]))
    run.refresh_from_db()
    assert (run.state, run.end_reason, run.lost_because) == ("running", "", "")
    assert Task.objects.get(pk=task.pk).state == "open"


def test_a_step_out_of_turn_is_refused_in_words(browser, customer, premium, rep):
    run = start_process(customer, flow="propose", key="P-1", by=rep, at=timezone.now())
    page = read(browser.post(reverse("interactions:process-run-step-done", args=[run.pk, 3]), follow=True))
    assert "in order" in page
    assert browser.post(reverse("interactions:process-run-step-done", args=[run.pk, 9])).status_code == 404


def test_the_pipeline_has_a_lane_for_each_segment_with_its_own_steps(browser, customer, premium, rep):
    low = factories.make_segment("low")
    factories.make_process(low, "propose", [{"title": "Sent by itself"}])
    at = timezone.now() - timedelta(days=30)
    start_process(customer, flow="propose", key="P-1", by=rep, at=at, subject="P-3391", amount_cents=1_824_000)
    page = read(browser.get(reverse("interactions:process-run-list")))
    for words in ("1. Hear the need", "3. Decision", "1. Sent by itself", "€18,240", "1 past its clock", "r-pc late"):
        assert words in page
    as_list = read(browser.get(reverse("interactions:process-run-list") + "?show=list"))
    assert "r-lane" not in as_list
    assert "P-3391" in as_list


def test_the_pipeline_goes_on_by_key(browser, rep, premium):
    for number in range(26):
        one = factories.make_customer(owner=rep, team=rep.team, name=f"Customer {number:02}")
        factories.put_in_segment(one, premium)
        start_process(one, flow="propose", key="P-1", by=rep, at=timezone.now())
    url = reverse("interactions:process-run-list") + "?show=list"
    page = read(browser.get(url))
    after = page.split("after=")[1].split('"')[0].replace("&amp;", "&")
    following = read(browser.get(f"{url}&after={after}"))
    assert (page.count("data-row"), following.count("data-row")) == (24, 2)


def test_a_foreign_run_stands_in_nobodys_pipeline(browser, foreign_customer, premium, rep):
    factories.put_in_segment(foreign_customer, premium)
    start_process(foreign_customer, flow="propose", key="P-1", by=None, at=timezone.now())
    assert foreign_customer.name not in read(browser.get(reverse("interactions:process-run-list") + "?whose=team"))
    assert StepRun.objects.filter(state="open").count() == 1
