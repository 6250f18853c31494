"""The page about the data: its numbers are counts by hand, and each opens the very customers it counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from crm.home.data_health import draw_line, list_first, tell_wrong
from customers.models import ContactPoint, Customer, DuplicatePair, Person, ProfileFact
from interactions.models import Interaction
from segments.care_figures import write_care_figures
from segments.models import SegmentDay
from segments.segment_figures import write_segment_figures
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
WHOLE = {"city": "Aarhus", "country": "DK", "language": "da", "industry": "machines"}
LONG_AGO = TODAY - timedelta(days=366)
A_YEAR_AGO = TODAY - timedelta(days=365)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(AT)


@pytest.fixture
def segment(db):
    return factories.make_segment("premium")


def make(segment, *, points=("email", "phone"), proven=TODAY, people=1, team=None, grade="A1", **fields):
    """A customer of whom all is known, but for what is said."""
    customer = factories.make_customer(team=team, **{**WHOLE, **fields})
    factories.put_in_segment(customer, segment)
    factories.set_score(customer, grade=grade)
    for number in range(people):
        factories.make_person(customer, name=f"Person {number}", job_title="buyer")
    for kind in points:
        add_point(customer, kind, proven_on=proven)
    return customer


def add_point(customer, kind, **fields):
    value = f"{kind}-{customer.pk}-{ContactPoint.objects.count()}@x.example"
    return ContactPoint.objects.create(customer=customer, kind=kind, value=value, value_normal=value, **fields)


def leave(customer, *, on, title="buyer", with_point=False):
    person = factories.make_person(customer, name="Left Lind", job_title=title, left_on=on)
    if with_point:
        add_point(customer, "email", person=person, is_valid=False)
    return person


def tell_fact(customer, *, on, **fields):
    ProfileFact.objects.create(customer=customer, label="Rivals", value="Two", told_on=on, **fields)


def talk(customer, *, on, outcome="talked"):
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    Interaction.objects.create(customer=customer, channel="call", happened_at=at, outcome=outcome)


def count_night():
    write_segment_figures(on=TODAY)
    write_care_figures(on=TODAY)


def old(segment):
    return make(segment, proven=LONG_AGO)


CASES = {
    "all is known": (lambda segment: make(segment), set()),
    "no e-mail": (lambda segment: make(segment, points=("phone",)), {"no_email"}),
    "no phone": (lambda segment: make(segment, points=("email",)), {"no_phone"}),
    "a web page alone": (lambda segment: make(segment, points=("web",)), {"no_email", "no_phone", "unreached"}),
    "nobody is named": (lambda segment: make(segment, people=0), {"unreached"}),
    "mail came back, another works": (
        lambda segment: add_point(make(segment), "email", is_valid=False),
        {"bounced"},
    ),
    "mail came back of somebody who left long ago": (
        lambda segment: leave(make(segment), on=date(2020, 1, 1), with_point=True),
        set(),
    ),
    "a number that is dead is no bounced mail": (
        lambda segment: add_point(make(segment), "phone", is_valid=False),
        set(),
    ),
    "the buyer left, another buys": (lambda segment: leave(make(segment), on=TODAY), set()),
    "the technician left": (lambda segment: leave(make(segment), on=TODAY, title="technician"), {"vacant"}),
    "capitals make no other post": (lambda segment: leave(make(segment), on=TODAY, title="BUYER"), set()),
    "left a year and a day ago": (lambda segment: leave(make(segment), on=LONG_AGO, title="technician"), set()),
    "leaves next week": (
        lambda segment: leave(make(segment), on=TODAY + timedelta(days=7), title="technician"),
        set(),
    ),
    "whoever left had no title, somebody is there": (lambda segment: leave(make(segment), on=TODAY, title=""), set()),
    "the only one left": (
        lambda segment: leave(make(segment, people=0), on=TODAY, title=""),
        {"vacant", "unreached"},
    ),
    "nothing proven for 366 days": (lambda segment: old(segment), {"stale"}),
    "never proven": (lambda segment: make(segment, proven=None), {"stale"}),
    "proven 365 days ago": (lambda segment: make(segment, proven=A_YEAR_AGO), set()),
    "a fact was told": (lambda segment: tell_fact(old(segment), on=TODAY), set()),
    "a fact was told and taken back": (
        lambda segment: tell_fact(old(segment), on=TODAY, withdrawn_on=TODAY),
        {"stale"},
    ),
    "a talk": (lambda segment: talk(old(segment), on=TODAY), set()),
    "a try that reached nobody": (lambda segment: talk(old(segment), on=TODAY, outcome="not_reached"), {"stale"}),
    "no city": (lambda segment: make(segment, city=""), {"incomplete"}),
    "no industry": (lambda segment: make(segment, industry=""), {"incomplete"}),
    "a person needs no industry": (lambda segment: make(segment, industry="", kind="person"), set()),
}


def test_each_gap_is_counted_where_it_is_and_its_link_opens_those_customers(segment, admin, signed_in):
    """All cases are customers of one company, so whoever is counted for another's gap is found too."""
    for case, (build, _gaps) in CASES.items():
        before = set(Customer.objects.values_list("pk", flat=True))
        build(segment)
        Customer.objects.exclude(pk__in=before).update(name=case)
    assert sorted(Customer.objects.values_list("name", flat=True)) == sorted(CASES)
    count_night()
    client = signed_in(admin)
    row = client.get(reverse("home:data-health")).context["rows"][0]
    assert row.health.customers == len(CASES)
    links = {**row.links.gaps, "unreached": row.links.unreached}
    counted = {**row.health.gaps, "unreached": row.health.unreached}
    assert set().union(*(gaps for _build, gaps in CASES.values())) == set(links) == set(counted)
    for gap, url in links.items():
        expected = {case for case, (_build, gaps) in CASES.items() if gap in gaps}
        assert {one.name for one in client.get(url).context["list"].rows} == expected, gap
        assert counted[gap] == len(expected), gap
        said, other = ("%22yes%22", "%22no%22") if "%22yes%22" in url else ("%22no%22", "%22yes%22")
        if said in url:
            opposite = client.get(url.replace(said, other)).context["list"]
            assert opposite.shown == str(len(CASES) - len(expected)), gap


