"""The most valuable: the best by the last fiscal year's sales, the nominated, and the list made again by hand."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from math import ceil

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.models.business_setting import change_setting, forget_settings
from customers.models import PurchaseDay
from segments.customer_nominating import (
    NominationRefused,
    approve_nomination,
    nominate_customer,
    withdraw_nomination,
)
from segments.models import Nomination, ValueBand, ValueRanking
from segments.value_band_writing import write_value_bands
from tests import factories

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = AT.date()


def buy(customer, cents, day=date(2025, 6, 1)):
    PurchaseDay.objects.create(customer=customer, day=day, amount_cents=cents, cost_cents=0, orders=1, lines=1)


@pytest.fixture
def company(rep):
    """Thirty customers of Ana's who bought for 1 to 30 in 2025, and one who bought only before."""
    made = [factories.make_customer(owner=rep, team=rep.team) for _n in range(30)]
    for number, customer in enumerate(made, start=1):
        buy(customer, number * 100)
        buy(customer, 100_000_00, day=date(2026, 1, 1))  # another fiscal year
    buy(factories.make_customer(team=rep.team), 99_999_00, day=date(2024, 12, 31))
    return made


def shown(client, query=""):
    """Names on the page in their order."""
    page = client.get(reverse("home:most-valuable") + query)
    return [row.pk for row in page.context["list"].rows]


def test_the_night_ranks_by_the_last_complete_fiscal_year(company):
    assert write_value_bands(on=TODAY) == 30
    best = ValueBand.objects.order_by("place").first()
    assert (best.customer_id, best.place, best.sales_cents) == (company[-1].pk, 1, 30_00)
    ranking = ValueRanking.objects.get()
    assert (ranking.first_day, ranking.last_day) == (date(2025, 1, 1), date(2025, 12, 31))
    assert ranking.sales_cents == sum(range(1, 31)) * 100


def test_the_fiscal_year_is_a_setting(company):
    change_setting("company.fiscal_year_month", 7)
    write_value_bands(on=TODAY)
    assert ValueRanking.objects.get().first_day == date(2025, 7, 1)
    assert ValueBand.objects.get(customer=company[0]).sales_cents == 100_000_00


def test_equal_sales_stand_by_record_and_losses_have_no_place(rep):
    first, second, third = (factories.make_customer() for _n in range(3))
    buy(second, 500)
    buy(first, 500)
    buy(third, -500)
    write_value_bands(on=TODAY)
    assert list(ValueBand.objects.order_by("place").values_list("customer_id", flat=True)) == [first.pk, second.pk]


def test_the_same_evening_again_writes_nothing_and_who_left_goes(company):
    write_value_bands(on=TODAY)
    before = {row["customer_id"]: row for row in ValueBand.objects.values()}
    write_value_bands(on=TODAY)
    assert {row["customer_id"]: row for row in ValueBand.objects.values()} == before
    company[-1].archived_at = AT
    company[-1].save()
    write_value_bands(on=TODAY)
    assert ValueBand.objects.get(place=1).customer_id == company[-2].pk


def test_the_page_shows_the_best_tenth_and_says_who_has_nobody(company, rep, signed_in):
    write_value_bands(on=TODAY)
    type(company[-2]).objects.filter(pk=company[-2].pk).update(owner=None)
    client = signed_in(rep)
    assert shown(client) == [one.pk for one in company[:-4:-1]]
    assert shown(client, "?nobody=1") == [company[-2].pk]
    change_setting("bands.most_valuable", 0.05)
    forget_settings()
    assert shown(client) == [company[-1].pk, company[-2].pk]


