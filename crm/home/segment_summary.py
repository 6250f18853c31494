"""The figures of the segments over a choice of teams: read from the evenings that the night has written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q, Sum

from crm.core.models import Role, Team, User
from crm.core.row_visibility import SEES_ALL
from segments.membership_moves import Moves, count_moves
from segments.models import Segment, SegmentDay
from segments.rules.figure_spread import Spread, Step, merge_spreads

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
MAYBE = ("talked_in_time", "complained", "minutes", "too_simple", "too_heavy")
MOST_EXACT_MOVES = 3_000


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
    too_simple: int | None = None
    too_heavy: int | None = None
    sales_steps: list[Sequence[Step]] = field(default_factory=list)
    contribution_steps: list[Sequence[Step]] = field(default_factory=list)
    reach: dict[str, tuple[int, int]] | None = None

    @cached_property
    def sales(self) -> Spread:
        """Merged when a drawing asks: a page compares sums of two evenings and draws the spread of one."""
        return merge_spreads(self.sales_steps)

    @cached_property
    def contribution(self) -> Spread:
        """As ``sales``."""
        return merge_spreads(self.contribution_steps)

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
    def reached(self) -> float | None:
        """Share of the customers whom we can name and reach."""
        return self.share_reached(("A", "B", "C", ""))

    @property
    def a_reached(self) -> float | None:
        """The same among customers of class A."""
        return self.share_reached(("A",))

    @property
    def a_unreached(self) -> int | None:
        """Customers of class A without a name or a channel that works."""
        known, reached = (self.reach or {}).get("A", (0, 0))
        return None if self.reach is None else known - reached

    def share_reached(self, letters: Iterable[str]) -> float | None:
        """Reached among customers of these classes ("" has none yet); None where it is not known."""
        pairs = [(self.reach or {}).get(letter, (0, 0)) for letter in letters]
        known = sum(n for n, _reached in pairs)
        return sum(reached for _n, reached in pairs) / known if known else None

    @property
    def sales_growth(self) -> float | None:
        """Against the 12 months before; None without sales then."""
        before = self.sales_before_cents
        return (self.sales_cents - before) / before if before > 0 else None


@dataclass
class SegmentSummary:
    """One segment's line: its figures, those of the evening compared with (None where none is kept), by how many
    customers it grew since the chosen day."""

    segment: Segment
    figures: Figures
    before: Figures | None
    growth: int


@dataclass
class Summary:
    """Everything the dashboard shows of one evening. ``before`` are the figures of ``compared``, the last evening kept
    up to ``since``; both are None where there is none."""

    day: date
    since: date
    compared: date | None
    segments: list[SegmentSummary]
    total: Figures
    before: Figures | None
    moves: list[tuple[Segment, Segment, int]]
    movement: Moves
    classes: dict[str, list[int]]
    contribution_line: list[int]
    stake_line: list[int]

    @property
    def came(self) -> int:
        return self.movement.came

    @property
    def stake_before(self) -> int | None:
        """Value at risk on the evening compared with."""
        return self.before.at_stake_cents if self.before else None


def list_teams(user: User) -> list[Team]:
    """Teams whose figures ``user`` may see: all of them, or those he manages and his own."""
    teams = Team.objects.order_by("name")
    if user.role in SEES_ALL:
        return list(teams)
    own = Q(pk=user.team_id) | (Q(managers=user) if user.role == Role.MANAGER else Q(pk__in=[]))
    return list(teams.filter(own).distinct())


def scope_of(user: User, teams: Iterable[Team], *, team: Team | None) -> list[int] | None:
    """Whose figures to add up: one team, all of the reader's teams, or (None) the row of everybody."""
    if team is not None:
        return [team.pk]
    return None if user.role in SEES_ALL else [one.pk for one in teams]


def rows_of(scope: list[int] | None) -> Q:
    """The condition on rows of the figures."""
    return Q(team=None) if scope is None else Q(team__in=scope)


