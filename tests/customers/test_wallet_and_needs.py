"""What a customer spends with everybody, what he could buy, what he needs: noted with evidence, kept by date."""

import html
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.local_time import company_day
from crm.core.metric_catalogue import METRICS
from crm.home.heard_list import answer_url
from customers.models import CustomerNeed, Need, Potential, PurchaseDay, WalletEstimate
from customers.need_noting import NeedRefused, answer_need, forget_need, note_need
from customers.potential_noting import PotentialRefused, find_potential, note_potential
from customers.wallet_estimating import Supplier, WalletRefused, estimate_wallet, read_wallet_share
from segments.rules.criteria import compile_criteria
from tests import factories

TODAY = date(2026, 11, 23)


def buy(customer, cents, day=TODAY):
    PurchaseDay.objects.create(customer=customer, day=day, amount_cents=cents, cost_cents=0, orders=1, lines=1)


def estimate(customer, rep, **fields):
    values = {"total_cents": 420_000_00, "source": "Told by Søren Holm", "by": rep, "on": TODAY, **fields}
    return estimate_wallet(customer, **values)


# --- share of wallet -------------------------------------------------------------------------------------------------


def test_our_share_has_a_range_rivals_and_an_age(customer, rep):
    buy(customer, 147_000_00)
    buy(customer, 999_00, day=TODAY - timedelta(days=365))  # a day too long ago
    estimate(
        customer,
        rep,
        low_cents=294_000_00,
        high_cents=588_000_00,
        suppliers=[Supplier("  Skandinavisk   Tætning ", 40), Supplier("Nordlager", 10), Supplier(" ")],
    )
    found = read_wallet_share(customer, on=TODAY)
    assert (found.range.share, found.range.low, found.range.high) == pytest.approx((0.35, 0.25, 0.5))
    assert [one.name for one in found.suppliers] == ["Skandinavisk Tætning", "Nordlager"]
    assert found.unnamed == pytest.approx(0.15)
    assert found.room_cents == 273_000_00
    assert not found.is_old
    assert read_wallet_share(customer, on=TODAY + timedelta(days=366)).is_old


def test_without_an_estimate_there_is_no_share(customer):
    found = read_wallet_share(customer, on=TODAY)
    assert (found.estimate, found.range, found.room_cents, found.sales_cents) == (None, None, None, 0)


def test_a_part_nobody_knows_leaves_the_rest_unknown(customer, rep):
    estimate(customer, rep, suppliers=[Supplier("Nordlager")])
    assert read_wallet_share(customer, on=TODAY).unnamed is None


def test_the_newest_estimate_counts_and_the_one_before_stays(customer, rep):
    estimate(customer, rep, on=TODAY - timedelta(days=30), total_cents=100_00)
    estimate(customer, rep, total_cents=200_00)
    assert read_wallet_share(customer, on=TODAY).estimate.total_cents == 200_00
    assert read_wallet_share(customer, on=TODAY - timedelta(days=1)).estimate.total_cents == 100_00
    assert WalletEstimate.objects.filter(customer=customer).count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"total_cents": 900_00}, "more than that from us"),
        ({"suppliers": [Supplier("A", 60), Supplier("B", 41)]}, "more than 100%"),
        ({"suppliers": [Supplier("A", 1), Supplier("a", 1)]}, "twice"),
        ({"low_cents": 500_000_00}, "between"),
        ({"source": "  "}, "where the figure comes from"),
    ],
)
def test_an_estimate_that_cannot_be_is_refused_with_the_reason(customer, rep, fields, words):
    buy(customer, 1_000_00)
    with pytest.raises(WalletRefused, match=words):
        estimate(customer, rep, **fields)
    assert not WalletEstimate.objects.exists()


