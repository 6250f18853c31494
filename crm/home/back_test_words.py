"""The back-test in words: what won, what lost, what is in force and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.formats import format_number, format_percent, format_signed_percent
from crm.home.back_test_charts import IntervalDot, draw_interval
from segments.model_fitting import BEND, DROPOUT, LEARNT
from segments.models import ModelFit, ScoreRun
from segments.rules import churn_rankings as rankings
from segments.rules.dropout_model import DropoutModel
from segments.rules.model_trust import Distrust, Trust, judge_dropout

NAMES = {
    rankings.MY_DAY: gettext_lazy("My day: silence × margin"),
    rankings.CERTAINTY: gettext_lazy("Gap against own rhythm"),
    rankings.MONEY: gettext_lazy("Silence × margin alone"),
    rankings.LEARNT: gettext_lazy("Learnt from an earlier quarter"),
    rankings.SILENT: gettext_lazy("Chance of silence"),
    rankings.SURPRISE: gettext_lazy("Surprise at the silence"),
    rankings.ACTIVE: gettext_lazy("Chance of being lost"),
    rankings.FALLS: gettext_lazy("Deepest fall, 40% or more"),
    rankings.FALLS_BY_SIZE: gettext_lazy("Deepest fall, largest first"),
    rankings.SIZE: gettext_lazy("Past spend alone"),
    rankings.SPEND_DOWN: gettext_lazy("Spend down 10%, 3 months"),
    rankings.GAP_OVER_LAST: gettext_lazy("Gap longer than the last gap"),
    rankings.GAP_OVER_ONE: gettext_lazy("Gap over mean + 1 sd"),
    rankings.GAP_OVER_TWO: gettext_lazy("Gap over mean + 2 sd"),
    rankings.LOW_RFM: gettext_lazy("Lowest RFM"),
    rankings.CHANCE: gettext_lazy("By chance"),
}
ORIGINS = {
    "ours": gettext_lazy("ours"),
    "book": gettext_lazy("book"),
    "market": gettext_lazy("market"),
    "nobody": "",
}
DOUBTS = {
    Distrust.NOBODY_LEAVES: gettext_lazy("hardly any customer leaves in these data"),
    Distrust.ALL_LEAVE_ALIKE: gettext_lazy("the chances of leaving cannot be told apart"),
    Distrust.LEAVING_EXPLAINS_NOTHING: gettext_lazy("leaving explains the purchases no better than chance"),
}
CLEAR = 0.005
MISS_TOLD = 0.10
FITS_SHOWN = 8


def name_doubts(trust: Trust) -> list[str]:
    """Why a fit is not to be trusted, in the words of the pages."""
    return [str(DOUBTS.get(doubt, doubt.value)) for doubt in trust.doubts]


def name_ranking(name: str) -> str:
    """A ranking in the words of the page."""
    return str(NAMES.get(name, name))


@dataclass(frozen=True)
class RankingRow:
    """A ranking by one goal at three budgets; ``right`` is its precision at the smallest, ``auc`` its order of all."""

    name: str
    origin: str
    is_ours: bool
    cells: list[tuple[Mapping[str, float], IntervalDot]]
    right: float
    auc: float


def list_rankings(told: Mapping[str, Any], *, goal: str) -> list[RankingRow]:
    """The rankings of an evening, those that reach most at the smallest budget first; chance stands last."""
    rows = sorted(told["rankings"], key=lambda row: (row["name"] == rankings.CHANCE, -row["budgets"][0][goal]["value"]))
    return [
        RankingRow(
            name_ranking(row["name"]),
            str(ORIGINS[row["origin"]]),
            row["origin"] == "ours",
            [(budget[goal], draw_interval(budget[goal])) for budget in row["budgets"]],
            row["budgets"][0]["precision"]["value"],
            row["auc"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class MeasureRow:
    """Ours beside the best simple rule; ``is_better`` is None where they are as good as equal."""

    label: str
    rule: str
    ours: str
    theirs: str
    is_better: bool | None


def list_measures(told: Mapping[str, Any]) -> list[MeasureRow]:
    """Total, head, order, error and who stops."""
    forecast, found = told["forecast"], {row["name"]: row for row in told["rankings"]}
    model, pace, rfm, half = (forecast[name] for name in ("model", "pace", "rfm", "half_year"))
    best_total = min((half, pace), key=lambda one: abs(one["bias"] or 9.0))
    total_rule = _("rule: last half-year again") if best_total is half else _("rule: the same pace")
    best_order = max((rfm, forecast["spend"], pace), key=lambda one: one["order"])
    order_rule = {id(rfm): _("rule: RFM sum"), id(pace): _("rule: the same pace")}.get(
        id(best_order), _("rule: past spend")
    )
    best_error = min((half, pace), key=lambda one: one["error"])
    error_rule = _("rule: last half-year again") if best_error is half else _("rule: the same pace")
    silent, falls = found[rankings.SILENT]["auc"], found[rankings.FALLS]["auc"]

    def row(label: str, rule: str, ours: float, theirs: float, *, show: Any, better: float) -> MeasureRow:
        """``better`` is by how much ours is better, in any unit."""
        return MeasureRow(label, rule, show(ours), show(theirs), None if abs(better) < CLEAR else better > 0)

    def two(value: float) -> str:
        return format_number(value, decimals=2)

    def three(value: float) -> str:
        return format_number(value, decimals=3)

    rows = [
        row(_("Lift of the best tenth"), _("rule: the same pace"), model["lift"], pace["lift"], show=two,
            better=model["lift"] - pace["lift"]),
        row(_("Order of everybody (Spearman)"), order_rule, model["order"], best_order["order"], show=three,
            better=model["order"] - best_order["order"]),
        row(_("Mean error a customer, purchases"), error_rule, model["error"], best_error["error"], show=two,
            better=best_error["error"] - model["error"]),
        row(_("Who stops (AUC)"), _("rule: 40% fall"), silent, falls, show=three, better=silent - falls),
    ]  # fmt: skip
    if model["bias"] is not None and best_total["bias"] is not None:
        total = row(
            _("Total of all purchases"), total_rule, model["bias"], best_total["bias"], show=format_signed_percent,
            better=abs(best_total["bias"]) - abs(model["bias"]),
        )  # fmt: skip
        rows.insert(0, total)
    return rows


def say_verdict(told: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What ours loses, and what it wins, each in a sentence."""
    lost, won = [], []
    model, doubts = told["forecast"]["model"], told["doubts"]
    if doubts:
        lost.append(_("the fit has degenerated: the chance of going on is hidden"))
    for row in list_measures(told):
        values = {"what": _lower(row.label), "ours": row.ours, "theirs": row.theirs}
        if row.is_better is False:
            lost.append(_("%(what)s: %(ours)s against %(theirs)s of a simple rule") % values)
        elif row.is_better:
            won.append(_lower(row.label))
    if model["factor"] is not None and abs(model["bias"]) >= 0.05:
        words = {"off": format_percent(abs(model["bias"])), "factor": format_number(model["factor"], decimals=2)}
        if model["bias"] < 0:
            lost.append(_("it expected %(off)s too few purchases; × %(factor)s would have been right") % words)
        else:
            lost.append(_("it expected %(off)s too many purchases; × %(factor)s would have been right") % words)
    best = max(told["rankings"], key=lambda row: row["budgets"][0]["precision"]["value"])
    if best["origin"] == "market":
        lost.append(_("the surest short list is a rule of thumb: %(name)s") % {"name": name_ranking(best["name"])})
    return lost, won


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def say_learnt(result: Mapping[str, Any]) -> str:
    """Why the learnt chance may be used, or why the gap against the own rhythm orders the certainty list instead."""
    return {
        "": _("On an evening it had not seen it was no worse than the gap against the own rhythm: it may be used."),
        "too_few": _("Too few customers to learn from (500 with three purchase days are needed): the gap stays."),
        "worse_order": _(
            "On an evening it had not seen it put customers in a worse order than the gap: the gap stays."
        ),
        "less_precise": _("On an evening it had not seen it was right less often than the gap: the gap stays."),
    }.get(result.get(LEARNT, "too_few"), "")


