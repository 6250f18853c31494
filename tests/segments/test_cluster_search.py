"""A group that no segment describes is proposed with its evidence; accepted it is a draft, refused it stays away."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.beat_schedule import request_due_work
from crm.core.job_ledger import perform_job
from crm.core.models import JobRun
from customers.models import Customer
from interactions.models import Interaction
from segments.cluster_deciding import ProposalDecidedError, accept_proposal, refuse_proposal
from segments.cluster_search import search_clusters
from segments.models import ClusterProposal, Membership, Segment, SegmentRule
from segments.segment_dry_run import try_segment_rule
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def base(rep):
    """240 customers of the segment for the rest; 40 of them are visited every week and buy little each time."""
    rest = factories.make_segment("rest", is_fallback=True)
    random = np.random.default_rng(2)
    busy, talks, scores = set(), [], []
    customers = factories.make_customers(240)
    Customer.objects.update(owner=rep, team=rep.team)
    Membership.objects.bulk_create(
        Membership(customer=customer, segment=rest, since=date(2026, 1, 1), reason="test") for customer in customers
    )
    for number, customer in enumerate(customers):
        is_busy = number % 6 == 0
        figures = {
            "sales_12m_cents": int(random.lognormal(13, 0.5)),
            "mean_gap_days": float(random.gamma(30, 0.2) if is_busy else random.gamma(12, 4)),
            "service_12m_cents": int(random.gamma(40, 5_000) if is_busy else random.gamma(4, 5_000)),
            "contribution_12m_cents": int(random.normal(100_000, 30_000)),
            "gap_ratio": float(random.gamma(4, 0.25)),
        }
        scores.append((customer, figures))
        if is_busy:
            busy.add(customer.pk)
        talks += [
            Interaction(customer=customer, channel="visit", happened_at=NOW - timedelta(days=7 * week), minutes=50)
            for week in range(1, int(random.integers(30, 45)) if is_busy else int(random.integers(1, 4)))
        ]
    factories.set_scores(scores)
    Interaction.objects.bulk_create(talks)
    return busy


def overlap(rule, busy):
    segment = factories.make_segment("trial")
    run = try_segment_rule(segment, rule, on=TODAY, most=1000)
    found = {mover.customer_id for mover in run.movers if mover.becomes == segment}
    segment.delete()
    return len(found & busy) / len(found | busy)


def test_the_group_is_proposed_with_evidence_size_effect_and_a_rule_that_finds_it(base):
    report = search_clusters(on=TODAY)
    assert (report.customers, report.found >= 1) == (240, True)
    proposal = ClusterProposal.objects.order_by("-precision", "-recall").first()
    assert overlap(proposal.criteria, base) > 0.8
    assert proposal.size == pytest.approx(40, abs=4)
    assert min(proposal.precision, proposal.recall) > 0.85
    names = {mark["feature"] for mark in proposal.evidence}
    assert {"mean_gap_days", "service_12m"} <= names
    assert proposal.name == "Often ordering, often in touch"
    counted = [one["value"] for one in proposal.criteria["all"] if one["metric"] in {"contacts_12m", "minutes_12m"}]
    assert all(isinstance(value, int) for value in counted), proposal.criteria
    assert proposal.effect["service_12m"] > 0
    assert proposal.effect["service_over"] > 0, "they cost more than the rest's share of sales"
    assert sum(n for _segment, n in proposal.today) == proposal.size


def test_looking_again_keeps_the_proposal_and_one_no_longer_seen_goes(base):
    first = search_clusters(on=TODAY)
    keys = set(ClusterProposal.objects.values_list("pk", flat=True))
    again = search_clusters(on=TODAY + timedelta(days=30))
    assert (again.found, again.seen_again) == (0, first.found)
    assert set(ClusterProposal.objects.values_list("pk", flat=True)) == keys
    assert set(ClusterProposal.objects.values_list("found_on", flat=True)) == {TODAY + timedelta(days=30)}
    Customer.objects.filter(pk__in=base).update(archived_at=NOW)
    search_clusters(on=TODAY + timedelta(days=60))
    assert set(ClusterProposal.objects.filter(pk__in=keys).values_list("state", flat=True)) == {"gone"}


def test_accepted_it_is_a_segment_with_a_draft_and_nobody_moves(base, admin):
    search_clusters(on=TODAY)
    proposal = ClusterProposal.objects.order_by("-precision", "-recall").first()
    Segment.objects.create(key="x", name=proposal.name, priority=4)
    segment = accept_proposal(proposal, by=admin, at=NOW)
    draft = SegmentRule.objects.get(segment=segment)
    assert (draft.state, draft.criteria) == ("draft", proposal.criteria)
    assert segment.name != proposal.name
    assert segment.priority == 5, "after the others: the one for the rest has the group today"
    assert "Found by their behaviour" in segment.target_definition
    assert not Membership.objects.filter(segment=segment).exists()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, proposal.segment) == ("accepted", admin, segment)
    again = search_clusters(on=TODAY + timedelta(days=30))
    assert again.found == 0, "what is being drafted is not proposed anew"
    with pytest.raises(ProposalDecidedError, match="accepted"):
        refuse_proposal(proposal, reason="Too late", by=admin, at=NOW)


def test_accepted_it_is_asked_before_the_segments_that_have_the_group_today(base, admin):
    vip, others, good = (factories.make_segment(key, priority=n + 1) for n, key in enumerate(("vip", "others", "good")))
    customers = sorted(base)
    Membership.objects.filter(customer__in=customers[:2]).update(segment=vip)
    Membership.objects.exclude(customer__in=customers[:2]).update(segment=others)
    search_clusters(on=TODAY)
    proposal = max(ClusterProposal.objects.all(), key=lambda one: dict(one.today).get(others.pk, 0))
    accepted = accept_proposal(proposal, by=admin, at=NOW)
    asked = Segment.objects.filter(is_fallback=False).order_by("priority").values_list("pk", flat=True)
    assert list(asked) == [vip.pk, accepted.pk, others.pk, good.pk]


def test_refused_with_a_reason_it_is_not_proposed_again(base, admin):
    search_clusters(on=TODAY)
    refused = list(ClusterProposal.objects.all())
    for proposal in refused:
        with pytest.raises(ValueError, match="Say why"):
            refuse_proposal(proposal, reason=" ", by=admin, at=NOW)
        refuse_proposal(proposal, reason="They are our training customers", by=admin, at=NOW)
    again = search_clusters(on=TODAY + timedelta(days=30))
    assert again.found == 0
    assert not ClusterProposal.objects.filter(state="open").exists()
    with pytest.raises(ProposalDecidedError):
        accept_proposal(refused[0], by=admin, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClusterProposal.objects.filter(pk=refused[0].pk).update(reason="")


def test_a_group_that_is_a_segment_already_is_not_proposed(base):
    busy = factories.make_segment("busy")
    Membership.objects.filter(customer__in=base).update(segment=busy)
    search_clusters(on=TODAY)
    assert all(overlap(one.criteria, base) < 0.5 for one in ClusterProposal.objects.all())


def test_a_company_without_customers_has_no_groups(db):
    assert search_clusters(on=TODAY).customers == 0


def test_the_clock_asks_for_one_search_a_month(monkeypatch):
    monkeypatch.setattr("crm.core.job_ledger._ring", lambda job_id: None)
    searches = JobRun.objects.filter(kind="cluster-search")
    for at in (NOW, NOW + timedelta(minutes=1), NOW + timedelta(days=5)):
        request_due_work(at=at)
    assert [job.due_at for job in searches] == [datetime(2026, 11, 1, 5, tzinfo=UTC)]
    request_due_work(at=datetime(2026, 12, 1, 4, 59, tzinfo=UTC))
    assert searches.all().count() == 1
    request_due_work(at=datetime(2026, 12, 1, 5, 0, tzinfo=UTC))
    assert searches.all().count() == 2


def test_an_admin_reads_the_evidence_decides_and_a_manager_only_reads(base, admin, lead, rep, signed_in, monkeypatch):
    monkeypatch.setattr("crm.core.job_ledger._ring", lambda job_id: None)
    client, url = signed_in(admin), reverse("home:cluster-proposal-list")
    assert "No new group" in client.get(url).content.decode()
    client.post(reverse("home:cluster-search-start"))
    assert "New groups are being looked for" in client.get(url).content.decode()
    assert perform_job(JobRun.objects.get(kind="cluster-search").pk)
    page = client.get(url).content.decode()
    assert "What marks them off" in page
    assert "Make it a segment" in page
    proposal = ClusterProposal.objects.filter(state="open").first()
    for spent, words in ((0, "serving them cost nothing"), (4_470_000, "and nothing bought that pays for it")):
        effect = {**proposal.effect, "sales_12m": 0, "service_12m": spent, "service_over": spent}
        ClusterProposal.objects.filter(pk=proposal.pk).update(effect=effect)
        assert words in client.get(url).text
    reader = signed_in(lead).get(url).content.decode()
    assert "What marks them off" in reader
    assert "Make it a segment" not in reader
    counted = f"{proposal.size} customers</a>"
    assert (counted in page, counted in reader) == (True, False), "a list of his own would hold fewer"
    assert "Those among your customers" in reader
    refuse = reverse("home:cluster-proposal-refuse", args=[proposal.pk])
    assert signed_in(lead).post(refuse, {"reason": "No"}).status_code == 403
    assert signed_in(rep).get(url).status_code == 403
    unsaid = client.post(refuse, {"reason": ""})
    assert unsaid.status_code == 422
    assert "data-focus" in unsaid.text, "far down the page: the keyboard goes where a word is missing"
    client.post(refuse, {"reason": "Training customers"})
    assert "Training customers" in client.get(url).content.decode()
    again = client.post(reverse("home:cluster-proposal-accept", args=[proposal.pk]), follow=True).content.decode()
    assert "decided already" in again
    rule = client.get(
        reverse("home:customer-list"), {"rule": '{"metric": "main_family", "operator": "is", "value": "x"}'}
    )
    assert rule.status_code == 200


def test_accepting_in_the_browser_leads_to_the_editor_of_the_draft(base, admin, signed_in):
    search_clusters(on=TODAY)
    proposal = ClusterProposal.objects.first()
    response = signed_in(admin).post(reverse("home:cluster-proposal-accept", args=[proposal.pk]))
    proposal.refresh_from_db()
    assert response.headers["Location"] == reverse("segments:segment-edit", args=[proposal.segment_id])
