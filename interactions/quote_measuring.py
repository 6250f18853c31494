"""Proposals and other processes, counted: where each stood at a moment, what ended them, and how right forecasts were.

Counted by the database where they stood: a page reads as many rows as there are places to stand, not processes.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from crm.core.local_time import company_day, company_zone
from crm.core.models import User
from crm.core.row_visibility import customer_scope
from interactions.models import ProcessRun, StepRun
from interactions.rules.quote_forecast import (
    Chances,
    Forecast,
    Standing,
    StepFigures,
    foresee,
    learn_chances,
    measure_miss,
    measure_steps,
)
from segments.models import Process, ProcessStep, ProcessVersion, Segment

YEAR = timedelta(days=365)
MONTHS_BACK = 5
SEGMENT = "version__process__segment"


@dataclass(frozen=True)
class StepRow:
    """A step with its title, its figures, and how often it was skipped."""

    title: str
    figures: StepFigures
    skipped: int


@dataclass(frozen=True)
class SegmentResult:
    """A segment's steps, and what its open proposals are likely to bring."""

    segment: Segment
    steps: list[StepRow]
    forecast: Forecast


@dataclass(frozen=True)
class PastForecast:
    """What was expected in a month, foreseen on its first day, and won of it since; ``open_count`` still run."""

    month: date
    foreseen: Forecast
    won_cents: int
    open_count: int

    @property
    def miss(self) -> float | None:
        return measure_miss(self.foreseen.weighed_cents, self.won_cents)


@dataclass(frozen=True)
class Results:
    """A year of one flow: by segment, in all, what decided the lost ones, and the months to come and gone."""

    segments: list[SegmentResult]
    won: int
    lost: int
    stopped: int
    running: int
    forecast: Forecast
    causes: list[tuple[str, str, int, int]]
    to_come: list[tuple[date | None, Forecast]]
    past: list[PastForecast]
    since: date

    @property
    def decided(self) -> int:
        return self.won + self.lost + self.stopped


def measure_results(user: User, *, flow: str, is_own: bool, at: datetime) -> Results:
    """What became of the processes of ``flow`` begun in the year before ``at`` that ``user`` may see."""
    runs = find_runs(user, flow=flow, is_own=is_own)
    standings = list_standings(runs, at=at)
    chances = learn_chances(standings)
    counts: dict[str, int] = defaultdict(int)
    for one in standings:
        counts[one.state] += one.count
    return Results(
        segments=_list_segments(runs, standings, chances, flow=flow, at=at),
        won=counts["done"],
        lost=counts["lost"],
        stopped=counts["stopped"],
        running=counts["running"],
        forecast=foresee(standings, chances),
        causes=list_causes(runs, at=at),
        to_come=_foresee_months(runs, chances, at=at),
        past=[one for one in (measure_month(runs, month) for month in _list_months_back(at)) if one.foreseen.count],
        since=begin_year(at).date(),
    )


def begin_year(at: datetime) -> datetime:
    """The first moment of the company's day a year before ``at``: what counts begins with a whole day."""
    return datetime.combine(company_day(at) - YEAR, time(), tzinfo=company_zone())


def find_runs(user: User, *, flow: str, is_own: bool) -> QuerySet[ProcessRun]:
    """Processes of ``flow`` of the customers that ``user`` may see, or owns."""
    runs = ProcessRun.objects.filter(version__process__flow=flow)
    scope = Q(customer__owner=user) if is_own else customer_scope(user, prefix="customer__")
    return runs.filter(scope).order_by()


