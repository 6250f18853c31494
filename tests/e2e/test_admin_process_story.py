"""Story: an administrator changes how premium customers are served, and who is one; nothing moves unseen."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from interactions.models import ProcessRun, Task
from interactions.process_running import start_process
from segments.models import Membership, Process, Segment, SegmentRule
from tests.e2e.trading_company import open_trading_company

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OLD, NEW = "Thank and confirm by phone", "Thank, confirm and name the day"


@pytest.fixture
def premium_customer(rep, guardian):
    open_trading_company(rep)
    segment = Segment.objects.get(key="premium")
    return Membership.objects.current().filter(segment=segment).select_related("customer").first().customer


def tile(page, label):
    return page.locator(".r-tile").filter(has=page.get_by_text(label, exact=True)).locator(".v")


def test_a_changed_step_is_for_whoever_comes_next(open_page, admin, rep, guardian, premium_customer):
    flow = Process.Flow.ORDER
    running = start_process(premium_customer, flow=flow, key="order:1", by=rep, at=timezone.now())
    page = open_page(admin, "/settings/processes/")
    row = page.get_by_role("row", name=re.compile("Premium")).filter(has=page.get_by_text("answer in 4 hours"))
    row.get_by_role("link", name=re.compile("answer in 4 hours")).click()
    page.get_by_role("link", name=f"Change: {OLD}").click()
    form = page.locator("#step-form")
    form.get_by_label(re.compile("What is done", re.IGNORECASE)).fill(NEW)
    form.get_by_label(re.compile("^Who", re.IGNORECASE)).select_option("guardian")
    form.get_by_label(re.compile("Clock, working hours", re.IGNORECASE)).fill("3")
    form.get_by_role("button", name="Keep in draft").click()
    expect(page.get_by_text("draft of version 2")).to_be_visible()
    expect(page.get_by_text("1 running stays on version 1")).to_be_visible()
    page.get_by_role("link", name="Publish …").click()
    expect(page.get_by_text("1 running process keeps its steps; the next one takes these.")).to_be_visible()
    expect(page.locator("ol.r-list li").first).to_have_text(re.compile(f"{NEW}.*guardian.*3 ?h", re.IGNORECASE))
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    page.get_by_label(re.compile("reason", re.IGNORECASE)).fill("They asked to know the day at once.")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("In force for whatever starts from now on.")).to_be_visible()

    page.goto(f"/customers/{premium_customer.pk}/processes/new/")
    page.get_by_label("Process", exact=True).select_option(flow.value)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(NEW).first).to_be_visible()
    begun = ProcessRun.objects.exclude(pk=running.pk).get()
    step, old_step = begun.steps.get(position=1), running.steps.get(position=1)
    assert (step.step.title, step.step.clock_hours, begun.version.version) == (NEW, 3, 2)
    assert Task.objects.open().get(step_run=step).assignee == guardian
    assert (old_step.step.title, running.version.version) == (OLD, 1)
    page.goto(f"/pipeline/{running.pk}/")
    expect(page.get_by_text(OLD).first).to_be_visible()
    expect(page.get_by_text(NEW)).to_have_count(0)


def test_a_changed_rule_is_tried_before_it_is_published(open_page, admin, premium_customer):
    segment = Segment.objects.get(key="premium")
    members = Membership.objects.current().filter(segment=segment).count()
    page = open_page(admin, "/settings/segments/")
    page.get_by_role("link", name="Premium").first.click()
    expect(tile(page, "Leave")).to_have_text("0")
    condition = page.locator(".cond").filter(has=page.locator("option[value=purchase_days][selected]"))
    value = condition.get_by_label("Value", exact=True)
    expect(value).to_have_value("8")
    answer_of_the_first, editor = [], re.compile(r"/settings/segments/\d+/$")
    page.route(editor, lambda route: answer_of_the_first.append(route), times=1)
    with page.expect_request(editor):
        value.fill("700")
        value.press("Tab")
    value.fill("900")
    with page.expect_response(editor):
        answer_of_the_first[0].continue_()
    expect(value).to_have_value("900")  # what was typed meanwhile is not written over
    value.press("Tab")
    expect(tile(page, "With this rule")).to_have_text("0")
    expect(condition.get_by_role("button", name=re.compile("^Remove"))).to_be_focused()
    expect(tile(page, "Leave")).to_have_text(str(members))
    movers = page.get_by_role("table", name=re.compile("Customers who would move"))
    expect(movers.locator("tbody tr")).to_have_count(members)
    expect(movers).to_contain_text(premium_customer.name)
    page.get_by_role("button", name="Publish …").click()
    expect(page.get_by_text(f"{members} leave; then 0 customers belong here.")).to_be_visible()
    page.get_by_label(re.compile("reason", re.IGNORECASE)).fill("Only those who buy all the time.")
    page.get_by_role("button", name="Publish to 0 customers").click()
    expect(page.get_by_text("Version 2 is in force from the next night on.")).to_be_visible()
    rule = SegmentRule.objects.get(segment=segment, state=SegmentRule.State.PUBLISHED)
    assert (rule.version, rule.reason, rule.published_by) == (2, "Only those who buy all the time.", admin)
    assert Membership.objects.current().filter(segment=segment).count() == members
