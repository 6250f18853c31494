"""The value page of a customer: it adds up, it says how sure it is, and what it does not know."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.models import Complaint
from crm.core.formats import format_chance, format_percent
from crm.core.models.business_setting import change_setting, forget_settings
from crm.home.class_reasons import list_conditions, load_class_reasons
from crm.home.customer_value import read_days
from crm.home.value_change import load_change
from crm.home.value_outlook import load_outlook
from crm.home.value_page import load_value_page
from customers.item_rollup import take_in_items
from customers.models import CostRate, Customer, Order, Product, ProfileFact, PurchaseDay
from customers.order_entry import enter_order
from customers.purchase_day_rebuild import ingest_orders, rebuild_purchase_days
from interactions.models import Interaction
from segments.models import CurrentScore, ScoreRun, Segment
from segments.score_run import finish_run, plan_run, score_customer, work_shards
from segments.segment_figures import write_segment_figures
from tests import factories
from tests.segments.purchase_world import END, forget_scores, make_world

WEEK_BEFORE = END - timedelta(days=7)
NOON = datetime(END.year, END.month, END.day, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker):
    """A base of 150 customers, scored on two evenings a week apart; taken away after the module."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            CostRate.objects.all().delete()
            for work, minute, each in (
                ("call", 75, 0),
                ("visit", 90, 6_000),
                ("order", 0, 900),
                ("complaint", 0, 2_500),
            ):
                CostRate.objects.create(
                    work=work, cents_per_minute=minute, cents_each=each, valid_from=date(2020, 1, 1)
                )
            world = make_world(customers=150)
            rebuild_purchase_days(at=NOON)
            busiest = max(world, key=lambda pk: len(world[pk]))
            Interaction.objects.create(
                customer_id=busiest, channel="visit", minutes=90, happened_at=NOON - timedelta(days=3)
            )
            for evening in (WEEK_BEFORE, END):
                run = plan_run(on=evening)
                work_shards(run)
                finish_run(run)
            yield world
            transaction.set_rollback(True)
        forget_scores()


@pytest.fixture
def world(_world, db):
    return _world


@pytest.fixture
def busiest(world):
    """The customer with most purchases, who was visited three days ago."""
    return Customer.objects.select_related("score").get(pk=max(world, key=lambda pk: len(world[pk])))


def with_note(note):
    return Customer.objects.select_related("score").filter(score__note=note).first()


