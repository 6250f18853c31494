"""Looking for a group of customers that no segment describes yet, and keeping it as a proposal with its evidence.

A sample of at most 20,000 customers is enough for medians and thresholds; sums are raised to the whole base.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from segments.models import ClusterProposal, Segment
from segments.rules.behaviour_clusters import (
    MOST_OVERLAP,
    Behaviour,
    Cluster,
    Figure,
    Floats,
    Mark,
    Mask,
    find_clusters,
    measure_overlap,
)
from segments.rules.criteria import is_protected
from segments.rules.criteria_evaluation import holds

SAMPLE = 20_000
SEED = 20_261
# What behaviour is looked at, by the names that rules use; those no app offers are left out.
FIGURES = (
    "sales_12m",
    "mean_gap_days",
    "gap_ratio",
    "sales_change",
    "contribution_rate",
    "service_12m",
    "contacts_12m",
    "minutes_12m",
    "complaints_12m",
)
WORDS = ("main_family",)
SUMS = ("sales_12m", "contribution_12m", "service_12m", "at_stake")
DECIMALS = {MetricKind.SHARE: 2, MetricKind.NUMBER: 1, MetricKind.MONEY: -2, MetricKind.DAYS: 0}


class Sayings(NamedTuple):
    """What one says of customers with much or little of a figure, or none of it. Figures of one ``subject`` would say
    the same twice."""

    subject: str
    much: str | Promise
    little: str | Promise
    none: str | Promise = ""


SAYINGS = {
    "sales_12m": Sayings("sales", _("larger buyers"), _("small buyers"), _("no longer buying")),
    "sales_change": Sayings("course", _("growing"), _("falling")),
    "mean_gap_days": Sayings("rhythm", _("seldom ordering"), _("often ordering")),
    "gap_ratio": Sayings("silence", _("silent for long"), _("just bought")),
    "contribution_rate": Sayings("earnings", _("earning us well"), _("earning us little")),
    "service_12m": Sayings("service", _("dear to serve"), _("cheap to serve"), _("costing us nothing")),
    "contacts_12m": Sayings("talk", _("often in touch"), _("seldom in touch"), _("nobody talks to them")),
    "minutes_12m": Sayings("talk", _("taking much time"), _("taking little time"), _("nobody talks to them")),
    "complaints_12m": Sayings("complaints", _("often complaining"), _("seldom complaining"), _("never complaining")),
}


@dataclass
class Sample:
    """Customers by row: their segment, the values of every metric asked, and how many customers one row stands for."""

    ids: list[int]
    segments: list[int | None]
    values: dict[str, list[Any]]
    weight: float


@dataclass(frozen=True)
class SearchReport:
    """Customers looked at; proposals that are new, seen again, and no longer seen."""

    customers: int
    found: int
    seen_again: int
    gone: int


@transaction.atomic
def search_clusters(*, on: date) -> SearchReport:
    """Propose up to three groups as of the local day ``on``; again on the same day it finds the same.

    What was decided, or is open already, is not proposed anew: an open one gets its figures of today.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cluster-search'))")
    sample = read_sample(on=on)
    open_ones = list(ClusterProposal.objects.filter(state=ClusterProposal.State.OPEN))
    decided = ClusterProposal.objects.filter(state__in=(ClusterProposal.State.REFUSED, ClusterProposal.State.ACCEPTED))
    known = [_where(sample, segment) for segment in Segment.objects.values_list("pk", flat=True)]
    known += [_apply(sample, proposal.criteria, on=on) for proposal in decided]
    clusters = find_clusters(build_behaviour(sample), known=known, seed=SEED) if sample.ids else []
    seen: set[int] = set()
    fresh = 0
    for cluster in clusters:
        same = next((one for one in open_ones if _is_same(sample, one, cluster, on=on)), None)
        proposal = same or ClusterProposal()
        _fill(proposal, cluster, sample, on=on)
        proposal.save()
        seen.add(proposal.pk)
        fresh += same is None
    gone = [one.pk for one in open_ones if one.pk not in seen]
    ClusterProposal.objects.filter(pk__in=gone).update(state=ClusterProposal.State.GONE)
    return SearchReport(len(sample.ids), fresh, len(seen) - fresh, len(gone))


def read_sample(*, on: date) -> Sample:
    """Customers who bought and are scored, the same sample whenever asked; two queries."""
    metrics = [METRICS[name] for name in dict.fromkeys((*FIGURES, *WORDS, *SUMS)) if name in METRICS]
    metrics = [metric for metric in metrics if not is_protected(metric)]
    joins = " ".join(dict.fromkeys(metric.join for metric in metrics if metric.join))
    columns = "".join(f", ({metric.sql})" for metric in metrics)
    base = "customers_customer c JOIN segments_current_score had ON had.customer_id = c.id AND had.purchase_days > 0"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {base} WHERE c.archived_at IS NULL")  # noqa: S608
        (all_of_them,) = cursor.fetchone()
        cursor.execute(
            f"""SELECT c.id, held.segment_id{columns} FROM {base}
            LEFT JOIN segments_membership held ON held.customer_id = c.id AND held.until IS NULL {joins}
            WHERE c.archived_at IS NULL ORDER BY hashint8(c.id), c.id LIMIT %(most)s""",  # noqa: S608
            {"most": SAMPLE, "today": on},
        )
        rows = cursor.fetchall()
    values = {metric.name: [row[place] for row in rows] for place, metric in enumerate(metrics, start=2)}
    weight = all_of_them / len(rows) if rows else 1.0
    return Sample([row[0] for row in rows], [row[1] for row in rows], values, weight)


