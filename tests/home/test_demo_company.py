"""The demo company: deterministic, complete, refused where its published passwords would be a danger."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from complaints.models import Article, Complaint
from crm.core.bin_reading import list_bin
from crm.core.models import AccessToken, JobRun, User
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.company import DemoRefused, load_demo_company
from customers.models import (
    Customer,
    CustomField,
    CustomValueSet,
    DataImport,
    Order,
    OrderLine,
    PersonalDataAct,
    QuestionAsking,
)
from interactions.models import Audience, Interaction, Task
from segments.models import ClusterProposal, SegmentProduct

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_it_is_refused_without_the_demo_flag(db, settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(DemoRefused, match="DEMO=1"):
        load_demo_company(300, at=NOW)


def test_the_company_is_whole_and_of_the_same_day_and_size_the_same(db, settings):
    """Loaded once for all that is only read in it, and once more to be compared."""
    settings.DEMO = True
    seen = []
    for once_more in (False, True):
        with transaction.atomic():
            load_demo_company(300, at=NOW, clock_runs=once_more)
            total = Order.objects.aggregate(Sum("amount_cents"))["amount_cents__sum"]
            seen.append((total, OrderLine.objects.count(), Customer.objects.order_by("number").last().name))
            if not once_more:
                every_planted_case_is_there_and_orders_end_yesterday()
                lines_add_up_to_their_orders_to_the_cent()
                the_complaint_desk_shows_cases_as_they_are_in_a_house()
                prospects_are_known_by_what_they_spend_elsewhere()
                what_closed_cases_taught_is_published()
                what_a_company_arranges_for_itself_is_there()
                the_office_leaves_no_page_empty()
                questions_were_asked_and_answered()
                a_reseller_has_a_handful_of_customers_and_wrote_about_them()
                the_search_finds_the_workshops_that_phone_in_small_orders()
            else:
                what_the_clock_asks_for_is_left_to_it()
            transaction.set_rollback(True)
    assert seen[0] == seen[1]


def what_the_clock_asks_for_is_left_to_it():
    """Where scheduler and worker start next, nobody waits for the search for new groups."""
    assert not ClusterProposal.objects.exists()
    assert JobRun.objects.get(kind="cluster-search").state == JobRun.State.WAITING


def questions_were_asked_and_answered():
    """Every answer is a fact that the profile shows, and nobody planted has more than his story tells."""
    asked = QuestionAsking.objects.all()
    assert {one.outcome for one in asked} == {"answered", "put_off", "refused"}
    assert all(one.fact.label == one.question.kind.name for one in asked.filter(outcome="answered"))
    assert not asked.filter(customer__number__lte=f"K-{10_000 + len(CASES)}").exists()


def a_reseller_has_a_handful_of_customers_and_wrote_about_them():
    petra, ana = (User.objects.get(email=f"{name}@rapport.example") for name in ("partner", "rep"))
    shared = Customer.objects.visible_to(petra)
    assert petra.partner_of
    assert 3 <= shared.count() <= 6
    assert not shared.exclude(pk__in=Customer.objects.visible_to(ana).values("pk")).exists()
    assert Task.objects.visible_to(petra).open().filter(assignee=petra).exists()
    wrote = {fact.asked_by for one in shared for fact in one.facts.all()}
    assert petra in wrote


def the_search_finds_the_workshops_that_phone_in_small_orders():
    """No segment names them; the search must find them by itself, and nothing else marks them."""
    callers = set(Interaction.objects.filter(person=None, channel="call").values_list("customer", flat=True))
    found = ClusterProposal.objects.filter(state="open")
    best = max(found, key=lambda one: any(mark["word"] == "Fasteners" for mark in one.evidence))
    assert best.name == "Often in touch, mostly Fasteners"
    assert best.size == pytest.approx(len(callers), abs=3)
    assert best.effect["service_over"] > 0


def what_closed_cases_taught_is_published():
    """Of the two cases that a base of 300 has closed."""
    assert Article.objects.exists()
    assert all(one.answer and one.complaint.closed_at and one.changed_at <= NOW for one in Article.objects.all())


def what_a_company_arranges_for_itself_is_there():
    assert Audience.objects.filter(size__gt=0).count() == 2
    assert Customer.objects.get(number="K-10002").members.count() == 2
    assert set(SegmentProduct.objects.values_list("segment__key", flat=True)) == {"premium", "at-risk", "low-cost"}
    filled = CustomValueSet.objects.values_list("data", flat=True)
    keys = {str(pk) for pk in CustomField.objects.values_list("pk", flat=True)}
    assert len(keys) == 3
    assert keys == set().union(*filled)


def the_office_leaves_no_page_empty():
    states = dict(DataImport.objects.values_list("kind", "state"))
    assert states == {"people": "done", "products": "done", "customers": "ready"}
    fair = DataImport.objects.get(kind="people").report
    assert (fair["created"], fair["rejected"]) == (8, 2)
    assert DataImport.objects.get(kind="products").report["changed"] > 5
    assert DataImport.objects.get(kind="customers").preview["problems"]
    assert sorted(token.revoked_at is None for token in AccessToken.objects.all()) == [False, True]
    assert set(PersonalDataAct.objects.values_list("kind", flat=True)) == {"export", "person"}
    admin = User.objects.get(email="admin@rapport.example")
    assert [one.change.by.name for one in list_bin(admin, at=timezone.now())] == ["Ana Ribeiro"]


def prospects_are_known_by_what_they_spend_elsewhere():
    prospects = Customer.objects.filter(stage="prospect")
    assert prospects.count() == 6
    assert not Order.objects.filter(customer__in=prospects).exists()
    assert all(one.wallet_estimates.get().suppliers.exists() and one.people.exists() for one in prospects)


def every_planted_case_is_there_and_orders_end_yesterday():
    assert Customer.objects.filter(number__in=[case.number for case in CASES]).count() == len(CASES)
    assert Order.objects.order_by("-day").first().day == NOW.date() - timedelta(days=1)
    assert Order.objects.filter(customer__number="K-10001").order_by("-day").first().day == NOW.date() - timedelta(
        days=62
    )


def lines_add_up_to_their_orders_to_the_cent():
    for order in Order.objects.annotate(
        amount=Sum("lines__amount_cents"), cost=Sum("lines__cost_cents"), count=Count("lines")
    ):
        assert (order.amount, order.cost, order.count) == (order.amount_cents, order.cost_cents, order.line_count)


def test_it_is_refused_over_a_base_that_has_customers(customer, settings):
    settings.DEMO = True
    with pytest.raises(DemoRefused, match="customers already"):
        load_demo_company(300, at=NOW)


def the_complaint_desk_shows_cases_as_they_are_in_a_house():
    cases = Complaint.objects.open()
    assert cases.count() == 11
    assert cases.exclude(guardian=None).count() >= 9
    assert cases.exclude(first_answer_at=None).count() >= 8
    assert cases.exclude(remedy="").count() >= 6
    assert all(case.wants and case.cost_to_customer for case in cases)
    closed = Complaint.objects.exclude(closed_at=None)
    assert len(set(closed.values_list("remedy", flat=True))) >= 3
    for case in closed:
        kinds = list(case.entries.order_by("at", "id").values_list("kind", flat=True))
        assert (kinds[0], kinds[-1]) == ("taken", "closed")
        assert {"answer", "remedy"} <= set(kinds)