@pytest.fixture
def that_noon(monkeypatch):
    """The clock stands at noon of the last evening: a year of silence is one by it."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


def bought_once(*, long_gone=False):
    """Somebody with one purchase, within the last year or, ``long_gone``, before it."""
    once = Customer.objects.select_related("score").filter(score__note="one_order")
    year_ago = END - timedelta(days=360)
    kept = once.filter(score__last_day__lt=year_ago) if long_gone else once.filter(score__last_day__gte=year_ago)
    return kept.first()


def open_value(signed_in, user, customer, suffix=""):
    return signed_in(user).get(reverse("home:customer-value", args=[customer.pk]) + suffix)


def test_the_statement_adds_up_and_is_what_the_night_counted(world):
    for pk in list(world)[:40]:
        customer = Customer.objects.select_related("score").get(pk=pk)
        page = load_value_page(customer, today=END)
        statement = page.statement
        assert statement.contribution_cents == (
            statement.sales_cents
            + statement.returns_cents
            - statement.goods_cents
            - sum(part.cents for part in statement.service)
        )
        assert statement.changed_since_cents == 0, customer


def test_the_forecast_of_the_page_is_the_value_of_lists_and_dashboards(world):
    for pk in list(world)[:40]:
        customer = Customer.objects.select_related("score").get(pk=pk)
        outlook = load_outlook(customer, customer.score)
        assert round(outlook.three_years.weighed.mean) == pytest.approx(customer.score.value_3y_cents, abs=1)
        assert outlook.year.weighed_orders == pytest.approx(customer.score.expected_orders_12m)
        assert outlook.three_years.contribution.mean * outlook.purchaser.chance == pytest.approx(
            outlook.three_years.weighed.mean
        )


def test_what_changed_adds_up_to_the_cent_for_everybody(world):
    moved = 0
    for pk in world:
        customer = Customer.objects.select_related("score").get(pk=pk)
        change = load_change(customer, load_outlook(customer, customer.score), key="week", as_of=END)
        if change is None:
            continue
        assert change.since == WEEK_BEFORE
        assert change.start_cents + sum(part.cents for part in change.parts) == change.end_cents
        assert change.end_cents == pytest.approx(customer.score.value_3y_cents, abs=1)
        moved += bool(change.parts)
    assert moved > 100


def test_what_changed_says_what_it_was(busiest):
    change = load_change(busiest, load_outlook(busiest, busiest.score), key="week", as_of=END)
    parts = {part.short: part.cents for part in change.parts}
    assert parts["visits"] < 0
    assert "corrected" not in parts


def test_an_order_entered_late_shows_as_a_correction(busiest):
    order = Order(
        customer=busiest, number="LATE-1", day=WEEK_BEFORE - timedelta(days=20), amount_cents=900_000, cost_cents=1
    )
    enter_order(order, lines=[], at=NOON)
    busiest = Customer.objects.select_related("score").get(pk=busiest.pk)
    change = load_change(busiest, load_outlook(busiest, busiest.score), key="week", as_of=END)
    parts = {part.short: part.cents for part in change.parts}
    assert parts["corrected"] > 0
    assert change.start_cents + sum(parts.values()) == change.end_cents


def test_an_act_of_the_days_after_an_evening_is_no_correction_of_it(busiest):
    rewrite = "UPDATE segments_score SET as_of = as_of + 3, value_3y_cents = 1 WHERE as_of = %s AND customer_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(rewrite, [WEEK_BEFORE, busiest.pk])
    change = load_change(busiest, load_outlook(busiest, busiest.score), key="week", as_of=END)
    assert (change.is_worked_out, change.start_cents > 1) == (True, True)
    assert "corrected" not in {part.short for part in change.parts}


def test_the_place_among_all_is_the_place_counted_by_hand(world):
    run = ScoreRun.objects.get(is_current=True)
    scores = sorted(CurrentScore.objects.all(), key=lambda one: (-one.sales_12m_cents, one.customer_id))
    for place, score in enumerate(scores, start=1):
        if score.sales_12m_cents > 0 and place % 7 == 0:
            reasons = load_class_reasons(score.customer, score, run, days=[])
            assert (reasons.place, reasons.of) == (place, 150)


def test_the_fiscal_year_is_the_last_whole_one(busiest, world):
    reasons = load_class_reasons(
        busiest, busiest.score, ScoreRun.objects.get(is_current=True), days=read_days(busiest, until=END)
    )
    assert (reasons.fiscal_from, reasons.fiscal_until) == (date(2025, 1, 1), date(2025, 12, 31))
    assert reasons.fiscal_cents == sum(one.amount for one in world[busiest.pk] if one.day.year == 2025)


def test_each_condition_of_the_rule_stands_with_the_customers_own_figure(busiest):
    rule = {
        "all": [
            {"metric": "purchase_days", "operator": "at_least", "value": 3},
            {"metric": "sales_ever", "operator": "less_than", "value": 100},
            {"not": {"metric": "kind", "operator": "is", "value": "person"}},
        ]
    }
    first, second, third = list_conditions(busiest, rule, on=END)
    assert (first.holds, second.holds, third.holds) == (True, False, True)
    assert first.figure == str(busiest.score.purchase_days)
    assert "€" in second.figure
    assert list_conditions(busiest, {}, on=END) == []
    assert list_conditions(busiest, {"metric": "gone", "operator": "yes"}, on=END) == []


def test_a_manager_opens_the_page_and_reads_it(admin, busiest, signed_in):
    segment = Segment.objects.filter(is_fallback=True).first() or factories.make_segment("standard")
    factories.put_in_segment(busiest, segment)
    ProfileFact.objects.create(customer=busiest, label="Satisfaction", value="8 of 10", told_on=END, source="S. Holm")
    answer = open_value(signed_in, admin, busiest)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "At least 80 of 100 customers like this one end within the ranges" in text
    assert "Up to 75% of customers who switched" in text
    assert "8 of 10" in text
    assert "style=" not in text
    reasons = signed_in(admin).get(reverse("home:customer-part", args=[busiest.pk, "class"])).content.decode()
    assert "of 150 by net sales of 12 months" in reasons
    assert "Reviewed every night" in reasons


def test_a_customer_with_one_purchase_is_told_to_be_too_early(admin, world, signed_in, that_noon):
    text = open_value(signed_in, admin, bought_once()).content.decode()
    assert "Too early" in text
    assert "of all who bought" in text


def test_of_who_bought_once_years_ago_no_chance_to_come_back_is_told(admin, world, signed_in, that_noon):
    once = bought_once(long_gone=True)
    rarely = format_chance(load_value_page(once, today=END).outlook.quarter.orders.comes)
    segment = factories.make_segment("workshops", name="Workshops")
    for member in Customer.objects.filter(pk__in=list(world)[:60]) | Customer.objects.filter(pk=once.pk):
        factories.put_in_segment(member, segment)
    write_segment_figures(on=END)
    for name in ("home:customer-page", "home:customer-value"):
        text = signed_in(admin).get(reverse(name, args=[once.pk])).content.decode()
        assert "days ago, and not again" in text
        assert "Too early" not in text
        assert "of all who bought" not in text
        assert "came back" not in text
        assert "buy again" not in text
    assert f"0, but for {rarely} of 100" in text


def test_a_customer_with_one_purchase_sees_how_many_of_his_segment_came_back(admin, world, signed_in, that_noon):
    once = bought_once()
    segment = factories.make_segment("workshops", name="Workshops")
    others = [pk for pk in world if pk != once.pk and any(day.day <= END for day in world[pk])][:60]
    members = list(Customer.objects.filter(pk__in=[once.pk, *others]))
    for member in members:
        factories.put_in_segment(member, segment)
    write_segment_figures(on=END)
    days = {pk: len({one.day for one in world[pk] if one.day <= END}) for pk in [once.pk, *others]}
    again, of_all = sum(days[pk] > 1 for pk in days), ScoreRun.objects.get(is_current=True).plan["scoring"]
    share, everybody = format_percent(again / len(days)), format_percent(of_all["repeat_rate"])
    text = open_value(signed_in, admin, once).content.decode()
    assert f"{share} of those in Workshops came back, {everybody} of all" in text
    assert f"of those in Workshops who bought, {share} bought again, of all {everybody}" in text
    assert f"of customers like this {round(100 * again / len(days))} in 100 buy again" in text
    first_sight = signed_in(admin).get(reverse("home:customer-page", args=[once.pk])).content.decode()
    assert f"of customers like this {round(100 * again / len(days))} in 100 buy again" in first_sight


def test_a_segment_of_one_time_buyers_says_nothing_of_coming_back(admin, world, signed_in, that_noon):
    segment = factories.make_segment("once", name="Bought once")
    for customer in Customer.objects.filter(score__note="one_order"):
        factories.put_in_segment(customer, segment)
    write_segment_figures(on=END)
    text = open_value(signed_in, admin, bought_once()).content.decode()
    assert "of all who bought came back" in text
    assert "of those in Bought once" not in text
    assert "in 100 buy again" not in text


def test_of_products_that_matter_little_encounters_count_more_as_the_page_says(admin, busiest, signed_in, that_noon):
    Complaint.objects.create(customer=busiest, title="Late", taken_at=NOON - timedelta(days=9))
    statement = load_value_page(busiest, today=END).statement
    assert (statement.contacts, statement.complaints) == (1, 1)  # one visit, one complaint
    served = 1 - 1 / (statement.orders + 1)
    text = open_value(signed_in, admin, busiest).content.decode()
    assert f"<b>{format_percent((1 + served) / 2)}</b> went well" in text
    assert "Encounters count as much as the goods" in text
    light, heavy = (Product.objects.create(number=name, name=name, family=name) for name in ("Abrasives", "Pumps"))
    factories.sell(busiest, END - timedelta(days=3), (light, 7_500, 1), (heavy, 2_500, 1))
    ingest_orders(at=NOON)
    take_in_items()
    change_setting("encounters.family_weights", ["Abrasives = 3"])
    forget_settings()
    text = open_value(signed_in, admin, busiest).content.decode()
    assert "Encounters count 2.5 times as much as the goods, for 75% of the purchases" in text


def test_a_fit_that_has_degenerated_hides_the_chance_and_says_so(admin, busiest, signed_in):
    run = ScoreRun.objects.get(is_current=True)
    run.plan["scoring"]["models"]["dropout_trusted"] = False
    run.save()
    text = open_value(signed_in, admin, busiest).content.decode()
    assert "the fit for this base has degenerated" in text
    assert "of 100</div>" not in text


def test_where_chances_are_bent_to_what_happened_the_formula_gives_its_own_figure_first(admin, world, signed_in):
    run = ScoreRun.objects.get(is_current=True)
    run.plan["scoring"]["models"]["bend"] = {"a": 0.5, "b": 0.5, "c": 0.0, "customers": 900}
    run.save()
    rhythms = CurrentScore.objects.filter(alive__lt=0.99, gap_days__lt=365, at_stake_cents__gt=0)
    score = rhythms.order_by("-alive").first()
    customer = Customer.objects.select_related("score").get(pk=score.pk)
    score_customer(customer.pk, on=END)
    bent = CurrentScore.objects.get(pk=score.pk)
    page = re.sub(r"<[^>]+>", " ", open_value(signed_in, admin, customer).content.decode())
    formula = " ".join(page.partition("Formula and data")[2].split())
    assert f"·S) {score.alive:.3f} bent to what came of such chances here {bent.alive:.3f}" in formula
    assert f"·S) {score.silent_next:.3f} bent to what came of such chances here {bent.silent_next:.3f}" in formula
    odds = score.silent_next / (1 - score.silent_next)
    assert bent.silent_next == pytest.approx(odds**0.5 / (1 + odds**0.5), abs=1e-6)
    rate = re.search(rf"At stake {bent.silent_next:.3f} × €([\d.]+) margin a day × 91 €(\d+)", formula)
    assert bent.silent_next * float(rate[1]) * 91 == pytest.approx(float(rate[2]), rel=0.01, abs=1)


def test_with_too_little_data_nothing_is_foretold(admin, busiest, signed_in):
    run = ScoreRun.objects.get(is_current=True)
    run.plan["scoring"]["models"] = None
    run.save()
    text = open_value(signed_in, admin, busiest).content.decode()
    assert "Too little data in the company" in text
    assert "nan" not in text.lower().split()


def test_a_contract_is_never_forecast_by_purchases(admin, busiest, signed_in):
    Customer.objects.filter(pk=busiest.pk).update(relation="contract")
    assert load_outlook(busiest, busiest.score).forecasts == []


def test_who_never_bought_or_was_never_scored_has_a_page_too(admin, world, signed_in):
    fresh = factories.make_customer()
    answer = open_value(signed_in, admin, fresh)
    assert answer.status_code == 200
    assert "Not scored yet" in answer.content.decode()
    assert signed_in(admin).get(reverse("home:customer-value-change", args=[fresh.pk])).status_code == 200


def test_who_buys_every_day_has_a_small_page_and_every_day_in_the_file(admin, busiest, signed_in, that_noon):
    """Thirty days are listed, all are drawn; the points would lie on each other."""
    PurchaseDay.objects.filter(customer=busiest).delete()
    PurchaseDay.objects.bulk_create(
        PurchaseDay(
            customer=busiest, day=END - timedelta(ago), amount_cents=10_000 + ago, cost_cents=1, orders=1, lines=1
        )
        for ago in range(700)
    )
    answer = open_value(signed_in, admin, busiest)
    text = answer.content.decode()
    assert len(answer.content) < 60_000
    assert "366 purchase days shown" in text
    assert 'class="pt"' not in text
    assert "335 earlier days, in the file" in text
    file = signed_in(admin).get(reverse("home:customer-value-file", args=[busiest.pk])).content.decode()
    assert (END - timedelta(300)).isoformat() in file


def test_the_card_of_what_changed_comes_alone_and_as_a_page(admin, busiest, signed_in):
    url = reverse("home:customer-value-change", args=[busiest.pk])
    fragment = signed_in(admin).get(url, headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<section")
    assert "What changed since" in fragment
    assert "<html" in signed_in(admin).get(f"{url}?since=nonsense").content.decode()


def test_the_file_names_every_line_and_its_source(admin, busiest, signed_in, that_noon):
    Customer.objects.filter(pk=busiest.pk).update(name="=1+1 GmbH")
    answer = signed_in(admin).get(reverse("home:customer-value-file", args=[busiest.pk]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][1] == "'=1+1 GmbH"
    statement = [row for row in rows if row[0] == "value statement"]
    amounts = {row[1]: float(row[2]) for row in statement}
    assert all(row[6] for row in rows[1:])
    service = [float(row[2]) for row in statement if row[6].startswith("rate of each day")]
    assert amounts["contribution"] == pytest.approx(amounts["margin"] + sum(service))
    assert sum(row[0] == "purchase day" for row in rows) > 3
    assert [row[0] for row in rows if row[1] == "contribution, weighed"] == [
        "expected within 91 days",
        "expected within 365 days",
        "expected within 1096 days",
    ]


def test_the_page_costs_few_queries(admin, busiest, signed_in):
    browser = signed_in(admin)
    url = reverse("home:customer-value", args=[busiest.pk])
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        browser.get(url)
    assert len(queries) <= 15, [query["sql"][:140] for query in queries]


def test_whoever_does_not_see_the_customer_sees_no_value(other_rep, customer, signed_in):
    for name in ("home:customer-value", "home:customer-value-change", "home:customer-value-file"):
        assert signed_in(other_rep).get(reverse(name, args=[customer.pk])).status_code == 404


def test_a_rep_finds_the_value_page_from_the_customer(rep, customer, signed_in):
    page = signed_in(rep).get(reverse("home:customer-page", args=[customer.pk])).content.decode()
    assert reverse("home:customer-value", args=[customer.pk]) in page