def test_a_list_of_a_gap_reads_the_table_of_customers_once(segment, admin, signed_in):
    """A second time it would be looked up for each of the thousands who may be meant."""
    leave(make(segment, people=0), on=TODAY)
    count_night()
    client = signed_in(admin)
    links = client.get(reverse("home:data-health")).context["rows"][0].links.gaps
    with CaptureQueriesContext(connection) as queries:
        assert len(client.get(links["vacant"]).context["list"].rows) == 1
    asked = [query["sql"] for query in queries if "customers_person other" in query["sql"]]
    assert asked
    assert not [sql for sql in asked if "customers_customer c" in sql]


def test_the_numbers_follow_segment_team_and_class(segment, admin, lead, north, south, signed_in):
    low = factories.make_segment("low", name="Low-cost", mark="low", priority=2)
    make(segment, team=north, points=("phone",))
    make(segment, team=south, grade="C1")
    make(low, team=south, people=0)
    make(low, team=None)
    gone = make(low, team=north)
    type(gone).objects.filter(pk=gone.pk).update(archived_at=AT)
    count_night()
    page = signed_in(admin).get(reverse("home:data-health")).context
    assert [(row.segment.key, row.health.customers, row.health.reached) for row in page["rows"]] == [
        ("premium", 2, 2),
        ("low", 2, 1),
    ]
    assert (page["total"].health.customers, page["total"].health.gaps["no_email"]) == (4, 1)
    assert (page["best"].health.customers, page["best"].health.reached) == (3, 2)
    of_lead = signed_in(lead).get(reverse("home:data-health")).context
    assert (of_lead["total"].health.customers, of_lead["total"].health.gaps["no_email"]) == (1, 1)
    of_south = signed_in(admin).get(reverse("home:data-health"), {"team": south.pk}).context
    assert of_south["total"].health.customers == 2
    assert f"team={south.pk}" in of_south["total"].links.gaps["stale"]


