"""What is the same for all customers of an evening: cut points, means, models, and what pages show of the base."""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import Sum

from crm.core.models.business_setting import setting
from segments.contract_renewals import learn_renewals
from segments.figure_keeping import are_figures_kept, iterate_figures, list_pieces, read_base
from segments.model_fitting import fit_models, refit_ahead
from segments.models import ScoreRun
from segments.rules.abc_classes import (
    GRADES,
    ClassCuts,
    ClassLines,
    draw_pareto_curve,
    find_cuts_in_order,
)
from segments.rules.customer_scoring import ScoringPlan
from segments.rules.expected_purchases import FIT_SAMPLE
from segments.rules.purchase_base import PurchaseBase, draw_fit_sample, join_base
from segments.rules.rank_ladder import place_rungs
from segments.rules.rfm import find_rfm_cuts

EPOCH = date(1970, 1, 1)


def make_plan(run: ScoreRun) -> dict[str, Any]:
    """The plan of a run whose figures are gathered, as it is kept with the run."""
    as_of_day = (run.as_of - EPOCH).days
    learn_renewals(on=run.as_of)
    base = _read_base(run)
    lines = ClassLines(100 * setting("classes.a_share"), 100 * setting("classes.b_share"))
    cuts = find_cuts_in_order(base.sales_12m, lines=lines)
    scoring = ScoringPlan(
        as_of_day=as_of_day,
        horizon_days=int(setting("risk.horizon_days")),
        knob=float(setting("risk.knob")),
        mean_rate=base.mean_rate,
        margin_share=base.margin_share,
        repeat_rate=base.repeat_rate,
        service_per_purchase=base.service_per_purchase,
        grade_cuts=cuts.cuts,
        rfm_cuts=find_rfm_cuts(base.silence, base.purchase_days_12m, base.sales_12m.revenue),
        models=fit_models(base, on=run.as_of, as_of_day=as_of_day, sample=partial(_draw_sample, run)),
        fall_warning=float(setting("fall.warning")),
        fall_critical=float(setting("fall.critical")),
    )
    return {
        "scoring": scoring.to_json(),
        "classes": _describe_classes(cuts),
        "pareto": _draw_pareto(base.sales_12m.revenue),
        "ladder": place_rungs(base.sales_12m),
    }


def learn_ahead(run: ScoreRun) -> bool:
    """Fit the models the next evening would miss, on the figures of the run in force; returns whether they were due.

    To be called when the night is done with all that somebody waits for. Nothing is fitted where the figures are gone.
    """
    if not are_figures_kept(run.pk):
        return False
    return refit_ahead(
        partial(_read_base, run),
        on=run.as_of,
        as_of_day=(run.as_of - EPOCH).days,
        sample=partial(_draw_sample, run),
    )


def _read_base(run: ScoreRun) -> PurchaseBase:
    return join_base(read_base(run.pk, number=number) for number in _list_all_pieces(run))


def _draw_sample(run: ScoreRun) -> Any:
    customers = run.shards.aggregate(all=Sum("rows"))["all"] or 0
    share = min(1.0, 1.2 * FIT_SAMPLE / max(customers, 1))
    return draw_fit_sample(iterate_figures(run.pk, numbers=_list_all_pieces(run)), share=share)


def _list_all_pieces(run: ScoreRun) -> list[int]:
    return [piece for shard in run.shards.order_by("number") for piece in list_pieces(shard.number)]


def _describe_classes(cuts: ClassCuts) -> dict[str, Any]:
    return {
        letter: {
            "customers": cuts.share_of_customers(letter),
            "sales": cuts.share_of_revenue(letter),
            "count": sum(n for grade, n in zip(GRADES, cuts.customers, strict=True) if grade[0] == letter),
        }
        for letter in "ABC"
    }


def _draw_pareto(sales: Any) -> list[list[float]]:
    heads, share = draw_pareto_curve(sales)
    return [[round(float(x), 6), round(float(y), 6)] for x, y in zip(heads, share, strict=True)]