def test_a_rep_estimates_in_the_dialog_and_the_card_shows_it(customer, rep, signed_in):
    client = signed_in(rep)
    url = reverse("customers:wallet-new", args=[customer.pk])
    words = {"total": "420 000", "low": "300 000", "high": "", "confidence": "high", "source": "Their buyer"}
    words |= {"name_1": "Nordlager", "percent_1": "101"}
    refused = client.post(url, words)
    assert refused.status_code == 422
    assert not WalletEstimate.objects.exists()
    sent = client.post(url, words | {"percent_1": "40"}, headers={"hx-request": "true", "hx-target": "dialog"})
    assert sent.headers["HX-Redirect"] == reverse("home:customer-page", args=[customer.pk])
    card = client.get(reverse("customers:wallet-card", args=[customer.pk])).content.decode()
    assert "Nordlager" in card
    assert "40%" in card
    assert "Their buyer" in card


def test_a_narrow_range_of_our_share_is_told_in_figures_too(customer, rep, signed_in):
    buy(customer, 70_000_00)
    estimate(customer, rep, low_cents=340_000_00, high_cents=480_000_00)
    card = signed_in(rep).get(reverse("customers:wallet-card", args=[customer.pk])).content.decode()
    assert ">15% – 21%</text>" in card


# --- potential -------------------------------------------------------------------------------------------------------


def test_potential_is_kept_by_date_with_its_evidence(customer, rep):
    note_potential(
        customer, yearly_cents=50_000_00, evidence="Asked for a quote on valves", by=rep, on=date(2026, 3, 2)
    )
    note_potential(customer, yearly_cents=80_000_00, evidence="Second shift from May", by=rep, on=TODAY)
    note_potential(customer, yearly_cents=80_000_00, evidence="Second shift from May", by=rep, on=TODAY)
    assert find_potential(customer, on=TODAY).yearly_cents == 80_000_00
    assert find_potential(customer, on=date(2026, 4, 1)).yearly_cents == 50_000_00
    assert Potential.objects.filter(customer=customer).count() == 2


@pytest.mark.parametrize("fields", [{"yearly_cents": -1}, {"evidence": " "}])
def test_potential_without_evidence_or_below_zero_is_refused(customer, rep, fields):
    with pytest.raises(PotentialRefused):
        note_potential(customer, **{"yearly_cents": 1, "evidence": "x", "by": rep, "on": TODAY, **fields})


# --- needs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def quick(db):
    return Need.objects.create(name="Delivery within a day")


def test_a_need_is_noted_with_evidence_and_corrected_with_history(customer, rep, quick):
    row = note_need(customer, quick, evidence="Line stood still in May", source="Søren Holm", by=rep, on=TODAY)
    assert row.is_met is None
    note_need(customer, quick, evidence="We deliver by van now", by=rep, on=TODAY, is_met=True)
    row = CustomerNeed.objects.get(customer=customer)
    assert (row.is_met, row.evidence) == (True, "We deliver by van now")
    assert CustomerNeed.pgh_event_model.objects.get(pgh_obj=row.pk).evidence == "Line stood still in May"
    forget_need(row)
    assert not CustomerNeed.objects.exists()


def test_a_need_without_evidence_or_out_of_use_is_refused(customer, rep, quick):
    with pytest.raises(NeedRefused, match="evidence"):
        note_need(customer, quick, evidence=" ", by=rep, on=TODAY)
    Need.objects.update(is_active=False)
    quick.refresh_from_db()
    with pytest.raises(NeedRefused, match="no longer in use"):
        note_need(customer, quick, evidence="They said so", by=rep, on=TODAY)


def test_a_rule_can_ask_for_a_need(customer, rep, quick):
    other = factories.make_customer()
    note_need(customer, quick, evidence="They said so", by=rep, on=TODAY, is_met=False)
    note_need(other, Need.objects.create(name="Advice on site"), evidence="They said so", by=rep, on=TODAY, is_met=True)
    from django.db import connection

    def ask(metric, operator, value):
        rule = compile_criteria({"metric": metric, "operator": operator, "value": value}, METRICS, today=TODAY)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT c.id FROM customers_customer c {' '.join(rule.joins)} WHERE {rule.where}", rule.params
            )
            return {row[0] for row in cursor.fetchall()}

    assert ask("needs", "contains", "delivery within") == {customer.pk}
    assert ask("unmet_needs", "at_least", 1) == {customer.pk}
    assert ask("needs_met_share", "at_least", 1) == {other.pk}
    assert ask("needs", "contains", "nothing of the kind") == set()


