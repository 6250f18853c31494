"""An admin changes rules, processes, triggers, pins and settings in the browser, with and without scripts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from crm.core.models import User
from crm.core.models.business_setting import BusinessSetting, setting
from customers.models import Customer
from interactions.models import StepRun
from interactions.process_running import start_process
from segments.criteria_form import RuleTooDeep, build_rule_form
from segments.customer_pinning import assign_customer
from segments.default_configuration import create_defaults
from segments.models import Membership, Pin, Process, ProcessVersion, Segment, SegmentRule, Trigger
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def browser(admin: User, signed_in):
    create_defaults()
    return signed_in(admin)


def segment_url(name: str, key: str = "premium") -> str:
    return reverse(f"segments:{name}", args=[Segment.objects.get(key=key).pk])


def process_of(key: str, flow: str) -> Process:
    return Process.objects.get(segment__key=key, flow=flow)


CITY = {"word-0": "all", "metric-0": "city", "operator-0": "is", "value-0": "Bergen", "group-0": "0"}


# --- Rules -----------------------------------------------------------------------------------------------------------


def test_a_rule_is_built_tried_kept_and_published(browser):
    factories.make_customer(city="Bergen", name="Bergen Verft AS")
    tried = browser.post(segment_url("segment-edit"), CITY)
    assert "Bergen Verft AS" in tried.content.decode()
    assert not SegmentRule.objects.filter(state="draft").exists(), "trying keeps nothing"
    browser.post(segment_url("segment-edit"), CITY | {"act": "save"})
    draft = SegmentRule.objects.get(state="draft")
    assert draft.criteria == {"all": [{"metric": "city", "operator": "is", "value": "Bergen"}]}
    page = browser.get(segment_url("segment-publish")).content.decode()
    assert "city is Bergen" in page
    assert browser.post(segment_url("segment-publish"), {"reason": ""}).status_code == 422
    browser.post(segment_url("segment-publish"), {"reason": "Closer to the yards"})
    draft.refresh_from_db()
    assert (draft.state, draft.reason) == ("published", "Closer to the yards")


def test_the_builder_adds_and_removes_conditions_without_scripts(browser):
    added = browser.post(segment_url("segment-edit"), CITY | {"act": "add-0"}).content.decode()
    assert 'name="metric-1"' in added
    grouped = browser.post(segment_url("segment-edit"), CITY | {"act": "add-group-none"}).content.decode()
    assert 'name="word-1"' in grouped
    removed = browser.post(segment_url("segment-edit"), CITY | {"act": "remove-0"}).content.decode()
    assert 'name="metric-0"' not in removed
    assert "No condition yet" in removed


def test_a_fragment_holds_the_workbench_alone(browser):
    headers = {"HX-Request": "true", "HX-Target": "workbench"}
    answer = browser.post(segment_url("segment-edit"), CITY, headers=headers)
    assert "<html" not in answer.content.decode()
    assert 'id="workbench"' in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"metric-0": "sales_12m", "operator-0": "at_least", "value-0": "lots"}, "does not fit"),
        ({"metric-0": "no_such"}, "no figure called"),
        ({"value-0": ""}, "does not fit"),
        ({"metric-0": "segment", "value-0": "x"}, "follows from the segment"),
        ({"value-0": "x" * 5000}, "does not fit"),
        ({"group-0": "99", "operator-0": "'; DROP TABLE"}, ""),
    ],
)
def test_what_does_not_make_a_rule_is_said_at_its_row_and_never_kept_wrong(browser, changes, said):
    answer = browser.post(segment_url("segment-edit"), CITY | changes | {"act": "save"})
    assert answer.status_code in {302, 422}
    if said:
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not SegmentRule.objects.filter(state="draft").exists()


def test_money_and_shares_are_written_in_the_readers_units(browser):
    sent = {
        "word-0": "all",
        "metric-0": "sales_12m",
        "operator-0": "between",
        "value-0": ["75000", "90000.50"],
        "group-0": "0",
        "metric-1": "contribution_rate",
        "operator-1": "at_least",
        "value-1": "15",
        "group-1": "0",
    }
    browser.post(segment_url("segment-edit"), sent | {"act": "save"})
    assert SegmentRule.objects.get(state="draft").criteria == {
        "all": [
            {"metric": "sales_12m", "operator": "between", "value": [7_500_000, 9_000_050]},
            {"metric": "contribution_rate", "operator": "at_least", "value": 0.15},
        ]
    }
    html = browser.get(segment_url("segment-edit")).content.decode()
    assert 'value="75000"' in html
    assert 'value="90000.5"' in html
    assert 'value="15"' in html


@pytest.mark.parametrize("key", ["premium", "at-risk", "new", "standard"])
def test_every_default_rule_survives_the_builder_unchanged(browser, key):
    rule = Segment.objects.get(key=key).rules.get(state="published")
    assert build_rule_form(rule.criteria).to_criteria() == rule.criteria


def test_a_rule_with_more_levels_than_rows_can_show_is_left_alone(browser):
    deep = {"any": [{"all": [{"any": [CITY_RULE]}]}]}
    with pytest.raises(RuleTooDeep):
        build_rule_form(deep)
    SegmentRule.objects.filter(segment__key="premium").update(criteria=deep)
    assert "more levels" in browser.get(segment_url("segment-edit")).content.decode()


def test_the_segment_that_takes_the_rest_has_no_rule_to_save(browser):
    answer = browser.post(segment_url("segment-edit", "low-cost"), CITY | {"act": "save"})
    assert answer.status_code == 422
    assert "no rule of its own" in answer.content.decode()
    assert not SegmentRule.objects.filter(segment__key="low-cost").exists()


CITY_RULE = {"metric": "city", "operator": "is", "value": "Bergen"}


def test_an_earlier_version_comes_back_with_a_reason(browser):
    browser.post(segment_url("segment-edit"), CITY | {"act": "save"})
    browser.post(segment_url("segment-publish"), {"reason": "Trial"})
    first = SegmentRule.objects.get(segment__key="premium", version=1)
    page = browser.get(reverse("segments:segment-version", args=[first.pk])).content.decode()
    assert "city is Bergen" in page
    browser.post(reverse("segments:segment-version", args=[first.pk]), {"reason": "It was better"})
    now = SegmentRule.objects.get(segment__key="premium", state="published")
    assert (now.version, now.criteria) == (3, first.criteria)


def test_the_words_of_a_segment_are_edited_and_two_admins_never_overwrite_each_other(browser):
    url = segment_url("segment-describe")
    words = {"name": "Gold", "mark": "premium", "priority": 1, "goodwill_limit_cents": "750", "edit_version": "1"}
    assert browser.post(url, words).status_code == 302
    segment = Segment.objects.get(key="premium")
    assert (segment.name, segment.goodwill_limit_cents) == ("Gold", 75_000)
    assert browser.post(url, words | {"name": "Silver"}).status_code == 409


def test_a_new_segment_takes_nobody_until_a_rule_is_published(browser):
    browser.post(
        reverse("segments:segment-new"), {"name": "Yards", "mark": "star", "priority": 6, "goodwill_limit_cents": 0}
    )
    segment = Segment.objects.get(key="yards")
    html = browser.get(reverse("segments:segment-list")).content.decode()
    assert "No rule in force" in html.split("Low-cost")[0], "what takes the rest stands last"
    assert browser.get(reverse("segments:segment-edit", args=[segment.pk])).status_code == 200


# --- Processes -------------------------------------------------------------------------------------------------------


def test_the_next_customer_gets_the_new_step_and_a_running_one_keeps_the_old(browser, customer, rep):
    assign_customer(customer, on=TODAY)
    key = Membership.objects.current().get(customer=customer).segment.key
    process = process_of(key, "order")
    old = start_process(customer, flow="order", key="order:1", by=rep, at=NOW)
    step = {"title": "Send a plan of the yard", "doer": "owner", "clock_hours": 2, "channel": "mail"}
    browser.post(reverse("segments:step-new", args=[process.pk]), step)
    assert (
        "Send a plan of the yard" in browser.get(reverse("segments:process-edit", args=[process.pk])).content.decode()
    )
    page = browser.get(reverse("segments:process-publish", args=[process.pk])).content.decode()
    assert "1 running process keeps its steps" in page
    browser.post(reverse("segments:process-publish", args=[process.pk]), {"reason": "They ask for it"})
    second = factories.make_customer(owner=rep, team=rep.team)
    assign_customer(second, on=TODAY)
    new = start_process(second, flow="order", key="order:2", by=rep, at=NOW)
    titles = [list(run.steps.order_by("position").values_list("step__title", flat=True)) for run in (old, new)]
    assert titles[1] == [*titles[0], "Send a plan of the yard"]
    assert StepRun.objects.filter(run=old).count() == len(titles[0])


def test_steps_in_force_are_changed_in_a_draft(browser):
    process = process_of("low-cost", "order")
    published = process.versions.get(state="published")
    first, second, third = published.steps.order_by("position")
    browser.post(reverse("segments:step-move", args=[first.pk]), {"to": "down"})
    draft = process.versions.get(state="draft")
    assert [step.title for step in draft.steps.order_by("position")][:2] == [second.title, first.title]
    browser.post(reverse("segments:step-remove", args=[third.pk]))
    assert draft.steps.count() == 2
    change = {"title": "Confirm at once", "doer": "rep", "clock_hours": 1, "channel": "mail", "instruction": "By hand."}
    browser.post(reverse("segments:step-edit", args=[draft.steps.first().pk]), change)
    assert draft.steps.filter(title="Confirm at once", clock_hours=1).exists()
    assert published.steps.count() == 3
    browser.post(reverse("segments:process-discard", args=[process.pk]))
    assert not process.versions.filter(state="draft").exists()


def test_a_step_without_a_title_is_refused_at_its_field(browser):
    process = process_of("low-cost", "order")
    answer = browser.post(reverse("segments:step-new", args=[process.pk]), {"title": "", "clock_hours": 99999})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()
    assert ProcessVersion.objects.filter(state="draft").count() == 0


def test_premium_stands_beside_any_other_segment(browser):
    url = reverse("segments:process-edit", args=[process_of("premium", "order").pk])
    html = browser.get(url).content.decode()
    assert "Premium beside Low-cost" in html
    assert "Thank and confirm by phone" in html
    assert "Premium beside New" in browser.get(url, {"with": "new"}).content.decode()
    assert browser.get(url, {"with": "nonsense", "step": "x"}).status_code == 200


def test_an_empty_cell_begins_a_draft(browser):
    segment = Segment.objects.create(key="yards", name="Yards", priority=8)
    browser.post(reverse("segments:process-create"), {"segment": segment.pk, "flow": "order"})
    assert process_of("yards", "order").versions.get().state == "draft"


# --- Triggers --------------------------------------------------------------------------------------------------------


def test_a_trigger_is_switched_and_switched_back(browser):
    trigger = Trigger.objects.get(key="visit-now")
    url = reverse("segments:trigger-switch", args=[trigger.pk])
    browser.post(url)
    trigger.refresh_from_db()
    assert not trigger.is_on
    browser.post(url)
    trigger.refresh_from_db()
    assert trigger.is_on


def test_a_trigger_of_our_own_starts_off_and_counts_whom_it_would_notice(browser):
    factories.make_customer(city="Bergen")
    words = {"name": "Yards", "explanation": "They plan in spring", "task_title": "Ask for the plan"}
    browser.post(reverse("segments:trigger-new"), words)
    trigger = Trigger.objects.get(key="own-yards")
    assert not trigger.is_on
    url = reverse("segments:trigger-condition", args=[trigger.pk])
    tried = browser.post(url, CITY).content.decode()
    assert "it holds for 1 customer today" in tried
    browser.post(url, CITY | {"act": "save"})
    trigger.refresh_from_db()
    assert trigger.criteria == {"all": [CITY_RULE]}
    assert browser.post(url, CITY | {"act": "save", "value-0": ""}).status_code == 422


def test_the_page_of_a_trigger_is_there_before_everybody_was_counted(browser):
    factories.make_customer(city="Bergen")
    trigger = Trigger.objects.create(key="own-yards", name="Yards", task_title="Ask", criteria={"all": [CITY_RULE]})
    url, said = reverse("segments:trigger-edit", args=[trigger.pk]), "it holds for 1 customer today"
    page = browser.get(url).content.decode()
    assert said not in page
    assert f'hx-get="{url}" hx-trigger="load"' in page
    fetched = browser.get(url, headers={"HX-Request": "true", "HX-Target": "crossing"}).content.decode()
    assert said in fetched
    assert "<form" not in fetched
    assert said in browser.get(f"{url}?count=1").content.decode(), "without script by a link"


def test_a_trigger_that_ranks_everybody_has_no_condition_to_change(browser):
    trigger = Trigger.objects.get(key="slipping-away")
    assert browser.post(reverse("segments:trigger-condition", args=[trigger.pk]), CITY).status_code == 404


@pytest.mark.parametrize(
    "changes", [{"holdout_percent": 80}, {"due_hours": 0}, {"cooldown_days": 99999}, {"task_title": ""}]
)
def test_limits_of_a_trigger_are_kept(browser, changes):
    trigger = Trigger.objects.get(key="visit-now")
    words = {"action": "task", "task_title": "Go", "due_hours": 8, "cooldown_days": 3, "holdout_percent": 0} | changes
    assert browser.post(reverse("segments:trigger-edit", args=[trigger.pk]), words).status_code == 422


# --- Pins ------------------------------------------------------------------------------------------------------------


def test_a_manager_pins_reads_the_report_and_unpins(browser, lead, customer, signed_in):
    client = signed_in(lead)
    premium = Segment.objects.get(key="premium")
    words = {"segment": premium.pk, "grade": "A1", "reason": "Opens a plant", "expires_on": "2027-03-31"}
    assert client.post(reverse("segments:pin-new", args=[customer.pk]), words).status_code == 302
    assert Membership.objects.current().get(customer=customer).segment == premium
    report = client.get(reverse("segments:pin-report")).content.decode()
    assert "Opens a plant" in report
    assert customer.name in report
    pin = Pin.objects.get(segment=premium)
    client.post(reverse("segments:pin-end", args=[pin.pk]), {"back": "report"})
    assert Membership.objects.current().get(customer=customer).segment != premium
    over = client.get(reverse("segments:pin-report"), {"view": "over"}).content.decode()
    assert ">Act<" not in over, "nothing can be done about a pin that is over"


def test_a_pin_without_reason_or_into_the_past_is_refused_in_the_form(browser, customer):
    url = reverse("segments:pin-new", args=[customer.pk])
    words = {"grade": "A1", "reason": "More", "expires_on": (TODAY - timedelta(days=1)).isoformat()}
    for sent in (
        words,
        words | {"reason": ""},
        {"reason": "x", "expires_on": "2027-01-01"},
        {"expires_on": "tomorrow"},
    ):
        assert browser.post(url, sent).status_code == 422
    assert not Pin.objects.exists()


def test_the_report_of_pins_shows_only_what_the_manager_sees(browser, lead, foreign_customer, admin, signed_in):
    Pin.objects.create(customer=foreign_customer, grade="A1", reason="Theirs", expires_on=date(2027, 1, 1))
    assert "Theirs" not in signed_in(lead).get(reverse("segments:pin-report")).content.decode()
    assert "Theirs" in browser.get(reverse("segments:pin-report")).content.decode()


# --- Business settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("fall.warning", "45", 0.45),
        ("fall.warning", "45 %", 0.45),
        ("complaints.recovery_days", "21", 21),
        ("complaints.escalation_days", "14, 1, 7", [1, 7, 14]),
        ("company.holidays", "2026-12-25, 2026-01-01", ["2026-01-01", "2026-12-25"]),
        ("company.currency", "nok", "NOK"),
        ("company.time_zone", "Europe/Oslo", "Europe/Oslo"),
        ("company.country", "de", "DE"),
        ("risk.knob", "1.5", 1.5),
        ("encounters.family_weights", "Abrasives = 2, Belts = 1.5", ["Abrasives = 2", "Belts = 1.5"]),
    ],
)
def test_a_setting_is_changed_and_put_back(browser, key, text, value):
    url = reverse("core:setting-edit", args=[key])
    before = setting(key)
    assert browser.post(url, {"value": text}).status_code == 302
    assert BusinessSetting.objects.get(key=key).value == value
    browser.post(url, {"reset": "1"})
    assert BusinessSetting.objects.get(key=key).value == before


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("fall.warning", "400", "Between 10 and 90%"),
        ("fall.warning", "much", "A number is needed"),
        ("fall.warning", "NaN", "A number is needed"),
        ("complaints.recovery_days", "2.5", "whole number"),
        ("complaints.recovery_days", "1000", "Between 5 and 120"),
        ("complaints.escalation_days", "", "At least one day"),
        ("complaints.escalation_days", "one", "commas"),
        ("company.holidays", "Christmas", "commas"),
        ("company.currency", "EURO", "three letters"),
        ("company.time_zone", "Atlantis", "time zone"),
        ("company.country", "Atlantis", "two letters"),
        ("company.name", "x" * 200, "At most"),
        ("encounters.family_weights", "Abrasives", "from 1 to 5"),
        ("encounters.family_weights", "Abrasives = 9", "from 1 to 5"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_beside_its_field(browser, key, text, said):
    answer = browser.post(reverse("core:setting-edit", args=[key]), {"value": text})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not BusinessSetting.objects.filter(key=key).exists()


def test_an_unknown_setting_is_not_found(browser):
    assert browser.post(reverse("core:setting-edit", args=["no.such"]), {"value": "1"}).status_code == 404


def test_customers_keep_their_names_in_the_dry_run(browser):
    Customer.objects.create(number="X", name="<b>Bold & Sons</b>", city="Bergen")
    html = browser.post(segment_url("segment-edit"), CITY).content.decode()
    assert "<b>Bold" not in html
    assert "&lt;b&gt;Bold &amp; Sons" in html
