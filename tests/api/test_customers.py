"""Customers, as programs read and write them."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from customers.custom_field_defining import FieldWish, add_field, archive_field
from customers.custom_value_keeping import set_custom_values
from customers.models import ContactPoint, Customer, CustomValueSet, Tag
from customers.tagging import tag_customers
from tests import factories
from tests.api.conftest import reasons

NOW = timezone.now()


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [one["number"] for one in answer.json()["items"]]


def walk(program, query):
    """Every page of a list, one after the other."""
    pages, cursor = [], {}
    while True:
        answer = program.get("/customers", {**query, **cursor})
        pages.append(answer.json()["items"])
        if (following := answer.json()["next"]) is None:
            return pages
        cursor = {"cursor": following}


@pytest.fixture
def fields(admin):
    """One own field of each kind, by kind; the choice offers gold and silver."""
    kinds = ("text", "choice", "number", "money", "date", "flag", "person", "link")
    return {
        kind: add_field(
            FieldWish(f"Own {kind}", added=["gold", "silver"] if kind == "choice" else ()), kind=kind, by=admin
        )
        for kind in kinds
    }


@pytest.fixture
def values(fields, rep):
    """A value for each of them, as it travels."""
    said = ("By rail", "o1", 2.5, 123456, "2026-03-31", False, rep.pk, "https://kjeldsen.example/dk")
    return {f"field_{field.pk}": value for field, value in zip(fields.values(), said, strict=True)}


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_list_holds_the_customers_of_ones_own_team(rep, program, customer, foreign_customer):
    assert numbers(program(rep).get("/customers")) == [customer.number]


def test_one_customer_with_tags_contact_points_and_group(rep, program, customer, foreign_customer):
    tag_customers([customer.pk], name="Trade fair", by=rep, at=NOW)
    ContactPoint.objects.create(customer=customer, kind="phone", value="+45 86", value_normal="+4586")
    Customer.objects.filter(pk=customer.pk).update(parent=foreign_customer)
    told = program(rep).get(f"/customers/{customer.number}").json()
    assert (told["tags"], told["currency"], told["owner_name"]) == (["Trade fair"], "EUR", rep.name)
    assert told["contact_points"][0]["value_normal"] == "+4586"
    assert told["parent_number"] is None, "the head of the group belongs to another team"


def test_a_number_may_hold_a_slash_and_any_script(rep, program):
    for number in ("2026/17", "客户 1", "a?b&c", "..", "%2F"):
        made = factories.make_customer(number=number, owner=rep, team=rep.team)
        asking = program(rep)
        assert asking.get(f"/customers/{quote(made.number)}").json()["number"] == number
        assert numbers(asking.get("/customers", {"number": number})) == [number]


def test_only_the_fields_that_were_asked_for(rep, program, customer):
    asking = program(rep)
    assert asking.get("/customers", {"fields": "name, number"}).json()["items"] == [
        {"number": customer.number, "name": customer.name}
    ]
    assert "fields" in reasons(asking.get("/customers", {"fields": "name,margin"}))


def test_pages_are_complete_and_stable_while_rows_change(rep, program):
    made = factories.make_customers(25)
    Customer.objects.update(owner=rep, team=rep.team)
    asking = program(rep)
    first = asking.get("/customers", {"limit": 10}).json()
    seen = [one["number"] for one in first["items"]]
    Customer.objects.filter(pk=made[3].pk).update(name="Aardvark", name_folded="aardvark", changed_at=NOW)
    Customer.objects.filter(pk=made[9].pk).delete()  # the row the cursor stands on
    late = factories.make_customer(owner=rep, team=rep.team)
    cursor = first["next"]
    while cursor:
        page = asking.get("/customers", {"limit": 10, "cursor": cursor}).json()
        seen += [one["number"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [one.number for one in made] + [late.number]


@pytest.mark.parametrize("cursor", ["x", "[]", "bnVsbA", "é", "A" * 399, "WyJpZCIsbnVsbCwxXQ"])
def test_a_cursor_that_is_none_is_refused(rep, program, customer, cursor):
    assert "cursor" in reasons(program(rep).get("/customers", {"cursor": cursor}))


def test_a_cursor_of_another_list_is_refused(rep, program, customer):
    factories.make_customer(owner=rep, team=rep.team)
    asking = program(rep)
    cursor = asking.get("/customers", {"limit": 1}).json()["next"]
    assert "cursor" in reasons(asking.get("/people", {"cursor": cursor}))
    assert "cursor" in reasons(asking.get("/customers", {"cursor": cursor, "changed_since": "2026-01-01T00:00:00Z"}))


@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1.5", ""])
def test_a_page_has_1_to_500_rows(rep, program, limit):
    assert "limit" in reasons(program(rep).get("/customers", {"limit": limit}))


def test_the_largest_page_holds_five_hundred(rep, program):
    factories.make_customers(501)
    Customer.objects.update(owner=rep)
    answer = program(rep).get("/customers", {"limit": "500", "fields": "number"}).json()
    assert (len(answer["items"]), answer["next"] is None) == (500, False)


def test_what_changed_since_comes_in_the_order_of_changes_with_the_archived_ones(rep, program):
    made = factories.make_customers(5)
    Customer.objects.update(owner=rep, team=rep.team)
    since = datetime(2026, 5, 1, tzinfo=UTC)
    for place, one in enumerate(made):
        when = since + timedelta(hours=[3, -5, 1, 2, 1][place])
        Customer.objects.filter(pk=one.pk).update(changed_at=when, archived_at=when if place == 3 else None)
    pages = walk(program(rep), {"changed_since": "2026-05-01T00:00:00Z", "limit": 2})
    assert [[one["number"] for one in page] for page in pages] == [
        [made[2].number, made[4].number],
        [made[3].number, made[0].number],
    ]


def test_the_next_moment_to_ask_from_overlaps_with_what_is_being_written(rep, program, customer):
    answer = program(rep).get("/customers", {"changed_since": "2026-01-01T00:00:00Z"}).json()
    following = datetime.fromisoformat(answer["next_changed_since"])
    assert following <= timezone.now() - timedelta(seconds=60)
    assert "next_changed_since" not in program(rep).get("/customers").json()


@pytest.mark.parametrize(
    "since", ["yesterday", "2026-05-01", "2026-05-01T00:00:00", "1777593600", "9999-01-01T00:00:00Z"]
)
def test_a_moment_names_its_zone(rep, program, since):
    assert "changed_since" in reasons(program(rep).get("/customers", {"changed_since": since}))


def test_own_fields_and_tags_count_as_changes(rep, program, customer, values):
    Customer.objects.update(changed_at=datetime(2026, 1, 1, tzinfo=UTC))
    asking = program(rep)
    for sent in ({"own_fields": values}, {"tags": ["Fair"]}):
        since = timezone.now().isoformat()
        asking.patch(f"/customers/{customer.number}", sent)
        assert numbers(asking.get("/customers", {"changed_since": since})) == [customer.number]


# --- filters ---------------------------------------------------------------------------------------------------------


def test_the_filters_of_the_list_in_the_browser(rep, program, customer):
    other = factories.make_customer(owner=rep, team=rep.team, stage="prospect", country="DK")
    asking = program(rep)
    assert numbers(asking.get("/customers", {"stage": "prospect"})) == [other.number]
    assert numbers(asking.get("/customers", {"q": "kjeldsen"})) == [customer.number]
    assert numbers(asking.get("/customers", {"country": "DK", "owner": "me"})) == [other.number]


def test_every_kind_of_own_field_is_read_written_and_asked_by_its_key(rep, program, customer, fields, values):
    asking = program(rep)
    factories.make_customer(owner=rep, team=rep.team)
    answer = asking.patch(f"/customers/{customer.number}", {"own_fields": values})
    assert answer.json()["own_fields"] == values
    assert asking.get("/customers").json()["items"][0]["own_fields"] == values
    key = {kind: f"field_{field.pk}" for kind, field in fields.items()}
    for metric, operator, value in (
        (key["text"], "contains", "rail"),
        (key["choice"], "is", "o1"),
        (key["number"], "more_than", 2),
        (key["money"], "at_least", 123456),
        (key["date"], "before", "2026-04-01"),
        (key["flag"], "no", None),
        (key["person"], "is", rep.name),
        (key["link"], "contains", "kjeldsen"),
    ):
        rule = {"metric": metric, "operator": operator} | ({} if value is None else {"value": value})
        assert numbers(asking.get("/customers", {"rule": json.dumps(rule)})) == [customer.number], metric


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"rule": "{"}, "rule"),
        ({"rule": '{"metric": "margin_of_dreams", "operator": "is"}'}, "rule"),
        ({"rule": '{"metric": "sales_12m", "operator": "at_least", "value": "much"}'}, "rule"),
        ({"rule": "[" * 2000}, "rule"),
        ({"segment": "nobody"}, "segment"),
        ({"owner": "999999"}, "owner"),
        ({"team": "x"}, "team"),
        ({"risk": "HIGH"}, "risk"),
        ({"nonsense": "1"}, "nonsense"),
        ({"Limit": "5"}, "Limit"),
    ],
)
def test_a_filter_that_cannot_be_understood_is_refused_and_not_left_out(rep, program, customer, query, field):
    assert field in reasons(program(rep).get("/customers", query))


# --- versions --------------------------------------------------------------------------------------------------------


def test_a_version_that_is_known_is_not_sent_again(rep, program, customer):
    asking = program(rep)
    version = asking.get(f"/customers/{customer.number}")["ETag"]
    again = asking.get(f"/customers/{customer.number}", **{"if-none-match": version})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("change", ["column", "own field", "tag"])
def test_whoever_read_an_older_version_overwrites_nothing(rep, program, customer, values, change):
    asking = program(rep)
    version = asking.get(f"/customers/{customer.number}")["ETag"]
    if change == "column":
        Customer.objects.filter(pk=customer.pk).update(street="Havnegade 3")  # without a form, as an import does
    elif change == "own field":
        set_custom_values(customer, {key.removeprefix("field_"): one for key, one in values.items()}, by=rep)
    else:
        tag_customers([customer.pk], name="Fair", by=rep, at=NOW)
    answer = asking.patch(f"/customers/{customer.number}", {"city": "Oslo"}, if_match=version)
    assert answer.status_code == 412
    customer.refresh_from_db()
    assert customer.city == ""
    fresh = asking.patch(f"/customers/{customer.number}", {"city": "Oslo"}, if_match=answer["ETag"])
    assert fresh.status_code == 200
    assert fresh["ETag"] == asking.get(f"/customers/{customer.number}")["ETag"]


# --- changing --------------------------------------------------------------------------------------------------------


def test_what_is_not_sent_stays_and_the_same_twice_changes_nothing(rep, program, customer):
    Customer.objects.filter(pk=customer.pk).update(street="Havnegade 3")
    asking = program(rep)
    sent = {"city": "Aarhus", "since": "2020-02-29", "is_informal": True, "tags": ["Fair", "VIP"]}
    first = asking.patch(f"/customers/{customer.number}", sent)
    told = first.json()
    assert (told["street"], told["city"], told["since"], told["tags"]) == (
        "Havnegade 3", "Aarhus", "2020-02-29", ["Fair", "VIP"],
    )  # fmt: skip
    second = asking.patch(f"/customers/{customer.number}", sent)
    assert (second["ETag"], second.json()["changed_at"]) == (first["ETag"], told["changed_at"])
    customer.refresh_from_db()
    assert (customer.edit_version, customer.changed_by) == (2, rep)


def test_tags_are_exactly_those_that_were_sent(rep, program, customer):
    tag_customers([customer.pk], name="Old", by=rep, at=NOW)
    asking = program(rep)
    assert asking.patch(f"/customers/{customer.number}", {"tags": ["new", "NEW"]}).json()["tags"] in (["new"], ["NEW"])
    assert asking.patch(f"/customers/{customer.number}", {"tags": []}).json()["tags"] == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"country": "Denmark"}, "country"),
        ({"kind": "robot"}, "kind"),
        ({"since": "31.12.2025"}, "since"),
        ({"since": 0}, "since"),
        ({"is_informal": "yes"}, "is_informal"),
        ({"margin": 1}, "margin"),
        ({"id": 1}, "id"),
        ({"tags": "Fair"}, "tags"),
        ({"tags": ["a, b"]}, "tags"),
        ({"tags": [""]}, "tags.0"),
        ({"own_fields": {"field_987654": 1}}, "own_fields.field_987654"),
        ({"own_fields": {"": 1}}, "own_fields."),
        ({"own_fields": []}, "own_fields"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_and_nothing_is_written(rep, program, customer, sent, field):
    before = Customer.objects.values().get(pk=customer.pk)
    refused = program(rep).patch(f"/customers/{customer.number}", {"city": "Oslo", **sent})
    assert refused.status_code == 422
    assert field in reasons(refused)
    assert Customer.objects.values().get(pk=customer.pk) == before


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("text", "x" * 501), ("text", 5), ("choice", "gold"), ("choice", "o9"), ("choice", 1), ("number", "2"),
        ("number", 10**13), ("number", True), ("money", 12.5), ("money", "12"), ("money", 10**16),
        ("date", "2026-02-30"), ("date", "31.3.2026"), ("date", "0001-01-01"), ("flag", "yes"), ("flag", 1),
        ("person", "Ana"), ("person", -1), ("person", 10**20), ("link", "javascript:alert(1)"), ("link", "no address"),
    ],
)  # fmt: skip
def test_a_value_that_is_none_of_its_kind_is_refused_by_key(rep, program, customer, fields, kind, wrong):
    key = f"field_{fields[kind].pk}"
    refused = program(rep).patch(f"/customers/{customer.number}", {"city": "Oslo", "own_fields": {key: wrong}})
    assert list(reasons(refused)) == [f"own_fields.{key}"]
    assert kind != "money" or wrong == 10**16 or "whole cents" in reasons(refused)[f"own_fields.{key}"]
    assert not CustomValueSet.objects.exists()
    customer.refresh_from_db()
    assert customer.city == ""


def test_null_empties_an_own_field_and_an_archived_one_is_unknown(rep, admin, program, customer, fields, values):
    asking = program(rep)
    asking.patch(f"/customers/{customer.number}", {"own_fields": values})
    key = f"field_{fields['text'].pk}"
    assert key not in asking.patch(f"/customers/{customer.number}", {"own_fields": {key: None}}).json()["own_fields"]
    archive_field(fields["money"], by=admin, at=NOW)
    money = f"field_{fields['money'].pk}"
    assert money not in asking.get(f"/customers/{customer.number}").json()["own_fields"]
    assert f"own_fields.{money}" in reasons(asking.patch(f"/customers/{customer.number}", {"own_fields": {money: 5}}))


def test_the_own_fields_there_are(rep, program, fields):
    told = {one["kind"]: one for one in program(rep).get("/own-fields").json()["items"]}
    assert len(told) == 8
    assert told["choice"]["options"][0] == {"key": "o1", "label": "gold", "is_offered": True}


def test_only_who_may_assign_changes_owner_and_team(rep, lead, program, customer):
    refused = program(rep).patch(f"/customers/{customer.number}", {"owner_id": lead.pk})
    assert (refused.status_code, list(reasons(refused))) == (403, ["owner_id"])
    assert program(lead).patch(f"/customers/{customer.number}", {"owner_id": lead.pk}).json()["owner_id"] == lead.pk


def test_a_manager_hands_nobody_to_another_team(lead, other_rep, program, customer):
    refused = program(lead).patch(f"/customers/{customer.number}", {"owner_id": other_rep.pk})
    assert "owner_id" in reasons(refused)


# --- creating --------------------------------------------------------------------------------------------------------


def test_a_new_customer_is_the_programs_colleagues_with_everything_that_was_sent(rep, program, values):
    sent = {"name": "Fjord Pumper AS", "email": "post@fjord.example", "phone": "+47 22 33 44 55", "country": "no",
            "tags": ["Fair"], "own_fields": values, "number": "F/1"}  # fmt: skip
    answer = program(rep).post("/customers", sent)
    told = answer.json()
    assert answer.status_code == 201
    assert (told["number"], told["country"], told["owner_id"], told["team_id"]) == ("F/1", "NO", rep.pk, rep.team_id)
    assert (told["domain"], told["tags"], told["own_fields"]) == ("fjord.example", ["Fair"], values)
    assert {one["value_normal"] for one in told["contact_points"]} == {"post@fjord.example", "+4722334455"}


def test_the_same_customer_twice_is_refused_with_whom_he_looks_like(rep, program):
    asking = program(rep)
    sent = {"name": "Fjord Pumper AS", "tax_id": "NO 987 654 321"}
    number = asking.post("/customers", sent).json()["number"]
    again = asking.post("/customers", sent)
    assert again.status_code == 409
    assert again.json()["duplicates"][0]["number"] == number
    assert Customer.objects.count() == 1
    assert asking.post("/customers", {**sent, "another": "Another branch"}).status_code == 201


def test_a_number_that_is_taken_is_refused_whoever_has_it(rep, program, foreign_customer):
    refused = program(rep).post("/customers", {"name": "Quite New", "number": foreign_customer.number})
    assert list(reasons(refused)) == ["number"]
    assert foreign_customer.name not in refused.content.decode()


def test_nothing_of_a_customer_is_left_when_one_thing_cannot_be(rep, program):
    refused = program(rep).post(
        "/customers", {"name": "Fjord Pumper AS", "tags": ["a, b"], "email": "post@fjord.example"}
    )
    assert "tags" in reasons(refused)
    assert not Customer.objects.exists()
    assert not ContactPoint.objects.exists()
    assert not Tag.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [({}, "name"), ({"name": " "}, "name"), ({"name": "A", "email": "nobody"}, "email"),
     ({"name": "A", "phone": "12"}, "phone"), ({"name": "A", "number": "x" * 41}, "number")],
)  # fmt: skip
def test_a_customer_that_cannot_be_is_not_made(rep, program, sent, field):
    assert field in reasons(program(rep).post("/customers", sent))
    assert not Customer.objects.exists()
