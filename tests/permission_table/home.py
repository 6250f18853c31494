"""The addresses of ``home``."""

from datetime import UTC, date, datetime

from customers.customer_merging import merge_customers
from customers.models import DuplicatePair, ReferenceVisit, Referral, ShowroomReference, WantedCompany
from segments.models import ClusterProposal, ProcessMisfit, SegmentDay
from tests import factories
from tests.permission_table import ROLES, Row, World, everybody, only, who_sees_north
from tests.permission_table.lists import LIST_ROWS

SELLERS = ("rep", "lead", "admin")
LEADERS = only("lead", "executive", "admin")


def misfit(world: World) -> ProcessMisfit:
    """Ana's customer brings as much as those of another segment; and there is an evening with figures."""
    if not hasattr(world, "misfit"):
        own, fits = factories.make_segment("low"), factories.make_segment("premium")
        factories.make_segment("rest", is_fallback=True)
        keep_evening(world)
        world.misfit = ProcessMisfit.objects.create(
            customer=world.customer,
            kind="simple",
            segment=own,
            fits=fits,
            day=date(2026, 3, 2),
            contribution_cents=9_000_00,
            line_cents=5_000_00,
            service_cents=100_00,
            gap_cents=4_000_00,
            steps=3,
            fits_steps=20,
        )
    return world.misfit


def keep_evening(world: World) -> None:
    """Figures of one evening, of everybody."""
    if not hasattr(world, "evening"):
        sums = [field.name for field in SegmentDay._meta.fields if field.name.endswith("_cents")]
        world.evening = SegmentDay.objects.create(
            day=date(2026, 3, 2),
            segment=factories.make_segment("standard"),
            customers=1,
            at_risk=0,
            below_zero=0,
            to_talk=1,
            **dict.fromkeys(sums, 0),
        )


def proposal(world: World) -> ClusterProposal:
    """A group to be decided."""
    if not hasattr(world, "proposal"):
        rule = {"all": [{"metric": "city", "operator": "is", "value": "Bergen"}]}
        figures = {"size": 40, "precision": 0.9, "recall": 0.8}
        world.proposal = ClusterProposal.objects.create(
            found_on=date(2026, 3, 2), name="In Bergen", criteria=rule, **figures
        )
    return world.proposal


def with_evening(world: World) -> dict[str, str]:
    keep_evening(world)
    return {"kind": "xlsx"}


def pair(world: World) -> dict[str, int]:
    """Ana's customer may be another of hers."""
    if not hasattr(world, "pair"):
        twin = factories.make_customer(owner=world.rep, team=world.rep.team)
        world.pair = DuplicatePair.objects.create(first=world.customer, second=twin, percent=90)
    return {"pk": world.pair.pk}


def merge(world: World) -> dict[str, int]:
    """One customer of Ana's went into another."""
    if not hasattr(world, "merge"):
        kept, gone = (factories.make_customer(owner=world.rep, team=world.rep.team) for _time in range(2))
        world.merge = merge_customers(kept, gone, by=world.lead, at=datetime(2026, 3, 2, tzinfo=UTC))
    return {"pk": world.merge.pk}


LEADS_MERGE = only("lead", "admin", ok=302, hidden_from=("other_rep",))

