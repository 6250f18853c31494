"""Story: a rep's morning. Who is at risk stands first and says why; a call is logged without the mouse, or by thumb."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from interactions.models import Alert, Interaction, StepRun, Task
from segments.models import Membership, Process
from tests.e2e.trading_company import SILENT_DAYS, in_days, open_trading_company

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NOTE = "Their line stands still for repairs until spring; the next order comes in March."


@pytest.fixture
def silent(rep, lead, executive):
    """The customer who fell silent; half a year ago Ana had somebody there on the line."""
    customer = open_trading_company(rep)
    Interaction.objects.create(
        customer=customer,
        person=customer.people.get(),
        channel=Interaction.Channel.CALL,
        outcome=Interaction.Outcome.TALKED,
        note="The seals of the second pump worry him.",
        logged_by=rep,
        happened_at=timezone.now() - timedelta(days=180),
    )
    return customer


def first_row(page):
    return page.locator("#my-day-list > li").first


def expect_silent_first_with_its_reason(page, silent):
    expect(first_row(page).locator(".r-name")).to_have_text(silent.name)
    expect(first_row(page).locator(".why")).to_have_text(re.compile(rf"18 days.*{SILENT_DAYS + 1} days"))
    expect(first_row(page).locator(".stake")).to_have_text(re.compile(r"\d"))


def expect_answered(silent, rep, channel):
    """The alert and its task are closed, the next contact is planned, the segment's process waits for its next step."""
    contact = Interaction.objects.filter(customer=silent).latest("happened_at")
    assert (contact.channel, contact.logged_by, contact.note) == (channel, rep, NOTE)
    assert not Alert.objects.filter(customer=silent, state=Alert.State.OPEN).exists()
    assert not Task.objects.open().filter(customer=silent, kind=Task.Kind.ALERT).exists()
    answered = Task.objects.get(customer=silent, kind=Task.Kind.ALERT, assignee=rep)
    assert (answered.state, answered.closed_by) == (Task.State.DONE, rep)
    follow_up = Task.objects.open().get(customer=silent, kind=Task.Kind.FOLLOW_UP)
    assert (follow_up.assignee, follow_up.due_at) == (rep, contact.next_contact_at)
    step = StepRun.objects.select_related("run__version__process").get(run__customer=silent, state=StepRun.State.OPEN)
    process = step.run.version.process
    assert process.flow == Process.Flow.CADENCE
    assert process.segment == Membership.objects.current().get(customer=silent).segment
    assert Task.objects.open().filter(customer=silent, kind=Task.Kind.STEP, step_run=step).exists()
    return contact


def test_a_rep_answers_an_alert_without_the_mouse(open_page, rep, silent):
    page = open_page(rep)
    expect_silent_first_with_its_reason(page, silent)
    keys = page.keyboard
    keys.press("j")
    expect(first_row(page)).to_be_focused()
    keys.press("j")
    keys.press("k")
    expect(first_row(page)).to_be_focused()
    keys.press("Enter")
    expect(first_row(page).get_by_text("The seals of the second pump worry him.")).to_be_visible()
    note = page.get_by_label("What was said")
    expect(note).to_be_focused()
    keys.press("Alt+2")
    expect(page.get_by_role("radio", name="Call")).not_to_be_checked()
    keys.press("Alt+1")
    expect(page.get_by_role("radio", name="Call")).to_be_checked()
    expect(note).to_be_focused()
    keys.type(NOTE)
    keys.press("Alt+n")
    when = page.get_by_label("Next contact", exact=True)
    expect(when).to_be_focused()
    day = in_days(6)
    keys.type(f"{day:%m%d%Y}")
    keys.press("ArrowRight")
    keys.type("1000A")
    expect(when).to_have_value(f"{day:%Y-%m-%dT10:00}")
    keys.press("Control+Enter")
    done = page.locator("#my-day-list .r-row-done")
    expect(done).to_be_focused()
    expect(done).to_contain_text(silent.name)
    expect(page.get_by_label("Around my day").get_by_text(re.compile("Call, Kjeldsen"))).to_be_visible()
    contact = expect_answered(silent, rep, Interaction.Channel.CALL)
    assert contact.next_contact_at == day


def test_a_rep_answers_an_alert_by_thumb(open_page, rep, silent):
    page = open_page(rep, width=390)
    expect_silent_first_with_its_reason(page, silent)
    first_row(page).locator(".r-name").tap()
    expect(first_row(page).get_by_text("The seals of the second pump worry him.")).to_be_visible()
    page.locator("form.r-log").get_by_text("Call", exact=False).first.tap()
    page.get_by_label("What was said").tap()
    page.get_by_label("What was said").fill(NOTE)
    page.get_by_role("button", name="in a week").tap()
    page.get_by_role("button", name=re.compile("^Save")).tap()
    expect(page.locator("#my-day-list .r-row-done")).to_contain_text(silent.name)
    expect_answered(silent, rep, Interaction.Channel.CALL)
