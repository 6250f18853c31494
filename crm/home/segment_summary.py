"""The figures of the segments over a choice of teams: read from the evenings that the night has written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from crm.core.models import Role, Team, User
from crm.core.row_visibility import SEES_ALL
from segments.models import Segment, SegmentDay, SegmentMove
from segments.rules.figure_spread import Spread, merge_spreads

SPARK_DAYS = 12
SUMS = (
    "customers",
    "sales_cents",
    "sales_before_cents",
    "goods_cents",
    "service_cents",
    "contribution_cents",
    "value_3y_cents",
    "at_risk",
    "at_stake_cents",
    "below_zero",
    "below_zero_cents",
    "to_talk",
)
MAYBE = ("talked_in_time", "complained", "minutes")


@dataclass
class Figures:
    """Sums of some customers; ``None`` is what no app can tell. Money in cents, over 12 months."""

    customers: int = 0
    sales_cents: int = 0
    sales_before_cents: int = 0
    goods_cents: int = 0
    service_cents: int = 0
    contribution_cents: int = 0
    value_3y_cents: int = 0
    at_risk: int = 0
    at_stake_cents: int = 0
    below_zero: int = 0
    below_zero_cents: int = 0
    to_talk: int = 0
    talked_in_time: int | None = None
    complained: int | None = None
    minutes: int | None = None
    sales: Spread = field(default_factory=Spread)
    contribution: Spread = field(default_factory=Spread)

    @property
    def margin_cents(self) -> int:
        return self.sales_cents - self.goods_cents

    @property
    def minus_service_cents(self) -> int:
        return -self.service_cents

    @property
    def in_time(self) -> float | None:
        """Share of those to be talked to who were, within the rhythm of their segment."""
        return self.talked_in_time / self.to_talk if self.to_talk and self.talked_in_time is not None else None

    @property
    def complaint_share(self) -> float | None:
        return self.complained / self.customers if self.customers and self.complained is not None else None

    @property
    def sales_growth(self) -> float | None:
        """Against the 12 months before; None without sales then."""
        before = self.sales_before_cents
        return (self.sales_cents - before) / before if before > 0 else None


@dataclass
class SegmentSummary:
    """One segment's line: its figures, and by how many customers it grew since the chosen day."""

    segment: Segment
    figures: Figures
    growth: int
    points: list[list[float]]


@dataclass
class Summary:
    """Everything the dashboard shows of one evening; ``since_stake`` is the value at risk on the day compared with."""

    day: date
    since: date
    segments: list[SegmentSummary]
    total: Figures
    growth: int
    moves: list[tuple[Segment, Segment, int]]
    came: int
    classes: dict[str, list[int]]
    stake_before: int | None
    contribution_line: list[int]
    stake_line: list[int]


def list_teams(user: User) -> list[Team]:
    """Teams whose figures ``user`` may see: all of them, or those he manages and his own."""
    teams = Team.objects.order_by("name")
    if user.role in SEES_ALL:
        return list(teams)
    own = Q(pk=user.team_id) | (Q(managers=user) if user.role == Role.MANAGER else Q(pk__in=[]))
    return list(teams.filter(own).distinct())


def scope_of(user: User, teams: Iterable[Team], *, team: Team | None) -> Q:
    """Which rows of the figures to add up: one team, all of the reader's teams, or the row of everybody."""
    if team is not None:
        return Q(team=team)
    return Q(team=None) if user.role in SEES_ALL else Q(team__in=[one.pk for one in teams])


def build_summary(scope: Q, *, day: date, since: date) -> Summary:
    """The evening ``day`` in ``scope``, compared with ``since``; five queries at any size."""
    segments = {segment.pk: segment for segment in Segment.objects.all()}
    rows = list(SegmentDay.objects.filter(scope, day=day))
    moves = _add_moves(scope, since=since, until=day)
    summaries = []
    for pk, segment in segments.items():
        mine = [row for row in rows if row.segment_id == pk]
        if not mine and segment.archived_at is not None:
            continue
        growth = sum(n for (was, becomes), n in moves.items() if becomes == pk and was != pk)
        growth -= sum(n for (was, _becomes), n in moves.items() if was == pk)
        points = [point for row in mine for point in row.points]
        summaries.append(SegmentSummary(segment, add_figures(mine), growth, points))
    lines = _read_lines(scope, until=day)
    before = [line for line in lines if line["day"] <= since]
    came = sum(n for (was, _becomes), n in moves.items() if was is None)
    return Summary(
        day=day,
        since=since,
        segments=sorted(summaries, key=lambda one: (one.segment.priority, one.segment.pk)),
        total=add_figures(rows),
        growth=came,
        moves=[(segments[was], segments[to], n) for (was, to), n in moves.items() if was in segments and was != to],
        came=came,
        classes=_add_classes(rows),
        stake_before=before[-1]["stake"] if before else None,
        contribution_line=[line["contribution"] for line in lines[-SPARK_DAYS:]],
        stake_line=[line["stake"] for line in lines[-SPARK_DAYS:]],
    )


def add_figures(rows: Iterable[SegmentDay]) -> Figures:
    """Several rows as one."""
    rows = list(rows)
    figures = Figures(**{name: sum(getattr(row, name) for row in rows) for name in SUMS})
    for name in MAYBE:
        known = [value for row in rows if (value := getattr(row, name)) is not None]
        setattr(figures, name, sum(known) if known else None)
    figures.sales = merge_spreads(row.sales_spread for row in rows)
    figures.contribution = merge_spreads(row.contribution_spread for row in rows)
    return figures


def _add_moves(scope: Q, *, since: date, until: date) -> dict[tuple[int | None, int], int]:
    """Moves after ``since`` by (from, to). The very first evening, when everybody came at once, is no movement."""
    moved: QuerySet[Any] = SegmentMove.objects.filter(scope, day__gt=since, day__lte=until)
    first = SegmentMove.objects.order_by("day").values("day")[:1]
    moved = moved.exclude(Q(from_segment=None) & Q(day=first))
    rows = moved.values_list("from_segment_id", "to_segment_id").annotate(Sum("customers")).order_by()
    return {(was, becomes): n for was, becomes, n in rows}


def _add_classes(rows: Iterable[SegmentDay]) -> dict[str, list[int]]:
    classes: dict[str, list[int]] = {}
    for row in rows:
        for letter, values in row.classes.items():
            held = classes.setdefault(letter, [0, 0, 0])
            for place, value in enumerate(values):
                held[place] += value
    return dict(sorted(classes.items()))


def _read_lines(scope: Q, *, until: date) -> list[dict[str, Any]]:
    """Contribution and value at risk of every evening kept, oldest first."""
    days = SegmentDay.objects.filter(scope, day__lte=until).values("day").order_by("day")
    lines: list[Any] = list(days.annotate(contribution=Sum("contribution_cents"), stake=Sum("at_stake_cents")))
    return lines
