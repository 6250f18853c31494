"""Lists as people keep them: views, columns, acts on many rows and their undo, files, fields changed in the row."""

import json
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from complaints.models import Complaint
from crm.core import bulk_acting
from crm.core.bulk_acting import clean_acts
from crm.core.bulk_actions import ACTIONS
from crm.core.job_ledger import perform_job
from crm.core.list_catalogue import LISTS, FilterLost, find_matching
from crm.core.list_exporting import clean_exports
from crm.core.models import BulkAct, BulkRow, JobRun, ListColumns, SavedView
from crm.core.view_saving import ViewRefused, change_view, copy_view, save_view
from customers.models import Customer, CustomerTag
from interactions.models import Task
from segments.models import Membership, Pin
from tests import factories
from tests.score_factory import make_score

URL = "/customers/"


def names(answer):
    return [row.name for row in answer.context["list"].rows]


def heads(answer):
    return [column.name for column in answer.context["list"].columns]


@pytest.fixture
def three(rep):
    """Three customers of Ana's: in Aarhus, Bergen and Calais."""
    return [
        factories.make_customer(name=name, city=city, owner=rep, team=rep.team)
        for name, city in (("Alfa", "Aarhus"), ("Beta", "Bergen"), ("Gamma", "Calais"))
    ]


def keep(client, name="Mine in Bergen", query="?q=Beta&sort=name", columns="name,city,owner", **fields):
    separator = "&" if query else "?"
    url = reverse("home:view-new", args=["customers"]) + f"{query}{separator}columns={columns}"
    return client.post(url, {"name": name, "audience": "private", **fields})


# --- Views -----------------------------------------------------------------------------------------------------------


def test_a_kept_view_opens_with_its_filters_order_and_columns(rep, three, signed_in):
    client = signed_in(rep)
    keep(client)
    view = SavedView.objects.get()
    answer = client.get(f"{URL}?view={view.pk}")
    assert names(answer) == ["Beta"]
    assert heads(answer) == ["name", "city", "owner"]
    assert "Mine in Bergen" in answer.content.decode()


def test_a_link_on_a_view_says_all_of_it_so_a_colleague_sees_the_same(rep, lead, three, signed_in):
    client = signed_in(rep)
    keep(client)
    link = client.get(f"{URL}?view={SavedView.objects.get().pk}").context["list"].query
    answer = signed_in(lead).get(URL + link)
    assert names(answer) == ["Beta"]
    assert "private or was taken away" in answer.content.decode()


def test_taking_the_last_filter_off_a_view_shows_the_whole_list(rep, three, signed_in):
    client = signed_in(rep)
    keep(client, query="?q=Beta")
    page = client.get(f"{URL}?view={SavedView.objects.get().pk}").context["list"]
    (chip,) = page.chips
    assert len(names(client.get(URL + chip.remove_url))) == 3


def test_a_view_is_seen_by_whom_it_is_for(rep, other_rep, lead, admin, three):
    said = {"list_name": "customers", "query": "", "columns": []}
    save_view("Private", by=rep, **said)
    save_view("Team", audience="team", by=rep, **said)
    save_view("All", audience="all", by=lead, **said)

    def seen(user):
        return sorted(SavedView.objects.visible_to(user).values_list("name", flat=True))

    assert seen(rep) == ["All", "Private", "Team"]
    assert seen(lead) == ["All", "Team"]
    assert seen(other_rep) == seen(admin) == ["All"]
    with pytest.raises(ViewRefused):
        save_view("Mine for all", audience="all", by=rep, **said)
    with pytest.raises(ViewRefused):
        save_view("Private", by=rep, **said)


def test_a_role_opens_the_list_with_its_view_and_all_is_one_click_away(rep, admin, three, signed_in):
    view = save_view("Begin here", list_name="customers", query="q=Alfa", columns=[], audience="all", by=admin)
    change_view(view, name="Begin here", audience="all", default_roles=["rep"], by=admin)
    client = signed_in(rep)
    assert names(client.get(URL)) == ["Alfa"]
    assert len(names(client.get(f"{URL}?view=all"))) == 3
    other = save_view("Newer", list_name="customers", query="", columns=[], audience="all", by=admin)
    change_view(other, name="Newer", audience="all", default_roles=["rep", "viewer"], by=admin)
    view.refresh_from_db()
    assert view.default_roles == []