ROWS: list[Row] = [
    Row("home:duplicate-queue", only("lead", "admin")),
    Row("home:duplicate-queue", only("lead", "admin"), query="?after=x.y&pair=nonsense"),
    Row("home:pair-list", only("lead", "admin")),
    Row("home:pair-list", only("lead", "admin"), query="?surest=1&shared=tax&alike=x&q=a"),
    Row("home:duplicate-again", LEADS_MERGE, pair, method="post"),
    Row("home:duplicate-later", LEADS_MERGE, pair, method="post"),
    Row("home:duplicate-different", LEADS_MERGE, pair, method="post"),
    Row("home:duplicate-merge", LEADS_MERGE, pair, method="post"),
    Row(
        "home:merge-choose", only("lead", "admin", hidden_from=("other_rep",)), lambda world: {"pk": world.customer.pk}
    ),
    Row(
        "home:merge-choose",
        only("lead", "admin", ok=404, hidden_from=("other_rep",)),
        lambda world: {"pk": world.customer.pk},
        data=lambda world: {"other": "nobody"},
        method="post",
    ),
    Row("home:merge-undo", LEADS_MERGE, merge, method="post"),
    Row("home:data-health", LEADERS),
    Row("home:data-health", LEADERS, query="?team=x&day=never"),
    Row("home:mend-first", LEADERS),
    Row("home:facts-told", LEADERS),
    Row("home:back-test", LEADERS),
    Row("home:back-test", LEADERS, query="?evening=nonsense"),
    Row("home:back-test-file", only("lead", "executive", "admin", ok=302)),
    Row("home:back-test-again", only("admin", ok=302), method="post"),
    Row("home:back-test-learnt", only("admin", ok=302), method="post"),
    Row("home:my-day", everybody()),
    Row("home:my-day", everybody(), query="?tab=alerts&whose=team&after=x_y_z&open=999999999999999999999"),
    # The only hit opens at once; who may not see it finds nothing.
    Row(
        "home:search",
        only("rep", "viewer", "lead", "guardian", "executive", "admin", ok=302, others=200),
        query="?q=holm",
    ),
    Row("home:search", everybody(), query="?q=nobody+is+called+so"),
    Row("home:key-sheet", everybody()),
    Row("home:job-list", only("admin")),
    Row("home:first-steps", only("lead", "admin")),
    Row("home:night-start", only("admin", ok=302), method="post"),
    Row("home:job-retry", only("admin", ok=302), lambda world: {"pk": world.job.pk}, method="post"),
    Row("home:job-cancel", only("admin", ok=302), lambda world: {"pk": world.job.pk}, method="post"),
    Row("home:customer-list", everybody()),
    Row("home:customer-page", who_sees_north(), lambda world: {"pk": world.customer.pk}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "timeline"}),
    Row("home:customer-group", who_sees_north(), lambda world: {"pk": world.customer.pk}),
    Row("home:person-page", who_sees_north(), lambda world: {"pk": world.person.pk}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "facts"}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "value"}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "steps"}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "class"}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "looked"}),
    Row("home:customer-value", who_sees_north(), lambda world: {"pk": world.customer.pk}),
    Row("home:customer-value-change", who_sees_north(), lambda world: {"pk": world.customer.pk}, query="?since=never"),
    Row("home:customer-value-file", who_sees_north(), lambda world: {"pk": world.customer.pk}),
    Row("home:most-valuable", everybody()),
    Row("home:most-valuable", everybody(), query="?waiting=1&after=x_y_z"),
    Row("home:clean-up", only(*SELLERS, "other_rep")),
    Row("home:clean-up", only(*SELLERS, "other_rep"), query="?stale=1&after=x"),
    Row(
        "home:clean-up-act",
        only(*SELLERS, ok=302, hidden_from=("other_rep",)),
        lambda world: {"pk": world.customer.pk, "act": "ask"},
        method="post",
    ),
    Row(
        "home:clean-up-act",
        only(*SELLERS, ok=404, hidden_from=("other_rep",)),
        lambda world: {"pk": world.customer.pk, "act": "burn"},
        method="post",
    ),
    Row("home:alert-journal", everybody()),
    Row("home:alert-journal", everybody(), query="?trigger=1&state=held_out&recent=1"),
    Row("home:benefit-queue", everybody()),
    Row("home:benefit-queue", everybody(), query="?everybody=1"),
    Row("home:win-back", everybody()),
    Row("home:win-back", everybody(), query="?planned=1"),
    Row("home:best-fit", everybody()),
    Row("home:wallet-gaps", everybody()),
    Row("home:worst-signs", everybody(), query="?sign=silent"),
    Row("home:worst-signs", everybody()),
    Row("home:risk-my-day", everybody(), query="?after=x&sort=-nonsense"),
    Row("home:risk-certainty", everybody()),
    Row("home:risk-money", everybody()),
    Row("home:pareto", only("lead", "executive", "admin"), query="?cut=nonsense"),
    Row("home:most-valuable-export", only("lead", "admin")),
    Row("home:below-zero", only("lead", "executive", "admin")),
    Row("home:below-zero", only("lead", "executive", "admin"), query="?overdue=1&after=x"),
    Row("home:segment-dashboard", only("lead", "executive", "admin")),
    Row("home:segment-dashboard", only("lead", "executive", "admin"), query="?since=nonsense&team=99"),
    Row("home:segment-at-risk", LEADERS),
    Row("home:segment-risk-map", LEADERS),
    Row("home:segment-comparison", LEADERS),
    Row("home:segment-comparison", LEADERS, query="?since=nonsense&team=99&day=0000-00-00"),
    Row("home:cluster-proposal-list", LEADERS),
    Row("home:cluster-search-start", only("admin", ok=302), method="post"),
    Row("home:cluster-proposal-accept", only("admin", ok=302), lambda world: {"pk": proposal(world).pk}, method="post"),
    Row(
        "home:cluster-proposal-refuse",
        only("admin", ok=302),
        lambda world: {"pk": proposal(world).pk},
        data=lambda world: {"reason": "Training customers"},
        method="post",
    ),
    Row("home:segment-movement", LEADERS),
    Row("home:segment-movement", LEADERS, query="?since=9999-99-99&until=0001-01-01"),
    Row("home:segment-export", LEADERS, with_evening),
    Row("home:movement-export", LEADERS, with_evening, query="?since=9999-99-99&team=x"),
    Row("home:process-fit", LEADERS, query="?kind=none&team=x&segment=%00"),
    Row("home:process-fit-export", only("lead", "admin"), lambda world: {"kind": "csv"}, query="?kind=none&team=x"),
    Row(
        "home:process-fit-move",
        only("lead", "admin", ok=302, hidden_from=("other_rep",)),
        lambda world: {"pk": misfit(world).pk},
        method="post",
    ),
    Row("home:customer-products", who_sees_north(), lambda world: {"pk": world.customer.pk}),
    Row(
        "home:customer-products",
        who_sees_north(),
        lambda world: {"pk": world.customer.pk},
        query="?period=own&from=2026-02-31&to=x&before_from=0001-01-01",
    ),
    # Nobody is alike in so small a base.
    Row(
        "home:customer-peers",
        everybody(ok=404),
        lambda world: {"pk": world.customer.pk},
    ),
    Row(
        "home:suggestion-answer",
        only("rep", "lead", "guardian", "admin", ok=302, hidden_from=("other_rep",)),
        lambda world: {"pk": world.customer.pk},
        lambda world: {"family": "Filters", "answer": "accept"},
        method="post",
    ),
    Row("home:product-movement", everybody()),
    Row("home:product-movement", everybody(), query="?whose=team-99&period=quarter"),
    Row("home:product-movement-list", everybody(), query="?bar=new"),
    Row("home:product-movement-list", everybody(ok=404), query="?bar=nonsense"),
    Row("home:product-movement-list", everybody(ok=404), query="?bar=white-space&family=nonsense"),
    Row("home:product-movement-file", only("lead", "admin")),
    Row("home:product-movement-file", only("lead", "admin"), query="?list=items"),
    Row("home:lost-item-list", everybody()),
    Row("home:lost-item-list", everybody(ok=404), query="?customer=999999999999999999999"),
]

