"""Audiences of campaigns: customers put in from their list, those held back counted with the reason, and taken out."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints import complaint_handling
from crm.core.bulk_actions import ACTIONS
from crm.core.job_ledger import perform_job
from crm.core.models import BulkAct
from crm.core.models.business_setting import change_setting
from customers.customer_merging import merge_customers
from customers.models import ContactPoint, Customer
from interactions.contact_permission import note_preferences
from interactions.models import Audience, AudienceMember
from segments.models import BelowZeroSpell
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lists")]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def six(rep):
    """Six customers of Ana's with an e-mail address each."""
    found = []
    for name in ("Alfa", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"):
        customer = factories.make_customer(name=name, owner=rep, team=rep.team)
        address = f"info@{name.lower()}.example"
        ContactPoint.objects.create(customer=customer, kind="email", value=address, value_normal=address)
        found.append(customer)
    return found


def take_out(client, customer, *, audience):
    """By the box before his row."""
    member = AudienceMember.objects.get(audience=audience, customer=customer)
    data = {"action": "remove", "row": member.pk, "query": f"?audience={audience.pk}"}
    return client.post(reverse("home:list-act", args=["audience-members"]), data)


def put_in(client, rows, **said):
    """Put ``rows`` into a new audience for the spring fair, or into the one named."""
    data = {"action": "audience", "row": [row.pk for row in rows], "sure": "1", "query": "?q=a&sort=name"}
    new = {"name": "Spring fair", "purpose": "Invite to stand 12", "channel": "mail"}
    return client.post(reverse("home:list-act", args=["customers"]), {**data, **(said or new)})


def names_in(audience):
    return sorted(AudienceMember.objects.filter(audience=audience).values_list("customer__name", flat=True))


def test_selected_customers_become_an_audience_that_says_who_made_it_what_for_and_from_which_list(rep, six, signed_in):
    client = signed_in(rep)
    answer = put_in(client, six[:3])
    audience = Audience.objects.get()
    assert answer.url == audience.get_absolute_url()
    page = client.get(answer.url).content.decode()
    for words in ("Spring fair", "Invite to stand 12", "Ana Ribeiro", "Customers: Name or number a", "Alfa", "Gamma"):
        assert words in page
    assert "Delta" not in page
    assert "Spring fair" in client.get("/customers/audiences/").content.decode()


def test_whoever_may_not_be_contacted_is_counted_apart_with_the_reason_and_not_dropped(rep, admin, six, signed_in):
    change_setting("economy.spares_contacts", True, by=admin)
    no, complains, spared, silent, gone, fine = six
    words = {"is_allowed": False, "hours": "", "reason": "Asked us to stop", "said_on": NOON.date()}
    note_preferences(no, said={"mail": words}, by=rep)
    complaint_handling.take_complaint(complains, title="Late", by=rep, at=NOON)
    BelowZeroSpell.objects.create(customer=spared, since=NOON.date())
    ContactPoint.objects.filter(customer=silent).update(is_valid=False)
    client = signed_in(rep)
    answer = put_in(client, six)
    Customer.objects.filter(pk=gone.pk).update(archived_at=NOON)
    page = client.get(answer.url)
    assert {row.customer.name: row.held for row in page.context["list"].rows} == {
        "Alfa": "refused",
        "Beta": "complaint",
        "Gamma": "spared",
        "Delta": "unreachable",
        "Epsilon": "archived",
        "Zeta": "",
    }
    counts = {str(tab["label"]): tab["count"] for tab in page.context["tabs"]}
    assert counts["All"] == "6"
    assert counts["May be contacted"] == "1"
    assert counts["Held back"] == "5"
    assert counts["Complaint open"] == "1"
    only = client.get(f"{answer.url}&state=may").context["list"].rows
    assert [row.customer for row in only] == [fine]


def test_who_says_no_to_mail_may_still_be_rung(rep, six, signed_in):
    words = {"is_allowed": False, "hours": "", "reason": "", "said_on": NOON.date()}
    note_preferences(six[0], said={"mail": words}, by=rep)
    client = signed_in(rep)
    url = put_in(client, six[:1]).url
    audience = Audience.objects.get()
    ContactPoint.objects.create(customer=six[0], kind="phone", value="+45 33", value_normal="+4533")
    edit = reverse("home:audience-edit", args=[audience.pk])
    client.post(edit, {"name": audience.name, "purpose": audience.purpose, "channel": "call"})
    assert client.get(url).context["list"].rows[0].held == ""


def test_undo_takes_out_exactly_what_the_act_put_in(rep, six, signed_in):
    client = signed_in(rep)
    put_in(client, six[:2])
    audience = Audience.objects.get()
    put_in(client, six[1:4], audience=audience.pk)
    first, second = BulkAct.objects.order_by("pk")
    assert (second.changed, second.same) == (2, 1)
    assert names_in(audience) == ["Alfa", "Beta", "Delta", "Gamma"]
    client.post(reverse("home:list-undo", args=[second.pk]))
    audience.refresh_from_db()
    assert names_in(audience) == ["Alfa", "Beta"]
    assert audience.size == 2
    client.post(reverse("home:list-undo", args=[first.pk]))
    assert not Audience.objects.exists()


def test_who_was_taken_out_and_put_in_by_hand_since_stays_when_the_act_is_undone(rep, lead, six, signed_in):
    client = signed_in(rep)
    put_in(client, six[:2])
    audience = Audience.objects.get()
    take_out(client, six[0], audience=audience)
    put_in(signed_in(lead), six[:1], audience=audience.pk)
    client.post(reverse("home:list-undo", args=[BulkAct.objects.order_by("pk").first().pk]))
    assert names_in(audience) == ["Alfa"]


def test_one_is_taken_out_and_comes_back_by_undo(rep, six, signed_in):
    client = signed_in(rep)
    put_in(client, six[:2])
    audience = Audience.objects.get()
    take_out(client, six[0], audience=audience)
    assert names_in(audience) == ["Beta"]
    client.post(reverse("home:list-undo", args=[BulkAct.objects.latest("pk").pk]))
    audience.refresh_from_db()
    assert names_in(audience) == ["Alfa", "Beta"]
    assert audience.size == 2


def test_all_that_match_go_in_by_chunks_and_a_repeated_act_makes_no_second_audience(rep, six, signed_in, monkeypatch):
    action = ACTIONS["customers", "audience"]
    monkeypatch.setitem(ACTIONS, ("customers", "audience"), type(action)(**{**action.__dict__, "chunk": 2}))
    put_in(signed_in(rep), [], all="1", name="All", purpose="News", channel="mail", query="?sort=name")
    act = BulkAct.objects.get()
    perform_job(act.job_id)
    audience = Audience.objects.get()
    assert (audience.size, act.words) == (6, "added to “All”")
    report = signed_in(rep).get(reverse("home:list-work", args=[act.pk])).content.decode()
    assert audience.get_absolute_url().replace("&", "&amp;") in report


def test_an_audience_that_is_put_away_takes_nobody_and_comes_back(rep, six, signed_in):
    client = signed_in(rep)
    put_in(client, six[:1])
    audience = Audience.objects.get()
    client.post(reverse("home:audience-archive", args=[audience.pk]))
    assert put_in(client, six[1:2], audience=audience.pk).status_code == 422
    assert "Spring fair" not in client.get("/customers/audiences/").content.decode()
    assert "Spring fair" in client.get("/customers/audiences/?archived=1").content.decode()
    client.post(reverse("home:audience-reopen", args=[audience.pk]))
    put_in(client, six[1:2], audience=audience.pk)
    assert names_in(audience) == ["Alfa", "Beta"]


def test_another_team_sees_neither_the_audience_nor_who_is_in_it(rep, other_rep, lead, six, signed_in):
    url = put_in(signed_in(rep), six[:1]).url
    assert signed_in(other_rep).get(url).status_code == 404
    assert "Spring fair" not in signed_in(other_rep).get("/customers/audiences/").content.decode()
    assert "Alfa" in signed_in(lead).get(url).content.decode()


def test_a_new_audience_needs_a_name_and_a_purpose(rep, six, signed_in):
    answer = put_in(signed_in(rep), six[:1], name=" ", purpose="")
    assert answer.status_code == 422
    assert not Audience.objects.exists()
    put_in(signed_in(rep), six[:1])
    again = put_in(signed_in(rep), six[:1], name=" ", purpose="")
    assert "a new audience needs one" in again.content.decode()
    assert again.content.decode().count('<span class="f">for a new one</span>') == 3
    assert "optional" not in again.content.decode()
    assert Audience.objects.count() == 1


def test_a_merge_leaves_the_customer_in_the_audience_once(rep, lead, six, signed_in):
    client = signed_in(rep)
    url = put_in(client, six[:2]).url
    merge_customers(six[0], six[1], by=lead, at=timezone.now())
    assert [row.customer.name for row in client.get(url).context["list"].rows] == ["Alfa"]


def test_members_become_a_file_with_the_reason_beside_each(rep, lead, six, signed_in):
    url = put_in(signed_in(lead), six[:2]).url
    client = signed_in(lead)
    ask = reverse("home:list-export", args=["audience-members"]) + url[url.index("?") :]
    answer = client.post(ask, {"sure": "1", "kind": "csv"})
    job = BulkAct.objects.get() and int(answer.url.rstrip("/").split("/")[-1])
    perform_job(job)
    text = b"".join(client.get(reverse("home:export-file", args=[job])).streaming_content).decode()
    assert "Alfa" in text
    assert "may be contacted" in text