def test_a_view_that_names_what_is_gone_opens_and_says_so(rep, three, signed_in):
    rule = json.dumps({"all": [{"metric": "retired_figure", "operator": "at_least", "value": 1}]})
    view = save_view(
        "Old", list_name="customers", query=urlencode({"rule": rule, "q": "Alfa"}), columns=["name", "fax"], by=rep
    )
    answer = signed_in(rep).get(f"{URL}?view={view.pk}")
    assert names(answer) == ["Alfa"]
    text = answer.content.decode()
    assert "fax" in text
    assert "retired_figure" in text
    with pytest.raises(FilterLost):  # an act must not reach further than was meant
        find_matching(LISTS["customers"], user=rep, query=view.query)


def test_rename_copy_remove_and_bring_back(rep, lead, three, signed_in):
    view = save_view("Team", list_name="customers", query="q=Alfa", columns=[], audience="team", by=rep)
    client, boss = signed_in(rep), signed_in(lead)
    assert boss.post(reverse("home:view-edit", args=[view.pk]), {"name": "X", "audience": "team"}).status_code == 403
    boss.post(reverse("home:view-copy", args=[view.pk]))
    assert SavedView.objects.get(owner=lead).query == "q=Alfa"
    client.post(reverse("home:view-edit", args=[view.pk]), {"name": "Renamed", "audience": "private"})
    view.refresh_from_db()
    assert (view.name, view.audience, view.team) == ("Renamed", "private", None)
    client.post(reverse("home:view-remove", args=[view.pk]))
    assert client.get(f"{URL}?view={view.pk}").context["chosen"].hidden
    client.post(reverse("home:view-restore", args=[view.pk]))
    assert not client.get(f"{URL}?view={view.pk}").context["chosen"].hidden
    assert copy_view(view, by=rep).name == "Renamed 2"


def test_a_changed_view_can_keep_what_is_shown(rep, three, signed_in):
    view = save_view("Mine", list_name="customers", query="q=Alfa", columns=[], by=rep)
    client = signed_in(rep)
    changed = client.get(f"{URL}?view={view.pk}&q=Beta")
    assert changed.context["differs"]
    client.post(reverse("home:view-refresh", args=[view.pk]) + f"?view={view.pk}&q=Beta")
    assert names(client.get(f"{URL}?view={view.pk}")) == ["Beta"]


# --- Columns ---------------------------------------------------------------------------------------------------------


def test_columns_are_chosen_ordered_and_remembered(rep, three, signed_in):
    client, url = signed_in(rep), reverse("home:list-columns", args=["customers"])
    client.post(url, {"column": ["name", "owner", "city"], "place-name": "1", "place-owner": "3", "place-city": "2"})
    assert heads(client.get(f"{URL}?view=all")) == ["name", "city", "owner"]
    client.post(url, {"reset": "1"})
    assert not ListColumns.objects.exists()


def test_every_figure_of_the_catalogue_can_be_a_column(rep, three, signed_in):
    make_score(three[0])
    answer = signed_in(rep).get(f"{URL}?columns=name,m.sales_12m,m.city,m.abc&sort=name")
    assert heads(answer) == ["name", "m.sales_12m", "m.city", "m.abc"]
    text = answer.content.decode()
    assert "148,320" in text
    assert "Bergen" in text


# --- Acts on many ----------------------------------------------------------------------------------------------------


def do(client, action, rows=(), **said):
    data = {"action": action, "row": [row.pk for row in rows], "sure": "1", "query": "?view=all", **said}
    return client.post(reverse("home:list-act", args=["customers"]), data)


def owners():
    return dict(Customer.objects.order_by("name").values_list("name", "owner__name"))


def test_customers_are_given_to_a_colleague_and_taken_back(rep, lead, viewer, three, signed_in):
    client = signed_in(lead)
    asked = client.post(reverse("home:list-act", args=["customers"]), {"action": "owner", "row": [three[0].pk]})
    assert "1 row." in asked.content.decode()
    do(client, "owner", three[:2], owner=viewer.pk)
    assert owners() == {"Alfa": viewer.name, "Beta": viewer.name, "Gamma": rep.name}
    act = BulkAct.objects.get()
    Customer.objects.filter(pk=three[1].pk).update(owner=lead)  # somebody else decided meanwhile
    client.post(reverse("home:list-undo", args=[act.pk]))
    assert owners() == {"Alfa": rep.name, "Beta": lead.name, "Gamma": rep.name}
    report = client.get(reverse("home:list-work", args=[act.pk])).content.decode()
    assert "Changed since, not taken back" in report
    assert "Beta" in report


