"""Many pairs at once: narrowed to the surest, merged in the background, left out with the reason, taken apart."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.bulk_actions import ACTIONS, Doing
from crm.core.job_ledger import perform_job
from crm.core.list_catalogue import LISTS
from crm.core.models import BulkAct
from customers.customer_merging import merge_customers
from customers.duplicate_deciding import tell_apart
from customers.group_joining import join_group
from customers.models import Customer, CustomerMerge, DuplicatePair
from tests import factories
from tests.score_factory import make_score

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lists")]
LIST = "/customers/duplicates/all/"
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def make_pair(rep, name, *, percent=99, evidence=(("tax", "81140"),)):
    """Two records of one customer, ``name`` and ``name Ltd``."""
    sides = [
        factories.make_customer(name=words, owner=rep, team=rep.team, city=city)
        for words, city in ((name, ""), (f"{name} Ltd", "Bergen"))
    ]
    return DuplicatePair.objects.create(
        first=sides[0], second=sides[1], percent=percent, evidence=[list(one) for one in evidence], weight=percent
    )


@pytest.fixture
def pairs(rep):
    return [
        make_pair(rep, "Alfa"),
        make_pair(rep, "Beta"),
        make_pair(rep, "Gamma", evidence=(("tax", "1"), ("place_differs", ""))),
        make_pair(rep, "Delta", percent=80),
    ]


def do(client, action, rows=(), **said):
    data = {"action": action, "row": [row.pk for row in rows], "sure": "1", "query": "?surest=1", **said}
    client.post(reverse("home:list-act", args=["pairs"]), data)
    return BulkAct.objects.latest("pk")


def open_names():
    return sorted(DuplicatePair.objects.open().values_list("first__name", flat=True))


def test_the_surest_are_those_very_alike_against_whom_nothing_speaks(lead, pairs, signed_in):
    rows = signed_in(lead).get(f"{LIST}?surest=1").context["list"].rows
    assert sorted(row.first.name for row in rows) == ["Alfa", "Beta"]
    assert len(signed_in(lead).get(f"{LIST}?shared=tax").context["list"].rows) == 4


def test_all_of_the_surest_kind_are_counted_merged_in_the_background_and_taken_apart_by_one_undo(
    lead, pairs, signed_in
):
    client = signed_in(lead)
    asked = client.post(reverse("home:list-act", args=["pairs"]), {"action": "merge", "all": "1", "query": "?surest=1"})
    assert "also on other pages: 2." in asked.content.decode()
    act = do(client, "merge", all="1")
    assert perform_job(act.job_id)
    act.refresh_from_db()
    assert (act.rows, act.changed) == (2, 2)
    assert open_names() == ["Delta", "Gamma"]
    kept = Customer.objects.get(name="Alfa")
    assert kept.city == "Bergen"  # what was empty is filled from the other
    client.post(reverse("home:list-undo", args=[act.pk]))
    assert open_names() == ["Alfa", "Beta", "Delta", "Gamma"]
    assert Customer.objects.get(name="Alfa").city == ""


def test_one_of_them_is_taken_apart_alone_and_the_undo_of_the_rest_leaves_it(lead, pairs, signed_in):
    client = signed_in(lead)
    act = do(client, "merge", pairs[:2])
    client.post(reverse("home:merge-undo", args=[CustomerMerge.objects.first().pk]))
    client.post(reverse("home:list-undo", args=[act.pk]))
    act.refresh_from_db()
    assert (act.restored, act.kept) == (1, 1)
    assert Customer.objects.filter(merged_into=None).count() == 8


def test_the_record_with_more_sales_stays(lead, pairs, signed_in):
    make_score(pairs[0].first, sales_12m_cents=10)
    make_score(pairs[0].second, sales_12m_cents=900)
    do(signed_in(lead), "merge", pairs[:1])
    assert CustomerMerge.objects.get().kept == pairs[0].second


def test_a_pair_somebody_decided_meanwhile_is_left_out_with_the_reason(lead, admin, pairs, signed_in):
    client = signed_in(lead)
    act = BulkAct.objects.create(list_name="pairs", action="merge", words="merged", by=lead)
    tell_apart(pairs[0], by=admin, at=AT)
    assert [one.note for one in ACTIONS["pairs", "merge"].act([pairs[0].pk], _doing(lead, act))] == [
        "Somebody has decided about this pair already."
    ]
    merge_customers(pairs[1].first, pairs[1].second, by=admin, at=AT)
    act = do(client, "merge", pairs[:2])
    assert (act.changed, CustomerMerge.objects.count()) == (0, 1)


def _doing(user, act):
    return Doing(LISTS["pairs"], {}, user, timezone.now(), act.pk)


def test_three_records_of_one_customer_become_one_and_three_again(rep, lead, signed_in):
    one = make_pair(rep, "Alfa")
    third = factories.make_customer(name="Alfa Inc", owner=rep, team=rep.team)
    chain = DuplicatePair.objects.create(first=one.first, second=third, percent=99, weight=1)
    client = signed_in(lead)
    act = do(client, "merge", [one, chain])
    assert Customer.objects.filter(merged_into=None).count() == 1
    client.post(reverse("home:list-undo", args=[act.pk]))
    assert Customer.objects.filter(merged_into=None).count() == 3


def test_a_group_head_among_them_takes_its_members_along(rep, lead, pairs, signed_in):
    member = factories.make_customer(name="Member", owner=rep, team=rep.team)
    join_group(member, head=pairs[0].second, by=lead)
    act = do(signed_in(lead), "merge", pairs[:1])
    assert act.changed == 1
    member.refresh_from_db()
    assert member.parent == pairs[0].first


def test_pairs_told_apart_many_at_once_leave_the_queue_and_come_back(lead, pairs, signed_in):
    client = signed_in(lead)
    act = do(client, "different", pairs)
    assert open_names() == []
    client.post(reverse("home:list-undo", args=[act.pk]))
    assert len(open_names()) == 4
