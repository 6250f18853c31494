"""Customers whose process costs more or less than they bring are found, listed and moved."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from crm.core.models import Team
from customers.models import Customer
from segments.care_figures import write_care_figures
from segments.customer_pinning import pin_customer
from segments.models import CurrentScore, Membership, Pin, ProcessMisfit, Segment, SegmentDay
from segments.segment_figures import write_segment_figures
from tests.home.segment_company import _quiet, company, figures_of, keep_evening
from tests.segments.purchase_world import END

__all__ = ["_quiet", "company"]

pytestmark = pytest.mark.django_db


def make_misfits(company):
    """The better half of Standard is in Premium, but for its best four; and Premium's worst stays where it is."""
    standard, premium = (Segment.objects.get(key=key) for key in ("standard", "premium"))
    scores = CurrentScore.objects.filter(
        customer__memberships__in=Membership.objects.current().filter(segment=standard)
    )
    ordered = [score.customer_id for score in scores.order_by("-contribution_12m_cents", "customer_id")]
    lifted = [*ordered[4 : len(ordered) // 2], ordered[-1]]
    Membership.objects.current().filter(customer__in=lifted).update(segment=premium)
    Customer.objects.filter(pk=ordered[0]).update(team=Team.objects.get(name="North"))
    Customer.objects.filter(pk=ordered[1]).update(team=Team.objects.get(name="South"))
    write_segment_figures(on=END)
    write_care_figures(on=END)
    return ordered[:4], ordered[-1]


def test_a_customer_whose_process_does_not_fit_is_listed_and_moved_with_one_click(company, lead, north, signed_in):
    best, worst = make_misfits(company)
    assert set(ProcessMisfit.objects.filter(kind="simple").values_list("customer", flat=True)) >= set(best[:2])
    assert ProcessMisfit.objects.get(customer=worst).kind == "heavy"
    simple = ProcessMisfit.objects.filter(kind="simple", customer__team=north).order_by("-gap_cents").first()
    client = signed_in(lead)
    html = client.get(reverse("home:process-fit"), {"kind": "simple"}).content.decode()
    assert simple.customer.name in html
    assert f"{simple.steps} <span" in html
    counted = figures_of(lead).total
    assert counted.too_simple == ProcessMisfit.objects.filter(kind="simple", customer__team=north).count()
    response = client.post(
        reverse("home:process-fit-move", args=[simple.pk]), {"back": "/segments/fit/?kind=simple"}, follow=True
    )
    assert response.redirect_chain == [("/segments/fit/?kind=simple", 302)]
    assert Membership.objects.current().get(customer=simple.customer).segment == simple.fits
    pin = Pin.objects.get(customer=simple.customer)
    assert (pin.pinned_by, pin.expires_on) == (lead, date(2026, 11, 22) + timedelta(days=180))
    assert "Brings" in pin.reason
    moved = response.content.decode()
    assert f'href="/customers/{simple.customer_id}/"' not in moved
    assert "1 of them has moved since" in moved
    undo = re.search(r'action="([^"]+)" data-undo', moved)[1].replace("&amp;", "&")
    assert client.post(undo, follow=True).redirect_chain == [("/segments/fit/?kind=simple", 302)]
    assert Membership.objects.current().get(customer=simple.customer).segment == simple.segment
    assert f'href="/customers/{simple.customer_id}/"' in client.get("/segments/fit/?kind=simple").content.decode()
    foreign = ProcessMisfit.objects.exclude(customer__team=north).exclude(customer__owner=lead).first()
    assert client.post(reverse("home:process-fit-move", args=[foreign.pk])).status_code == 404


def test_the_list_is_taken_along_whole_as_its_filters_are_set(company, admin, executive, signed_in):
    make_misfits(company)
    client = signed_in(admin)
    shown = client.get(reverse("home:process-fit"), {"kind": "simple"}).content.decode()
    address = re.search(r'href="(/segments/fit\.csv[^"]*)"', shown)[1].replace("&amp;", "&")
    _title, head, *rows = csv.reader(io.StringIO(b"".join(client.get(address).streaming_content).decode()))
    mine = ProcessMisfit.objects.visible_to(admin).filter(kind="simple").order_by("-gap_cents", "-id")
    assert [row[0] for row in rows] == [one.customer.number for one in mine]
    first = dict(zip(head, rows[0], strict=True))
    assert (first["Is in"], first["Fits"]) == (mine[0].segment.name, mine[0].fits.name)
    assert first["Contribution, 12 months"] == f"{mine[0].contribution_cents / 100:.2f}"
    every = b"".join(client.get("/segments/fit.csv").streaming_content).decode()
    assert every.count("\n") == ProcessMisfit.objects.count() + 2 > len(rows) + 2
    assert "/segments/fit.csv" not in signed_in(executive).get(reverse("home:process-fit")).content.decode()


def test_undo_of_a_move_puts_an_earlier_pin_in_force_and_a_stale_page_moves_nobody(company, lead, signed_in):
    make_misfits(company)
    client, simple = signed_in(lead), ProcessMisfit.objects.visible_to(lead).filter(kind="simple").first()
    held = pin_customer(
        simple.customer,
        segment=simple.segment,
        reason="Wants it plain",
        expires_on=END + timedelta(days=90),
        by=lead,
        on=END,
        at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    )
    move = reverse("home:process-fit-move", args=[simple.pk])

    row = client.post(move, {"back": "/segments/fit/"}, headers={"HX-Request": "true"})

    assert row.content.decode().count("<tr") == 1, "the row says what was done, and the list stays where it is"
    assert "for half a year" in row.content.decode()
    undo = json.loads(row.headers["HX-Trigger"])["toasts"]["said"][0]["undo"]
    again = client.post(move, {"back": "/segments/fit/"}, follow=True).content.decode()
    assert "nothing was moved" in again
    client.post(undo)
    assert list(Pin.objects.filter(customer=simple.customer, ended_at=None)) == [held]
    assert Membership.objects.current().get(customer=simple.customer).pin == held


def test_misfits_are_those_a_plain_reading_of_the_lines_finds(company):
    from segments.care_figures import read_segment_care
    from segments.rules.process_fit import find_fit_lines, find_misfit

    make_misfits(company)
    lines = find_fit_lines(read_segment_care(on=END))
    expected = {}
    for member in Membership.objects.current():
        score = CurrentScore.objects.filter(pk=member.customer_id).first()
        if score and score.purchase_days:
            line = find_misfit(lines, segment=member.segment_id, contribution=score.contribution_12m_cents)
            if line:
                expected[member.customer_id] = (line.kind, line.fits)
    kept = {row.customer_id: (row.kind, row.fits_id) for row in ProcessMisfit.objects.all()}
    assert kept == expected
    assert kept, "the world has somebody who does not fit"


def test_figures_of_an_earlier_evening_open_no_list_of_the_last_night(company, admin, signed_in):
    """66 of October opened the 72 of today; and the page of a team opened the customers of all."""
    make_misfits(company)
    SegmentDay.objects.filter(day=END).update(minutes=600)
    keep_evening(END - timedelta(days=30), too_heavy=41)
    client, north = signed_in(admin), Team.objects.get(name="North")

    now = client.get(reverse("home:process-fit"), {"team": north.pk}).content.decode()
    then = client.get(reverse("home:process-fit"), {"day": (END - timedelta(days=30)).isoformat()}).content.decode()

    opened = re.findall(r'href="([^"]*kind=heavy[^"]*)"', now)
    everybody = SegmentDay.objects.filter(day=END, team=None)
    SegmentDay.objects.filter(pk=everybody.first().pk).update(minutes=599)
    overview = client.get(reverse("home:segment-dashboard")).content.decode()
    assert f"{10 * everybody.count()} h logged" in overview, "a minute short of an hour is no hour less"
    assert opened
    assert all(f"team={north.pk}" in link for link in opened)
    assert "as of the last night" in now
    assert "41" in then
    assert "kind=heavy" not in then
    assert "the hours above are those of" in then
    assert f"was=premium.{(END - timedelta(days=30)).isoformat()}" in then