def test_before_the_first_night_the_page_says_what_is_missing(admin, signed_in):
    assert "No figures yet" in signed_in(admin).get(reverse("home:data-health")).content.decode()


def test_an_evening_before_gaps_were_counted_shows_dashes_and_no_zeros(segment, admin, signed_in):
    make(segment, points=("phone",))
    count_night()
    SegmentDay.objects.update(reach={"A": [1, 1]})
    text = signed_in(admin).get(reverse("home:data-health")).content.decode()
    assert "known from the next night on" in text
    assert "100%" in text


def test_pairs_are_shown_to_whoever_may_merge(segment, admin, executive, signed_in):
    first, second = make(segment), make(segment)
    DuplicatePair.objects.create(first=first, second=second, percent=90)
    count_night()
    page = signed_in(admin).get(reverse("home:data-health"))
    assert page.context["pairs"] == 1
    assert reverse("home:duplicate-queue") in page.content.decode()
    page = signed_in(executive).get(reverse("home:data-health"))
    assert page.context["pairs"] is None
    assert "Pairs that may be one" not in page.content.decode()


def test_the_best_out_of_reach_come_first_with_what_to_do(segment, admin, lead, north, signed_in):
    small = make(segment, team=north, points=("phone",))
    large = make(segment, team=north, people=0, name="Größer & Söhne <GmbH>")
    factories.set_score(large, grade="A1", sales_12m_cents=9_000_000)
    make(segment, team=north, people=0, grade="C1")
    make(segment, people=0)  # of no team: the lead does not see them
    make(segment, team=north)
    assert [(row.customer, row.todo) for row in list_first(lead, team=None)] == [
        (large, "ask for a name"),
        (small, "ask at the next call"),
    ]
    page = signed_in(lead).get(reverse("home:mend-first"), headers={"hx-request": "true"}).content.decode()
    assert "<html" not in page
    assert escape("Größer & Söhne <GmbH>") in page
    assert len(list_first(admin, team=None)) == 3
    assert len(list_first(admin, team=north)) == 2


def person(name="Kenichi Mori", title="buyer", left=None):
    return Person(name=name, job_title=title, left_on=left)


def point(kind, *, works=True):
    return ContactPoint(kind=kind, value=f"a {kind}", is_valid=works)


@pytest.mark.parametrize(
    ("people", "points", "wrong", "todo"),
    [
        ([], [point("email")], "Nobody is known by name", "ask for a name"),
        (
            [person(left=TODAY)],
            [point("email")],
            "Kenichi Mori left, and nobody else is known",
            "ask who follows",
        ),
        (
            [person()],
            [point("email", works=False), point("phone")],
            "Mail came back: a email",
            "ask for a new address",
        ),
        ([person()], [point("web")], "No number or address that works", "find a number"),
        (
            [person(), person("Ida Holm", "technician", TODAY)],
            [point("email")],
            "Ida Holm, technician, left",
            "ask who has the post",
        ),
        ([person()], [point("phone")], "No e-mail, phone only", "ask at the next call"),
    ],
)
def test_what_is_wrong_is_said_the_worst_first(people, points, wrong, todo):
    assert tell_wrong(people, points) == (wrong, todo)


def test_the_line_needs_two_evenings_and_stays_in_its_frame():
    assert draw_line([(TODAY, 0.8)]) is None
    line = draw_line([(TODAY - timedelta(days=30), 0.71), (TODAY, 0.83)])
    assert (line.first_share, line.last_share) == (0.71, 0.83)
    assert [share for _y, share in line.grid] == pytest.approx([0.7, 0.8, 0.9, 1.0])
    low = draw_line([(TODAY - timedelta(days=1), 0.0), (TODAY, 1.0)])
    assert [share for _y, share in low.grid] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
