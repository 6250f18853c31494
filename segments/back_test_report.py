"""A back-test as a table to read: what ``manage.py back_test`` prints, and what stands in the documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from segments.rules import back_test_limits as limits
from segments.rules import churn_rankings as rankings

NAMES = {
    rankings.MY_DAY: "**My day**: P(silent) × (own rate + c × mean rate)",
    rankings.CERTAINTY: "**Certainty**: gap ÷ own mean gap",
    rankings.MONEY: "**Money**: P(silent) × own rate (c = 0)",
    rankings.LEARNT: "**Certainty, learnt**: ridge logistic of an earlier evening",
    rankings.SILENT: "P(silent in 91 days)",
    rankings.SURPRISE: "Surprise at the silence",
    rankings.ACTIVE: "P(alive)",
    rankings.FALLS: "Deepest falls of 40% and more",
    rankings.FALLS_BY_SIZE: "Deepest falls, equal ones by past spend",
    rankings.SIZE: "Past spend alone",
    rankings.SPEND_DOWN: "Spend down 10% over 3 months",
    rankings.GAP_OVER_LAST: "Present gap longer than the last",
    rankings.GAP_OVER_ONE: "Gap over mean + 1 sd",
    rankings.GAP_OVER_TWO: "Gap over mean + 2 sd",
    rankings.LOW_RFM: "Lowest RFM quintiles",
    rankings.CHANCE: "By chance",
}
READINGS = {
    limits.MEAN_OF_EQUALS: "the year before, equal falls by the mean of all their orders (in force)",
    limits.LARGEST_FIRST: "the year before, of equal falls the highest past spend first",
    limits.LATEST_FIRST: "the year before, of equal falls the latest purchase first",
    limits.LONGEST_FIRST: "the year before, of equal falls the longest silence first",
    limits.QUARTER_BEFORE: "the quarter before",
    limits.TWO_QUARTERS: "the year before, at least two quarters of it known (as the trigger)",
}
GOALS = (
    (rankings.MY_DAY, 0, "precision_ratio", 0.95),
    (rankings.MY_DAY, 0, "lost_ratio", 3.9),
    (rankings.MY_DAY, 1, "precision_ratio", 0.91),
    (rankings.MY_DAY, 1, "lost_ratio", 2.5),
    (rankings.CERTAINTY, 0, "precision_ratio", 1.3),
    (rankings.CERTAINTY, 1, "precision_ratio", 1.12),
)
RULES = {
    "model": "Ours, as the product shows it",
    "purchase_model": "Ours, weighed by the purchase model alone",
    "pace": "Repeats × H ÷ T (the same pace)",
    "half_year": "The last half-year again",
    "rfm": "RFM sum",
    "spend": "Past spend",
}


@dataclass(frozen=True)
class TestedBase:
    """A base with its evenings as told by ``describe_evening`` (local days), and all of them together. ``readings``
    and ``hindsight`` as ``back_test_limits`` tells them, left out of the report where they are empty."""

    name: str
    evenings: Mapping[date, Mapping[str, Any]]
    pooled: Sequence[Mapping[str, Any]]
    knobs: Mapping[float, Mapping[str, Any]]
    blend: float
    readings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    hindsight: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def write_report(base: TestedBase) -> str:
    """The whole report as Markdown."""
    parts = [
        _introduce(base),
        _tell_verdict(base.pooled),
        *([_tell_goals(base)] if base.hindsight else []),
        *([_tell_readings(base.readings)] if base.readings else []),
        "## All evenings together\n\n" + _table(base.pooled),
        "## Against the deepest falls\n\n" + _ratio_table(base.pooled),
        _tell_knobs(base),
        *(_tell_evening(day, told) for day, told in base.evenings.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _introduce(base: TestedBase) -> str:
    days = ", ".join(day.isoformat() for day in base.evenings)
    return (
        f"# Back-test: {base.name}\n\n"
        "Written by `manage.py back_test`; nothing in it is set by hand. Models are fitted on what was known on each "
        f"evening ({days}) and nothing later; the learnt chance and the bend of shown chances come from the quarter "
        "before it. Only customers with three purchase days or more, the last within a year, are ranked. My day has "
        f"c = {base.blend:g}.\n\n"
        "*Precision*: share of the alerted who bought nothing in the 91 days after. *Lost money*: usual margin of a "
        "quarter less what came, caught by the alerts. *Left*: the same share of the usual margin of those who bought "
        "nothing to the end of the hold-out. In brackets 95% intervals of 400 bootstrap draws; customers that a rule "
        "cannot tell apart are counted by the mean of all their orders."
    )


def _tell_verdict(rows: Sequence[Mapping[str, Any]]) -> str:
    """In words what the tables say, the bad news too."""
    found = {row["name"]: row for row in rows}
    falls, chance = found[rankings.FALLS], found[rankings.CHANCE]
    base = chance["budgets"][0]["precision"]["value"]
    most = 1 / max(falls["budgets"][0]["precision"]["value"], 1e-9)
    market = [row for row in rows if row["origin"] == "market"]
    sayings = [
        _say_against_falls(found[name])
        for name in (rankings.MY_DAY, rankings.CERTAINTY, rankings.LEARNT)
        if name in found
    ]
    for at, share in ((0, "2%"), (1, "5%")):
        best = max(market, key=lambda row: row["budgets"][at]["precision"]["value"])
        ours = found[rankings.CERTAINTY]
        sayings.append(
            f"The surest rule of the market at {share} is “{NAMES[best['name']]}”: precision "
            f"{_number(best['budgets'][at]['precision'])} and {best['budgets'][at]['lost']['value']:.1%} of the lost "
            f"money, against {_number(ours['budgets'][at]['precision'])} and "
            f"{ours['budgets'][at]['lost']['value']:.1%} of the certainty list."
        )
    sayings.append(
        f"{base:.0%} of the ranked are silent for a quarter anyway, so nothing can be more than {most:.2f}× as "
        "precise as the deepest falls."
    )
    return "## What it says\n\n" + "\n".join(f"- {saying}" for saying in sayings)


def _tell_goals(base: TestedBase) -> str:
    """What was to be reached against the deepest falls, what was, and how far nobody gets."""
    found = {row["name"]: row for row in base.pooled}
    lines = []
    for name, at, measure, goal in GOALS:
        row = found[name]
        came = row[measure][at]
        what = "precision" if measure == "precision_ratio" else "lost money"
        share = f"{100 * row['budgets'][at]['budget']:.0f}%"
        answer = "reached" if came["value"] >= goal else "**missed**"
        lines.append([NAMES[name], f"{what} at {share}", f"{goal:g}×", _ratio(came), answer])
    return (
        "## What was to be reached\n\n"
        + _lay_out(["List", "against the deepest falls", "goal", "measured", ""], lines)
        + "\n\n"
        + _say_limit(base, found)
    )


def _say_limit(base: TestedBase, found: Mapping[str, Any]) -> str:
    """Two sentences: what the goal of the certainty list would take, and what not even hindsight reaches."""
    goal = next(goal for name, at, _measure, goal in GOALS if (name, at) == (rankings.CERTAINTY, 0))
    falls = found[rankings.FALLS]["budgets"][0]["precision"]["value"]
    ours = [found[name] for name in (rankings.CERTAINTY, rankings.LEARNT) if name in found]
    best = max(ours, key=lambda row: row["budgets"][0]["precision"]["value"])
    others, everybody = base.hindsight[limits.OTHERS_SHOWN], base.hindsight[limits.ALL_SHOWN]
    return (
        f"{goal:g}× at 2% would take a precision of {goal * falls:.3f}; the surest list that can be had on the evening "
        f"is right in {_number(best['budgets'][0]['precision'])}. A ridge with all squares and products of the same "
        "figures, taught by what nine tenths of the customers did in the very quarter to be foretold, which nobody "
        f"can know on the evening, comes to {_number(others['budgets'][0]['precision'])} "
        f"({others['precision_ratio'][0]['value']:.2f}×) of the last tenth; even fitted to all answers themselves it "
        f"comes to {_number(everybody['budgets'][0]['precision'])} ({everybody['precision_ratio'][0]['value']:.2f}×)."
    )


def _tell_readings(readings: Mapping[str, Mapping[str, Any]]) -> str:
    """The lists against every reading of the deepest falls, so that none is picked because it flatters."""
    lines = []
    for name, told in readings.items():
        cells = [READINGS[name], str(told["evenings"])]
        cells += [f"{told[rankings.FALLS]['budgets'][at]['precision']['value']:.3f}" for at in (0, 1)]
        for ranking in (rankings.CERTAINTY, rankings.LEARNT):
            cells += [_ratio(told[ranking]["precision_ratio"][at]) if ranking in told else "–" for at in (0, 1)]
        mine = told[rankings.MY_DAY]
        cells += [
            f"{mine['precision_ratio'][at]['value']:.2f}× / {mine['lost_ratio'][at]['value']:.2f}×" for at in (0, 1)
        ]
        lines.append(cells)
    head = ["The last quarter held against", "evenings", "falls right 2%", "5%", "certainty 2%", "5%"]
    head += ["learnt 2%", "5%", "My day 2%, precision / lost money", "5%"]
    return (
        "## Other readings of the fall\n\n"
        "Most of the deepest falls are equal, to nothing at all, so the comparison hangs on who of them comes first "
        "and on what the quarter is held against. A reading is measured on the evenings on which a tenth of the "
        "ranked have such a fall.\n\n" + _lay_out(head, lines)
    )


def _say_against_falls(row: Mapping[str, Any]) -> str:
    told = [
        f"{row['precision_ratio'][at]['value']:.2f}× the precision and {row['lost_ratio'][at]['value']:.1f}× the "
        f"lost money at {100 * row['budgets'][at]['budget']:.0f}%"
        for at in (0, 1)
    ]
    return f"{NAMES[row['name']]}: {', '.join(told)} against the deepest falls."


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ["Ranked by", "from", "AUC"]
    for budget in rows[0]["budgets"]:
        share = f"{100 * budget['budget']:.0f}%"
        head += [f"precision {share}", f"lost money {share}", f"left {share}"]
    lines = []
    for row in rows:
        cells = [NAMES[row["name"]], str(row["origin"]), f"{row['auc']:.3f}"]
        for budget in row["budgets"]:
            cells += [_number(budget["precision"]), _percent(budget["lost"]), _percent(budget["left"])]
        lines.append(cells)
    return _lay_out(head, lines)


def _ratio_table(rows: Sequence[Mapping[str, Any]]) -> str:
    budgets = [f"{100 * budget['budget']:.0f}%" for budget in rows[0]["budgets"]]
    head = ["Ranked by"]
    for share in budgets:
        head += [f"precision {share}", f"lost money {share}", f"left {share}"]
    lines = []
    for row in rows:
        cells = [NAMES[row["name"]]]
        for at in range(len(budgets)):
            cells += [_ratio(row[name][at]) for name in ("precision_ratio", "lost_ratio", "left_ratio")]
        lines.append(cells)
    return _lay_out(head, lines)


def _tell_knobs(base: TestedBase) -> str:
    lines = []
    for blend, row in base.knobs.items():
        cells = [f"{blend:g}" + (" (in force)" if blend == base.blend else "")]
        for at in range(len(row["budgets"])):
            cells += [_ratio(row["precision_ratio"][at]), _ratio(row["lost_ratio"][at])]
        lines.append(cells)
    head = ["c"]
    for budget in next(iter(base.knobs.values()))["budgets"]:
        share = f"{100 * budget['budget']:.0f}%"
        head += [f"precision {share}", f"lost money {share}"]
    return "## The knob of My day\n\nAgainst the deepest falls, all evenings together.\n\n" + _lay_out(head, lines)


def _tell_evening(day: date, told: Mapping[str, Any]) -> str:
    model, doubts = told["dropout"], told["doubts"]
    fit = ", ".join(f"{name} {model[name]:.4g}" for name in ("k", "r", "alpha", "a", "b"))
    intro = (
        f"## Evening of {day.isoformat()}\n\n"
        f"{told['customers']:,} customers, {told['ranked']:,} ranked; {told['silent']:.1%} of these were silent for 91 "
        f"days and {told['left']:.1%} to the end, {told['days_after']} days. MBG/CNBD-k: {fit}, gain "
        f"{model['gain']:.1f}; {'; '.join(doubts) if doubts else 'no doubts'}."
    )
    return "\n\n".join(
        [
            intro,
            _table(told["rankings"]),
            "### Said and came: goes on buying in the coming 91 days\n\n" + _chance_table(told["chances"]),
            _tell_forecast(told["forecast"]),
        ]
    )


def _chance_table(chances: Mapping[str, Any]) -> str:
    words = {"raw": "raw", "bent": "bent to the quarter before", "learnt": "learnt"}
    summary = _lay_out(
        ["chance", "mean miss", "log loss", "AUC"],
        [
            [words[name], f"{one['miss']:.3f}", f"{one['log_loss']:.4f}", f"{one['auc']:.3f}"]
            for name, one in chances.items()
        ],
    )
    groups = _lay_out(
        ["chance", "said", "came", "95%", "customers"],
        [
            [
                words[name],
                f"{g['said']:.2f}",
                f"{g['came']:.2f}",
                f"{g['low']:.2f}–{g['high']:.2f}",
                str(g["customers"]),
            ]
            for name, one in chances.items()
            if name != "learnt"
            for g in one["groups"]
        ],
    )
    return f"{summary}\n\n{groups}"


def _tell_forecast(told: Mapping[str, Any]) -> str:
    rules = _lay_out(
        ["forecast", "total", "factor", "lift of the best tenth", "Spearman", "mean absolute error"],
        [
            [
                RULES[name],
                _signed(told[name]["bias"]),
                _plain(told[name]["factor"], 2),
                _plain(told[name]["lift"], 2),
                _plain(told[name]["order"], 3),
                _plain(told[name]["error"], 3),
            ]
            for name in RULES
        ],
    )
    tenths = _lay_out(
        ["tenth", "said", "came", "lift"],
        [
            [str(number), f"{one['said']:.2f}", f"{one['came']:.2f}", f"{one['lift']:.2f}"]
            for number, one in enumerate(told["tenths"], start=1)
        ],
    )
    return f"### Purchases of all customers in {told['days']} days\n\n{rules}\n\n{tenths}"


def _number(estimate: Mapping[str, float]) -> str:
    return f"{estimate['value']:.3f} ({estimate['low']:.2f}–{estimate['high']:.2f})"


def _percent(estimate: Mapping[str, float]) -> str:
    return f"{estimate['value']:.1%} ({100 * estimate['low']:.0f}–{100 * estimate['high']:.0f})"


def _ratio(estimate: Mapping[str, float]) -> str:
    return f"{estimate['value']:.2f}× ({estimate['low']:.2f}–{estimate['high']:.2f})"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1%}"


def _plain(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _lay_out(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
