"""The segment dashboard: where value is won and lost, who moved, who is not looked after."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from crm.core.local_time import company_day
from crm.core.models import Team, User
from crm.core.models.business_setting import setting
from crm.core.row_visibility import customer_scope
from crm.home.dashboard_choice import Choice, read_choice
from crm.home.dashboard_tabs import list_tabs
from crm.home.move_chart import draw_moves
from crm.home.segment_charts import (
    HOT_FROM,
    draw_hours,
    draw_pareto_chart,
    draw_risk_map,
    draw_spark,
    draw_spread_boxes,
)
from crm.home.segment_summary import Summary, build_summary, count_at_risk, read_points, scope_of
from customers.models import Customer
from interactions.models import Alert, Task
from interactions.rules.alert_conditions import VISIT_NOW
from segments.membership_moves import moved_between
from segments.models import CurrentScore, Membership

AT_RISK_SHOWN = 6
GOOD_COVERAGE = 0.75
# What a figure's link asks of the list besides the segment. Of an earlier evening only the segment is asked: who is at
# risk today is not who was at risk then.
LIST_PARTS = {
    "risk": "&risk=high",
    "stake": "&risk=high&sort=-stake",
    "overdue": "&overdue=1",
    "complained": "&complained=1",
    "unreachable": "&unreachable=1",
    "a_unreachable": "&unreachable=1&grade=A",
}


# Whoever stands in the red part of the map, or would if it were no sample.
SILENT_RULE = json.dumps({"metric": "gap_ratio", "operator": "at_least", "value": HOT_FROM}, separators=(",", ":"))


@permission_required("segments.view_dashboard", raise_exception=True)
def segment_dashboard(request: HttpRequest) -> HttpResponse:
    """The page; before the first night it says what is missing."""
    now = timezone.now()
    choice = read_choice(request, today=company_day(now))
    context: dict[str, Any] = {"choice": choice, "tabs": list_tabs("overview", choice)}
    if choice.day is not None:
        scope = scope_of(request.user, choice.teams, team=choice.team)
        summary = build_summary(scope, day=choice.day, since=choice.since)
        context |= draw_everything(summary, choice)
        context["visits"] = count_visits(request, choice)
        context["moved_since"] = count_moved_since(request, choice, today=company_day(now))
    return render(request, "home/segment_dashboard.html", context)


@permission_required("segments.view_dashboard", raise_exception=True)
def segment_at_risk(request: HttpRequest) -> HttpResponse:
    """The card of those with most at stake: fetched into the page, and a page of its own without script."""
    choice = read_choice(request, today=company_day(timezone.now()))
    scope = scope_of(request.user, choice.teams, team=choice.team)
    all_of_them = count_at_risk(scope, day=choice.evenings[0]) if choice.evenings else 0
    context = {"choice": choice, "at_risk": list_at_risk(request.user, team=choice.team), "all_of_them": all_of_them}
    name = "home/segment_at_risk.html"
    return render(request, f"{name}#card" if request.htmx else name, context)


@permission_required("segments.view_dashboard", raise_exception=True)
def segment_risk_map(request: HttpRequest) -> HttpResponse:
    """The map of value and risk: fetched into the page, and a page of its own without script."""
    choice = read_choice(request, today=company_day(timezone.now()))
    groups = []
    if choice.day is not None:
        groups = read_points(scope_of(request.user, choice.teams, team=choice.team), day=choice.day)
    drawn = draw_risk_map([(one.name, one.mark, points) for one, points in groups])
    context = {"choice": choice, "risk_map": drawn, "silent_rule": SILENT_RULE}
    name = "home/segment_risk_map.html"
    return render(request, f"{name}#card" if request.htmx else name, context)


def draw_everything(summary: Summary, choice: Choice) -> dict[str, Any]:
    """The summary with its drawings."""
    a_value, b_value = float(setting("classes.a_share")), float(setting("classes.b_share"))
    boxes = draw_spread_boxes([*(one.figures.contribution for one in summary.segments), summary.total.contribution])
    moves = [((was.name, was.mark), (to.name, to.mark), n) for was, to, n in summary.moves]
    minutes = summary.total.minutes
    return {
        "summary": summary,
        "rows": [
            (one, box, choice.list_query(one.segment.key)) for one, box in zip(summary.segments, boxes, strict=False)
        ],
        "all_query": choice.list_query(""),
        "asks": LIST_PARTS if choice.is_latest else {},
        "total_box": boxes[-1],
        "pareto": draw_pareto_chart(summary.total.sales, summary.total.contribution, a_value=a_value, b_value=b_value),
        "moves": draw_moves(moves),
        "contribution_change": _change(summary.total.contribution_cents, _cents_before(summary)),
        "hours": draw_hours(summary.classes),
        "hours_logged": round(minutes / 60) if minutes is not None else None,
        "stake_change": _change(summary.total.at_stake_cents, summary.stake_before),
        "sparks": {"contribution": draw_spark(summary.contribution_line), "stake": draw_spark(summary.stake_line)},
        "worst": _find_worst(summary),
        "good_coverage": GOOD_COVERAGE,
    }


def _cents_before(summary: Summary) -> int | None:
    return summary.before.contribution_cents if summary.before else None


def _change(now: int, before: int | None) -> float | None:
    return (now - before) / abs(before) if before else None


def _find_worst(summary: Summary) -> Any:
    """The segment whose customers are talked to least in time, where that is worth a word."""
    known = [one for one in summary.segments if one.figures.in_time is not None]
    worst = min(known, key=lambda one: one.figures.in_time or 0.0, default=None)
    return worst if worst and (worst.figures.in_time or 0) < (summary.total.in_time or 0) else None


@dataclass
class AtRiskRow:
    """A customer at risk: what is at stake, why, and whether anybody does something about it."""

    customer: Customer
    score: CurrentScore
    segment: Any
    task: Task | None

    @property
    def due_on(self) -> date | None:
        """The local day until which somebody does it."""
        return company_day(self.task.due_at) if self.task else None

    @property
    def is_falling(self) -> bool:
        """The fall says more than the silence."""
        return (self.score.gap_ratio or 0) < 1.5 and (self.score.fall or 0) >= 0.2


def list_at_risk(user: User, *, team: Team | None) -> list[AtRiskRow]:
    """The largest sums at stake among those at risk; three queries."""
    customers = Customer.objects.visible_to(user).current().filter(score__risk=CurrentScore.Risk.HIGH)
    if team is not None:
        customers = customers.filter(team=team)
    found = list(
        customers.select_related("score", "owner").order_by("-score__at_stake_cents", "-score__customer_id")[
            :AT_RISK_SHOWN
        ]
    )
    ids = [customer.pk for customer in found]
    members = Membership.objects.current().filter(customer__in=ids).select_related("segment")
    segments = {member.customer_id: member.segment for member in members}
    tasks: dict[int, Task] = {}
    for task in Task.objects.filter(customer__in=ids, state=Task.State.OPEN).order_by("due_at", "pk"):
        tasks.setdefault(task.customer_id, task)
    return [AtRiskRow(one, one.score, segments.get(one.pk), tasks.get(one.pk)) for one in found]


def count_visits(request: HttpRequest, choice: Choice) -> dict[str, Any]:
    """Customers with an open alert to visit them now: how many, what is at stake, how many are past their clock."""
    alerts = Alert.objects.open().filter(customer_scope(request.user, prefix="customer__"), trigger__key=VISIT_NOW)
    # Hardly anybody is archived: whoever is not need not be read for it.
    alerts = alerts.exclude(customer__in=Customer.objects.exclude(archived_at=None).values("pk"))
    if choice.team is not None:
        alerts = alerts.filter(customer__team=choice.team)
    late = Q(task__state=Task.State.OPEN, task__due_at__lt=timezone.now())
    many = {"n": Count("customer", distinct=True), "late": Count("customer", filter=late, distinct=True)}
    return alerts.aggregate(cents=Sum("at_stake_cents"), **many)


def count_moved_since(request: HttpRequest, choice: Choice, *, today: date) -> dict[str, Any] | None:
    """Customers whom an act of the day moved since the figures of the last night, and the list of them; None where the
    figures and the lists say the same."""
    if choice.day is None or not choice.is_latest or choice.day >= today:
        return None
    rows = Customer.objects.visible_to(request.user).current()
    if choice.team is not None:
        rows = rows.filter(team=choice.team)
    moved = moved_between(rows, "any", "any", since=choice.day, until=today).count()
    query = f"moved=any.any.{choice.day}.{today}"
    return {"n": moved, "query": "&".join(filter(None, [query, choice.team_query]))} if moved else None