def build_summary(scope: list[int] | None, *, day: date, since: date) -> Summary:
    """The evening ``day`` in ``scope``, compared with ``since``; five queries at any size."""
    segments = {segment.pk: segment for segment in Segment.objects.all()}
    lines = _read_lines(rows_of(scope), until=day)
    compared = next((line["day"] for line in reversed(lines) if line["day"] <= since), None)
    found = list(SegmentDay.objects.filter(rows_of(scope), day__in=[day, compared or day]).defer("points"))
    rows, old = ([row for row in found if row.day == evening] for evening in (day, compared))
    moves = count_moves(since=since, until=day, teams=scope, most=MOST_EXACT_MOVES)
    summaries = []
    for pk, segment in segments.items():
        mine, then = [[row for row in part if row.segment_id == pk] for part in (rows, old)]
        if not mine and segment.archived_at is not None:
            continue
        before = add_figures(then) if old else None
        summaries.append(SegmentSummary(segment, add_figures(mine), before, moves.growth(pk)))
    return Summary(
        day=day,
        since=moves.since,
        compared=compared,
        segments=sorted(summaries, key=lambda one: one.segment.place),
        total=add_figures(rows),
        before=add_figures(old) if old else None,
        moves=sorted(
            [(segments[was], segments[to], n) for (was, to), n in moves.counts.items() if was in segments],
            key=lambda move: -move[2],
        ),
        movement=moves,
        classes=add_classes(rows),
        contribution_line=[line["contribution"] for line in lines[-SPARK_DAYS:]],
        stake_line=[line["stake"] for line in lines[-SPARK_DAYS:]],
    )


def read_points(scope: list[int] | None, *, day: date) -> list[tuple[Segment, list[list[float]]]]:
    """The sample of each segment's customers on the evening ``day``; one query."""
    rows = SegmentDay.objects.filter(rows_of(scope), day=day).select_related("segment")
    groups: dict[Segment, list[list[float]]] = {}
    for row in rows.only("points", "segment").order_by("segment__priority", "segment", "team"):
        groups.setdefault(row.segment, []).extend(row.points)
    return list(groups.items())


def count_at_risk(scope: list[int] | None, *, day: date) -> int:
    """Customers at risk on the evening ``day``; one query."""
    return int(SegmentDay.objects.filter(rows_of(scope), day=day).aggregate(n=Sum("at_risk"))["n"] or 0)


@dataclass
class TeamLine:
    """One team's figures over all segments, without its spread; ``before`` those of the evening compared with."""

    team: Team
    figures: Figures
    before: Figures | None


def list_team_lines(teams: Iterable[Team], *, day: date, compared: date | None) -> list[TeamLine]:
    """A line for each of the teams, largest contribution first; one query."""
    sums = {name: Sum(name) for name in (*SUMS, *MAYBE)}
    days = [one for one in (day, compared) if one]
    rows = SegmentDay.objects.filter(team__in=[team.pk for team in teams], day__in=days).order_by()
    found = {(row["team"], row["day"]): row for row in rows.values("team", "day").annotate(**sums)}
    lines = []
    for team in teams:
        if (now := found.get((team.pk, day))) is not None:
            then = found.get((team.pk, compared)) if compared else None
            before = Figures(**{name: then[name] for name in sums}) if then else None
            lines.append(TeamLine(team, Figures(**{name: now[name] for name in sums}), before))
    return sorted(lines, key=lambda line: -line.figures.contribution_cents)


def add_figures(rows: Iterable[SegmentDay]) -> Figures:
    """Several rows as one."""
    rows = list(rows)
    figures = Figures(**{name: sum(getattr(row, name) for row in rows) for name in SUMS})
    for name in MAYBE:
        known = [value for row in rows if (value := getattr(row, name)) is not None]
        setattr(figures, name, sum(known) if known else None)
    figures.sales_steps = [row.sales_spread for row in rows if "sales_spread" not in row.get_deferred_fields()]
    figures.contribution_steps = [row.contribution_spread for row in rows]
    figures.reach = _add_reach(row.reach for row in rows if row.reach is not None)
    return figures


def _add_reach(parts: Iterable[dict[str, list[int]]]) -> dict[str, tuple[int, int]] | None:
    parts = list(parts)
    sums: dict[str, tuple[int, int]] = {}
    for part in parts:
        for letter, (known, reached, *_gaps) in part.items():
            held = sums.get(letter, (0, 0))
            sums[letter] = (held[0] + known, held[1] + reached)
    return sums if parts else None


def add_classes(rows: Iterable[SegmentDay]) -> dict[str, list[int]]:
    """Customers, minutes and contribution by class, A first."""
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