def test_a_nomination_carries_its_author_and_counts_when_approved(company, rep, lead, signed_in):
    write_value_bands(on=TODAY)
    client, manager = signed_in(rep), signed_in(lead)
    offered = client.get(reverse("segments:nomination-new", args=[company[0].pk])).context["form"]["until"].value()
    assert offered > date.today() + timedelta(days=100), "an end is proposed, half a year from now"  # noqa: DTZ011
    sent = {"reason": "They build a second plant", "until": (date.today() + timedelta(days=90)).isoformat()}  # noqa: DTZ011
    client.post(reverse("segments:nomination-new", args=[company[0].pk]), sent)
    nomination = Nomination.objects.get()
    assert (nomination.nominated_by, nomination.state) == (rep, "proposed")
    assert company[0].pk not in shown(manager)
    assert shown(manager, "?waiting=1") == [company[0].pk]
    assert client.post(reverse("segments:nomination-approve", args=[nomination.pk])).status_code == 403
    manager.post(reverse("segments:nomination-approve", args=[nomination.pk]))
    assert shown(manager)[-1] == company[0].pk
    html = manager.get(reverse("home:most-valuable")).content.decode()
    assert "They build a second plant" in html
    assert "Ana Ribeiro" in html
    manager.post(reverse("segments:nomination-withdraw", args=[nomination.pk]))
    assert company[0].pk not in shown(manager)


def test_a_nominated_customer_without_sales_stands_last(company, rep, lead, signed_in):
    write_value_bands(on=TODAY)
    fresh = factories.make_customer(owner=rep, team=rep.team)
    on = timezone.localdate()
    nomination = nominate_customer(fresh, reason="Large", until=on + timedelta(days=9), by=rep, on=on)
    approve_nomination(nomination, by=lead, at=timezone.now(), on=on)
    assert shown(signed_in(rep))[-1] == fresh.pk


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"reason": " "}, "reason"), ({"until": TODAY - timedelta(days=1)}, "between"), ({"until": date.max}, "between")],
)
def test_a_nomination_needs_a_reason_and_an_end(customer, rep, fields, words):
    with pytest.raises(NominationRefused, match=words):
        nominate_customer(customer, **{"reason": "x", "until": TODAY, "by": rep, "on": TODAY, **fields})


def test_twice_is_refused_until_the_first_is_over(customer, rep, lead):
    first = nominate_customer(customer, reason="x", until=TODAY, by=rep, on=TODAY)
    with pytest.raises(NominationRefused, match="already"):
        nominate_customer(customer, reason="x", until=TODAY, by=rep, on=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(NominationRefused, match="over"):
        approve_nomination(first, by=lead, at=AT, on=tomorrow)
    second = nominate_customer(customer, reason="x", until=tomorrow, by=rep, on=tomorrow)
    withdraw_nomination(second, by=lead, at=AT)
    with pytest.raises(NominationRefused, match="over"):
        approve_nomination(second, by=lead, at=AT, on=tomorrow)


def make_again_by_hand(text):
    """The list as somebody with the file and a spreadsheet makes it; record numbers in order."""
    rows = list(csv.DictReader(io.StringIO(text)))
    bought = sorted((r for r in rows if r["place"]), key=lambda r: (-float(r["net_sales"]), int(r["record"])))
    best = bought[: ceil(round(len(bought) * float(rows[0]["best_share"]), 9))]
    nominated = [r for r in rows if r["nominated_until"]]
    return {int(r["record"]) for r in best} | {int(r["record"]) for r in nominated}


def test_the_list_is_made_again_by_hand_from_the_export(company, rep, lead, admin, signed_in):
    fresh = factories.make_customer(name='=2+3 "x", y')
    on = timezone.localdate()
    for customer in (company[2], fresh):
        nomination = nominate_customer(customer, reason="Large", until=on + timedelta(days=9), by=rep, on=on)
        approve_nomination(nomination, by=lead, at=timezone.now(), on=on)
    write_value_bands(on=TODAY)
    client = signed_in(admin)
    text = b"".join(client.get(reverse("home:most-valuable-export")).streaming_content).decode()
    assert make_again_by_hand(text) == set(shown(client))
    assert len(make_again_by_hand(text)) == 5
    assert '"\'=2+3 ""x"", y"' in text


def test_a_manager_exports_only_his_customers(company, lead, other_rep, signed_in):
    foreign = factories.make_customer(team=other_rep.team, name="Ostrava")
    buy(foreign, 10_000_00)
    write_value_bands(on=TODAY)
    text = b"".join(signed_in(lead).get(reverse("home:most-valuable-export")).streaming_content).decode()
    assert "Ostrava" not in text
    assert text.count("\r\n") == 31
