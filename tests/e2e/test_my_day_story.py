"""A rep works through the day by keyboard alone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from interactions.interaction_logging import log_interaction
from interactions.models import Alert, Interaction, Promise, Task
from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
KEYS_A_SECOND = 5  # of somebody who types as people do: how busy the machine of the tests is says nothing of him


@pytest.fixture
def alert(customer, rep):
    """A customer at risk, whose segment stays in contact in two steps; and a second, smaller row below."""
    at_risk = factories.make_segment("risk")
    factories.put_in_segment(customer, at_risk)
    steps = [{"title": "Read where we left off"}, {"title": "Talk", "channel": "call"}, {"title": "Send what fits"}]
    factories.make_process(at_risk, "cadence", steps)
    evidence = {"trigger": "slipping-away", "purchase_days": 9, "risk": 2, "gap_days": 61, "mean_gap_days": 18.0}
    alert = Alert.objects.create(
        customer=customer,
        trigger=factories.make_trigger(),
        period=timezone.localdate(),
        day=timezone.localdate(),
        evidence=evidence | {"gap_ratio": 3.4, "place": 1, "budget": 8},
    )
    soon = timezone.now() + timedelta(hours=1)
    factories.make_task(customer, kind=Task.Kind.ALERT, alert=alert, title="Ask", rank=9, due_at=soon)
    other = factories.make_customer(owner=rep, team=rep.team, name="Baltic Crane OÜ")
    factories.make_task(other, title="Thank them", due_at=soon)
    log_interaction(other, channel="mail", by=rep, at=timezone.now() - timedelta(days=3), note="Sent the quote")
    return alert


def test_a_call_is_logged_with_a_promise_and_a_next_contact_in_under_15_seconds(open_page, rep, alert):
    page = open_page(rep, "/")
    pressed: list[str] = []

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)
            pressed.append(key)

    press("j", "Enter")
    expect(page.locator("li.on textarea[name=note]")).to_be_focused()
    press(*"Meets us tomorrow, wants the cause in writing.", "Alt+p", *"Cause in writing", "Alt+n")
    page.locator("li.on [data-log-pick]").first.press("Enter")
    press("Control+Enter")
    expect(page.locator(".r-row-done")).to_be_focused()
    assert (len(pressed) + len(["Tab", "Enter"])) / KEYS_A_SECOND < 15
    contact = Interaction.objects.latest("pk")
    assert contact.note == "Meets us tomorrow, wants the cause in writing."
    assert contact.next_contact_at is not None
    assert Promise.objects.get().text == "Cause in writing"
    alert.refresh_from_db()
    assert alert.state == Alert.State.ANSWERED
    assert Task.objects.open().filter(title="Send what fits").exists()


def test_what_was_logged_does_not_come_back_as_a_draft(open_page, rep, alert, customer):
    page = open_page(rep, "/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("li.on textarea[name=note]")).to_be_focused()
    page.keyboard.type("All is well")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".r-row-done")).to_be_visible()
    page.goto(f"/customers/{customer.pk}/")
    expect(page.locator("#timeline")).to_contain_text("All is well")
    note = page.locator("textarea[name=note]")
    expect(note).to_have_value("")
    page.keyboard.press("l")
    page.keyboard.type("They called back")
    page.keyboard.press("Control+Enter")  # where the box stays on the page it is empty, and keys go on from there
    expect(page.locator("#timeline")).to_contain_text("They called back")
    expect(note).to_have_value("")
    expect(page.locator("form.r-log")).to_be_focused()


def test_a_promise_that_was_typed_comes_back_with_the_draft(open_page, rep, alert, customer):
    page = open_page(rep, f"/customers/{customer.pk}/contacts/new/")
    page.locator("textarea[name=note]").fill("Wants it in writing")
    page.get_by_role("button", name="We promised").click()
    page.locator("input[name=ours_text]").fill("Cause in writing")
    page.goto(f"/customers/{customer.pk}/contacts/new/")
    expect(page.locator("textarea[name=note]")).to_have_value("Wants it in writing")
    expect(page.locator("input[name=ours_text]")).to_have_value("Cause in writing")


def test_why_me_done_and_undo_by_single_keys(open_page, rep, alert):
    page = open_page(rep, "/")
    page.keyboard.press("j")
    page.keyboard.press("w")
    expect(page.locator("dialog[open]")).to_contain_text("the same answer")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    expect(page.locator("[data-row]", has_text="Thank them")).to_be_focused()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("#my-day-head")).to_contain_text("All 1")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("[data-row]")).to_have_count(2)
    alert.refresh_from_db()
    assert alert.state == Alert.State.OPEN


def test_logging_from_anywhere_begins_with_l_and_a_name(open_page, rep, alert):
    page = open_page(rep, "/pipeline/")
    page.keyboard.press("l")
    expect(page.locator("dialog[open] input[name=q]")).to_be_focused()
    page.keyboard.type("baltic", delay=20)
    expect(page.locator("#log-customers li")).to_have_count(1)
    page.locator("#log-customers a").press("Enter")
    expect(page.locator("dialog[open] textarea[name=note]")).to_be_focused()
    expect(page.locator("dialog[open]")).to_contain_text("Sent the quote")
    page.keyboard.type("They liked it")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Baltic Crane OÜ: call is logged")
    assert Interaction.objects.filter(note="They liked it").count() == 1
