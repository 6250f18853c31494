"""Other programs write people, the ways to reach them and what they told, and ask what was written since."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from crm.core.local_time import company_day
from customers.fact_noting import forget_wanted_kinds
from customers.models import ContactPoint, FactKind, Order, Person, ProfileFact
from interactions.models import Interaction, Task
from tests import factories
from tests.api.conftest import reasons
from tests.customers.import_files import import_file

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def other_customer(rep):
    return factories.make_customer(number="K-other", name="Skovgaard Foods", owner=rep, team=rep.team)


@pytest.fixture
def person(customer):
    return factories.make_person(customer, name="Ida Lund", job_title="Buyer", is_main=True)


def since(asking, path, moment):
    answer = asking.get(path, {"changed_since": moment.isoformat()})
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["items"]]


# --- people ----------------------------------------------------------------------------------------------------------


def test_a_new_person_has_his_first_numbers_and_is_answered_whole(rep, program, customer, person):
    sent = {
        "customer": customer.number, "name": "Nora Berg", "job_title": "Head of purchasing", "seniority": "head",
        "influence": "decides", "language": "da", "is_main": True,
        "contact_points": [
            {"kind": "phone", "value": "+45 86 12 34 56"}, {"kind": "email", "value": "Nora@Skov.example"},
        ],
    }  # fmt: skip
    answer = program(rep).post("/people", sent)
    told = answer.json()
    assert answer.status_code == 201
    assert {name: told[name] for name in sent if name != "contact_points"} == {
        name: value for name, value in sent.items() if name != "contact_points"
    }
    assert [point["value_normal"] for point in told["contact_points"]] == ["+4586123456", "nora@skov.example"]
    made = Person.objects.get(pk=told["id"])
    assert (made.created_by, made.changed_by) == (rep, rep)
    person.refresh_from_db()
    assert not person.is_main


def test_a_namesake_is_refused_unless_he_is_another_one(rep, program, customer, person):
    asking = program(rep)
    sent = {"customer": customer.number, "name": "IDA  LUND"}
    refused = asking.post("/people", sent)
    assert (refused.status_code, refused.json()["duplicates"]) == (409, [{"id": person.pk}])
    assert "name" in reasons(refused)
    assert asking.post("/people", {**sent, "another": True}).status_code == 201
    assert Person.objects.filter(customer=customer).count() == 2


def test_nothing_of_a_person_is_left_when_a_number_cannot_be_read(rep, program, customer):
    sent = {"customer": customer.number, "name": "Nora Berg", "contact_points": [{"kind": "phone", "value": "call me"}]}
    refused = program(rep).post("/people", sent)
    assert refused.status_code == 422
    assert "no phone number" in reasons(refused)["contact_points.0.value"]
    assert not Person.objects.filter(customer=customer).exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"seniority": "king"}, "seniority"),
        ({"name": ""}, "name"),
        ({"nickname": "Ida"}, "nickname"),
        ({"left_on": "soon"}, "left_on"),
        ({"is_main": 1}, "is_main"),
    ],
)
def test_what_a_person_cannot_be_is_refused_by_field(sent, field, rep, program, person):
    refused = program(rep).patch(f"/people/{person.pk}", sent)
    assert refused.status_code == 422
    assert field in reasons(refused)


def test_what_is_not_sent_stays_and_the_same_twice_changes_nothing(rep, program, person):
    asking = program(rep)
    for _twice in (1, 2):
        told = asking.patch(f"/people/{person.pk}", {"influence": "decides"}).json()
        assert (told["name"], told["job_title"], told["influence"]) == ("Ida Lund", "Buyer", "decides")
    person.refresh_from_db()
    assert (person.edit_version, person.is_main, person.changed_by) == (2, True, rep)


def test_who_left_leaves_a_task_and_who_never_did_takes_it_back(rep, program, person):
    asking, today = program(rep), company_day(timezone.now()).isoformat()
    told = asking.patch(f"/people/{person.pk}", {"left_on": today}).json()
    assert (told["left_on"], told["is_main"]) == (today, False)
    assert Task.objects.filter(customer=person.customer, state="open").count() == 1
    told = asking.patch(f"/people/{person.pk}", {"left_on": None}).json()
    assert told["left_on"] is None
    assert not Task.objects.filter(customer=person.customer, state="open").exists()


def test_who_moves_has_a_record_at_each_and_takes_along_what_was_named(rep, program, person, other_customer):
    mobile, desk = (
        ContactPoint.objects.create(customer=person.customer, person=person, kind="phone", value=v, value_normal=v)
        for v in ("+4520304050", "+4586123456")
    )
    asking = program(rep)
    sent = {"to": other_customer.number, "job_title": "Head of purchasing", "keeps": [mobile.pk]}
    answer = asking.post(f"/people/{person.pk}/move", sent)
    told = answer.json()
    assert answer.status_code == 201
    assert (told["customer"], told["job_title"], told["moved_from_id"]) == ("K-other", sent["job_title"], person.pk)
    assert [point["value"] for point in told["contact_points"]] == ["+4520304050"]
    old = asking.get(f"/people/{person.pk}").json()
    assert old["left_on"] == company_day(timezone.now()).isoformat()
    assert [point["is_valid"] for point in old["contact_points"]] == [False, False]
    assert desk.pk in [point["id"] for point in old["contact_points"]]
    again = asking.post(f"/people/{person.pk}/move", sent)
    assert again.status_code == 409
    assert "has left already" in again.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"to": "nobody"}, 404, "to"),
        ({"to": "K-other", "on": "2199-01-01"}, 422, "on"),
        ({"to": "K-other", "keeps": [1]}, 422, "keeps"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_nobody_moved(sent, status, field, rep, program, person, other_customer):
    refused = program(rep).post(f"/people/{person.pk}/move", sent)
    assert refused.status_code == status
    assert field in reasons(refused)
    assert Person.objects.filter(left_on=None).count() == 1


# --- contact points --------------------------------------------------------------------------------------------------


def test_a_number_is_noted_once_changed_and_taken_away(rep, program, person):
    asking = program(rep)
    sent = {"customer": person.customer.number, "person_id": person.pk, "kind": "phone", "value": "+45 86 12 34 56"}
    first, again = (
        asking.post("/contact-points", sent),
        asking.post("/contact-points", {**sent, "value": "0045 86123456"}),
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    path = f"/contact-points/{first.json()['id']}"
    changed = asking.patch(path, {"is_valid": False, "proven_on": "2026-03-02"}).json()
    assert (changed["is_valid"], changed["proven_on"], changed["value"]) == (False, "2026-03-02", "+45 86 12 34 56")
    assert "no phone number" in reasons(asking.patch(path, {"value": "call me"}))["value"]
    assert asking.send("delete", path, {}).json()["person_id"] == person.pk
    assert not ContactPoint.objects.exists()
    assert asking.send("delete", path, {}).status_code == 404


@pytest.mark.parametrize(("kind", "value"), [("fax", "+4586123456"), ("email", "nobody"), ("web", "a b")])
def test_what_is_no_number_or_address_is_refused(kind, value, rep, program, customer):
    refused = program(rep).post("/contact-points", {"customer": customer.number, "kind": kind, "value": value})
    assert refused.status_code == 422
    assert set(reasons(refused)) == {"kind" if kind == "fax" else "value"}


def test_a_number_belongs_to_nobody_of_another_customer(rep, program, person, other_customer):
    sent = {"customer": other_customer.number, "person_id": person.pk, "kind": "phone", "value": "+4586123456"}
    refused = program(rep).post("/contact-points", sent)
    assert refused.status_code == 422
    assert "person_id" in reasons(refused)


# --- facts -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def machines(db):
    kind = FactKind.objects.create(name="Machines on the floor", value_kind="number", use_in_talk=False)
    forget_wanted_kinds()
    return kind


def test_a_fact_of_a_kind_is_judged_by_it_and_the_one_before_is_its_history(rep, program, customer, machines):
    asking = program(rep)
    sent = {"customer": customer.number, "label": "machines on the FLOOR", "told_on": "2026-03-02", "source": "Fair"}
    first = asking.post("/facts", {**sent, "value": "12"})
    told = first.json()
    assert first.status_code == 201
    assert (told["label"], told["value"], told["use_in_talk"], told["asked_by_id"]) == (
        "Machines on the floor", "12", False, rep.pk,
    )  # fmt: skip
    assert "no number" in reasons(asking.post("/facts", {**sent, "value": "many"}))["value"]
    assert asking.post("/facts", {**sent, "value": "12"}).json()["id"] == told["id"]
    assert asking.post("/facts", {**sent, "value": "14", "told_on": "2026-05-02"}).status_code == 201
    assert list(ProfileFact.objects.order_by("pk").values_list("value", flat=True)) == ["12", "14"]


def test_a_fact_under_a_name_of_its_own_is_withdrawn_and_holds_again(rep, program, customer, person):
    asking = program(rep)
    sent = {"customer": customer.number, "label": "Hobby", "value": "Sails", "person_id": person.pk}
    told = asking.post("/facts", sent).json()
    assert (told["told_on"], told["source"]) == (company_day(timezone.now()).isoformat(), "Ida Lund")
    path = f"/facts/{told['id']}"
    assert asking.patch(path, {"withdrawn": True}).json()["withdrawn_on"] == told["told_on"]
    assert asking.patch(path, {"withdrawn": False}).json()["withdrawn_on"] is None


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"told_on": "2199-01-01"}, "told_on"),
        ({"person_id": 2**40}, "person_id"),
        ({"confidence": "hearsay"}, "confidence"),
        ({"told_on": "2026-03-02", "valid_until": "2026-03-01"}, "valid_until"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_by_field(sent, field, rep, program, customer):
    refused = program(rep).post("/facts", {"customer": customer.number, "label": "Hobby", "value": "Sails", **sent})
    assert refused.status_code == 422
    assert field in reasons(refused)
    assert not ProfileFact.objects.exists()


# --- what was written since ------------------------------------------------------------------------------------------


def test_people_of_whom_anything_was_written_since_come_in_that_order(rep, program, customer, person):
    quiet, second = (factories.make_person(customer, name=name) for name in ("Quiet One", "Nora Berg"))
    Person.objects.update(changed_at=LONG_AGO)
    asking, before = program(rep), timezone.now()
    sent = {"customer": customer.number, "person_id": second.pk, "kind": "email", "value": "nora@skov.example"}
    point = asking.post("/contact-points", sent).json()["id"]
    asking.patch(f"/people/{person.pk}", {"job_title": "Owner"})
    assert since(asking, "/people", before) == [second.pk, person.pk]
    before = timezone.now()
    asking.send("delete", f"/contact-points/{point}", {})
    assert since(asking, "/people", before) == [second.pk]
    before = timezone.now()
    text = f"customer number,name,e-mail\n{customer.number},Quiet One,quiet@skov.example\n"
    import_file(text, kind="people", by=rep)
    assert since(asking, "/people", before) == [quiet.pk]


def test_who_is_no_longer_the_main_contact_was_changed_too(rep, program, customer, person):
    second = factories.make_person(customer, name="Nora Berg")
    Person.objects.update(changed_at=LONG_AGO)
    asking, before = program(rep), timezone.now() - timedelta(seconds=1)
    asking.patch(f"/people/{second.pk}", {"is_main": True})
    assert sorted(since(asking, "/people", before)) == [person.pk, second.pk]


def test_orders_and_contacts_written_since_and_from_when_to_ask_next(rep, program, customer):
    old = factories.make_order(customer, LONG_AGO.date())
    Order.objects.update(updated_at=LONG_AGO)
    asking = program(rep)
    log = {"customer": customer.number, "channel": "call", "note": "Asked for seals"}
    first = asking.post("/interactions", log, idempotency_key="1").json()["id"]
    Interaction.objects.update(created_at=LONG_AGO)
    moment = timezone.now()
    new = asking.post(
        "/orders", {"number": "N/1", "customer": customer.number, "day": "2026-03-02", "amount_cents": 1200}
    ).json()
    second = asking.post("/interactions", {**log, "note": "Again"}, idempotency_key="2").json()["id"]
    assert since(asking, "/orders", moment) == [new["id"]]
    assert since(asking, "/orders", LONG_AGO) == [old.pk, new["id"]]
    assert since(asking, "/interactions", moment) == [second]
    assert since(asking, "/interactions", LONG_AGO) == [first, second]
    for path in ("/orders", "/interactions", "/people"):
        answer = asking.get(path, {"changed_since": moment.isoformat()}).json()
        assert datetime.fromisoformat(answer["next_changed_since"]) <= timezone.now() - timedelta(seconds=60)
        assert "next_changed_since" not in asking.get(path).json()


@pytest.mark.parametrize("path", ["/people", "/orders", "/interactions"])
def test_pages_of_changes_are_complete_and_a_cursor_is_of_its_list_alone(path, rep, program, customer):
    for nth in range(5):
        factories.make_person(customer, name=f"Person {nth}")
        factories.make_order(customer, LONG_AGO.date())
        Interaction.objects.create(customer=customer, channel="call", happened_at=LONG_AGO)
    asking, seen, cursor = program(rep), [], None
    while True:
        asked = {"changed_since": "2020-01-01T00:00:00Z", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = asking.get(path, asked).json()
        seen += [item["id"] for item in page["items"]]
        last, cursor = cursor, page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    refused = asking.get(path, {"cursor": last})
    assert reasons(refused) == {"cursor": "This is no cursor of this list."}
