"""What is done with many rows of a list: acts and their undo, and files."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from complaints.models import Complaint
from crm.core import bulk_acting
from crm.core.bulk_acting import clean_acts
from crm.core.bulk_actions import ACTIONS
from crm.core.job_ledger import perform_job
from crm.core.list_catalogue import LISTS
from crm.core.list_exporting import clean_exports
from crm.core.models import BulkAct, BulkRow, JobRun, User
from customers.custom_value_keeping import set_custom_values
from customers.models import Customer, CustomerTag
from interactions.models import Task
from segments.models import Membership, Pin
from tests import factories
from tests.customers.own_fields import define
from tests.home.kept_lists import three
from tests.score_factory import make_score

__all__ = ["define", "three"]

pytestmark = pytest.mark.usefixtures("lists")


# --- Acts on many ----------------------------------------------------------------------------------------------------


def do(client, action, rows=(), **said):
    data = {"action": action, "row": [row.pk for row in rows], "sure": "1", "query": "?view=all", **said}
    return client.post(reverse("home:list-act", args=["customers"]), data)


@pytest.fixture
def mate(rep):
    """Another rep of the same team."""
    return User.objects.create_user("mate@example.com", name="Siri Lie", role="rep", team=rep.team)


def test_nobody_who_may_only_look_is_given_a_customer(rep, lead, viewer, three, signed_in):
    assert do(signed_in(lead), "owner", three[:1], owner=viewer.pk).status_code == 422
    assert set(owners().values()) == {rep.name}


def owners():
    return dict(Customer.objects.order_by("name").values_list("name", "owner__name"))


def test_customers_are_given_to_a_colleague_and_taken_back(rep, lead, mate, three, signed_in):
    client = signed_in(lead)
    asked = client.post(reverse("home:list-act", args=["customers"]), {"action": "owner", "row": [three[0].pk]})
    assert "1 row." in asked.content.decode()
    do(client, "owner", three[:2], owner=mate.pk)
    assert owners() == {"Alfa": mate.name, "Beta": mate.name, "Gamma": rep.name}
    act = BulkAct.objects.get()
    Customer.objects.filter(pk=three[1].pk).update(owner=lead)  # somebody else decided meanwhile
    client.post(reverse("home:list-undo", args=[act.pk]))
    assert owners() == {"Alfa": rep.name, "Beta": lead.name, "Gamma": rep.name}
    report = client.get(reverse("home:list-work", args=[act.pk])).content.decode()
    assert "Changed since, not taken back" in report
    assert "Beta" in report


def test_all_that_match_are_gathered_once_and_done_in_the_background(rep, lead, mate, three, signed_in, monkeypatch):
    factories.make_customer(name="Foreign", team=None)
    action = ACTIONS["customers", "owner"]
    monkeypatch.setitem(ACTIONS, ("customers", "owner"), type(action)(**{**action.__dict__, "chunk": 1}))
    answer = do(signed_in(lead), "owner", all="1", query=f"?owner={rep.pk}", owner=mate.pk)
    act = BulkAct.objects.get()
    assert answer.url == reverse("home:list-work", args=[act.pk])
    assert perform_job(act.job_id)
    assert not perform_job(act.job_id)
    act.refresh_from_db()
    assert (act.rows, act.changed, act.refused) == (3, 3, 0)
    assert set(owners().values()) == {mate.name, None}


def test_nobody_acts_on_rows_he_does_not_see_or_without_the_right(rep, lead, foreign_customer, three, signed_in):
    assert do(signed_in(rep), "archive", three).status_code == 403
    do(signed_in(lead), "archive", [three[0], foreign_customer])
    foreign_customer.refresh_from_db()
    assert foreign_customer.archived_at is None
    assert Customer.objects.current().filter(team=rep.team).count() == 2
    act = bulk_acting.request_act(
        LISTS["customers"], ACTIONS["customers", "archive"], choices={}, by=lead, at=timezone.now(), query=""
    )
    lead.is_active = False
    lead.save()
    perform_job(act.job_id)
    assert Customer.objects.current().filter(team=rep.team).count() == 2


def test_a_worker_that_died_is_followed_without_doing_a_row_twice(rep, lead, three, monkeypatch):
    action = ACTIONS["customers", "task"]
    monkeypatch.setitem(ACTIONS, ("customers", "task"), type(action)(**{**action.__dict__, "chunk": 1}))
    choices = {"title": "Call", "due_on": "2026-12-01", "assignee": None}
    act = bulk_acting.request_act(
        LISTS["customers"], ACTIONS["customers", "task"], choices=choices, by=lead, at=timezone.now(), query=""
    )
    real, calls = bulk_acting._write, []

    def die_at_the_second(*args):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        real(*args)

    monkeypatch.setattr(bulk_acting, "_write", die_at_the_second)
    perform_job(act.job_id)
    assert Task.objects.count() == 1
    monkeypatch.setattr(bulk_acting, "_write", real)
    JobRun.objects.filter(pk=act.job_id).update(state="waiting")
    perform_job(act.job_id)
    assert Task.objects.count() == 3
    assert BulkRow.objects.filter(act=act, state="c").count() == 3


def test_tags_tasks_and_pins_of_many_are_taken_back(rep, lead, three, signed_in):
    client = signed_in(lead)
    premium, rest = factories.make_segment(), factories.make_segment("rest", is_fallback=True)
    for customer in three:
        factories.put_in_segment(customer, rest)
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    do(client, "tag", three, tag="Trade fair")
    do(client, "task", three, title="Call about the fair", due_on=until)
    do(client, "pin", three[:1], segment=premium.pk, reason="Promised", expires_on=until)
    assert CustomerTag.objects.count() == Task.objects.filter(state="open").count() == 3
    assert Membership.objects.current().get(customer=three[0]).segment == premium
    for act in BulkAct.objects.all():
        client.post(reverse("home:list-undo", args=[act.pk]))
    assert CustomerTag.objects.count() == Task.objects.filter(state="open").count() == 0
    assert not Pin.objects.filter(ended_at=None).exists()
    assert Membership.objects.current().get(customer=three[0]).segment == rest


# --- Files -----------------------------------------------------------------------------------------------------------


def export(client, user, kind, query="?sort=name&columns=name,city,sales", **said):
    url = reverse("home:list-export", args=["customers"]) + query
    client.post(url, {"sure": "1", "kind": kind, **said})
    job = JobRun.objects.filter(kind="list-export").latest("pk")
    perform_job(job.pk)
    return client.get(reverse("home:export-file", args=[job.pk])), job


@pytest.mark.parametrize("chunk", [1, 2000])
def test_customers_of_chosen_orders_are_planned_and_tagged_once_each_and_taken_back(
    rep, three, signed_in, monkeypatch, chunk
):
    for customer in (three[0], three[1], three[0]):
        factories.make_order(customer, timezone.localdate())
    client = signed_in(rep)
    rows = [row.pk for row in client.get(reverse("home:order-list")).context["list"].rows]
    for name, said in (("task", {"title": "Ask how it went", "due_on": "2026-12-01"}), ("tag", {"tag": "Autumn"})):
        monkeypatch.setitem(ACTIONS, ("orders", name), replace(ACTIONS["orders", name], chunk=chunk))
        data = {"action": name, "row": rows, "sure": "1", "query": "?view=all", **said}
        assert client.post(reverse("home:list-act", args=["orders"]), data).status_code == 302
    assert sorted(Task.objects.filter(state="open").values_list("customer__name", flat=True)) == ["Alfa", "Beta"]
    assert CustomerTag.objects.filter(tag__name="Autumn").count() == 2
    assert set(BulkAct.objects.values_list("changed", "same")) == {(2, 1)}
    for act in BulkAct.objects.all():
        client.post(reverse("home:list-undo", args=[act.pk]))
    assert not Task.objects.filter(state="open").exists()
    assert not CustomerTag.objects.exists()
    lost = {name for kind, name in ACTIONS if kind == "runs"}
    assert {"task", "tag", "untag", "audience"} <= lost, "whose proposals were lost is planned for from their list"


def test_archiving_many_and_taking_a_tag_off_many_are_taken_back(lead, three, signed_in):
    client = signed_in(lead)
    do(client, "tag", three, tag="Pilot")
    do(client, "untag", three[:2], tag="Pilot")
    assert CustomerTag.objects.count() == 1
    do(client, "archive", three)
    assert not Customer.objects.current().exists()
    for act in BulkAct.objects.exclude(action="tag"):
        client.post(reverse("home:list-undo", args=[act.pk]))
    assert Customer.objects.current().count() == CustomerTag.objects.count() == 3


def test_the_undo_of_an_act_on_many_does_not_fill_the_bin(lead, three, signed_in):
    client = signed_in(lead)
    do(client, "tag", three, tag="Pilot")
    client.post(reverse("home:list-undo", args=[BulkAct.objects.get().pk]))
    assert not CustomerTag.objects.exists()
    assert "The bin is empty" in client.get(reverse("core:bin")).text


def test_a_list_becomes_a_file_without_formulas_for_whoever_asked(
    rep, lead, admin, three, signed_in, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    Customer.objects.filter(pk=three[0].pk).update(name="=HYPERLINK(1)", name_folded="a")
    make_score(three[1])
    client = signed_in(lead)
    answer, job = export(client, lead, "csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == [
        'Customer,City,"Sales 12 m, €"',
        "'=HYPERLINK(1),Aarhus,",
        "Beta,Bergen,148320.00",
        "Gamma,Calais,",
    ]
    assert signed_in(admin).get(reverse("home:export-file", args=[job.pk])).status_code == 404
    answer, _job = export(client, lead, "xlsx", ids=str(three[1].pk))
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    assert book.get_sheet_by_index(0).to_python()[1:] == [["Beta", "Bergen", 148320]]
    JobRun.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=8))
    assert client.get(reverse("home:export-file", args=[job.pk])).status_code == 404
    assert signed_in(rep).post(reverse("home:list-export", args=["customers"]), {"sure": "1"}).status_code == 403


def test_a_file_has_own_fields_as_what_they_are(define, lead, three, signed_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    kept = {
        "number": 1_234_567.5,
        "money": 120_450,
        "date": "2026-12-24",
        "flag": True,
        "choice": "o1",
        "text": "+45 86 1",
    }
    kinds = {kind: define(kind.capitalize(), kind, added=["Gold"]) for kind in kept}
    set_custom_values(three[0], {str(kinds[kind].pk): value for kind, value in kept.items()}, by=lead)
    set_custom_values(three[1], {str(kinds["number"].pk): 955}, by=lead)
    query = "?sort=name&columns=" + ",".join(f"m.field_{kinds[kind].pk}" for kind in kept)
    answer, _job = export(signed_in(lead), lead, "csv", query)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[:2] == [
        "Customer,Number,Money (€),Date,Flag,Choice,Text",
        "Alfa,1234567.5,1204.50,2026-12-24,yes,Gold,'+45 86 1",
    ]
    answer, _job = export(signed_in(lead), lead, "xlsx", query)
    content = b"".join(answer.streaming_content)
    head, first, second = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[:3]
    assert first == ["Alfa", 1_234_567.5, 1204.5, date(2026, 12, 24), "yes", "Gold", "+45 86 1"]
    assert second[:2] == ["Beta", 955]
    sheet = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert f'max="{len(head)}" width="18' in sheet, "or a spreadsheet shows days as #####"


def test_a_cell_of_two_figures_is_two_columns_of_a_file(lead, three, signed_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    today = timezone.localdate()
    make_score(three[0], last_day=today - timedelta(days=62), mean_gap_days=18.5, purchase_days=9)
    factories.make_task(three[0], title="Visit Aarhus", due_at=timezone.now())
    factories.make_task(three[1], title="Visit Bergen", due_at=timezone.now())
    Complaint.objects.create(customer=three[1], title="Seals failed", taken_at=timezone.now())
    for kind in ("csv", "xlsx"):
        answer, _job = export(signed_in(lead), lead, kind, "?sort=name&columns=name,silent,next")
        content = b"".join(answer.streaming_content)
        if kind == "csv":
            assert content.decode("utf-8-sig").splitlines() == [
                'Customer,"Silent, days","Usual gap, days",Next,Next until',
                f"Alfa,62,18.5,Visit Aarhus,{today}",
                "Beta,,,complaint open,",
                "Gamma,,,,",
            ]
        else:
            row = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1]
            assert row == ["Alfa", 62, 18.5, "Visit Aarhus", today]


def test_old_files_and_undos_are_cleared_away(lead, three, signed_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(lead)
    export(client, lead, "csv")
    do(client, "archive", three)
    assert (clean_exports(at=timezone.now()), clean_acts(at=timezone.now())) == (0, 0)
    later = timezone.now() + timedelta(days=40)
    assert clean_exports(at=later) == 1
    assert clean_acts(at=later) > 0
    assert not BulkRow.objects.exists()


def test_a_stopped_export_leaves_no_file(lead, three, signed_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(lead)
    client.post(reverse("home:list-export", args=["customers"]), {"sure": "1", "kind": "csv"})
    job = JobRun.objects.get(kind="list-export")
    JobRun.objects.filter(pk=job.pk).update(cancel_asked=True)
    perform_job(job.pk)
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert list((tmp_path / "exports").iterdir()) == []


def test_tasks_are_given_and_moved_many_at_once_and_back(rep, lead, three, signed_in):
    tasks = [factories.make_task(one) for one in three]
    Task.objects.filter(pk=tasks[2].pk).update(state="done")
    client, url = signed_in(rep), reverse("home:list-act", args=["tasks"])
    rows = {"row": [task.pk for task in tasks], "sure": "1", "query": "?view=all"}
    client.post(url, {**rows, "action": "give", "owner": lead.pk})
    client.post(url, {**rows, "action": "move", "due_on": "2027-01-04"})
    assert list(Task.objects.order_by("pk").values_list("assignee", "due_at__year")) == [
        (lead.pk, 2027),
        (lead.pk, 2027),
        (rep.pk, 2026),
    ]
    for act in BulkAct.objects.all():
        client.post(reverse("home:list-undo", args=[act.pk]))
    assert set(Task.objects.values_list("assignee", "due_at__year")) == {(rep.pk, 2026)}
    cell = reverse("home:list-cell", args=["tasks", tasks[0].pk, "assignee"])
    client.post(cell, {"was": str(rep.pk), "assignee": str(lead.pk)})
    tasks[0].refresh_from_db()
    assert tasks[0].assignee == lead