def test_a_need_keeps_its_day_until_it_is_heard_again(customer, rep, lead, quick):
    heard = {"evidence": "Line stood still in May", "by": rep, "on": date(2026, 5, 4)}
    note_need(customer, quick, **heard)
    row = note_need(customer, quick, **{**heard, "by": lead, "on": TODAY}, is_met=True)
    assert (row.noted_on, row.noted_by, row.is_met) == (date(2026, 5, 4), rep, True)


def test_what_came_of_a_need_is_said_in_words_and_taken_back(customer, rep, quick):
    row = note_need(customer, quick, evidence="Line stood still in May", by=rep, on=date(2026, 5, 4))
    with pytest.raises(NeedRefused, match="what changed"):
        answer_need(row, answer="changed", text=" ", on=TODAY)
    row = answer_need(row, answer="changed", text="A van leaves at noon", on=TODAY)
    assert (row.answer, row.answer_text, row.answered_on) == ("changed", "A van leaves at noon", TODAY)
    row = answer_need(row, answer="changed", text="A van leaves at noon", on=date(2027, 1, 1))
    assert row.answered_on == TODAY
    row = answer_need(row, answer="", text="", on=TODAY)
    assert (row.answer, row.answer_text, row.answered_on) == ("", "", None)


def test_a_rep_says_what_changed_and_sees_it_counted(customer, rep, quick, signed_in):
    client = signed_in(rep)
    row = note_need(customer, quick, evidence="Line stood still", by=rep, on=company_day(timezone.now()))
    other = Need.objects.create(name="Advice on site")
    note_need(customer, other, evidence="They asked", by=rep, on=company_day(timezone.now()))
    assert "0 of 2" in client.get(reverse("home:my-day")).content.decode()
    url = reverse("customers:customer-need-answer", args=[row.pk])
    refused = client.post(url, {"text": "A van leaves at noon"})
    assert refused.status_code == 422
    assert "A van leaves at noon" in refused.content.decode()
    said = {"answer": "changed", "text": "A van leaves at noon", "next": "/customers/heard/?answer=waiting"}
    assert client.post(url, said).headers["Location"] == said["next"]
    assert "1 of 2" in client.get(reverse("home:my-day")).content.decode()
    assert "A van leaves at noon" in client.get(reverse("customers:need-card", args=[customer.pk])).content.decode()
    waiting = client.get(reverse("home:heard-list"), {"answer": "waiting"})
    (row,) = waiting.context["list"].rows
    assert str(row.need) == "Advice on site"
    shown = client.get(answer_url(row)).content.decode()
    assert 'name="next" value="/customers/heard/?answer=waiting"' in shown
    assert (waiting.context["heard"][0].heard, waiting.context["heard"][0].changed) == (2, 1)
    links = re.findall(r'href="([^"]*heard/\?since[^"]*)">(\d+)<', waiting.content.decode())
    assert [count for _url, count in links] == ["2", "1", "0", "1"]
    for url, count in links:
        assert len(client.get(html.unescape(url)).context["list"].rows) == int(count)


def test_who_only_reads_sees_what_came_of_it_without_a_way_to_change_it(customer, rep, viewer, quick, signed_in):
    row = note_need(customer, quick, evidence="Line stood still", by=rep, on=TODAY)
    shown = signed_in(viewer).get(reverse("home:heard-list")).content.decode()
    assert "Line stood still" in shown
    assert reverse("customers:customer-need-answer", args=[row.pk]) not in shown


def test_a_rep_notes_and_takes_off_a_need(customer, rep, quick, signed_in):
    client = signed_in(rep)
    words = {"need": quick.pk, "evidence": "Line stood still in May", "is_met": "no"}
    assert client.post(reverse("customers:customer-need-new", args=[customer.pk]), words).status_code == 302
    row = CustomerNeed.objects.get()
    assert (row.is_met, row.noted_by) == (False, rep)
    card = client.get(reverse("customers:need-card", args=[customer.pk])).content.decode()
    assert "Delivery within a day" in card
    assert "not met" in card
    assert client.post(reverse("customers:customer-need-remove", args=[row.pk])).status_code == 302
    assert not CustomerNeed.objects.exists()
