"""The way of a rule in the browser: a day, a comparison, who would move page by page and as a file, going back."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from crm.nightly_run import run_night
from customers.models import Customer
from segments.customer_pinning import pin_customer
from segments.default_configuration import create_defaults
from segments.models import Membership, Pin, Segment, SegmentRule
from segments.segment_dry_run import try_segment_rule
from segments.segment_movers import describe_care_change, list_movers
from tests import factories
from tests.segments.test_segment_editing import live_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
CITY = {"word-0": "all", "metric-0": "city", "operator-0": "is", "value-0": "Bergen", "group-0": "0"}
BERGEN = {"all": [{"metric": "city", "operator": "is", "value": "Bergen"}]}


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def premium(db):
    create_defaults()
    return Segment.objects.get(key="premium")


@pytest.fixture
def browser(admin, signed_in):
    return signed_in(admin)


def url(name, segment, *more):
    return reverse(f"segments:{name}", args=[segment.pk, *more])


def ask_part(browser, address, part):
    """What a page asks for as soon as it stands."""
    answer = browser.get(address, headers={"HX-Request": "true", "HX-Target": part}).content.decode()
    assert "<html" not in answer
    return answer


def keep_draft(browser, premium, **changes):
    browser.post(url("segment-edit", premium), CITY | changes | {"act": "save"})


def test_a_rule_is_published_on_a_day_by_the_night_and_can_be_withdrawn(browser, premium, monkeypatch):
    monkeypatch.setattr("crm.core.job_ledger._ring", lambda job_id: None)
    (customer,) = live_in("Bergen")
    keep_draft(browser, premium)
    said = browser.post(
        url("segment-publish", premium), {"reason": "New year", "publish_on": "2026-12-01"}, follow=True
    ).content.decode()
    assert "comes into force" in said
    assert "2 from " in browser.get(reverse("segments:segment-list")).content.decode()
    assert "comes into force" in browser.get(url("version-compare", premium)).content.decode()
    browser.post(url("segment-withdraw", premium))
    assert SegmentRule.objects.get(state="draft").publish_on is None
    browser.post(url("segment-publish", premium), {"reason": "New year", "publish_on": "2026-12-01"})
    run_night(on=date(2026, 11, 29), at=datetime(2026, 11, 30, 2, tzinfo=UTC))
    assert Membership.objects.current().get(customer=customer).segment.key != "premium"
    run_night(on=date(2026, 11, 30), at=datetime(2026, 12, 1, 2, tzinfo=UTC))
    assert Membership.objects.current().get(customer=customer).segment == premium
    assert SegmentRule.objects.get(segment=premium, state="published").reason == "New year"


def test_a_day_in_the_past_is_refused_in_the_form(browser, premium):
    keep_draft(browser, premium)
    response = browser.post(url("segment-publish", premium), {"reason": "Late", "publish_on": "2026-11-01"})
    assert response.status_code == 422
    assert "between tomorrow and a year" in response.content.decode()


def test_two_versions_are_compared_in_plain_words(browser, premium):
    keep_draft(browser, premium)
    browser.post(url("segment-publish", premium), {"reason": "Trial"})
    keep_draft(browser, premium, **{"value-0": "Oslo"})
    page = browser.get(url("version-compare", premium), {"old": "2", "new": "3"}).content.decode()
    assert "<del" in page
    assert "city is Bergen" in page
    assert "<ins>city is Oslo</ins>" in page
    for change, word in (({"after": "city is Oslo"}, "new"), ({"before": "city is Oslo"}, "no longer")):
        aloud = strip_tags(render_to_string("segments/rule_change.html", {"change": change})).split()
        assert " ".join(aloud) == f"{word} city is Oslo", "strokes and weight are not read aloud"
    assert "Trial" in page
    newest = browser.get(url("version-compare", premium), {"old": "x", "new": "99"}).content.decode()
    assert "city is Oslo" in newest
    rest = Segment.objects.get(is_fallback=True)
    assert "Nothing to compare" in browser.get(url("version-compare", rest)).content.decode()


def test_going_back_says_before_who_would_move(browser, premium):
    live_in("Bergen", "Oslo")
    keep_draft(browser, premium)
    browser.post(url("segment-publish", premium), {"reason": "Trial"})
    keep_draft(browser, premium, **{"value-0": "Oslo"})
    browser.post(url("segment-publish", premium), {"reason": "Another"})
    old = SegmentRule.objects.get(segment=premium, version=2)
    version = reverse("segments:segment-version", args=[old.pk])
    said = "1 come in, 0 leave; 0 customers become 1."
    assert said not in browser.get(version).content.decode(), "the page stands before everybody is read"
    page = ask_part(browser, version, "effect")
    assert said in page
    assert f"?version={old.version}" in page
    assert said in browser.get(version, {"count": "1"}).content.decode(), "without scripts"
    movers = ask_part(browser, url("segment-movers", premium) + "?version=2", "movers")
    assert "city: Bergen" in movers
    assert '<b class="ink">1</b> in all' in movers
    Customer.objects.filter(city="Oslo").update(city="Bergen")
    assert "Everybody would be in this segment" in ask_part(browser, version, "effect")
    assert "there is nothing to go back to" not in browser.get(version).content.decode()
    browser.post(version, {"reason": "Back"})
    assert "there is nothing to go back to" in browser.get(version).content.decode()


def test_going_back_names_the_planned_draft_that_it_throws_away(browser, premium):
    live_in("Bergen")
    keep_draft(browser, premium)
    browser.post(url("segment-publish", premium), {"reason": "Trial"})
    version = reverse("segments:segment-version", args=[SegmentRule.objects.get(segment=premium, version=1).pk])
    assert "thrown away" not in browser.get(version).content.decode()
    keep_draft(browser, premium, **{"value-0": "Oslo"})
    assert "The draft that waits to be published is thrown away" in browser.get(version).content.decode()
    day = TODAY + timedelta(days=7)
    browser.post(url("segment-publish", premium), {"reason": "Wider in spring", "publish_on": day.isoformat()})
    page = browser.get(version).content.decode()
    assert "(“Wider in spring”) is thrown away" in page


def test_everybody_who_would_move_is_paged_with_the_reason_and_what_changes(premium):
    customers = live_in(*["Bergen"] * 7, "Oslo")
    for number, customer in enumerate(customers):
        factories.set_score(customer, sales_12m_cents=100_000 * (number // 2))
    seen, after = [], ""
    while True:
        page = list_movers(premium, BERGEN, on=TODAY, show="in", after=after, most=3)
        seen += [mover.customer_id for mover in page.movers]
        after = page.after
        if not after:
            break
    tried = try_segment_rule(premium, BERGEN, on=TODAY, show="in", most=100)
    assert sorted(seen) == sorted(mover.customer_id for mover in tried.movers)
    assert len(seen) == len(set(seen)) == 7
    sales = {customer.pk: 100_000 * (number // 2) for number, customer in enumerate(customers)}
    assert [sales[pk] for pk in seen] == sorted((sales[pk] for pk in seen), reverse=True)
    for nonsense in ("x", "1", "1.2.3", f"{10**30}.1", "a.b"):
        assert len(list_movers(premium, BERGEN, on=TODAY, show="in", after=nonsense).movers) == 7


def test_who_stays_only_because_of_a_pin_is_listed_apart(premium, admin):
    customers = live_in("Bergen", "Bergen")
    low = Segment.objects.get(key="low-cost")
    Pin.objects.create(customer=customers[0], segment=low, reason="Wants no talk", expires_on=date(2027, 1, 1))
    pinned = list_movers(premium, BERGEN, on=TODAY, show="pinned").movers
    assert [(mover.customer_id, mover.was, mover.becomes) for mover in pinned] == [(customers[0].pk, low, premium)]
    assert [mover.customer_id for mover in list_movers(premium, BERGEN, on=TODAY).movers] == [customers[1].pk]
    assert try_segment_rule(premium, BERGEN, on=TODAY).pinned_stay == 1


def test_the_list_and_its_file_say_the_same_and_run_nothing(browser, premium, lead, signed_in):
    (customer, _other) = live_in("Bergen", "Oslo")
    customer.name = "=HYPERLINK(1)"
    customer.save()
    keep_draft(browser, premium)
    assert "=HYPERLINK(1)" not in browser.get(url("segment-movers", premium)).content.decode()
    ask_part(browser, url("segment-movers", premium), "movers")
    page = browser.get(url("segment-movers", premium)).content.decode()
    assert "=HYPERLINK(1)" in page, "what was found is kept for a while"
    assert "city: Bergen" in page
    assert "Talk every 30 days" in page
    export = browser.get(url("segment-movers-export", premium, "csv"))
    text = b"".join(export.streaming_content).decode()
    assert "'=HYPERLINK(1),,Low-cost,Premium" in text
    assert browser.get(url("segment-movers-export", premium, "xlsx")).content.startswith(b"PK")
    assert browser.get(url("segment-movers-export", premium, "pdf")).status_code == 404
    assert signed_in(lead).get(url("segment-movers", premium)).status_code == 403
    rest = Segment.objects.get(is_fallback=True)
    assert browser.get(url("segment-movers", rest)).status_code == 404


def test_a_rule_that_holds_for_nobody_or_for_everybody_is_warned_of(browser, premium, admin):
    live_in("Bergen", "Oslo")
    nobody = browser.post(url("segment-edit", premium), CITY | {"value-0": "Atlantis"}).content.decode()
    assert "Nobody would be in Premium" in nobody
    everybody = browser.post(url("segment-edit", premium), CITY | {"operator-0": "known"}).content.decode()
    assert "Everybody would be in Premium" in everybody
    some = browser.post(url("segment-edit", premium), CITY).content.decode()
    assert "would be in Premium" not in some
    rest, held = Segment.objects.get(is_fallback=True), {"reason": "Not yet", "expires_on": TODAY + timedelta(30)}
    pin_customer(Customer.objects.first(), segment=rest, by=admin, on=TODAY, at=NOW, **held)
    but_one = browser.post(url("segment-edit", premium), CITY | {"operator-0": "known"}).content.decode()
    assert "Everybody would be in Premium" in but_one, "a pin elsewhere does not make the rule tell anybody apart"


def test_a_rule_that_leaves_another_segment_without_customers_names_it(browser, premium):
    live_in("Bergen", "Oslo")
    kept = live_in("Oslo")[0]
    factories.put_in_segment(kept, Segment.objects.get(key="standard"))
    page = strip_tags(browser.post(url("segment-edit", premium), CITY | {"value-0": "Oslo"}).content.decode())
    assert re.search(r"Nobody would be left in\s+Standard\s*\.", page)
    others = browser.post(url("segment-edit", premium), CITY).content.decode()
    assert "would be left" not in others, "who leaves Standard goes elsewhere, whatever this rule says"


def test_who_moves_by_another_rule_is_not_explained_by_this_one(browser, premium):
    moving, _staying = live_in("Bergen", "Oslo")
    factories.put_in_segment(moving, Segment.objects.get(key="standard"))
    page = browser.post(url("segment-edit", premium), CITY | {"value-0": "Oslo"}).content.decode()
    assert "1 of them moves past Premium" in page
    assert "Not by this rule: another was published" in page
    assert "city: Bergen" not in page
    assert "city: Oslo" in page


def test_enter_in_a_row_of_a_rule_tries_it_and_keeps_nothing(browser, premium):
    """A browser presses the first button of a form, wherever in the page it stands."""
    page = browser.get(url("segment-edit", premium)).content.decode()
    first = re.search(r'<button[^>]*form="rule-form"[^>]*>', page)[0]
    assert 'value="look"' in first


@pytest.mark.parametrize("movers", [2, 15])
def test_the_editor_asks_fifteen_queries_at_most_however_many_would_move(browser, premium, movers):
    live_in(*["Bergen"] * movers)
    keep_draft(browser, premium)
    browser.get(url("segment-edit", premium))

    with CaptureQueriesContext(connection) as asked:
        page = browser.get(url("segment-edit", premium), {"count": "1"}).content.decode()

    assert "Bergen" in page
    assert len(asked) <= 15, [query["sql"][:120] for query in asked]


def test_a_protected_figure_and_one_that_follows_from_the_segment_are_refused_in_words(browser, premium, monkeypatch):
    from crm.core.metric_catalogue import METRICS, Metric, MetricKind

    mood = Metric("age_years", "age", MetricKind.NUMBER, "How old they are.", "40")
    monkeypatch.setitem(METRICS, "age_years", mood)
    sent = {"word-0": "all", "metric-0": "age_years", "operator-0": "at_least", "value-0": "60", "group-0": "0"}
    page = browser.post(url("segment-edit", premium), sent).content.decode()
    assert "“age” is protected: nobody may be treated differently for it" in page
    refused = browser.post(url("segment-edit", premium), sent | {"act": "save"})
    assert refused.status_code == 422
    assert '<option value="age_years"' not in browser.get(url("segment-edit", premium)).content.decode()
    circle = {"word-0": "all", "metric-0": "segment", "operator-0": "is", "value-0": "Premium", "group-0": "0"}
    page = browser.post(url("segment-edit", premium), circle | {"act": "save"})
    assert page.status_code == 422
    assert "follows from the segment" in page.content.decode()
    assert not SegmentRule.objects.filter(state="draft").exists()


def test_the_cost_of_care_and_the_promises_stand_beside_the_rule(browser, premium):
    live_in("Bergen", "Bergen")
    Segment.objects.filter(pk=premium.pk).update(care_cents=550_00, answer_hours=4, needs_owner=True)
    page = browser.post(url("segment-edit", premium), CITY).content.decode()
    assert "Care, a year" in page
    assert "€1,100" in page.replace("\u202f", "").replace("€1.1k", "€1,100")
    assert "within 4 working hours" in page


def test_what_becomes_different_is_said_in_a_few_words(premium):
    low, standard = (Segment.objects.get(key=key) for key in ("low-cost", "standard"))
    assert describe_care_change(standard, premium).startswith("Talk every 30 days instead of")
    assert describe_care_change(None, premium) == "Talk every 30 days"
    assert describe_care_change(premium, low) == "Talk when they wish instead of every 30 days"
    assert describe_care_change(low, low) == "Another set of steps"
    assert describe_care_change(Segment(answer_hours=8), Segment(answer_hours=4)).startswith("An answer within 4")
    assert describe_care_change(Segment(), Segment(needs_owner=True)) == "An owner is named"


def test_the_editor_stands_before_everybody_is_read_and_then_says_who_would_move(browser, premium):
    live_in("Bergen", "Oslo")
    keep_draft(browser, premium)
    editor = url("segment-edit", premium)
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(editor).content.decode()
    assert not any("statement_timeout" in query["sql"] for query in queries), "no dry run"
    assert 'hx-target="#dry-run"' in page
    assert "of 2" not in page
    headers = {"HX-Request": "true", "HX-Target": "dry-run"}
    card = browser.post(editor, CITY | {"show": "in"}, headers=headers).content.decode()
    assert "<html" not in card
    assert "of 2" in card
    assert "In 1" in card
    assert "1 of 1, largest sales first" in card, "of those who come in, not of everybody who moves"
    assert "of 2" in browser.get(editor, {"count": "1"}).content.decode(), "without scripts"


def test_publishing_says_how_many_as_soon_as_they_are_counted(browser, premium):
    live_in("Bergen", "Bergen", "Oslo")
    keep_draft(browser, premium)
    publish = url("segment-publish", premium)
    assert "come in" not in browser.get(publish).content.decode()
    said = ask_part(browser, publish, "effect")
    assert "2 come in, 0 leave; then 2 customers belong here." in said
    assert "Publish to 2 customers" in said
    assert 'hx-swap-oob="true"' in said


def test_who_would_move_is_found_anew_when_somebody_is_pinned_or_the_rule_changes(premium, admin):
    customers = live_in("Bergen", "Bergen", "Oslo")
    assert list_movers(premium, BERGEN, on=TODAY, only_kept=True) is None, "nobody was asked yet"
    assert len(list_movers(premium, BERGEN, on=TODAY).movers) == 2
    with CaptureQueriesContext(connection) as queries:
        assert len(list_movers(premium, BERGEN, on=TODAY, only_kept=True).movers) == 2
    assert not any("statement_timeout" in query["sql"] for query in queries)
    low = Segment.objects.get(key="low-cost")
    Pin.objects.create(customer=customers[0], segment=low, reason="Wants no talk", expires_on=date(2027, 1, 1))
    assert [mover.customer_id for mover in list_movers(premium, BERGEN, on=TODAY).movers] == [customers[1].pk]
    oslo = {"all": [{"metric": "city", "operator": "is", "value": "Oslo"}]}
    assert [mover.customer_id for mover in list_movers(premium, oslo, on=TODAY).movers] == [customers[2].pk]