def _stand_at(runs: QuerySet[ProcessRun], at: datetime) -> QuerySet[Any]:
    """Those begun in the year before ``at`` with ``then`` (their state at that moment) and ``passed`` (steps)."""
    behind = StepRun.objects.filter(run=OuterRef("pk"), closed_at__lt=at).order_by().values("run")
    return runs.filter(started_at__gte=begin_year(at), started_at__lt=at).annotate(
        then=Case(When(ended_at__lt=at, then=F("state")), default=Value("running"), output_field=CharField()),
        passed=Coalesce(Subquery(behind.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
    )


def list_standings(runs: QuerySet[ProcessRun], *, at: datetime) -> list[Standing]:
    """Where those begun in the year before ``at`` stood at that moment, alike ones together."""
    rows = _stand_at(runs, at).values_list(SEGMENT, "then", "passed")
    return [Standing(*row[:4], row[4] or 0) for row in rows.annotate(n=Count("pk"), cents=Sum("amount_cents"))]


def list_causes(runs: QuerySet[ProcessRun], *, at: datetime) -> list[tuple[str, str, int, int]]:
    """What decided the lost ones of the year: cause ("" is not said), in words, how many, their amounts; most first."""
    lost = runs.filter(started_at__gte=begin_year(at), started_at__lt=at, state=ProcessRun.State.LOST)
    words = dict(ProcessRun.LostBecause.choices)
    rows = lost.values_list("lost_because").annotate(n=Count("pk"), cents=Sum("amount_cents")).order_by("-n", "-cents")
    return [(cause, str(words.get(cause, "")), count, cents or 0) for cause, count, cents in rows]


def _list_segments(
    runs: QuerySet[ProcessRun], standings: list[Standing], chances: Chances, *, flow: str, at: datetime
) -> list[SegmentResult]:
    versions = ProcessVersion.objects.filter(process__flow=flow, state=ProcessVersion.State.PUBLISHED)
    titles: dict[int, list[str]] = defaultdict(list)
    steps = ProcessStep.objects.filter(version__in=versions).order_by("position")
    for segment_id, title in steps.values_list("version__process__segment", "title"):
        titles[segment_id].append(title)
    passed_over = StepRun.objects.filter(
        state=StepRun.State.SKIPPED, run__in=runs.filter(started_at__gte=begin_year(at), started_at__lt=at)
    )
    skips = {
        (segment, position): count
        for segment, position, count in passed_over.order_by()
        .values_list("run__version__process__segment", "position")
        .annotate(n=Count("pk"))
    }
    results = []
    for segment in Segment.objects.filter(pk__in={one.segment for one in standings}).order_by("priority"):
        own, names = [one for one in standings if one.segment == segment.pk], titles[segment.pk]
        rows = [
            StepRow(names[step.position - 1], step, skips.get((segment.pk, step.position), 0))
            for step in measure_steps(own, steps=len(names))
        ]
        results.append(SegmentResult(segment, rows, foresee(own, chances)))
    return results


def _foresee_months(
    runs: QuerySet[ProcessRun], chances: Chances, *, at: datetime
) -> list[tuple[date | None, Forecast]]:
    """What is open by the month it is expected in: what is past due stands in this month, without a day last."""
    this_month = company_day(at).replace(day=1)
    rows = _stand_at(runs, at).filter(then="running").values_list("expected_on", SEGMENT, "then", "passed")
    months: dict[date | None, Forecast] = {}
    for day, segment, state, passed, count, cents in rows.annotate(n=Count("pk"), cents=Sum("amount_cents")):
        month = max(day.replace(day=1), this_month) if day else None
        one = foresee([Standing(segment, state, passed, count, cents or 0)], chances)
        months[month] = months.get(month, Forecast(0, 0, 0)) + one
    return sorted(months.items(), key=lambda item: item[0] or date.max)


def _list_months_back(at: datetime) -> list[date]:
    """The first days of the months before that of ``at``, the last first."""
    months, first = [], company_day(at).replace(day=1)
    for _month in range(MONTHS_BACK):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months


def measure_month(runs: QuerySet[ProcessRun], month: date) -> PastForecast:
    """What was foreseen on the first day of ``month`` of what was open then and expected in it, and what came of it."""
    start = datetime.combine(month, time(), tzinfo=company_zone())
    end = (month + timedelta(days=31)).replace(day=1)
    is_due = Case(When(expected_on__gte=month, expected_on__lt=end, then=True), default=False)
    rows = _stand_at(runs, start).annotate(due=is_due).values_list(SEGMENT, "then", "passed", "due", "state")
    stood = [
        (Standing(segment, then, passed, count, cents or 0), due, state)
        for segment, then, passed, due, state, count, cents in rows.annotate(n=Count("pk"), cents=Sum("amount_cents"))
    ]
    meant = [(one, state) for one, due, state in stood if due and one.state == "running"]
    return PastForecast(
        month,
        foresee([one for one, _state in meant], learn_chances([one for one, _due, _state in stood])),
        sum(one.amount_cents for one, state in meant if state == ProcessRun.State.DONE),
        sum(one.count for one, state in meant if state == ProcessRun.State.RUNNING),
    )


def has_forecast(flow: str) -> bool:
    """Only a proposal brings an order that can be foreseen."""
    return flow == Process.Flow.PROPOSE
