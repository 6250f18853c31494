"""Bad input, as people make it: views that name what is gone, names of every length and script, acts killed half-way,
undone after somebody else, exports stopped."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core import bulk_acting, list_exporting
from crm.core.bulk_acting import request_act, request_undo
from crm.core.bulk_actions import ACTIONS
from crm.core.job_ledger import JobLease, cancel_job, perform_job
from crm.core.list_catalogue import LISTS, FilterLost, find_matching
from crm.core.list_exporting import request_export
from crm.core.models import BulkAct, BulkRow, JobRun, User
from crm.core.view_saving import save_view
from customers.custom_field_catalogue import forget_fields
from customers.custom_field_defining import FieldWish, add_field, archive_field, change_field
from customers.custom_field_retyping import retype_field
from customers.custom_value_keeping import set_custom_values
from customers.customer_merging import MergeRefused, merge_customers, take_apart
from customers.models import ContactPoint, Customer, CustomerTag, Tag
from customers.tagging import forget_tag_names, tag_customers
from interactions.models import Audience
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lists")]
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMES = (
    "X",
    "Ж",
    "W" * 300,
    "شركة الخليج للمضخات",
    "บริษัท ปั๊มไทย จำกัด",
    "🚀 Rocket 👩‍🔧 Werkstatt",
    "Ångström & Söner <script>",
    "株式会社日立製作所",
)


def names(answer):
    return [row.name for row in answer.context["list"].rows]


def rule(metric, operator, value):
    return json.dumps({"all": [{"metric": metric, "operator": operator, "value": value}]})


@pytest.fixture
def three(rep):
    return [factories.make_customer(name=name, owner=rep, team=rep.team) for name in ("Alfa", "Beta", "Gamma")]


def open_view(client, rep, query, columns=("name",)):
    view = save_view("Old", list_name="customers", query=query, columns=list(columns), by=rep)
    return view, client.get(f"/customers/?view={view.pk}")


# --- A view names what is gone ---------------------------------------------------------------------------------------


def test_a_view_with_the_column_and_rule_of_an_own_field_that_was_archived_opens_and_says_so(
    admin, rep, three, signed_in
):
    field = add_field(FieldWish("Machines"), kind="number", by=admin)
    query = urlencode({"rule": rule(f"field_{field.pk}", "at_least", 3)})
    archive_field(field, by=admin, at=AT)
    forget_fields()
    view, answer = open_view(signed_in(rep), rep, query, ("name", f"m.field_{field.pk}", "city"))
    assert len(names(answer)) == 3
    text = answer.content.decode()
    assert "A column that no longer exists is left out: Machines (archived)." in text
    assert "A filter asks for what no longer exists, has become of another kind or is protected" in text
    assert "so more rows are shown: Machines (archived)." in text
    with pytest.raises(FilterLost, match="Machines"):
        find_matching(LISTS["customers"], user=rep, query=view.query)


def test_a_view_of_an_own_field_that_was_renamed_shows_it_under_its_new_name(admin, rep, three, signed_in):
    field = add_field(FieldWish("Machines"), kind="number", by=admin)
    set_custom_values(three[0], {str(field.pk): 5}, by=admin)
    query = urlencode({"rule": rule(f"field_{field.pk}", "at_least", 3)})
    change_field(field, FieldWish("Presses"), by=admin)
    forget_fields()
    _view, answer = open_view(signed_in(rep), rep, query, ("name", f"m.field_{field.pk}"))
    assert names(answer) == ["Alfa"]
    assert "Presses" in answer.content.decode()


def test_a_view_of_an_own_field_that_changed_its_kind_opens_whatever_the_new_kind_makes_of_the_rule(
    admin, rep, three, signed_in
):
    field = add_field(FieldWish("Machines"), kind="number", by=admin)
    set_custom_values(three[0], {str(field.pk): 5}, by=admin)
    query = urlencode({"rule": rule(f"field_{field.pk}", "at_least", 3)})
    fits = {"money"}
    for kind, added in (("text", []), ("choice", ["5"]), ("date", []), ("flag", []), ("money", [])):
        retype_field(field, kind=kind, added=added, by=admin)
        field.refresh_from_db()
        forget_fields()
        answer = signed_in(rep).get(f"/customers/?{query}&columns=name,m.field_{field.pk}")
        assert answer.status_code == 200, kind
        assert "Alfa" in names(answer)
        text = answer.content.decode()
        assert ("so more rows are shown: Machines." in text) is (kind not in fits), kind
        assert "(archived)" not in text, "it is there still, and is shown"
        assert "A column that no longer exists" not in text


def test_a_view_of_a_tag_a_segment_and_a_colleague_who_are_gone_opens_and_says_so(rep, lead, three, signed_in):
    tag_customers([three[0].pk], name="Fair", by=rep, at=AT)
    tag = Tag.objects.get()
    query = urlencode({"tag": tag.pk, "segment": "dissolved", "owner": "999999"})
    Tag.objects.all().delete()
    forget_tag_names()
    view, answer = open_view(signed_in(rep), rep, query)
    assert len(names(answer)) == 3
    assert "A filter asks for what no longer exists" in answer.content.decode()
    with pytest.raises(FilterLost):  # an act on "all that match" must not reach further than was meant
        find_matching(LISTS["customers"], user=rep, query=view.query)


# --- Names of every length and script --------------------------------------------------------------------------------


@pytest.fixture
def strange(rep):
    """A customer, a person, an order and a task under each of the names."""
    found = []
    for place, name in enumerate(NAMES):
        customer = factories.make_customer(name=name[:300], owner=rep, team=rep.team)
        factories.make_person(customer, name=name[:200])
        factories.make_order(customer, AT.date(), number=f"O-{place}")
        factories.make_task(customer, title=f"Ring {name}"[:200], assignee=rep)
        address = f"a{place}@b.example"
        ContactPoint.objects.create(customer=customer, kind="email", value=address, value_normal=address)
        found.append(customer)
    return found


@pytest.mark.parametrize("url", ["/customers/?sort=name", "/people/", "/orders/", "/tasks/", "/"])
def test_names_of_one_letter_of_three_hundred_and_of_every_script_stand_in_every_list(rep, strange, signed_in, url):
    text = signed_in(rep).get(url).content.decode()
    assert "บริษัท ปั๊มไทย จำกัด" in text
    assert "شركة الخليج للمضخات" in text
    assert "<script> " not in text
    assert "Söner <script>" not in text


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_each_of_them_is_found_by_search_and_in_its_list_and_has_a_page(rep, strange, signed_in, place):
    client, customer = signed_in(rep), strange[place]
    assert customer.name in names(client.get("/customers/", {"q": customer.name[:200]}))
    assert client.get(f"/customers/{customer.pk}/").status_code == 200
    found = client.get("/search/", {"q": customer.name[:60]}, follow=True).content.decode()
    assert str(customer.pk) in found


def test_they_go_through_tags_audiences_acts_and_files(lead, strange, signed_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(lead)
    for action, said in (
        ("tag", {"tag": "🚀 ไทย"}),
        ("audience", {"name": "ไ" * 80, "purpose": "🚀", "channel": "mail"}),
    ):
        data = {"action": action, "row": [one.pk for one in strange], "sure": "1", "query": "?view=all", **said}
        assert client.post(reverse("home:list-act", args=["customers"]), data).status_code == 302
    assert CustomerTag.objects.count() == len(NAMES)
    job = request_export(LISTS["customers"], by=lead, at=timezone.now(), query="", columns=["name", "tags"], kind="csv")
    perform_job(job.pk)
    job.refresh_from_db()
    text = (Path(tmp_path) / "exports" / job.result["file"]).read_text(encoding="utf-8-sig")
    assert "บริษัท ปั๊มไทย จำกัด" in text
    assert "W" * 300 in text


# --- The same pair, twice --------------------------------------------------------------------------------------------


def test_a_merge_undone_after_one_side_changed_keeps_the_change_and_gives_the_rest_back(rep, lead, three):
    kept, gone = three[:2]
    Customer.objects.filter(pk=gone.pk).update(city="Bergen", industry="Pumps")
    order = factories.make_order(gone, AT.date(), number="O-1")
    merge = merge_customers(kept, gone, choices={"address": "gone", "industry": "gone"}, by=lead, at=AT)
    Customer.objects.filter(pk=kept.pk).update(city="Oslo")
    later = factories.make_order(kept, AT.date(), number="O-2")
    apart = take_apart(merge, by=lead, at=AT)
    kept.refresh_from_db()
    order.refresh_from_db()
    later.refresh_from_db()
    assert apart.left == 1
    assert (kept.city, kept.industry, kept.name) == ("Oslo", "", "Alfa")
    assert (order.customer_id, later.customer_id) == (gone.pk, kept.pk)
    with pytest.raises(MergeRefused, match="already"):
        take_apart(merge, by=rep, at=AT)


# --- Acts on many ----------------------------------------------------------------------------------------------------


def test_an_audience_act_killed_half_way_and_repeated_puts_everybody_in_once(rep, three, monkeypatch):
    action = ACTIONS["customers", "audience"]
    monkeypatch.setitem(ACTIONS, ("customers", "audience"), type(action)(**{**action.__dict__, "chunk": 1}))
    said = {"audience": None, "name": "Fair", "purpose": "Invite", "channel": "mail"}
    act = request_act(LISTS["customers"], action, choices=said, by=rep, at=timezone.now(), query="")
    write, calls = bulk_acting._write, []

    def die_at_the_second(*args):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        write(*args)

    monkeypatch.setattr(bulk_acting, "_write", die_at_the_second)
    perform_job(act.job_id)
    monkeypatch.setattr(bulk_acting, "_write", write)
    assert Audience.objects.get().size == 1
    JobRun.objects.filter(pk=act.job_id).update(state="waiting")
    perform_job(act.job_id)
    assert Audience.objects.get().size == 3
    assert BulkRow.objects.filter(act=act, state="c").count() == 3


def test_an_undo_killed_half_way_and_repeated_counts_each_row_once(lead, three, monkeypatch, signed_in):
    mate = User.objects.create_user("mate@example.com", name="Siri Lie", role="rep", team=lead.team)
    action = ACTIONS["customers", "owner"]
    monkeypatch.setitem(ACTIONS, ("customers", "owner"), type(action)(**{**action.__dict__, "chunk": 1}))
    data = {"action": "owner", "row": [one.pk for one in three], "sure": "1", "owner": mate.pk}
    client = signed_in(lead)
    client.post(reverse("home:list-act", args=["customers"]), data)
    act = BulkAct.objects.get()
    Customer.objects.filter(pk=three[1].pk).update(owner=lead)  # somebody else decided meanwhile
    act = request_undo(act, by=lead, at=timezone.now())
    progress, calls = JobLease.progress, []

    def die_at_the_second(self, *args, **options):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        progress(self, *args, **options)

    monkeypatch.setattr(JobLease, "progress", die_at_the_second)
    perform_job(act.undo_job_id)
    monkeypatch.setattr(JobLease, "progress", progress)
    JobRun.objects.filter(pk=act.undo_job_id).update(state="waiting")
    perform_job(act.undo_job_id)
    act.refresh_from_db()
    assert (act.restored, act.kept) == (2, 1)
    assert Customer.objects.get(pk=three[1].pk).owner == lead


def test_an_export_stopped_half_way_leaves_no_file_and_may_be_asked_for_again(
    lead, three, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(list_exporting, "PAGE", 1)
    said = {"by": lead, "query": "", "columns": ["name"], "kind": "csv"}
    job = request_export(LISTS["customers"], at=timezone.now(), **said)
    load, seen = list_exporting.load_details, []

    def load_and_ask_to_stop(*args):
        load(*args)
        seen.append(1)
        if len(seen) == 2:
            cancel_job(JobRun.objects.get(pk=job.pk))

    monkeypatch.setattr(list_exporting, "load_details", load_and_ask_to_stop)
    perform_job(job.pk)
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert list((tmp_path / "exports").iterdir()) == []
    again = request_export(LISTS["customers"], at=timezone.now(), **said)
    perform_job(again.pk)
    again.refresh_from_db()
    assert again.result["rows"] == 3


# --- An address asks for what is not there ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/alerts/?state=napping", "/segments/below-zero/?team=napping", "/pipeline/all/?state=napping"],
)
def test_every_list_says_which_filter_of_the_address_it_could_not_use(lead, signed_in, address):
    client = signed_in(lead)
    said = "is left out, so more rows are shown: napping."
    assert said in client.get(address).content.decode()
    assert said not in client.get(address.split("?")[0]).content.decode()
