"""Where records came from: a source has a lawful basis, is withdrawn whole and comes back whole."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, Source
from customers.source_withdrawing import SourceRefused, bring_source_back, foresee_withdrawal, withdraw_source
from tests import factories
from tests.customers.import_files import counts, import_file, problems, read_file


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


def test_whoever_came_by_it_in_other_letters_goes_and_comes_back_with_it(fair, admin):
    for name, source in (("Shouted", "FAIR 2026"), ("Spaced", " fair 2026 "), ("Other fair", "Fair 2026 b")):
        factories.make_customer(name=name, source=source)
    assert foresee_withdrawal(fair, most=9).archived == 2
    assert withdraw_source(fair, reason="No right to it", by=admin, at=timezone.now()).archived == 2
    assert current() == ["Other fair"]
    assert bring_source_back(fair, by=admin, at=timezone.now()) == 2
    assert current() == ["Other fair", "Shouted", "Spaced"]


def test_a_source_by_whose_name_customers_stand_keeps_it_or_they_could_not_be_withdrawn_with_it(client, fair, admin):
    client.force_login(admin)
    edit = reverse("customers:source-edit", args=[fair.pk])

    def rename(name):
        version = client.get(edit).context["edit_version"]
        return client.post(edit, {"name": name, "lawful_basis": "consent", "edit_version": version})

    assert rename("Fair of 2026").status_code == 302
    factories.make_customer(name="Visitor", source="fair of 2026")
    assert "Customers stand under this name" in rename("Fair").text
    assert rename("FAIR of 2026").status_code == 302
    assert Source.objects.get().name == "FAIR of 2026"


def test_whom_it_would_archive_is_said_before(client, fair, admin):
    for name in ("New", "Newer", "Bought"):
        factories.make_customer(name=name, source="Fair 2026")
    factories.make_order(Customer.objects.get(name="Bought"), date(2026, 3, 2))
    client.force_login(admin)
    page = client.get(reverse("customers:source-withdraw", args=[fair.pk])).text
    assert "Archived: 2. Stay because they have bought: 1." in page
    assert foresee_withdrawal(fair, most=1).archived == 1


def test_the_look_through_a_file_names_the_rows_of_a_withdrawn_source(fair, admin):
    factories.make_customer(number="K-1", name="Known", source="Fair 2026")
    withdraw_source(fair, reason="No right to it", by=admin, at=timezone.now())
    data_import = read_file(
        "number,name,source\nK-1,Known,Fair 2026\nK-2,New,fair 2026\nK-3,Moved,Letter\n", kind="customers"
    )
    assert (data_import.preview["rows"], data_import.preview["ready"]) == (3, 2)
    (row,) = data_import.preview["problem_rows"]
    assert (row["row"], row["problems"][0]["value"]) == (3, "Fair 2026, No right to it")
    unnamed = read_file("number,name\nK-9,New\nK-1,Known\n", kind="customers", name="Fair 2026")
    assert [row["row"] for row in unnamed.preview["problem_rows"]] == [2]


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
    assert "1 customer is back" in client.post(reverse("customers:source-back", args=[source.pk]), follow=True).text


def test_sources_that_customers_name_and_nobody_registered_are_told_and_registered(client, fair, admin, monkeypatch):
    monkeypatch.setattr("customers.views.source.MOST_UNREGISTERED", 2)
    for name in ("fair 2026 ", "Partner list", "Partner list", "", "B & C", "Zoo"):
        factories.make_customer(source=name)
    client.force_login(admin)
    page = client.get(reverse("customers:source-list"))
    assert (page.context["unregistered"], page.context["and_more"]) == (["B & C", "Partner list"], True)
    new = f"{reverse('customers:source-new')}?name=B%20%26%20C"
    assert new in page.text
    assert 'value="B &amp; C"' in client.get(new).text
    for name in ("B & C", "PARTNER LIST", "Zoo"):
        client.post(new, {"name": name, "lawful_basis": "consent"})
    assert "not registered" not in client.get(reverse("customers:source-list")).text


def test_nobody_is_entered_by_a_withdrawn_source(client, fair, rep, admin):
    withdraw_source(fair, reason="No right to it", by=admin, at=timezone.now())
    client.force_login(rep)
    answer = client.post(reverse("customers:customer-new"), {"number": "N-1", "name": "New", "source": "fair 2026"})
    assert "was withdrawn" in answer.text
    assert not Customer.objects.filter(number="N-1").exists()


def test_nobody_is_imported_by_a_withdrawn_source_and_the_row_says_why(fair, admin):
    here = factories.make_customer(name="Here", source="Fair 2026")
    withdraw_source(fair, reason="No right to it", by=admin, at=timezone.now())
    file = "number,name,source\nN-1,New,fair 2026\nN-2,Other,Letter\n" + f"{here.number},Here and renamed,Fair 2026\n"
    done = import_file(file, kind="customers")
    assert problems(done) == [(2, "source", "source_withdrawn")]
    assert counts(done) == (1, 1, 0, 1)
    assert set(Customer.objects.values_list("name", flat=True)) == {"Here and renamed", "Other"}
    with open(done.rejected.path, encoding="utf-8-sig") as rejected:
        assert "the source was withdrawn: Fair 2026, No right to it" in rejected.read()


def test_a_customer_is_not_moved_to_a_withdrawn_source_by_a_file(fair, admin):
    ours = factories.make_customer(name="Ours", source="Letter")
    withdraw_source(fair, reason="No right to it", by=admin, at=timezone.now())
    done = import_file(f"number,name,source\n{ours.number},Ours,Fair 2026\n", kind="customers")
    assert problems(done) == [(2, "source", "source_withdrawn")]
    ours.refresh_from_db()
    assert ours.source == "Letter"


def test_a_file_that_is_itself_a_withdrawn_source_brings_nobody(admin):
    bought = Source.objects.create(name="bought.csv", lawful_basis="legitimate interest")
    withdraw_source(bought, reason="Sold without consent", by=admin, at=timezone.now())
    assert counts(import_file("number,name\nN-1,New\n", kind="customers", name="bought.csv")) == (0, 0, 0, 1)
    assert counts(import_file("number,name\nN-1,New\n", kind="customers", name="ours.csv")) == (1, 0, 0, 0)