def build_behaviour(sample: Sample) -> Behaviour:
    """The sample as columns; figures that are the same for everybody are left out."""
    figures = []
    for name in FIGURES:
        if name in sample.values:
            metric = METRICS[name]
            column = np.array([np.nan if value is None else float(value) for value in sample.values[name]])
            known = column[np.isfinite(column)]
            if len(np.unique(known)) > 1:
                amount = metric.kind == MetricKind.MONEY or name in {"mean_gap_days", "contacts_12m", "minutes_12m"}
                figures.append(Figure(name, column, amount, _decimals(metric, known)))
    words = {name: [word or "" for word in sample.values[name]] for name in WORDS if name in sample.values}
    return Behaviour(figures, words)


def _decimals(metric: Metric, known: Floats) -> int:
    """As the kind of figure is told; what is counted stays whole: nobody has 8.8 contacts."""
    usual = DECIMALS.get(metric.kind, 0)
    return min(usual, 0) if np.array_equal(known, known.round()) else usual


def _where(sample: Sample, segment_id: int) -> Mask:
    return np.array([held == segment_id for held in sample.segments], dtype=np.bool_)


def _apply(sample: Sample, criteria: dict[str, Any], *, on: date) -> Mask:
    """Whom a kept rule holds for; nobody where a figure it asks for is gone."""
    try:
        rows = ({name: column[row] for name, column in sample.values.items()} for row in range(len(sample.ids)))
        return np.array([holds(criteria, row, today=on, catalogue=METRICS) for row in rows], dtype=np.bool_)
    except KeyError:
        return np.zeros(len(sample.ids), dtype=np.bool_)


def _is_same(sample: Sample, proposal: ClusterProposal, cluster: Cluster, *, on: date) -> bool:
    return measure_overlap(_apply(sample, proposal.criteria, on=on), cluster.described) >= MOST_OVERLAP


def _fill(proposal: ClusterProposal, cluster: Cluster, sample: Sample, *, on: date) -> None:
    proposal.found_on, proposal.criteria = on, cluster.criteria
    proposal.size = round(float(cluster.described.sum()) * sample.weight)
    proposal.precision, proposal.recall = cluster.precision, cluster.recall
    proposal.evidence = [
        {
            "feature": mark.name,
            "inside": mark.inside,
            "outside": mark.outside,
            "distance": round(mark.distance, 2),
            "word": mark.word,
        }
        for mark in cluster.marks
    ]
    proposal.effect = work_out_effect(cluster.described, sample)
    proposal.today = list_segments_today(cluster.described, sample)
    if not proposal.name:
        proposal.name = name_group(cluster)


def work_out_effect(described: Mask, sample: Sample) -> dict[str, Any]:
    """Yearly sums of the group in cents, raised to the whole base, and what serving it costs against the rest.

    ``service_over`` is what it costs more (or less) a year than if it cost the same share of sales as the rest.
    """
    columns = {
        name: np.array([float(value or 0) for value in sample.values[name]]) for name in SUMS if name in sample.values
    }
    sums = {name: round(float(column[described].sum()) * sample.weight) for name, column in columns.items()}
    rest = {name: float(column[~described].sum()) * sample.weight for name, column in columns.items()}
    share = rest["service_12m"] / rest["sales_12m"] if rest.get("sales_12m", 0) > 0 else 0.0
    over = round(sums.get("service_12m", 0) - share * max(0, sums.get("sales_12m", 0)))
    return {**sums, "service_over": over}


def list_segments_today(described: Mask, sample: Sample) -> list[list[int]]:
    """In which segments the group is today: ``[segment id, customers]``, largest first."""
    counts: dict[int, int] = {}
    for held, inside in zip(sample.segments, described, strict=True):
        if inside and held is not None:
            counts[held] = counts.get(held, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [[segment, round(n * sample.weight)] for segment, n in ordered]


def name_group(cluster: Cluster) -> str:
    """A name to begin with, as a salesman would say it: its two strongest marks of different subjects, "Often in touch,
    mostly Fasteners"."""
    words: dict[str, str] = {}
    for mark in cluster.marks:
        sayings = SAYINGS.get(mark.name)
        words.setdefault(sayings.subject if sayings else mark.name, _say_mark(mark, sayings))
    name = ", ".join(list(words.values())[:2])
    return (name[:1].upper() + name[1:])[:60]


def _say_mark(mark: Mark, sayings: Sayings | None) -> str:
    if mark.word:
        return gettext("mostly %(word)s") % {"word": mark.word}
    if sayings is None:
        label = str(METRICS[mark.name].label) if mark.name in METRICS else mark.name
        words = gettext("high %(figure)s") if mark.inside > mark.outside else gettext("low %(figure)s")
        return words % {"figure": label}
    if mark.inside == 0 and sayings.none:
        return str(sayings.none)
    return str(sayings.much if mark.inside > mark.outside else sayings.little)