ROWS += [
    Row("home:news-list", everybody()),
    Row("home:news-seen", everybody(302), method="post"),
    Row("home:news-bell", everybody()),
    Row("home:news-bell", everybody(204), query="?shown=0"),
]

ROWS += LIST_ROWS
ROWS += [
    Row("home:personal-data", only("admin", hidden_from=("other_rep",)), lambda world: {"pk": world.customer.pk}),
    *[
        Row(
            name,
            only("admin", ok=422, hidden_from=("other_rep",)),
            lambda world: {"pk": world.customer.pk},
            method="post",
        )
        for name in ("home:personal-data-export", "home:personal-data-erase")
    ],
    Row("home:personal-data-log", only("admin")),
]


def _visit(world: World) -> dict[str, int]:
    """Somebody comes to look at them."""
    visit = ReferenceVisit.objects.create(
        reference_id=_reference(world)["pk"], visited_on=date(2026, 3, 3), for_whom="Holm"
    )
    return {"pk": visit.pk}


def _reference(world: World) -> dict[str, int]:
    """Ana's customer shows his seals to others."""
    if not hasattr(world, "reference"):
        world.reference = ShowroomReference.objects.create(
            customer=world.customer, topic="Seals", rest_days=90, willing_since=date(2026, 3, 2)
        )
    return {"pk": world.reference.pk}


def _referral(world: World) -> dict[str, int]:
    if not hasattr(world, "referral"):
        world.referral = Referral.objects.create(customer=world.customer, asked_on=date(2026, 3, 2))
    return {"pk": world.referral.pk}


def _wanted(world: World) -> dict[str, int]:
    if not hasattr(world, "wanted"):
        world.wanted = WantedCompany.objects.create(customer=world.customer, year=2027, reason="Grows")
    return {"pk": world.wanted.pk}


def _customer(world: World) -> dict[str, int]:
    return {"pk": world.customer.pk}


ROWS += [
    Row("home:favour-card", who_sees_north(), _customer),
    Row("home:learnt-card", who_sees_north(), _customer),
    *[
        Row(name, only(*SELLERS, ok=ok, hidden_from=("other_rep",)), made, method=method)
        for name, made in (
            ("home:referral-answer", _referral),
            ("home:reference-new", _customer),
            ("home:visit-new", _reference),
            ("home:wanted-new", _customer),
        )
        for method, ok in (("get", 200), ("post", 422))
    ],
    Row("home:referral-new", only(*SELLERS, hidden_from=("other_rep",)), _customer),
    Row("home:referral-new", only(*SELLERS, ok=422, hidden_from=("other_rep",)), _customer, method="post"),
    Row("home:reference-list", everybody()),
    Row("home:visit-remove", only(*SELLERS, ok=302, hidden_from=("other_rep",)), _visit, method="post"),
    Row("home:reference-end", only(*SELLERS, ok=302, hidden_from=("other_rep",)), _reference, method="post"),
    Row("home:reference-back", only(*SELLERS, ok=302, hidden_from=("other_rep",)), _reference, method="post"),
    Row("home:wanted-list", everybody()),
    Row("home:wanted-drop", only(*SELLERS, ok=302, hidden_from=("other_rep",)), _wanted, method="post"),
]

STRANGER_TOO = dict.fromkeys(ROLES, 200)
ROWS += [
    Row("api-reference", everybody()),
    Row("api-reference", everybody(), query="?part=orders"),
    Row("api-reference", everybody(), query="?part=nonsense"),
    Row("api-document", STRANGER_TOO),
    Row("api", dict.fromkeys(ROLES, 401)),
]
