"""The Pareto curve with a cut that can be moved: what the best part of the customers brings, and what the rest."""

import json
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.formats import format_money_short, format_number, format_percent
from crm.core.local_time import company_day
from crm.core.models.business_setting import DEFINITIONS, setting
from crm.home.dashboard_choice import read_choice
from crm.home.segment_charts import BOTTOM, LEFT, RIGHT, ParetoChart, draw_pareto_chart, take_whole
from crm.home.segment_summary import add_figures, rows_of, scope_of
from crm.home.value_lists import list_tabs
from segments.models import SegmentDay
from segments.rules.figure_spread import ParetoPoint, draw_pareto, find_share_of_customers

CUT = "bands.pareto_cut"
REACHED = 0.8
WHOLE = 0.9995  # what is less at the end of a curve is told, with its reason


@dataclass(frozen=True)
class CutFigures:
    """What stands beside the curve for one cut, written out; ``says`` is the whole in a sentence."""

    customers: str
    sales: str
    money: str
    contribution: str
    rest: str
    says: str


def value_at(points: list[ParetoPoint], share: float) -> float:
    """The part of the value that the best ``share`` (0 to 1) of the customers brings; between points in a line."""
    for before, after in pairwise(points):
        if before.customers <= share <= after.customers:
            part = (share - before.customers) / ((after.customers - before.customers) or 1)
            return before.value + part * (after.value - before.value)
    return points[-1].value if points else 0.0


def describe_cuts(figures: Any) -> list[CutFigures]:
    """The figures of every cut from 1% to 99%, of whole customers: nobody is cut in two, so of twelve the cut of 20%
    says what the first two, 17%, bring."""
    sales, contribution = draw_pareto(figures.sales), draw_pareto(figures.contribution)
    currency = setting("company.currency")
    positive = sum(cents for cents in figures.sales.sums if cents > 0)
    described = []
    for percent in range(1, 100):
        share = take_whole(percent / 100, of=figures.sales.customers)
        part, brought = value_at(sales, share), value_at(contribution, share)
        words = {"share": format_percent(share), "sales": format_percent(part)}
        described.append(
            CutFigures(
                customers=format_number(round(figures.sales.customers * share)),
                sales=format_percent(part),
                money=format_money_short(round(positive * part), currency=currency),
                contribution=format_percent(brought),
                rest=format_percent(max(0.0, 1 - part)),
                says=_("%(share)s of customers bring %(sales)s of sales") % words,
            )
        )
    return described


def read_cut(request: HttpRequest) -> int:
    """The cut asked for in percent, 1 to 99; without one, that of the settings."""
    try:
        return min(99, max(1, int(request.GET.get("cut", ""))))
    except ValueError:
        return round(100 * float(setting(CUT)))


@permission_required("segments.view_dashboard", raise_exception=True)
def pareto(request: HttpRequest) -> HttpResponse:
    """The curve of the last night for the reader's teams; ``?cut=20`` draws and says it for the best fifth."""
    today = company_day(timezone.now())
    choice = read_choice(request, today=today)
    context: dict[str, Any] = {
        "choice": choice,
        "day": choice.day,
        "cut": read_cut(request),
        "definition": DEFINITIONS[CUT],
    }
    context["list_tabs"] = list_tabs(request.user, current="home:pareto")
    if choice.day is not None:
        scope = scope_of(request.user, choice.teams, team=choice.team)
        context |= draw_cut(scope, day=choice.day, cut=context["cut"])
    return render(request, "home/pareto.html", context)


def draw_cut(scope: list[int] | None, *, day: date, cut: int) -> dict[str, Any]:
    """The chart and the figures of every cut; empty where nothing was sold."""
    figures = add_figures(SegmentDay.objects.filter(rows_of(scope), day=day))
    curve = draw_pareto(figures.sales)
    if not curve:
        return {}
    a_value, b_value = float(setting("classes.a_share")), float(setting("classes.b_share"))
    chart: ParetoChart | None = draw_pareto_chart(figures.sales, figures.contribution, a_value=a_value, b_value=b_value)
    described = describe_cuts(figures)
    ends = [one[-1].value for one in (curve, draw_pareto(figures.contribution)) if one]
    reached = find_share_of_customers(curve, REACHED, of=figures.sales.customers)
    return {
        "figures": figures,
        "chart": chart,
        "now": described[cut - 1],
        "all_cuts": json.dumps([list(vars(one).values()) for one in described], ensure_ascii=False),
        "cut_x": f"{LEFT + cut / 100 * (RIGHT - LEFT):.1f}",
        "axis": {"left": LEFT, "right": RIGHT, "bottom": BOTTOM},
        "reached": reached,
        "falls_back": min(ends) < WHOLE,
        "reached_value": REACHED if reached is None else value_at(curve, reached),
        "top_fifth": value_at(curve, take_whole(0.2, of=figures.sales.customers)),
    }
