"""The catalogue of metrics: every number that can be computed about a customer, declared once by the app that can.

Each app lists its metrics in ``customer_metrics.py`` and registers them from ``AppConfig.ready``; criteria, lists,
segments and triggers read them from here, so a lower app can use a number of a higher one without importing it.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class MetricKind(StrEnum):
    """How a metric's value is compared and shown."""

    NUMBER = "number"
    MONEY = "money"  # integer cents of the company's currency
    SHARE = "share"  # 0 to 1
    DAYS = "days"
    DATE = "date"
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"


@dataclass(frozen=True)
class Metric:
    """One number or word about a customer.

    ``sql`` is an expression over the customer row ``c`` (``customers_customer``) and whatever ``join`` brings in;
    ``join`` is a LEFT JOIN clause with an alias of its own, shared by all metrics that write it alike. ``%(today)s`` is
    the day it is asked for. An absent value is SQL NULL and never satisfies a comparison.

    ``protected`` marks what nobody may be treated differently for: no rule can ask it. ``from_segment`` marks what
    follows from the segment: no segment's own rule can ask it.
    """

    name: str
    label: str | Promise
    kind: MetricKind
    meaning: str | Promise
    sql: str
    join: str = ""
    choices: tuple[tuple[str, str | Promise], ...] = ()
    group: str | Promise = ""
    protected: bool = False
    from_segment: bool = False


METRICS: dict[str, Metric] = {}


def register_metrics(*metrics: Metric) -> None:
    """Add to the catalogue; the same name twice raises ``ValueError``, registering the same metric again does not."""
    for metric in metrics:
        if METRICS.get(metric.name, metric) != metric:
            raise ValueError(f"The metric {metric.name} is declared twice.")
        METRICS[metric.name] = metric