def test_all_that_match_are_gathered_once_and_done_in_the_background(rep, lead, viewer, three, signed_in, monkeypatch):
    factories.make_customer(name="Foreign", team=None)
    action = ACTIONS["customers", "owner"]
    monkeypatch.setitem(ACTIONS, ("customers", "owner"), type(action)(**{**action.__dict__, "chunk": 1}))
    answer = do(signed_in(lead), "owner", all="1", query=f"?owner={rep.pk}", owner=viewer.pk)
    act = BulkAct.objects.get()
    assert answer.url == reverse("home:list-work", args=[act.pk])
    assert perform_job(act.job_id)
    assert not perform_job(act.job_id)
    act.refresh_from_db()
    assert (act.rows, act.changed, act.refused) == (3, 3, 0)
    assert set(owners().values()) == {viewer.name, None}


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


# --- A field in its row ----------------------------------------------------------------------------------------------


def cell(customer, column):
    return reverse("home:list-cell", args=["customers", customer.pk, column])


def test_a_field_is_changed_in_its_row(rep, three, signed_in):
    client, url = signed_in(rep), cell(three[0], "city")
    assert 'value="Aarhus"' in client.get(url, headers={"hx-request": "true"}).content.decode()
    answer = client.post(url, {"was": "Aarhus", "city": "Odense"}, headers={"hx-request": "true"})
    assert "Odense" in answer.content.decode()
    three[0].refresh_from_db()
    assert (three[0].city, three[0].edit_version, three[0].changed_by) == ("Odense", 2, rep)


def test_two_people_in_one_field_are_told_and_a_wrong_value_is_said_beside_it(rep, three, signed_in):
    client = signed_in(rep)
    Customer.objects.filter(pk=three[0].pk).update(city="Esbjerg")
    answer = client.post(cell(three[0], "city"), {"was": "Aarhus", "city": "Odense"}, headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert "Esbjerg" in answer.content.decode()
    three[0].refresh_from_db()
    assert three[0].city == "Esbjerg"
    wrong = client.post(cell(three[0], "country"), {"was": "", "country": "Denmark"}, headers={"hx-request": "true"})
    assert wrong.status_code == 422
    assert "Two letters" in wrong.content.decode() or "at most 2" in wrong.content.decode()
    assert client.get(cell(three[0], "owner")).status_code == 403
    assert client.get(cell(three[0], "number")).status_code == 404


# --- Filters ---------------------------------------------------------------------------------------------------------


def test_a_rule_is_built_row_by_row_told_as_chips_and_taken_apart(rep, three, signed_in):
    client = signed_in(rep)
    rows = {"word-0": "all", "metric-0": "city", "operator-0": "starts_with", "value-0": "B", "act": "show"}
    more = {"metric-1": "country", "operator-1": "unknown"}
    answer = client.post(reverse("home:list-filter", args=["customers"]) + "?q=eta&sort=name", {**rows, **more})
    shown = client.get(answer.url)
    assert names(shown) == ["Beta"]
    (rule,) = [chip for chip in shown.context["list"].chips if chip.filter.name == "rule"]
    assert len(rule.parts) == 2
    assert client.get(URL + rule.parts[1].remove_url).context["list"].chips
    assert (
        "counted now"
        in client.get(
            reverse("home:list-count", args=["customers"]) + "?q=Beta", headers={"hx-request": "true"}
        ).content.decode()
    )


# --- The other lists -------------------------------------------------------------------------------------------------


def test_people_orders_tasks_and_complaints_are_lists_too(rep, other_rep, three, signed_in):
    beta = three[1]
    factories.make_person(beta, name="Søren Holm", influence="decides")
    factories.make_order(beta, timezone.localdate(), number="O-77")
    factories.make_task(beta, title="Visit Bergen")
    Complaint.objects.create(customer=beta, title="Seals failed", taken_at=timezone.now())
    rule = json.dumps({"metric": "city", "operator": "is", "value": "Bergen"})
    shown = {
        "home:person-list": ("Søren Holm", {"q": "holm", "influence": "decides"}),
        "home:order-list": ("O-77", {"q": "O-7", "since": "2020-01-01", "customer": beta.pk}),
        "home:task-list": ("Visit Bergen", {"who": "me", "kind": "follow_up"}),
        "home:complaint-table": ("Seals failed", {"state": "open", "severity": "2"}),
    }
    mine, foreign = signed_in(rep), signed_in(other_rep)
    for name, (words, query) in shown.items():
        said = urlencode({**query, "rule": rule})
        answer = mine.get(f"{reverse(name)}?{said}")
        assert words in answer.content.decode(), name
        assert len(answer.context["list"].rows) == 1
        assert words not in foreign.get(reverse(name)).content.decode(), name


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
