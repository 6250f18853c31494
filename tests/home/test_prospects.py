"""Prospects by what they buy from others, before any order: found, told, given to a colleague, and taken back."""

from datetime import date

import pytest
from django.urls import reverse

from crm.core.list_catalogue import LISTS
from crm.core.models import BulkAct, User
from customers.models import Customer
from customers.wallet_estimating import Supplier, estimate_wallet
from interactions.models import Audience, Task
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/customers/prospects/"


@pytest.fixture
def prospects(rep):
    """Alfa spends €90,000 with others, most of it with Grundfos; Beta, estimated twice, €20,000 last."""
    alfa, beta, buyer = (
        factories.make_customer(name=name, owner=rep, team=rep.team, stage=stage)
        for name, stage in (("Alfa", "prospect"), ("Beta", "prospect"), ("Buyer", "customer"))
    )
    rivals = [Supplier("Grundfos", 70), Supplier("A small one")]
    estimate_wallet(alfa, total_cents=9_000_000, source="Told", by=rep, on=date(2026, 9, 1), suppliers=rivals)
    estimate_wallet(beta, total_cents=99_000_000, source="A guess", by=rep, on=date(2026, 1, 1))
    estimate_wallet(beta, total_cents=2_000_000, source="Their books", by=rep, on=date(2026, 10, 1))
    estimate_wallet(buyer, total_cents=50_000_000, source="Told", by=rep, on=date(2026, 9, 1))
    return [alfa, beta]


def shown(client, query=""):
    return client.get(URL + query).context["list"].rows


def test_prospects_stand_by_what_they_spend_elsewhere_by_the_newest_estimate_with_their_suppliers(
    rep, other_rep, prospects, signed_in
):
    client = signed_in(rep)
    assert [(row.customer.name, row.total_cents) for row in shown(client)] == [("Alfa", 9_000_000), ("Beta", 2_000_000)]
    assert [row.customer.name for row in shown(client, "?sort=spend")] == ["Beta", "Alfa"]
    text = client.get(URL).content.decode()
    assert "Grundfos 70%, A small one" in text
    assert 'aria-label="Select Alfa"' in text
    assert [row.customer.name for row in shown(client, "?q=grundf")] == ["Alfa"]
    spread = next(column for column in LISTS["prospects"].definition.columns if column.name == "range")
    assert [column.read(shown(client)[0]) for column in spread.in_file] == [9_000_000, 9_000_000], "a file has both"
    assert shown(signed_in(other_rep)) == []


def test_a_prospect_is_given_to_a_colleague_planned_and_put_into_an_audience_from_there_and_back(
    lead, prospects, signed_in
):
    mate = User.objects.create_user("mate@example.com", name="Siri Lie", role="rep", team=lead.team)
    client = signed_in(lead)
    rows = [row.pk for row in shown(client)]
    for action, said in (
        ("owner", {"owner": mate.pk}),
        ("task", {"title": "Visit", "due_on": "2026-12-01"}),
        ("audience", {"name": "Win them", "purpose": "Offer", "channel": "visit"}),
    ):
        data = {"action": action, "row": rows, "sure": "1", "query": "?view=all", **said}
        assert client.post(reverse("home:list-act", args=["prospects"]), data).status_code == 302
    assert set(Customer.objects.filter(stage="prospect").values_list("owner", flat=True)) == {mate.pk}
    assert Task.objects.filter(state="open").count() == Audience.objects.get().size == 2
    Customer.objects.filter(name="Beta").update(owner=lead)  # somebody else decided meanwhile
    for act in BulkAct.objects.all():
        client.post(reverse("home:list-undo", args=[act.pk]))
    assert dict(Customer.objects.filter(stage="prospect").values_list("name", "owner__name")) == {
        "Alfa": "Ana Ribeiro",
        "Beta": lead.name,
    }
    assert not Task.objects.filter(state="open").exists()
    assert not Audience.objects.exists()
