"""An admin says by which own fields lists may be sorted; an index comes and goes with that, and the list follows it."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.urls import reverse

from crm.core import job_ledger
from crm.core.job_ledger import perform_job
from crm.core.list_catalogue import LISTS
from crm.core.list_exporting import read_pages
from crm.core.models import JobRun
from crm.home.customer_list import CUSTOMERS
from customers.custom_field_catalogue import find_field
from customers.custom_field_defining import (
    CustomFieldRefused,
    FieldWish,
    add_field,
    archive_field,
    change_field,
    restore_field,
)
from customers.custom_field_retyping import retype_field
from customers.custom_field_sorting import SORT_JOB, is_kept_in_order, keep_sort_indexes, request_sorting
from customers.custom_value_keeping import set_custom_values
from customers.models import Customer, CustomField, CustomValueSet
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lists")]
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIST = "/customers/"
VALUES = {
    "number": [3, -1.5, 20, 3, 0.25],
    "money": [1_000, -5, 250_000, 1_000, 0],
    "date": ["2026-01-05", "1999-12-31", "2030-02-01", "2026-01-05", "2025-06-30"],
    "text": ["beech", "Alder", "Oak", "beech", "birch"],
    "flag": [True, False, True, False, True],
}


@pytest.fixture(autouse=True)
def _quiet_broker(monkeypatch):
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)


@pytest.fixture
def define(admin):
    def make(kind, label="Machines", **wish):
        made = add_field(FieldWish(label, is_sorted=True, **wish), kind=kind, by=admin)
        keep_sort_indexes()
        return find_field(str(made.pk))

    return make


def fill(field, values, *, by):
    """A customer for each value, and two without any, one of whom has a row of values nevertheless.

    What the database checks at the end of a transaction is checked now, so that an index can be made in it.
    """
    rows = [factories.make_customer(name=f"Customer {place}") for place in range(len(values) + 2)]
    for row, value in zip(rows, values, strict=False):
        set_custom_values(row, {field.key: value}, by=by)
    CustomValueSet.objects.create(customer=rows[-1], data={})
    settle()
    return rows


def settle():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def indexes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE starts_with(indexname, 'own_sort_') ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def walk(browser, sort, *, size):
    """The names of the list from the first page to the last, and from there back to the first."""
    pages, links = [], [f"?sort={sort}"]
    while links:
        answer = browser.get(f"{LIST}{links[0]}")
        page = answer.context["list"]
        assert len(page.rows) <= size
        pages.append([row.name for row in page.rows])
        links = [page.next_url] if page.next_url else []
    back = [pages[-1]]
    while page.back_url:
        page = browser.get(f"{LIST}{page.back_url}").context["list"]
        back.insert(0, [row.name for row in page.rows])
    return [name for one in pages for name in one], [name for one in back for name in one]


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("descending", [False, True])
def test_the_list_is_sorted_by_an_own_field_and_paged_there_and_back(
    kind, descending, define, admin, signed_in, monkeypatch
):
    monkeypatch.setattr("crm.core.list_paging.FEW", 0)
    object.__setattr__(CUSTOMERS, "page_size", 2)
    try:
        field = define(kind)
        rows = fill(field, VALUES[kind], by=admin)
        sort = f"{'-' if descending else ''}m.{field.metric_name}"
        there, back = walk(signed_in(admin), sort, size=2)
    finally:
        object.__setattr__(CUSTOMERS, "page_size", 18)

    def rank(place):
        value = VALUES[kind][place]
        return (value.lower() if isinstance(value, str) else value, rows[place].pk)

    filled = sorted(range(5), key=rank, reverse=descending)
    empty = sorted((5, 6), reverse=descending)
    assert there == back == [f"Customer {place}" for place in [*filled, *empty]]


def test_a_choice_is_sorted_in_the_order_in_which_its_words_were_added(define, admin, signed_in):
    field = define("choice", added=["Small", "Medium", "Large", *(f"Size {n}" for n in range(4, 12))])
    fill(field, ["o10", "o2", "o1"], by=admin)
    there, _back = walk(signed_in(admin), f"m.{field.metric_name}", size=18)
    assert there[:3] == ["Customer 2", "Customer 1", "Customer 0"]


def test_the_head_of_the_column_sorts_and_a_file_has_the_same_order(define, admin, signed_in):
    field = define("number")
    fill(field, [5, 40, 7], by=admin)
    browser = signed_in(admin)
    page = browser.get(f"{LIST}?columns=name,m.{field.metric_name}").content.decode()
    assert re.search(rf"sort=-m\.{field.metric_name}", page)
    pages = read_pages(
        LISTS["customers"],
        Customer.objects.all(),
        CUSTOMERS.columns[:1],
        by=admin,
        query=f"sort=-m.{field.metric_name}",
    )
    assert [row.name for one in pages for row in one][:3] == ["Customer 1", "Customer 2", "Customer 0"]


def test_the_index_leads_the_list_whichever_kind_it_has(define, admin):
    for kind in (*VALUES, "choice"):
        added = ["Small", "Large"] if kind == "choice" else []
        field = define(kind, label=f"Field {kind}", added=added)
        column = CUSTOMERS.sort_column(f"m.{field.metric_name}")
        rows = column.sort_with(Customer.objects.all(), filled=True).filter(**{f"{column.sort}__isnull": False})
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = rows.order_by(column.sort, column.tie)[:18].explain()
        assert f"using {field.sort_index}" in plan
        assert "Sort" not in plan


def test_a_field_nobody_marked_is_shown_and_not_sorted_by(admin, signed_in):
    field = add_field(FieldWish("Machines"), kind="number", by=admin)
    assert CUSTOMERS.sort_column(f"m.field_{field.pk}") is None
    answer = signed_in(admin).get(f"{LIST}?sort=m.field_{field.pk}&columns=name,m.field_{field.pk}")
    assert answer.status_code == 200
    assert answer.context["list"].sort == "-stake"


def test_marked_in_the_browser_it_is_put_in_order_by_a_job_and_told_on_the_page(
    admin, signed_in, django_capture_on_commit_callbacks
):
    browser = signed_in(admin)
    sent = {"label": "Machines", "kind": "number", "about": "", "help_text": "", "is_sorted": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("customers:custom-field-new"), sent)
    field = CustomField.objects.get()
    assert "being put in order" in browser.get(reverse("customers:custom-field-list")).content.decode()
    assert not is_kept_in_order(find_field(str(field.pk)))
    assert perform_job(JobRun.objects.get(kind=SORT_JOB).pk)
    assert indexes() == [f"own_sort_{field.pk}_number"]
    assert is_kept_in_order(find_field(str(field.pk)))
    assert "lists sorted by it" in browser.get(reverse("customers:custom-field-list")).content.decode()


def test_unmarked_or_archived_the_index_goes_and_brought_back_it_comes_again(define, admin):
    field = CustomField.objects.get(pk=define("number").pk)
    archive_field(field, by=admin, at=AT)
    assert keep_sort_indexes()["dropped"] == [f"own_sort_{field.pk}_number"]
    assert indexes() == []
    restore_field(field, by=admin)
    assert keep_sort_indexes()["made"] == [f"own_sort_{field.pk}_number"]
    change_field(field, FieldWish("Machines"), by=admin)
    keep_sort_indexes()
    assert indexes() == []
    assert not is_kept_in_order(find_field(str(field.pk)))


def test_a_field_of_another_kind_is_sorted_by_its_new_values(define, admin):
    field = define("text")
    fill(field, ["12", "about 40", "7"], by=admin)
    retype_field(CustomField.objects.get(pk=field.pk), kind="number", by=admin)
    settle()
    assert not is_kept_in_order(find_field(field.key))  # the old order says nothing of numbers
    keep_sort_indexes()
    assert indexes() == [f"own_sort_{field.pk}_number"]
    retype_field(CustomField.objects.get(pk=field.pk), kind="link", by=admin)
    settle()
    keep_sort_indexes()
    assert indexes() == []
    assert not CustomField.objects.get(pk=field.pk).is_sorted


@pytest.mark.parametrize("kind", [*VALUES, "choice"])
def test_no_index_refuses_a_value_of_an_earlier_kind(kind, define):
    field = define(kind, added=["Small"] if kind == "choice" else [])
    for value in ("about 40", 7, 7.5, True, None, [1], {"a": 1}, "x" * 500, 10**30):
        CustomValueSet.objects.create(customer=factories.make_customer(), data={field.key: value})
    assert CustomValueSet.objects.count() == 9


def test_an_index_left_half_made_is_made_again(define):
    field = define("number")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [field.sort_index])
    assert keep_sort_indexes()["made"] == [field.sort_index]
    assert keep_sort_indexes() == {"made": [], "dropped": []}


def test_no_more_than_eight_fields_and_no_colleagues_or_links(define, admin):
    for nth in range(8):
        add_field(FieldWish(f"Field {nth}", is_sorted=True), kind="number", by=admin)
    with pytest.raises(CustomFieldRefused, match=r"at most 8 own fields: Field 0, .*Field 7"):
        add_field(FieldWish("One more", is_sorted=True), kind="number", by=admin)
    for kind in ("person", "link"):
        with pytest.raises(CustomFieldRefused, match="cannot be sorted by colleagues or links"):
            add_field(FieldWish("Adviser", is_sorted=True), kind=kind, by=admin)


@pytest.mark.django_db(transaction=True)
def test_while_another_process_is_at_it_the_job_comes_again_later(admin):
    """Nobody waits for the other: who makes an index waits for whoever waits."""
    field = add_field(FieldWish("Machines", is_sorted=True), kind="number", by=admin)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7230427)")
        job = request_sorting(by=admin, at=AT)
        perform_job(job.pk)
        assert indexes() == []
        assert JobRun.objects.filter(kind=SORT_JOB, state="waiting").count() == 2  # the field's own, and the follower
        with other.cursor() as cursor:  # closing alone is noticed by the server in its own time
            cursor.execute("SELECT pg_advisory_unlock(7230427)")
    finally:
        other.close()
    perform_job(request_sorting(by=admin, at=AT.replace(hour=13)).pk)
    assert indexes() == [f"own_sort_{field.pk}_number"]
    CustomField.objects.all().delete()
    perform_job(request_sorting(by=admin, at=AT.replace(hour=14)).pk)
    assert indexes() == []
