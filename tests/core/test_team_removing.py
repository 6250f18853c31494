"""A team goes only with nobody and nothing left behind."""

import pytest

from crm.core.models import Team, User
from crm.core.team_removing import TeamInUseError, remove_team
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_team_with_colleagues_and_customers_is_kept_and_says_why(north, rep, lead, customer):
    with pytest.raises(TeamInUseError, match=r"North still has 2 colleagues and 1 customer\. Choose the team"):
        remove_team(north)
    assert Team.objects.filter(pk=north.pk).exists()
    customer.refresh_from_db()
    assert customer.team == north


def test_they_move_to_another_team_in_the_same_act(north, south, rep, other_rep, customer):
    remove_team(north, move_to=south)
    rep.refresh_from_db()
    customer.refresh_from_db()
    assert (rep.team, customer.team) == (south, south)
    assert not Team.objects.filter(name="North").exists()
    assert Customer.objects.visible_to(other_rep).filter(pk=customer.pk).exists()


def test_they_cannot_move_to_the_team_that_goes(north, rep):
    with pytest.raises(TeamInUseError):
        remove_team(north, move_to=north)


def test_an_empty_team_just_goes(south):
    remove_team(south)
    assert not Team.objects.exists()


def test_an_archived_customer_counts_too(north):
    factories.make_customer(team=north, archived_at="2026-01-01T00:00Z")
    with pytest.raises(TeamInUseError, match="1 customer"):
        remove_team(north)


def test_the_page_says_what_belongs_to_it_and_offers_the_others(north, south, rep, customer, admin, signed_in):
    client, url = signed_in(admin), f"/settings/teams/{north.pk}/remove/"
    page = client.get(url).content.decode()
    assert "1 colleague<" in page
    assert "1 customer<" in page
    assert ">South</option>" in page
    assert ">North</option>" not in page
    refused = client.post(url, {})
    assert refused.status_code == 422
    assert "Choose the team they move to" in refused.content.decode()
    assert client.post(url, {"move_to": south.pk}).status_code == 302
    assert User.objects.get(pk=rep.pk).team == south


def test_without_another_team_the_page_says_so(north, rep, admin, signed_in):
    page = signed_in(admin).get(f"/settings/teams/{north.pk}/remove/").content.decode()
    assert "no other team they could move to" in page
    assert "Move and remove" not in page
