"""Own fields out as a file and in again by the screens: whatever a column holds, the round trip changes nothing."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from crm.core.job_ledger import perform_job
from crm.core.models import JobRun, User
from customers.custom_value_keeping import set_custom_values
from customers.models import CustomField, DataImport
from tests import factories
from tests.customers.import_files import counts, import_file, problems
from tests.customers.own_fields import define, held

__all__ = ["define"]

pytestmark = pytest.mark.django_db
AT = timezone.now()
VALUES = {
    "text": "FKM, “only”", "choice": "o2", "number": 12.5, "money": -120_450, "date": "2026-12-24", "flag": False,
    "link": "https://example.com/machines?of=us",
}  # fmt: skip


@pytest.fixture
def fields(define):
    return {kind: define(f"My {kind}", kind, added=["Gold", "Silver"]) for kind in CustomField.Kind.values}


@pytest.fixture
def sellers(rep, north):
    """Who may stand in a field for colleagues: one like any other, two of one name, one without, one who has left."""
    made = {"usual": rep, "gone": User.objects.create_user("gone@example.com", name="Gone Long", is_active=False)}
    for nth in (1, 2):
        made[f"twin {nth}"] = User.objects.create_user(f"twin{nth}@example.com", name="Kim Berg", team=north)
    made["nameless"] = User.objects.create_user("nameless@example.com", name="")
    return made


@pytest.fixture
def filled(fields, sellers, lead, admin):
    rows = {}
    for name, seller in sellers.items():
        row = rows[name] = factories.make_customer(name=f"Customer of {name}", owner=lead, team=lead.team)
        values = {**VALUES, "person": seller.pk}
        set_custom_values(row, {str(fields[kind].pk): value for kind, value in values.items()}, by=admin)
    rows["empty"] = factories.make_customer(name="Without any", owner=lead, team=lead.team)
    return rows


def take_along(browser, fields, kind):
    columns = ",".join(["number", "name", *(f"m.field_{field.pk}" for field in fields.values())])
    browser.post(f"{reverse('home:list-export', args=['customers'])}?columns={columns}", {"sure": "1", "kind": kind})
    job = JobRun.objects.filter(kind="list-export").latest("pk")
    perform_job(job.pk)
    answer = browser.get(reverse("home:export-file", args=[job.pk]))
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_goes_out_as_a_file_and_comes_in_again_changes_nothing(kind, fields, filled, lead, admin, signed_in):
    content = take_along(signed_in(lead), fields, kind)
    done = import_file(content, kind="customers", name=f"customers.{kind}", by=admin)
    assert problems(done) == []
    assert counts(done) == (0, 0, 6, 0)


def test_what_was_emptied_meanwhile_is_filled_from_the_file(fields, filled, lead, admin, signed_in):
    content = take_along(signed_in(lead), fields, "csv")
    before = {name: held(row) for name, row in filled.items()}
    for row in filled.values():
        set_custom_values(row, {str(field.pk): None for field in fields.values()}, by=admin)
    done = import_file(content, kind="customers", by=admin)
    assert counts(done) == (0, 5, 1, 0)
    assert {name: held(row) for name, row in filled.items()} == before


def test_a_colleague_is_named_so_that_the_file_can_be_read_again(fields, filled, lead, signed_in):
    rows = list(csv.reader(io.StringIO(take_along(signed_in(lead), fields, "csv").decode("utf-8-sig"))))
    said = {row[1]: row[rows[0].index("My person")] for row in rows[1:]}
    assert said["Customer of usual"] == "Ana Ribeiro"
    assert said["Customer of twin 1"] == "twin1@example.com"
    assert said["Customer of nameless"] == "nameless@example.com"
    assert said["Without any"] == ""
    book = CalamineWorkbook.from_filelike(io.BytesIO(take_along(signed_in(lead), fields, "xlsx")))
    links = [row[-1] for row in book.get_sheet_by_index(0).to_python()[1:]]
    assert links.count("https://example.com/machines?of=us") == 5


@pytest.mark.parametrize("said", ["Ana Ribeiro", "ana ribeiro", " ANA  RIBEIRO ", "rep@example.com"])
def test_a_colleague_is_found_by_name_or_address(said, fields, rep, customer, admin):
    said = rep.email if "@" in said else said
    done = import_file(
        f"number,name,My person,My link\n{customer.number},{customer.name},{said},www.example.com\n",
        kind="customers",
        by=admin,
    )
    assert counts(done) == (0, 1, 0, 0)
    assert held(customer) == {
        str(fields["person"].pk): rep.pk,
        str(fields["link"].pk): "https://www.example.com",
    }


def test_a_name_that_two_have_is_not_guessed(fields, sellers, customer, admin):
    text = f"number,name,My person\n{customer.number},{customer.name},Kim Berg\n"
    done = import_file(text, kind="customers", by=admin)
    assert problems(done) == [(2, f"field_{fields['person'].pk}", "unknown_owner")]
    assert "Kim Berg" in str(done.report["first_problems"])
    assert DataImport.objects.get().report["rejected"] == 1


def test_the_screens_take_a_file_with_a_colleague_and_a_link(fields, customer, rep, admin, signed_in):
    """File in, columns recognised by the names of the fields, checked, started, filled."""
    browser = signed_in(admin)
    sent = io.BytesIO(f"number,name,My person,My link\n{customer.number},X,{rep.name},example.com\n".encode())
    sent.name = "fields.csv"
    browser.post(reverse("customers:import-new"), {"kind": "customers", "file": sent})
    data_import = DataImport.objects.get()
    do_waiting_jobs()
    shown = browser.get(data_import.get_absolute_url()).context
    names = [f"field_{fields[kind].pk}" for kind in ("person", "link")]
    assert [column["field"] for column in shown["columns"]] == ["number", "name", *names]
    values = {one.name: one.value() for one in shown["form"] if one.value() not in (None, False)}
    values |= {f"column-{column['place']}": column["field"] for column in shown["columns"]}
    browser.post(reverse("customers:import-start", args=[data_import.pk]), values)
    do_waiting_jobs()
    assert set(held(customer).values()) == {rep.pk, "https://example.com"}


def do_waiting_jobs():
    """What a worker does when the bell rings."""
    for job in JobRun.objects.filter(state="waiting", due_at__lte=timezone.now()).order_by("pk"):
        perform_job(job.pk)
