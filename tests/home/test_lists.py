"""Lists as people keep them: views, columns, filters."""

import json
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint
from crm.core.list_catalogue import LISTS, FilterLost, find_matching
from crm.core.models import ListColumns, SavedView
from crm.core.view_saving import ViewRefused, change_view, copy_view, save_view
from customers.custom_value_keeping import set_custom_values
from interactions.process_running import start_process, stop_process
from tests import factories
from tests.customers.own_fields import define
from tests.home.kept_lists import three
from tests.score_factory import make_score

__all__ = ["define", "three"]

pytestmark = pytest.mark.usefixtures("lists")

URL = "/customers/"


def names(answer):
    return [row.name for row in answer.context["list"].rows]


def heads(answer):
    return [column.name for column in answer.context["list"].columns]


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


def test_a_manager_shares_a_view_with_each_team_he_manages_and_with_no_other(lead, other_rep, three, signed_in):
    client, new = signed_in(lead), reverse("home:view-new", args=["customers"])
    south = other_rep.team
    said = {"name": "For the south", "audience": f"team-{south.pk}"}
    assert client.post(new, said).status_code == 422, "a team that somebody else manages"
    south.managers.add(lead)
    client.post(new, said)
    view = SavedView.objects.get()
    assert (view.audience, view.team) == ("team", south)
    assert "For the south" in signed_in(other_rep).get(f"{URL}?view={view.pk}").text
    edit = reverse("home:view-edit", args=[view.pk])
    assert f'value="team-{south.pk}" selected' in client.get(edit).text
    client.post(edit, {"name": "For the north", "audience": "team"})
    gone = signed_in(other_rep).get(f"{URL}?view={view.pk}").text
    assert "For the north" not in gone
    assert "This is the whole list" in gone
    with pytest.raises(ViewRefused):
        change_view(view, name="For the north", audience="team", team=south.pk + 1000, by=lead)


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


def test_a_view_is_not_kept_with_columns_that_have_gone(rep, three, signed_in):
    client = signed_in(rep)
    new = reverse("home:view-new", args=["customers"])
    client.post(f"{new}?columns=name,fax,city", {"name": "By city", "audience": "private"})
    view = SavedView.objects.get()
    assert view.columns == ["name", "city"]
    assert "no longer exists" not in client.get(f"{URL}?view={view.pk}").text


def test_rename_copy_remove_and_bring_back(rep, lead, admin, three, signed_in):
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
    everybodys = save_view("All", list_name="customers", query="", columns=[], audience="all", by=admin)
    boss.post(reverse("home:view-remove", args=[everybodys.pk]))
    assert client.post(reverse("home:view-restore", args=[everybodys.pk])).status_code == 404
    boss.post(reverse("home:view-restore", args=[everybodys.pk]))
    assert "All" in client.get(reverse("home:view-list", args=["customers"])).text, "who may take away may bring back"


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
    client.post(url, {"column": ["name", "city", "owner"], "place-name": "1", "place-city": "2", "place-owner": "2"})
    assert heads(client.get(f"{URL}?view=all")) == ["name", "owner", "city"], "the one that was moved has the place"
    client.post(url, {"column": ["name", "number", "city", "owner"], "place-name": "1", "place-owner": "2"})
    assert heads(client.get(f"{URL}?view=all")) == ["name", "owner", "number", "city"], "new ones as they were offered"
    client.post(url, {"reset": "1"})
    assert not ListColumns.objects.exists()


def test_every_figure_of_the_catalogue_can_be_a_column(rep, three, signed_in):
    make_score(three[0])
    answer = signed_in(rep).get(f"{URL}?columns=name,m.sales_12m,m.city,m.abc&sort=name")
    assert heads(answer) == ["name", "m.sales_12m", "m.city", "m.abc"]
    text = answer.content.decode()
    assert "148,320" in text
    assert "Bergen" in text


def test_figures_and_own_fields_are_as_exact_in_the_list_as_on_the_page(admin, rep, three, signed_in, define):
    make_score(three[0], gap_ratio=3.4, expected_orders_12m=12.4)
    number, money = define("Width", "number"), define("Deposit", "money")
    set_custom_values(three[0], {str(number.pk): -1234.56, str(money.pk): 123_450}, by=admin)
    names = f"name,m.gap_ratio,m.expected_orders_12m,m.sales_12m,m.field_{number.pk},m.field_{money.pk}"
    answer = signed_in(rep).get(f"{URL}?columns={names}&sort=name&q={three[0].number}")
    cells = re.findall(r"<td[^>]*>(?:<[^>]+>)?([^<]+)", answer.content.decode().split("<tbody")[1])
    assert {"3.4", "12", "148,320", "−1,234.56", "€1,234.50"} <= {text.strip() for text in cells}
    assert [str(column.unit) for column in answer.context["list"].columns if column.unit] == ["€"]


