"""A field changes its kind in the background: how far it is, what could not be read, stopped and killed half-way."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from crm.core import job_ledger
from crm.core.job_ledger import cancel_job, perform_job, take_job
from crm.core.models import JobRun
from customers import custom_field_retyping
from customers.custom_field_defining import FieldWish, add_field
from customers.custom_field_retype_job import read_progress, request_retyping
from customers.custom_value_keeping import set_custom_values
from customers.models import CustomField, CustomValueSet
from customers.views import custom_field as custom_field_page
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quiet_broker(monkeypatch):
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)


@pytest.fixture
def field(admin):
    """The machines of five customers, in words; two of them are no number."""
    made = add_field(FieldWish("Machines"), kind="text", by=admin)
    for words in ("12", "12", "1 204", "about 40", "about 40"):
        set_custom_values(factories.make_customer(), {str(made.pk): words}, by=admin)
    return made


def kept():
    rows = CustomValueSet.objects.order_by("pk")
    return [next(iter({**row.data, **row.unread}.values())) for row in rows]


def test_many_values_change_in_the_background_and_the_page_says_what_could_not_be_read(
    field, admin, signed_in, monkeypatch
):
    monkeypatch.setattr(custom_field_page, "AT_ONCE", 2)
    browser = signed_in(admin)
    answer = browser.post(reverse("customers:custom-field-retype", args=[field.pk]), {"kind": "number"})
    job = JobRun.objects.get(kind="field-retype")
    assert answer.url == reverse("customers:custom-field-work", args=[job.pk])
    assert "You can leave this page" in browser.get(answer.url).content.decode()
    running = browser.get(reverse("customers:custom-field-retype", args=[field.pk])).content.decode()
    assert "being changed just now" in running
    assert CustomField.objects.get().kind == "text"
    assert perform_job(job.pk)
    page = browser.get(answer.url).content.decode()
    assert "<b>3</b> values were taken over, <b>2</b> could not be read" in page
    assert "about 40" in page
    assert CustomField.objects.get().kind == "number"
    assert kept() == [12, 12, 1204, "about 40", "about 40"]


def test_it_tells_how_far_it_is_and_a_stop_leaves_every_value_as_it_was(field, admin, monkeypatch):
    monkeypatch.setattr(custom_field_retyping, "RANGE", 2)
    job = request_retyping(field, kind="number", added=[], by=admin, at=AT)
    write, written = custom_field_retyping._write, []

    def write_and_ask_to_stop(*args, **options):
        write(*args, **options)
        written.append(1)
        cancel_job(JobRun.objects.get(pk=job.pk))

    monkeypatch.setattr(custom_field_retyping, "_write", write_and_ask_to_stop)
    assert perform_job(job.pk)
    job.refresh_from_db()
    assert (job.state, written) == ("cancelled", [1])
    assert read_progress(job) == (1, 3)
    assert CustomField.objects.get().kind == "text"
    assert kept() == ["12", "12", "1 204", "about 40", "about 40"]


def test_a_worker_that_dies_half_way_leaves_every_value_and_the_next_one_does_all(field, admin, monkeypatch):
    monkeypatch.setattr(custom_field_retyping, "RANGE", 2)
    job = request_retyping(field, kind="number", added=[], by=admin, at=AT)
    write = custom_field_retyping._write

    def die(*args, **options):
        write(*args, **options)
        raise RuntimeError("killed")

    monkeypatch.setattr(custom_field_retyping, "_write", die)
    perform_job(job.pk)
    assert kept() == ["12", "12", "1 204", "about 40", "about 40"]
    monkeypatch.setattr(custom_field_retyping, "_write", write)
    JobRun.objects.filter(pk=job.pk).update(state="waiting")
    perform_job(job.pk)
    assert kept() == [12, 12, 1204, "about 40", "about 40"]


def test_a_worker_whose_lease_another_took_changes_nothing(field, admin, monkeypatch):
    job = request_retyping(field, kind="number", added=[], by=admin, at=AT)
    write = custom_field_retyping._write

    def taken_over(*args, **options):
        write(*args, **options)
        JobRun.objects.filter(pk=job.pk).update(attempt=7)

    monkeypatch.setattr(custom_field_retyping, "_write", taken_over)
    assert not perform_job(job.pk)
    assert CustomField.objects.get().kind == "text"


def test_asked_twice_the_second_finds_it_done_and_says_so(field, admin):
    first = request_retyping(field, kind="number", added=[], by=admin, at=AT)
    second = request_retyping(field, kind="date", added=[], by=admin, at=AT.replace(minute=1))
    perform_job(first.pk)
    perform_job(second.pk)
    second.refresh_from_db()
    assert "changed or archived meanwhile" in second.result["refused"]
    assert CustomField.objects.get().kind == "number"
    assert take_job(second.pk, at=AT) is None


def test_the_form_of_a_customer_with_two_hundred_own_fields_shows_each_with_its_value(admin, rep, customer, signed_in):
    kinds = [kind for kind in CustomField.Kind.values for _time in range(25)]
    fields = [
        add_field(FieldWish(f"Field {n} <b>", help_text="Why & how", added=["Gold"]), kind=kind, by=admin)
        for n, kind in enumerate(kinds)
    ]
    by_kind = {field.kind: field for field in fields}
    values = {"text": 'a "b" <i>', "choice": "o1", "number": 12.5, "money": 120400, "date": "2026-03-02", "flag": True}
    values |= {"person": rep.pk, "link": "https://a.example/?b=1&c=2"}
    set_custom_values(customer, {str(by_kind[kind].pk): value for kind, value in values.items()}, by=admin)
    browser, url = signed_in(rep), reverse("customers:customer-edit", args=[customer.pk])
    page = browser.get(url).content.decode()
    assert page.count("Why &amp; how</div>") == 200
    assert "<b>" not in page.split('id="own-fields"')[1]
    for shown in (
        'value="a &quot;b&quot; &lt;i&gt;"',
        'value="12.5"',
        'value="1204.00"',
        'value="2026-03-02"',
        'value="https://a.example/?b=1&amp;c=2"',
        '<option value="o1" selected>Gold</option>',
        '<option value="yes" selected>yes</option>',
        f'<option value="{rep.pk}" selected>Ana Ribeiro</option>',
    ):
        assert shown in page, shown
    own = page.split('id="own-fields"')[1]
    ids = re.findall(r'<label class="form-label" for="([^"]+)"', own)
    assert all(f'id="{one}"' in own for one in ids)
