"""Personal data: handed out whole and readable with the class and its reasons; erased so that nothing names anybody."""

import json
import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from complaints.complaint_handling import take_complaint
from crm.core.models import JobRun, SavedView
from customers.custom_value_keeping import set_custom_values
from customers.file_attaching import attach_file
from customers.models import (
    ContactPoint,
    Customer,
    CustomerMerge,
    CustomField,
    DataImport,
    DuplicatePair,
    ImportChange,
    Note,
    Order,
    Person,
    ProfileFact,
)
from customers.models import PersonalDataAct as Act
from customers.note_writing import change_note, write_note
from customers.person_moving import move_person
from customers.personal_data_erasing import EraseRefused, erase_customer, erase_person
from customers.personal_records import list_owned_models, list_text_fields
from customers.tagging import tag_customers
from interactions.models import Interaction, Promise, Task
from segments.models import Pin
from tests import factories

SECRET = "Quillfeather"


def tables_with(word):
    """Every table of the database in which ``word`` stands in any row, whatever the column."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text ILIKE %s LIMIT 1', [f"%{word}%"])
            if cursor.fetchone():
                found.add(table)
    return found


@pytest.fixture
def known(customer, rep):
    """A customer about whom a lot is written, each text with his secret name in it, and changed once since."""
    now = timezone.now()
    for name in ("name", "trading_name", "street", "city", "domain", "tax_id"):
        setattr(customer, name, f"{SECRET} {name}")
    customer.save()
    person = factories.make_person(customer, name=f"Ada {SECRET}", job_title="buyer")
    person.job_title = f"buyer at {SECRET}"
    person.save()
    point = ContactPoint.objects.create(
        customer=customer, person=person, kind="email", value=f"ada@{SECRET}.example", value_normal="ada@q.example"
    )
    order = factories.make_order(customer, date(2026, 3, 2), 10_000)
    order.lines.update(description=f"Engraved {SECRET}")
    talk = Interaction.objects.create(
        customer=customer, person=person, channel="call", happened_at=now, logged_by=rep, note=f"Ada {SECRET} asked"
    )
    talk.minutes = 5
    talk.save()
    Promise.objects.create(
        customer=customer, person=person, side="ours", text=f"Send {SECRET} a plan", due_on=now.date(), owner=rep
    )
    factories.make_task(customer, title=f"Ring {SECRET}")
    note = write_note(customer, text=f"{SECRET} likes tea", by=rep, at=now)
    change_note(note, text=f"{SECRET} likes coffee", by=rep, at=now)
    write_note(customer, text=f"Gone {SECRET}", by=rep, at=now).delete()
    ProfileFact.objects.create(
        customer=customer, label="Birthday", value="3 May", source=f"Ada {SECRET}", told_on=now.date()
    )
    Pin.objects.create(customer=customer, grade="A1", reason=f"{SECRET} is new", expires_on=now.date())
    take_complaint(customer, title=f"{SECRET} is cross", words=f"I am {SECRET}", by=rep, at=now)
    tag_customers([customer.pk], name="Pilot", by=rep, at=now)
    file = attach_file(customer, file=ContentFile(b"hello", name=f"{SECRET}.txt"), by=rep, at=now)
    view = SavedView.objects.create(
        list_name="customers",
        owner=rep,
        name=f"On {customer.name}",
        query=urlencode({"q": customer.name, "sort": "-sales"}),
    )
    view.columns = ["name"]
    view.save()
    loaded = DataImport.objects.create(kind="customers", state="done", file_name="x.csv")
    ImportChange.objects.create(data_import=loaded, what="customer", row_id=customer.pk, before={"name": SECRET})
    return customer, person, point, file


def test_nothing_in_the_whole_database_names_an_erased_customer(known, admin, django_capture_on_commit_callbacks):
    customer, _person, _point, file = known
    assert len(tables_with(SECRET)) > 12
    with django_capture_on_commit_callbacks(execute=True):
        act = erase_customer(customer, reason="Letter of 3 November", by=admin, at=timezone.now())
    assert tables_with(SECRET) == set()
    assert not default_storage.exists(file.stored)
    view = SavedView.objects.get()
    assert (view.name, view.query) == (f"On … {view.pk}", "sort=-sales")
    row = Customer.objects.get(pk=customer.pk)
    assert (row.name, row.number, row.is_archived) == ("Erased customer", f"erased-{row.pk}", True)
    assert Order.objects.get(customer=row).amount_cents == 10_000  # sums stay
    assert Interaction.objects.filter(customer=row).count() == 1
    assert Interaction.objects.get().minutes == 5
    assert not Person.objects.exists()
    assert not Note.objects.exists()
    assert (act.kind, act.customer_id, act.counts["customers.person"] > 0) == ("customer", customer.pk, True)
    with pytest.raises(EraseRefused, match="before"):
        erase_customer(row, reason="Again", by=admin, at=timezone.now())


def test_an_erased_person_is_gone_from_where_he_worked_before_too(known, admin, rep):
    customer, person, _point, _file = known
    now = timezone.now()
    other = factories.make_customer(name="Next employer", owner=rep)
    write_note(other, text=f"Ada {SECRET} starts in May", by=rep, at=now)
    moved = move_person(person, to=other, on=now.date(), at=now, by=rep)
    moved.name = f"Ada {SECRET}-Berg"  # married since
    moved.save()
    erase_person(moved, reason="Mail", by=admin, at=now)
    assert tables_with(f"Ada {SECRET}") == set()
    assert {act.customer_id for act in Act.objects.all()} == {customer.pk, other.pk}


def test_reports_rejected_rows_and_files_of_lists_do_not_keep_him(
    known, admin, rep, settings, django_capture_on_commit_callbacks
):
    _customer, person, point, _file = known
    shown = {"rows": 1, "headers": ["Mail"], "samples": {"Mail": [point.value]}, "shown": [{"row": 2}]}
    over = [
        DataImport.objects.create(kind="customers", state="done", file_name="a.csv", preview=preview)
        for preview in (shown, {**shown, "samples": {"Mail": ["somebody@else.example"]}})
    ]
    for one, mail in zip(over, (point.value, "somebody@else.example"), strict=True):
        one.rejected.save("rest.csv", ContentFile(f"Row,Mail\n2,{mail}\n".encode()))
    place = Path(settings.MEDIA_ROOT) / "exports" / "list.csv"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(point.value)
    JobRun.objects.create(kind="list-export", key="1", due_at=timezone.now(), state="done", result={"file": "list.csv"})
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(person, reason="Mail", by=admin, at=timezone.now())
    his, other = DataImport.objects.filter(pk__in=[one.pk for one in over]).order_by("pk")
    assert his.preview == {"rows": 1, "headers": ["Mail"]}
    assert not his.rejected
    assert other.rejected
    assert other.preview["samples"]
    assert not place.exists()


def test_an_erased_customer_is_not_brought_back_from_the_archive(known, admin, client):
    customer = known[0]
    erase_customer(customer, reason="Letter", by=admin, at=timezone.now())
    client.force_login(admin)
    url = reverse("customers:customer-restore", args=[customer.pk])
    assert url not in client.get(reverse("home:customer-page", args=[customer.pk])).text
    assert "stays in the archive" in client.post(url, follow=True).text
    assert Customer.objects.get(pk=customer.pk).is_archived


def test_nobody_else_is_touched(known, admin, rep):
    other = factories.make_customer(name="Neighbour", owner=rep)
    write_note(other, text="Keeps bees", by=rep, at=timezone.now())
    erase_customer(known[0], reason="Letter", by=admin, at=timezone.now())
    assert Note.objects.get().text == "Keeps bees"
    assert Customer.objects.get(pk=other.pk).name == "Neighbour"


def test_an_erased_person_is_blacked_out_and_the_customer_stays(known, admin):
    customer, person, point, _file = known
    erase_person(person, reason="Mail of 3 November", by=admin, at=timezone.now())
    for word in (f"Ada {SECRET}", point.value, point.value_normal):
        assert tables_with(word) == set()
    talk = Interaction.objects.get()
    assert (talk.note, talk.person) == ("[erased] asked", None)
    assert Customer.objects.get(pk=customer.pk).name == f"{SECRET} name"
    assert Note.objects.get().text == f"{SECRET} likes coffee"
    assert Act.objects.get().person_id == person.pk


@pytest.mark.parametrize("erase", [erase_customer, erase_person])
def test_without_a_request_nothing_is_erased(known, admin, erase):
    with pytest.raises(EraseRefused, match="request"):
        erase(known[0] if erase is erase_customer else known[1], reason=" ", by=admin, at=timezone.now())


def test_short_names_do_not_black_out_half_the_text(customer, admin, rep):
    person = factories.make_person(customer, name="Ann")
    write_note(customer, text="Ann's annual anniversary; ANN", by=rep, at=timezone.now())
    erase_person(person, reason="Mail", by=admin, at=timezone.now())
    assert Note.objects.get().text == "[erased]'s annual anniversary; [erased]"


def test_first_and_last_name_alone_go_where_they_mean_nobody_else(customer, admin, rep, lead):
    ada = factories.make_person(customer, name="Dr. Ada Mark Quillfeather-Berg")
    factories.make_person(customer, name="Otto Quinn")
    text = "Ada called. Mrs QUILLFEATHER-BERG likes tea, adagio and Mark up. Otto told ADA."
    note = write_note(customer, text=text, by=rep, at=timezone.now())
    views = [
        SavedView.objects.create(list_name="people", owner=rep, name=f"View {place}", query=urlencode({"q": q}))
        for place, q in enumerate(["quillf", "Otto"])
    ]
    act = erase_person(ada, reason="Mail", by=admin, at=timezone.now())
    note.refresh_from_db()
    assert note.text == "[erased] called. Mrs [erased] likes tea, adagio and Mark up. Otto told [erased]."
    assert (act.counts["left"], act.counts["customers.note"]) == (1, 1)
    assert [SavedView.objects.get(pk=view.pk).query for view in views] == ["", "q=Otto"]


def test_every_record_with_words_about_a_customer_is_known():
    """A model that somebody adds is found by its foreign key; what it is found as can be told from here."""
    found = {owned.model for owned in list_owned_models()}
    assert {Note, Order, Interaction, Task, Promise, Pin, ContactPoint, ProfileFact, Person} <= found
    assert "note" in {field.name for field in list_text_fields(Interaction)}


@pytest.fixture
def archive_of(client, admin):
    client.force_login(admin)

    def download(customer, **fields):
        url = reverse("home:personal-data-export", args=[customer.pk])
        answer = client.post(url, {"reason": "Letter of 3 November", **fields})
        return zipfile.ZipFile(BytesIO(b"".join(answer)))

    return download


def test_a_customer_gets_everything_with_class_reasons_and_files(known, archive_of):
    customer, _person, _point, file = known
    factories.set_score(customer, grade="A2", sales_12m_cents=123_400, gap_ratio=3.3541, surprise=0.13)
    archive = archive_of(customer)
    data = json.loads(archive.read("data.json"))
    assert data["records"]["customers.note"][0]["text"] == f"{SECRET} likes coffee"
    assert data["records"]["customers.order"][0]["amount_cents"] == "100"
    assert data["records"]["customers.contactpoint"][0]["value"] == f"ada@{SECRET}.example"
    page = archive.read("data.html").decode()
    for words in (f"{SECRET} likes coffee", "A2", f"I am {SECRET}", f"Engraved {SECRET}", "1,234.00"):
        assert words in page
    told = re.findall(r"<th[^>]*>([^<]+)</th>\s*<td[^>]*>([^<]*)", page)  # as lists and the page of a customer say it
    assert {("Sales, 12 months", "1,234.00"), ("Silence in own gaps", "3.4"), ("So long by chance", "13%")} <= set(told)
    assert "Segment number" not in page
    assert archive.read(f"files/{file.pk}-{SECRET}.txt") == b"hello"
    act = Act.objects.get()
    assert (act.kind, act.reason, act.counts["customers.note"]) == ("export", "Letter of 3 November", 1)


def test_own_fields_days_and_alerts_are_told_in_words(known, archive_of, rep):
    customer = known[0]
    field = CustomField.objects.create(label="Machines in use", kind="number")
    set_custom_values(customer, {str(field.pk): 9}, by=rep)
    DuplicatePair.objects.create(
        first=customer, second=factories.make_customer(name="Somebody else's firm"), percent=80, evidence=[]
    )
    archive = archive_of(customer)
    page, data = archive.read("data.html").decode(), archive.read("data.json").decode()
    assert "Machines in use: 9" in page
    assert "Machines in use" in data
    assert "T00:00" not in page
    assert "2 Mar 2026" in page
    assert "Amounts are in EUR" in page
    assert "Somebody else" not in page + data  # a suspicion speaks of another customer too
    assert "Seniority" not in page  # nothing stands in that column


def test_a_person_gets_what_names_him_and_what_stands_where_he_worked_before(known, archive_of, rep):
    _customer, person, _point, _file = known
    now = timezone.now()
    other = factories.make_customer(name="Next employer", owner=rep)
    moved = move_person(person, to=other, on=now.date(), at=now, by=rep)
    write_note(other, text=f"Lunch with ada {SECRET} on Monday", by=rep, at=now)
    write_note(other, text="Lunch with somebody else", by=rep, at=now)
    records = json.loads(archive_of(other, person=moved.pk).read("data.json"))["records"]
    assert [row["text"] for row in records["customers.note"]] == [f"Lunch with ada {SECRET} on Monday"]
    assert records["interactions.interaction"][0]["note"] == f"Ada {SECRET} asked"
    assert len(records["customers.person"]) == 2


def test_a_person_gets_texts_with_a_part_of_the_name_that_means_nobody_else(customer, archive_of, rep):
    ada = factories.make_person(customer, name="Ada Mark Quinn")
    for text in ("Ada rang", "mark it up", "Otto rang"):
        write_note(customer, text=text, by=rep, at=timezone.now())
    records = json.loads(archive_of(customer, person=ada.pk).read("data.json"))["records"]
    assert [note["text"] for note in records["customers.note"]] == ["Ada rang"]


def test_a_person_gets_what_is_about_him_alone(known, archive_of):
    customer, person, _point, _file = known
    data = json.loads(archive_of(customer, person=person.pk).read("data.json"))
    assert [row["name"] for row in data["records"]["customers.person"]] == [f"Ada {SECRET}"]
    assert "customers.order" not in data["records"]
    assert "customers.note" not in data["records"]
    assert data["class"] == []
    assert Act.objects.get().person_id == person.pk


def test_the_page_asks_for_the_request_and_the_number_again(client, admin, known):
    customer, person, _point, _file = known
    client.force_login(admin)
    page, erase = (reverse(f"home:personal-data{end}", args=[customer.pk]) for end in ("", "-erase"))
    assert f"Ada {SECRET}" in client.get(page).text
    refused = client.post(reverse("home:personal-data-export", args=[customer.pk]), {}, follow=True)
    assert "Say on whose request" in refused.text
    typed = {"person": person.pk, "again": "K-1", "reason": "Mail of 3 March"}
    answer = client.post(erase, typed)
    assert answer.status_code == 422
    assert "Nothing was erased" in answer.text
    assert 'value="Mail of 3 March"' in answer.text
    assert f'<option value="{person.pk}" selected>' in answer.text
    assert 'aria-describedby="erase-again-error"' in answer.text
    assert client.post(erase, {"person": "999999", "again": "x", "reason": "x"}).status_code == 404
    said = client.post(erase, {"person": person.pk, "again": person.name, "reason": "Mail"}, follow=True)
    assert "Erased. It is noted below." in said.text
    client.post(erase, {"again": customer.number, "reason": "Letter"})
    assert "This customer was erased." in client.get(page).text
    log = client.get(reverse("home:personal-data-log")).text
    assert "Letter" in log
    customer.refresh_from_db()  # an erased customer stands under a number that tells nothing
    assert customer.number in log


def test_whoever_was_merged_into_him_is_erased_with_him(known, admin, rep):
    customer = known[0]
    earlier = factories.make_customer(name=f"{SECRET} Ltd", owner=rep, archived_at=timezone.now())
    CustomerMerge.objects.create(kept=customer, gone=earlier, merged_at=timezone.now(), changed=[{"name": SECRET}])
    erase_customer(customer, reason="Letter", by=admin, at=timezone.now())
    assert tables_with(SECRET) == set()
    assert Act.objects.count() == 2
