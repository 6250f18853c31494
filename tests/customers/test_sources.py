"""Where records came from: a source has a lawful basis, is withdrawn whole and comes back whole."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, Source
from customers.source_withdrawing import SourceRefused, bring_source_back, withdraw_source
from tests import factories


@pytest.fixture
def fair(db):
    return Source.objects.create(name="Fair 2026", lawful_basis="consent")


def current():
    return sorted(Customer.objects.current().values_list("name", flat=True))


def test_a_source_is_withdrawn_whole_and_comes_back_whole(fair, admin):
    now = timezone.now()
    for name, source in (("New", "Fair 2026"), ("Bought", "Fair 2026"), ("Other", "Letter")):
        factories.make_customer(name=name, source=source)
    factories.make_customer(name="Long gone", source="Fair 2026", archived_at=now - timedelta(days=9))
    factories.make_order(Customer.objects.get(name="Bought"), date(2026, 3, 2))
    done = withdraw_source(fair, reason="The fair took its consent back", by=admin, at=now)
    assert (done.archived, done.kept) == (1, 1)
    assert current() == ["Bought", "Other"]
    with pytest.raises(SourceRefused, match="before"):
        withdraw_source(fair, reason="Again", by=admin, at=now)
    assert bring_source_back(fair, by=admin, at=now) == 1
    assert current() == ["Bought", "New", "Other"]
    with pytest.raises(SourceRefused, match="in use"):
        bring_source_back(fair, by=admin, at=now)


def test_it_is_withdrawn_for_a_reason(fair, admin):
    with pytest.raises(SourceRefused, match="why"):
        withdraw_source(fair, reason=" ", by=admin, at=timezone.now())


def test_an_admin_registers_withdraws_and_brings_back(client, admin):
    client.force_login(admin)
    new = reverse("customers:source-new")
    assert client.post(new, {"name": "Bought list", "lawful_basis": ""}).status_code == 422
    client.post(new, {"name": "Bought list", "lawful_basis": "legitimate interest"})
    source = Source.objects.get()
    factories.make_customer(name="From the list", source="Bought list")
    url = reverse("customers:source-withdraw", args=[source.pk])
    assert client.post(url, {"reason": " "}).status_code == 422
    assert "1 archived, 0 stay" in client.post(url, {"reason": "No right to it"}, follow=True).text
    edit = reverse("customers:source-edit", args=[source.pk])
    assert "No right to it" in client.get(edit).text
    renamed = {"name": "Other", "lawful_basis": "x", "edit_version": client.get(edit).context["edit_version"]}
    assert "bring it back first" in client.post(edit, renamed).text
    assert "1 customers are back" in client.post(reverse("customers:source-back", args=[source.pk]), follow=True).text


def test_nobody_is_entered_by_a_withdrawn_source(client, fair, rep, admin):
    withdraw_source(fair, reason="No right to it", by=admin, at=timezone.now())
    client.force_login(rep)
    answer = client.post(reverse("customers:customer-new"), {"number": "N-1", "name": "New", "source": "fair 2026"})
    assert "was withdrawn" in answer.text
    assert not Customer.objects.filter(number="N-1").exists()