def say_shown(result: Mapping[str, Any], chances: Mapping[str, Any]) -> list[str]:
    """How far chances were off, and whether they are shown bent."""
    said = [_("Off by %(miss)s in the mean as the model says it.") % {"miss": _points(chances["raw"]["miss"])}]
    if "bent" in chances:
        said.append(
            _("Bent to the quarter before: off by %(miss)s, on an evening that was not seen.")
            % {"miss": _points(chances["bent"]["miss"])}
        )
    why = {
        "": _("Chances are shown bent; lists are ranked by the raw ones."),
        "too_few": _("Chances are shown raw: too few customers to bend them by (500 are needed)."),
        "no_better": _("Chances are shown raw: the bend did not bring them nearer."),
    }.get(result.get(BEND, "too_few"), "")
    return [*said, why]


def _points(miss: float) -> str:
    points = round(100 * miss)
    return ngettext("%(count)s point in 100", "%(count)s points in 100", points) % {"count": points}


def describe_fits() -> dict[str, Any]:
    """Parameters in force with their version, what moved since the one before, the guards, and the history."""
    evening = ScoreRun.objects.order_by("-as_of").values("as_of")[:1]  # parameters of the next are kept already
    used = ModelFit.objects.filter(kind=DROPOUT, fitted_on__lte=Subquery(evening))
    fits = list(used.order_by("-fitted_on")[:FITS_SHOWN])
    version = used.count()
    if not fits:
        return {"fit": None}
    model = DropoutModel(**fits[0].parameters)
    doubts = name_doubts(judge_dropout(model))
    return {
        "fit": fits[0],
        "fit_version": version,
        "model": model,
        "doubts": doubts,
        "moved": _measure_move(fits[0], fits[1]) if len(fits) > 1 else None,
        "history": [(version - number, fit, DropoutModel(**fit.parameters)) for number, fit in enumerate(fits)],
        "bend_fit": ModelFit.objects.filter(kind=BEND).order_by("-fitted_on").first(),
    }


def _measure_move(now: ModelFit, before: ModelFit) -> str:
    """The largest change of a parameter since the version before."""
    names = ("k", "r", "alpha", "a", "b")
    changes = [abs(now.parameters[name] / before.parameters[name] - 1) for name in names if before.parameters[name]]
    return format_percent(max(changes, default=0.0))
