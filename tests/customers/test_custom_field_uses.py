"""What a company's own fields are good for: rules and lists ask them, imports fill them, their kind may change."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from crm.core.metric_catalogue import METRICS
from crm.core.models import SavedView
from customers.custom_field_defining import (
    CustomFieldRefused,
    FieldWish,
    archive_field,
    change_field,
)
from customers.custom_field_retyping import preview_retyping, retype_field
from customers.custom_value_keeping import (
    set_custom_values,
)
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import Customer, CustomField, CustomValueSet, DataImport, ImportMapping
from interactions.alert_candidates import build_query
from segments.models import Segment, SegmentRule, Trigger
from segments.rules.criteria import CriteriaError, compile_criteria
from tests import factories
from tests.customers.import_files import AT, counts, import_file, problems
from tests.customers.own_fields import define, held

__all__ = ["define"]

pytestmark = pytest.mark.django_db


TODAY = date(2026, 11, 22)


def found(rule):
    compiled = compile_criteria(rule, METRICS, today=TODAY)
    sql = f"SELECT c.number FROM customers_customer c {' '.join(compiled.joins)} WHERE {compiled.where} ORDER BY 1"
    with connection.cursor() as cursor:
        cursor.execute(sql, compiled.params)
        return [number for (number,) in cursor.fetchall()]


# --- asked by rules --------------------------------------------------------------------------------------------------


def test_rules_and_lists_ask_own_fields_and_renaming_changes_no_rule(define, admin, rep, customer, signed_in):
    fields = {kind: define(kind.capitalize(), kind, added=["Gold", "Silver"]) for kind in CustomField.Kind.values}
    other = factories.make_customer(owner=rep, team=rep.team)
    values = {
        "text": "FKM only", "choice": "o2", "number": 12.5, "money": 120_450,
        "date": "2026-12-24", "flag": True, "person": rep.pk, "link": "https://example.com",
    }  # fmt: skip
    set_custom_values(customer, {str(fields[kind].pk): value for kind, value in values.items()}, by=admin)
    set_custom_values(other, {str(fields["flag"].pk): False}, by=admin)
    asked = [
        ("text", "contains", "fkm"),
        ("choice", "one_of", ["o1", "o2"]),
        ("choice", "is", "o2"),
        ("number", "at_least", 12),
        ("money", "between", [100_000, 130_000]),
        ("date", "next_days", 40),
        ("flag", "yes", None),
        ("person", "is", rep.name),
        ("link", "known", None),
    ]
    for kind, operator, value in asked:
        rule = {"metric": f"field_{fields[kind].pk}", "operator": operator}
        assert found({**rule, "value": value} if value is not None else rule) == [customer.number], (kind, operator)
    assert found({"metric": f"field_{fields['flag'].pk}", "operator": "no"}) == [other.number]
    assert found({"not": {"metric": f"field_{fields['choice'].pk}", "operator": "is", "value": "o2"}}) == [other.number]
    change_field(fields["choice"], FieldWish("Ranking"), by=admin)
    rule = {"metric": f"field_{fields['choice'].pk}", "operator": "is", "value": "o2"}
    page = signed_in(rep).get(reverse("home:customer-list"), {"rule": json.dumps(rule)}).content.decode()
    assert customer.name in page
    assert other.name not in page
    assert "Silver" in page


def test_what_the_law_protects_is_asked_by_no_rule_and_kept_by_no_view(define, rep, signed_in):
    field = define("Religion")
    rule = {"metric": f"field_{field.pk}", "operator": "known"}
    with pytest.raises(CriteriaError, match="protected"):
        compile_criteria(rule, METRICS, today=TODAY)
    browser, typed = signed_in(rep), {"query_params": {"rule": json.dumps(rule)}}
    page = browser.get(reverse("home:customer-list"), **typed).content.decode()
    assert "or is protected, and is left out, so more rows are shown: Religion." in page
    kept = browser.post(
        reverse("home:view-new", args=["customers"]), {"name": "Of one", "audience": "private"}, **typed
    )
    assert kept.status_code == 422
    assert "“Religion” no longer exists, has become of another kind or is protected" in kept.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("edit", [{"label": "Religion"}, {"label": "Club", "is_protected": "on"}])
def test_a_field_that_rules_ask_is_closed_to_them_only_after_they_were_named(define, admin, signed_in, edit):
    """Renamed to what the law protects, it emptied the segment in the next night without a word."""
    field = define("Club")
    rule = {"metric": f"field_{field.pk}", "operator": "is", "value": "Rotary"}
    segment = factories.make_segment("clubs")
    SegmentRule.objects.create(segment=segment, version=1, criteria=rule, state=SegmentRule.State.PUBLISHED)
    Trigger.objects.create(key="club", name="Of the club", criteria=rule, is_on=True)
    SavedView.objects.create(name="Members", list_name="customers", owner=admin, query=f"rule={json.dumps(rule)}")
    SavedView.objects.create(name="Column", list_name="customers", owner=admin, columns=[f"m.field_{field.pk}"])
    browser, url = signed_in(admin), reverse("customers:custom-field-edit", args=[field.pk])

    told = browser.post(url, {"about": "", "help_text": "", **edit})

    assert told.status_code == 422
    page = told.content.decode()
    assert "Of the club" in page
    assert segment.name in page
    assert "holds for nobody until it is published anew" in page
    assert "leaves this condition out" in page
    assert "Column" not in re.findall(r"<tbody>.*</tbody>", page, re.DOTALL)[0]
    assert CustomField.objects.filter(label="Club", is_protected=False).exists()
    assert browser.post(url, {"about": "", "help_text": "", "sure": "1", **edit}).status_code == 302
    assert CustomField.objects.filter(label=edit["label"], is_protected=True).exists()


def test_whoever_gives_a_field_a_protected_name_is_told_and_one_that_nobody_asks_is_just_saved(
    define, admin, signed_in
):
    field = define("Club")
    answer = signed_in(admin).post(
        reverse("customers:custom-field-edit", args=[field.pk]), {"label": "Date of birth"}, follow=True
    )
    assert "“Date of birth” says what the law protects" in answer.content.decode()


def test_a_rule_that_names_an_archived_field_is_refused_not_broken(define, admin):
    field = define("Fleet")
    archive_field(field, by=admin, at=AT)
    assert f"field_{field.pk}" not in METRICS
    with pytest.raises(CriteriaError):
        compile_criteria({"metric": f"field_{field.pk}", "operator": "known"}, METRICS, today=TODAY)


# --- another kind ----------------------------------------------------------------------------------------------------


def test_changing_the_kind_shows_first_what_is_lost_and_then_loses_nothing(define, admin, signed_in):
    field = define("Machines")
    for words in ("12", "12", "1 204", "about 40"):
        set_custom_values(factories.make_customer(), {str(field.pk): words}, by=admin)
    browser, url = signed_in(admin), reverse("customers:custom-field-retype", args=[field.pk])
    page = browser.get(url, {"kind": "number"}).content.decode()
    assert "about 40" in page
    assert CustomField.objects.get().kind == "text"
    assert browser.post(url, {"kind": "number"}).status_code == 302
    assert CustomField.objects.get().kind == "number"
    rows = CustomValueSet.objects.order_by("customer__number")
    assert [row.data.get(str(field.pk)) for row in rows] == [12, 12, 1204, None]
    last = rows.last()
    assert last.unread == {str(field.pk): "about 40"}
    assert "about 40" in browser.get(reverse("customers:custom-value-card", args=[last.customer_id])).content.decode()
    done = retype_field(CustomField.objects.get(), kind="text", by=admin)
    assert (done.fitting, done.kept) == (4, 0)
    assert [row.data[str(field.pk)] for row in rows.all()] == ["12", "12", "1204", "about 40"]
    assert all(row.unread == {} for row in rows.all())


def test_text_becomes_a_choice_of_its_commonest_words(define, admin, signed_in):
    field = define("Machines")
    for words in ("Gold", "gold", "Silver", "x" * 90):
        set_custom_values(factories.make_customer(), {str(field.pk): words}, by=admin)
    preview = preview_retyping(field, kind="choice")
    assert preview.proposed == ["Gold", "Silver"]
    url = reverse("customers:custom-field-retype", args=[field.pk])
    assert ">Gold\nSilver</textarea>" in signed_in(admin).get(url, {"kind": "choice"}).content.decode()
    assert (preview.fitting, preview.kept) == (3, 1)
    with pytest.raises(CustomFieldRefused):
        retype_field(field, kind="choice", added=[], by=admin)
    retype_field(field, kind="choice", added=preview.proposed, by=admin)
    assert sorted(row.data.get(str(field.pk), "") for row in CustomValueSet.objects.all()) == ["", "o1", "o1", "o2"]
    # A value typed anew takes the place of the words kept.
    kept = CustomValueSet.objects.exclude(unread={}).get()
    set_custom_values(kept.customer, {str(field.pk): "o2"}, by=admin)
    kept.refresh_from_db()
    assert (kept.data, kept.unread) == ({str(field.pk): "o2"}, {})


def test_words_that_fit_neither_kind_stay_as_they_were(define, admin, customer):
    field = define("Machines")
    set_custom_values(customer, {str(field.pk): "about 40"}, by=admin)
    retype_field(field, kind="number", by=admin)
    retype_field(field, kind="date", by=admin)
    assert CustomValueSet.objects.get().unread == {str(field.pk): "about 40"}
    with pytest.raises(CustomFieldRefused, match="already"):
        retype_field(field, kind="date", by=admin)


def test_a_kind_does_not_change_under_a_running_import(define, admin):
    field = define("Machines")
    columns = {f"field_{field.pk}": "Machines"}
    DataImport.objects.create(kind="customers", state="running", columns=columns, file_name="a.csv", created_by=admin)
    with pytest.raises(CustomFieldRefused, match="import"):
        retype_field(field, kind="number", by=admin)


# --- imported --------------------------------------------------------------------------------------------------------


def test_own_fields_are_imported_by_their_name_changed_and_taken_back(define, admin):
    fields = {kind: define(f"My {kind}", kind, added=["Gold", "Silver"]) for kind in CustomField.Kind.values}
    head = "number,name," + ",".join(f"My {kind}" for kind in fields)
    rows = f"1,Kjeldsen A/S,FKM only,silver,12.5,1204.50,24.12.2026,yes,{admin.email},example.com\n2,Brandt,,,,,,,,\n"
    first = import_file(f"{head}\n{rows}", kind="customers")
    assert counts(first) == (2, 0, 0, 0)
    kjeldsen = Customer.objects.get(number="1")
    assert held(kjeldsen) == {
        str(fields["text"].pk): "FKM only",
        str(fields["choice"].pk): "o2",
        str(fields["number"].pk): 12.5,
        str(fields["money"].pk): 120_450,
        str(fields["date"].pk): "2026-12-24",
        str(fields["flag"].pk): True,
        str(fields["person"].pk): admin.pk,
        str(fields["link"].pk): "https://example.com",
    }
    assert held(Customer.objects.get(number="2")) == {}
    assert counts(import_file(f"{head}\n{rows}", kind="customers")) == (0, 0, 2, 0)
    before = held(kjeldsen)
    second = import_file("number,name,My choice\n1,Kjeldsen A/S,Gold\n2,Brandt,Gold\n3,Novak,\n", kind="customers")
    assert counts(second) == (1, 2, 0, 0)
    assert held(kjeldsen) == {**before, str(fields["choice"].pk): "o1"}
    undone = start_undo(second, by=admin, at=AT)
    undo_import(undone, lease=NoLease(), total=undone.job.params["total"])
    assert held(kjeldsen) == before
    assert CustomValueSet.objects.count() == 1
    assert not Customer.objects.filter(number="3").exists()


def test_a_cell_that_does_not_fit_its_field_is_rejected_with_the_reason(define):
    choice, link = define("Ranking", "choice", added=["Gold"]), define("Home page", "link")
    done = import_file("number,name,Ranking,Home page\n1,A,Bronze,\n2,B,Gold,not a link\n", kind="customers")
    assert problems(done) == [(2, f"field_{choice.pk}", "no_choice"), (3, f"field_{link.pk}", "no_link")]


def test_only_new_customers_get_values_where_known_ones_are_left_alone(define, customer):
    field = define("Ranking")
    text = f"number,name,Ranking\n{customer.number},{customer.name},Gold\n9,New,Gold\n"
    import_file(text, kind="customers", mode="create")
    assert held(customer) == {}
    assert held(Customer.objects.get(number="9")) == {str(field.pk): "Gold"}


# --- archived while something uses it --------------------------------------------------------------------------------


def test_before_a_field_goes_everything_that_uses_it_is_named_with_what_becomes_of_it(define, admin, rep, signed_in):
    field, other = define("Fleet", "number"), define("Fleets of others", "number")
    name = f"field_{field.pk}"
    rule = {"metric": name, "operator": "at_least", "value": 5}
    segment = Segment.objects.create(key="fleet", name="Big fleets", priority=3)
    SegmentRule.objects.create(segment=segment, version=1, criteria=rule, state="published")
    trigger = Trigger.objects.create(key="fleet-grew", name="Fleet grew", criteria=rule)
    view = SavedView.objects.create(
        list_name="customers", name="By fleet", owner=admin, query="", columns=["name", f"m.{name}"]
    )
    SavedView.objects.create(list_name="customers", name="Of Ana", owner=rep, query=f"rule={json.dumps(rule)}")
    SavedView.objects.create(list_name="customers", name="Another", owner=admin, columns=[f"m.{name}0"])
    ImportMapping.objects.create(name="ERP export", kind="customers", headers_hash="x", columns={name: "Fleet"})
    browser, url = signed_in(admin), reverse("customers:custom-field-archive", args=[field.pk])
    page = browser.post(url).content.decode()
    for words in (
        "Big fleets", "holds for nobody", reverse("segments:segment-edit", args=[segment.pk]), "Fleet grew",
        "notices nobody", reverse("segments:trigger-edit", args=[trigger.pk]), "By fleet", f"?view={view.pk}",
        "1 view of a colleague", "ERP export", "5 places use it",
    ):  # fmt: skip
        assert words in page, words
    assert "Of Ana" not in page
    assert "Another" not in page
    assert CustomField.objects.get(pk=field.pk).archived_at is None
    retype = reverse("customers:custom-field-retype", args=[field.pk])
    as_date, as_money = (browser.get(retype, {"kind": kind}).content.decode() for kind in ("date", "money"))
    for words in ("Big fleets", "holds for nobody", "notices nobody", "leaves this condition out", "By fleet"):
        assert words in as_date, words
    assert "holds for nobody" not in as_money, "at least 5 can be asked of an amount as well"
    assert as_money.count("goes on: its condition can be asked") == 2
    for shown in (as_date, as_money):
        assert "goes on, with the values as the new kind reads them" in shown, "a view that merely shows the column"
        assert "reads this column as the new kind" in shown
        assert "this column is gone" not in shown
    assert browser.post(url, {"sure": "1"}).status_code == 302
    assert CustomField.objects.get(pk=field.pk).archived_at is not None
    assert "Fleet (archived)" in browser.get(reverse("segments:segment-list")).content.decode()
    assert "Fleet (archived)" in browser.get(reverse("segments:trigger-list")).content.decode()
    assert browser.get(reverse("home:customer-list"), {"view": view.pk}).status_code == 200
    assert build_query(trigger, on=TODAY) is None, "the other triggers go on"
    assert browser.post(reverse("customers:custom-field-archive", args=[other.pk])).status_code == 302


def test_a_condition_on_a_field_of_another_kind_now_says_so_and_stops_no_night(define, admin, signed_in):
    field = define("Fleet", "number")
    rule = {"metric": f"field_{field.pk}", "operator": "at_least", "value": 5}
    trigger = Trigger.objects.create(key="fleet-grew", name="Fleet grew", criteria=rule)
    assert build_query(trigger, on=TODAY) is not None
    retype_field(field, kind="text", by=admin)
    assert build_query(trigger, on=TODAY) is None
    page = signed_in(admin).get(reverse("segments:trigger-list")).content.decode()
    assert "of another kind or is protected: Fleet." in " ".join(page.split())