def test_where_a_row_has_no_columns_a_figure_says_its_head_itself(rep, three, signed_in, define):
    make_score(three[0], last_day=timezone.localdate())
    deposit = define("Deposit", "money")
    set_custom_values(three[0], {str(deposit.pk): 123_450}, by=rep)
    asked = f"{URL}?columns=name,class,sales,silent,next,city,m.field_{deposit.pk}"
    text = signed_in(rep).get(asked).content.decode()
    assert '<td class="num" data-head="Sales 12 m">' in text
    assert 'data-head="Customer"' not in text
    assert 'data-head="Class"' not in text
    for head in ("City", "Silent / usual", "Deposit"):
        assert f'data-head="{head}"' in text, "what somebody chose stands on a phone too, with its head"
    assert "hide-s" not in text.split("<tbody")[1].split("</tbody")[0]
    asked = []
    for columns in ("name,class", "name,class,city,silent,contribution"):
        with CaptureQueriesContext(connection) as queries:
            signed_in(rep).get(f"{URL}?columns={columns}")
        asked.append(len(queries))
    assert asked[0] == asked[1], "a column of the list itself is asked for by no query of its own"
    usual = signed_in(rep).get(f"{URL}?view=all").content.decode()
    assert 'class="num hide-s"' in usual, "a list as it comes leaves the lesser columns to wide screens"


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
    segment = factories.make_segment()
    factories.put_in_segment(beta, segment)
    factories.make_process(segment, "propose", [{"title": "Hear the need"}])
    run = start_process(beta, flow="propose", key="P-1", by=rep, at=timezone.now(), subject="Quote P-1")
    why = {"reason": "Twelve percent dearer", "is_lost": True, "lost_because": "price"}
    stop_process(run, by=rep, at=timezone.now(), **why)
    lost = {"state": "lost", "because": "price", "segment": segment.pk, "since": "2020-01-01"}
    lost["columns"] = "subject,reason"
    rule = json.dumps({"metric": "city", "operator": "is", "value": "Bergen"})
    shown = {
        "home:person-list": ("Søren Holm", {"q": "holm", "influence": "decides"}),
        "home:order-list": ("O-77", {"q": "O-7", "since": "2020-01-01", "customer": beta.pk}),
        "home:task-list": ("Visit Bergen", {"who": "me", "kind": "follow_up"}),
        "home:run-list": ("Twelve percent dearer", {"q": "quote", "flow": "propose", **lost}),
        "home:complaint-table": ("Seals failed", {"state": "open", "severity": "2"}),
    }
    mine, foreign = signed_in(rep), signed_in(other_rep)
    for name, (words, query) in shown.items():
        said = urlencode({**query, "rule": rule})
        answer = mine.get(f"{reverse(name)}?{said}")
        assert words in answer.content.decode(), name
        assert len(answer.context["list"].rows) == 1
        assert words not in foreign.get(reverse(name)).content.decode(), name
    runs = mine.get(reverse("home:run-list"))
    assert '<td class="nw" data-head="Begun">' in runs.content.decode(), "a day stands in one line"
    of_lost = next(tab["url"] for tab in runs.context["tabs"] if tab["label"] == "Lost")
    why = mine.get(reverse("home:run-list") + of_lost)
    assert "Twelve percent dearer" in why.content.decode(), "what is lost shows why"
    assert [tab["label"] for tab in why.context["tabs"] if tab["current"]] == ["Lost"]


def test_processes_are_sorted_by_amount_and_by_their_end_with_those_that_have_none_last(rep, three, signed_in):
    segment = factories.make_segment()
    factories.make_process(segment, "propose", [{"title": "Hear the need"}])
    factories.put_in_segment(three[0], segment)
    for name, amount_cents in (("Small", 10_000), ("Unknown", None), ("Large", 99_000), ("Middle", 50_000)):
        run = start_process(
            three[0], flow="propose", key=name, by=rep, at=timezone.now(), subject=name, amount_cents=amount_cents
        )
        if name in {"Middle", "Small"}:
            stop_process(run, by=rep, at=timezone.now(), reason="Enough", is_lost=True, lost_because="price")
    client = signed_in(rep)
    for sort, order in (
        ("-amount", ["Large", "Middle", "Small", "Unknown"]),
        ("amount", ["Small", "Middle", "Large", "Unknown"]),
        ("ended", ["Small", "Middle", "Unknown", "Large"]),
        ("-ended", ["Middle", "Small", "Large", "Unknown"]),
    ):
        rows = client.get(reverse("home:run-list"), {"sort": sort}).context["list"].rows
        assert [row.subject for row in rows] == order, sort


def test_what_the_money_shown_adds_up_to_is_told_beside_the_count_when_asked_for(rep, three, signed_in):
    for customer, cents in zip(three, (100_000, 250_000, -30_000), strict=True):
        factories.make_order(customer, timezone.localdate(), number=f"O-{cents}", amount_cents=cents)
    client = signed_in(rep)
    assert "add up" in client.get("/orders/").content.decode()
    said = client.get(reverse("home:list-count", args=["orders"])).content.decode()
    assert "Net amount" in said
    assert "€3,200" in said
    of_one = reverse("home:list-count", args=["orders"]) + f"?customer={three[1].pk}"
    assert "€2,500" in client.get(of_one).content.decode()
    assert "Net amount" not in client.get(of_one + "&columns=number").content.decode(), "only of what is shown"
    for name, known in LISTS.items():
        columns = ",".join(column.name for column in known.definition.columns if column.sum)
        if columns and rep.has_perm(known.permission):
            assert client.get(reverse("home:list-count", args=[name]) + f"?columns={columns}").status_code == 200, name
