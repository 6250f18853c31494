"""Four files of another system, one after the other: accounts, products, sales teams, and the pipeline itself."""

import pytest

from crm.core.models import User
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import Customer, Person, Product
from interactions.models import ProcessRun, Task
from segments.default_configuration import create_defaults
from tests.customers.import_files import AT, counts, import_file, problems
from tests.pipeline_files import ACCOUNTS, PIPELINE, PRODUCTS, TEAMS

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline():
    create_defaults()
    files = {"customers": ACCOUNTS, "products": PRODUCTS, "teams": TEAMS, "opportunities": PIPELINE}
    return {kind: import_file(content, kind=kind) for kind, content in files.items()}


def test_all_four_come_in_without_a_column_chosen_by_hand(pipeline):
    assert {kind: counts(one) for kind, one in pipeline.items()} == {
        "customers": (4, 0, 0, 0),
        "products": (3, 0, 0, 0),
        "teams": (4, 0, 0, 0),
        "opportunities": (7, 0, 0, 1),
    }
    assert problems(pipeline["opportunities"]) == [(9, "customer_name", "empty")]
    assert Product.objects.get(name="GTX Pro").price_cents == 482_100
    assert Customer.objects.get(name="Betatech").country == "KE"
    assert Customer.objects.get(name="Bioholding").country == "PH"  # as it is written, a letter short


def test_agents_own_the_customers_they_sell_most_to_and_their_opportunities(pipeline):
    ana = User.objects.get(name="Ana Boateng")
    owners = dict(Customer.objects.values_list("name", "owner__name"))
    assert owners == {
        "Acme Corporation": "Ana Boateng",
        "Betasoloin": "Cem Lamp",
        "Betatech": "Eva Hill",
        "Bioholding": None,
    }
    assert Customer.objects.get(name="Betatech").team.name == "East"
    assert ProcessRun.objects.filter(started_by=ana).count() == 3
    assert set(ProcessRun.objects.values_list("state", flat=True)) == {"done", "lost", "running"}
    assert Task.objects.get(customer__name="Betatech").assignee is None  # who cannot sign in gets nothing to do


def test_a_customer_who_has_an_owner_keeps_him(rep):
    create_defaults()
    Customer.objects.create(number="K-1", name="Betatech", name_folded="betatech", owner=rep)
    import_file(TEAMS, kind="teams")
    import_file(PIPELINE, kind="opportunities")
    assert Customer.objects.get(name="Betatech").owner == rep


def test_an_undone_leaving_leaves_no_empty_post_to_fill(admin):
    customer = Customer.objects.create(number="K-1", name="Betatech")
    Person.objects.create(customer=customer, name="Ole Brandt", name_folded="ole brandt")
    left = import_file("customer number,name,left on\nK-1,Ole Brandt,2026-10-01\n", kind="people", by=admin)
    assert "who follows Ole Brandt" in Task.objects.get(state="open").title
    started = start_undo(left, by=admin, at=AT)
    undo_import(started, lease=NoLease(), total=started.job.params["total"])
    assert Person.objects.get().left_on is None
    assert not Task.objects.filter(state="open").exists()


def test_taken_back_in_turn_nothing_is_left(pipeline, admin):
    for kind in ("opportunities", "teams", "products", "customers"):
        started = start_undo(pipeline[kind], by=admin, at=AT)
        undo = undo_import(started, lease=NoLease(), total=started.job.params["total"])
        assert (kind, undo["refused"], undo["left"]) == (kind, 0, 0)
    assert not Customer.objects.exists()
    assert not ProcessRun.objects.exists()
    assert list(User.objects.values_list("pk", flat=True)) == [admin.pk]
