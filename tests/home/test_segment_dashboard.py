"""The segment dashboard and what opens from it: to whom it concerns, in few queries, as a file too."""

import re
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.models import Complaint
from crm.core.models.business_setting import change_setting, forget_settings
from customers.models import Customer
from interactions.models import Alert
from segments.care_figures import write_care_figures
from segments.customer_pinning import pin_customer
from segments.models import CurrentScore, Membership, Segment
from segments.segment_figures import write_segment_figures
from tests import factories
from tests.home.segment_company import AT, _quiet, company, figures_of, keep_evening
from tests.segments.purchase_world import END

__all__ = ["_quiet", "company"]

pytestmark = pytest.mark.django_db


def test_a_manager_reads_the_page_in_few_queries_and_sees_only_his_team(company, lead, north, south, signed_in):
    client = signed_in(lead)
    client.get(reverse("home:segment-dashboard"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(reverse("home:segment-dashboard"))
    assert len(queries) <= 15
    html = response.content.decode()
    assert f"{company.filter(team=north).count()} customers" in html
    assert "South" not in html
    assert len(response.content) <= 60_000
    forged = client.get(reverse("home:segment-dashboard"), {"team": south.pk}).content.decode()
    assert f"{company.filter(team=north).count()} customers" in forged


def test_every_number_opens_the_customers_behind_it(company, admin, signed_in):
    client = signed_in(admin)
    html = client.get(reverse("home:segment-dashboard")).content.decode()
    assert "?segment=standard" in html
    listed = client.get(reverse("home:customer-list"), {"segment": "standard"})
    count = next(one.figures.customers for one in figures_of(admin).segments if one.segment.key == "standard")
    assert f"{count} customers" in listed.content.decode() or str(count) in listed.content.decode()


def test_each_list_holds_exactly_as_many_as_the_number_that_opened_it(company, admin, signed_in):
    """Counts of segments, classes and moves, who is at risk, and whom to visit now, who need not be in class A."""
    Alert.objects.all().delete()
    trigger = factories.make_trigger("visit-now")
    scores = CurrentScore.objects.order_by("grade")
    gone = factories.make_customer(archived_at=AT)
    for customer in (scores.first().customer, scores.last().customer, gone):
        Alert.objects.create(customer=customer, trigger=trigger, period=END, at_stake_cents=12_300, day=END)
    customers, client = company.order_by("pk"), signed_in(admin)
    premium = Segment.objects.get(key="premium")
    for customer in customers.exclude(memberships__segment=premium)[:4]:
        pin_customer(customer, segment=premium, reason="More", expires_on=END + timedelta(90), by=admin, on=END, at=AT)
    write_segment_figures(on=END)
    html = client.get(reverse("home:segment-dashboard")).content.decode()
    html += client.get(reverse("home:segment-movement"), {"since": str(END - timedelta(1))}).content.decode()
    opened = {}
    for link, words in re.findall(r'<a [^>]*href="(/customers/\?[^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL):
        said = " ".join(re.sub(r"<[^>]+>", " ", words).split())
        number = re.search(r"^Visit now (\d+) |^(?:All )?(\d+)$", said)
        if number and ("sort=" not in link or "visit" in link):
            opened[unescape(link)] = int(number[1] or number[2])
    assert sum(link.count("segment=") for link in opened) >= 4
    assert opened["/customers/?&visit=1&sort=-stake"] == 2
    assert {link: int(client.get(link).context["list"].shown) for link in opened} == opened


def test_whom_an_act_moved_since_the_last_night_is_said_and_listed(company, admin, lead, north, signed_in):
    """Figures are of the evening, lists of now; the page names the difference instead of hiding it."""
    page = reverse("home:segment-dashboard")
    assert "moved since the figures" not in signed_in(admin).get(page).content.decode()
    premium = Segment.objects.get(key="premium")
    others = company.exclude(memberships__segment=premium)
    next_day = END + timedelta(1)
    for customer in (*others.filter(team=north)[:2], others.exclude(team=north).first()):
        pin_customer(
            customer, segment=premium, reason="More", expires_on=END + timedelta(90), by=admin, on=next_day, at=AT
        )
    for reader, moved in ((admin, 3), (lead, 2)):
        client = signed_in(reader)
        html = client.get(page).content.decode()
        link, said = re.search(r'href="([^"]*)">(\d) customers</a> moved since the figures', html).groups()
        assert (int(said), client.get(unescape(link)).context["list"].shown) == (moved, str(moved))


def test_complaints_are_counted_by_the_companys_days_in_figure_and_list(company, admin, signed_in):
    change_setting("company.time_zone", "Pacific/Honolulu", by=admin)
    forget_settings()
    customers = list(company.order_by("pk")[:2])
    begins = datetime(2025, 11, 22, tzinfo=ZoneInfo("Pacific/Honolulu"))  # the first of the 365 days that end with END
    for customer, at in zip(customers, (begins, begins - timedelta(minutes=1)), strict=True):
        Complaint.objects.create(customer=customer, title="Late", taken_at=at)
    write_segment_figures(on=END)
    listed = signed_in(admin).get(reverse("home:customer-list"), {"complained": "1"}).context["list"]
    assert [row.pk for row in listed.rows] == [customers[0].pk]
    assert sum(one.figures.complained for one in figures_of(admin).segments) == 1


def test_before_the_first_night_the_page_says_what_is_missing(lead, signed_in):
    html = signed_in(lead).get(reverse("home:segment-dashboard")).content.decode()
    assert "No figures yet" in html


def test_names_of_customers_are_shown_as_written(company, lead, north, signed_in):
    risky = CurrentScore.objects.filter(customer__team=north, risk=CurrentScore.Risk.HIGH).order_by("-at_stake_cents")
    score = risky.first()
    if score is None:
        factories.make_customer(team=north)
        pytest.skip("nobody of this world is at risk tonight")
    Customer.objects.filter(pk=score.customer_id).update(name="<script>alert(1)</script>")
    html = signed_in(lead).get(reverse("home:segment-at-risk")).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_an_earlier_evening_is_chosen_and_its_figures_open_who_was_there_then(company, admin, signed_in):
    evening = END - timedelta(days=31)
    keep_evening(evening, contribution_cents=100_000)
    client = signed_in(admin)
    html = client.get(reverse("home:segment-dashboard"), {"day": evening.isoformat()}).content.decode()
    assert f"was=standard.{evening.isoformat()}" in html
    assert "risk=high&amp;sort" not in html.split("By segment")[1].split("</table>")[0]
    assert "grade=A" not in html, "who is in class A today is not who was then"
    latest = client.get(reverse("home:segment-dashboard"), {"day": (END + timedelta(1)).isoformat()}).content.decode()
    assert "segment=standard" in latest
    before_all = client.get(reverse("home:segment-dashboard"), {"day": "2020-01-01"}).content.decode()
    assert f"was=standard.{evening.isoformat()}" in before_all, "the first evening there is"


def test_then_and_now_stand_side_by_side_by_segment_and_by_team(company, admin, lead, north, signed_in):
    keep_evening(END - timedelta(days=95), contribution_cents=100_000, customers=7)
    html = signed_in(admin).get(reverse("home:segment-comparison")).content.decode()
    assert "against the 12 months to" in html
    assert html.count(">7</a></td>") >= 3
    assert f"was=standard.{(END - timedelta(days=95)).isoformat()}" in html, "each figure then opens who was there then"
    assert "segment=premium&amp;overdue=1" in html
    assert "By team" in html
    assert "North" in html
    assert "segment=premium&amp;risk=high&amp;sort=-stake" in html, "what is at risk opens those at risk, not everybody"
    of_lead = signed_in(lead).get(reverse("home:segment-comparison")).content.decode()
    assert "South" not in of_lead
    assert "By team" not in of_lead
    nothing_kept = signed_in(admin).get(reverse("home:segment-comparison"), {"since": "2026-01-01"}).content.decode()
    assert "No evening is kept" in nothing_kept


def test_a_company_younger_than_the_period_is_compared_with_its_first_evening(company, admin, signed_in):
    first = END - timedelta(days=20)
    keep_evening(first, contribution_cents=100_000, customers=7)
    shown = signed_in(admin).get(reverse("home:segment-comparison")).context
    assert shown["choice"].since == shown["summary"].compared == first


def test_who_we_can_name_and_reach_is_counted_and_the_others_are_listed(company, admin, north, signed_in):
    from customers.models import ContactPoint

    a_class = [score.customer for score in CurrentScore.objects.filter(grade__startswith="A").order_by("pk")]
    for number, customer in enumerate(a_class[:6]):
        person = factories.make_person(customer, left_on=END if number == 4 else None)
        value = f"{number}@example.test"
        ContactPoint.objects.create(
            customer=customer,
            person=person,
            kind="web" if number == 5 else "email",
            value=value,
            value_normal=value,
            is_valid=number != 3,
        )
    write_care_figures(on=END)
    total = figures_of(admin).total
    assert total.a_reached == pytest.approx(3 / len(a_class))
    assert total.a_unreached == len(a_class) - 3
    assert total.reached == pytest.approx(3 / company.count())
    own = [customer for customer in a_class[:3] if customer.team_id == north.pk]
    assert figures_of(admin, team=north).total.reach["A"][1] == len(own)
    listed = signed_in(admin).get(reverse("home:customer-list"), {"unreachable": "1", "grade": "A"})
    assert listed.context["list"].shown == str(len(a_class) - 3)


def test_the_export_holds_what_the_page_shows_and_runs_nothing(company, admin, lead, north, signed_in):
    Segment.objects.filter(key="standard").update(name="=1+1")
    text = b"".join(signed_in(admin).get(reverse("home:segment-export", args=["csv"])).streaming_content).decode()
    summary = figures_of(admin)
    standard = next(one.figures for one in summary.segments if one.segment.key == "standard")
    line = next(line for line in text.splitlines() if line.startswith("'=1+1,"))
    assert line.split(",")[1:3] == [str(standard.customers), f"{standard.sales_cents / 100:.2f}"]
    assert f"All,{summary.total.customers}," in text
    own = b"".join(signed_in(lead).get(reverse("home:segment-export", args=["csv"])).streaming_content).decode()
    assert f"All,{company.filter(team=north).count()}," in own
    assert signed_in(admin).get(reverse("home:segment-export", args=["xlsx"])).content.startswith(b"PK")
    assert signed_in(admin).get(reverse("home:segment-export", args=["exe"])).status_code == 404


def test_every_page_about_segments_asks_few_questions_and_stays_small(company, admin, lead, signed_in):
    keep_evening(END - timedelta(days=95))
    for user in (admin, lead):
        client = signed_in(user)
        for name in ("segment-dashboard", "segment-comparison", "segment-movement", "process-fit"):
            client.get(reverse(f"home:{name}"))
            with CaptureQueriesContext(connection) as queries:
                response = client.get(reverse(f"home:{name}"))
            assert len(queries) <= 15, name
            assert len(response.content) <= 60_000, name


def test_movement_is_drawn_counted_and_named_between_any_two_days(company, admin, north, lead, signed_in):
    premium = Segment.objects.get(key="premium")
    moving = company.filter(team=north).exclude(memberships__segment=premium).first()
    was = Membership.objects.current().get(customer=moving).segment
    held = {"reason": "More to come", "expires_on": END + timedelta(90), "by": admin, "at": AT}
    pin_customer(moving, segment=premium, on=END + timedelta(1), **held)
    write_segment_figures(on=END + timedelta(1))
    html = signed_in(lead).get(reverse("home:segment-movement"), {"since": END.isoformat()}).content.decode()
    assert "1 moved, 0 came" in html
    assert moving.name in html
    move = f"{was.key}.premium.{END.isoformat()}.{(END + timedelta(1)).isoformat()}"
    assert f"moved={move}" in html
    assert "moved=any.any." in html, "all who moved are a list too"
    file = signed_in(lead).get(reverse("home:movement-export", args=["csv"]), {"since": END.isoformat()})
    assert b"".join(file.streaming_content).decode().splitlines()[-1] == "All,1,1"
    listed = signed_in(lead).get(reverse("home:customer-list"), {"moved": move})
    assert [row.pk for row in listed.context["list"].rows] == [moving.pk]
    assert (
        "One evening alone"
        in signed_in(lead)
        .get(reverse("home:segment-movement"), {"since": END.isoformat(), "until": END.isoformat()})
        .content.decode()
    )
