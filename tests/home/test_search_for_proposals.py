"""Proposals are found by the number they had elsewhere and by their title."""

import pytest

from crm.home.search import find_everything
from interactions.models import ProcessRun
from tests import factories
from tests.home.test_search import names
from tests.score_factory import make_score


@pytest.fixture
def kjeldsen(customer):
    return customer


@pytest.fixture
def propose():
    """A proposal to a customer, with the number it had elsewhere."""

    def make(customer, number, subject="", **fields):
        version = factories.make_process(factories.make_segment(), "propose", [{"title": "Hear the need"}])
        return ProcessRun.objects.create(
            customer=customer, version=version, key=f"import:{number}", subject=subject, **fields
        )

    return make


def test_a_proposal_is_found_by_its_number_and_its_title_by_whoever_sees_the_customer(
    rep, other_rep, kjeldsen, propose, signed_in
):
    make_score(kjeldsen, grade="A1")
    run = propose(kjeldsen, "OP-2026-0012", "Pump for Hall 4", amount_cents=1_824_000)
    for typed in ("OP-2026-0012", "op-2026", "#OP-2026-00", "hall pump", "Pump for"):
        (group,) = find_everything(typed, user=rep)
        assert names([group]) == ["Pump for Hall 4"], typed
        assert find_everything(typed, user=other_rep) == [], typed
    (hit,) = group.hits
    assert (hit.url, hit.grade, hit.owner, hit.right) == (f"/pipeline/{run.pk}/", "A1", rep, "€18,240")
    assert {"Kjeldsen Maskinfabrik A/S", "OP-2026-0012", "running"} <= set(hit.detail.split(" · "))
    client = signed_in(rep)
    assert client.get("/search/", {"q": "OP-2026-0012"}).url == hit.url
    assert "OP-2026-0012" in client.get(hit.url).content.decode()
    for typed in ("OP-2026-0012", "op-2026", "hall 4"):
        assert len(client.get("/pipeline/all/", {"q": typed}).context["list"].rows) == 1, typed
    assert find_everything("OP-2026-0012 and", user=rep) == []


def test_few_letters_name_only_the_proposal_that_is_called_just_so(rep, kjeldsen, propose):
    for number in ("77", "771"):
        propose(kjeldsen, number, f"Offer {number} of spring")
    assert names(find_everything("77", user=rep)) == ["Offer 77 of spring"]


def test_what_stands_for_a_missing_number_is_none(rep, kjeldsen, propose):
    run = propose(kjeldsen, "9e107d9d372bb6826bd81d3542a419d6", "Spring offer")
    assert run.number == ""
    assert find_everything("9e107d9d37", user=rep) == []
