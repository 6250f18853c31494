"""The catalogue of metrics: every number that can be computed about a customer, declared once by the app that can.

Each app lists its metrics in ``customer_metrics.py`` and registers them from ``AppConfig.ready``; criteria, lists,
segments and triggers read them from here, so a lower app can use a number of a higher one without importing it.
Metrics that are data, such as the fields a company defines itself, come from a source (``register_metric_source``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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
    the day it is asked for. An absent value is SQL NULL and never satisfies a comparison. What a join of the form
    ``LEFT JOIN (…) name ON name.customer_id = c.id`` adds up can be asked of one customer alone, and a figure
    ``coalesce(name.figure, 0)`` is looked for only where there is one.

    ``protected`` marks what nobody may be treated differently for: no rule can ask it. ``from_segment`` marks what
    follows from the segment: no segment's own rule can ask it. ``match`` is a condition that an index serves, true
    where the value of a choice or flag is ``{value}``; ``lately`` one that is true where the days since something are
    at most ``{value}``; ``among`` the ids of the few customers of whom a flag is true, found by indexes, so that a list
    begins with them instead of going through everybody. ``perhaps`` are the ids of a few more, found at once, and
    ``surely`` says which of them are meant: what a page asks, so that only those it comes to are looked at. Without
    ``perhaps`` it is asked of each of those of whom the flag is not true. ``letters`` is how many a text has at most,
    where they are so few that a page can name every spelling of a word.
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
    match: str = ""
    lately: str = ""
    among: str = ""
    perhaps: str = ""
    surely: str = ""
    letters: int = 0


MetricSource = Callable[[], Mapping[str, Metric]]


class MetricCatalogue(dict[str, Metric]):
    """Declared metrics by name. Those of sources are found by name as well, and told by ``offered``; going through the
    catalogue itself tells the declared ones, which are the same in every company."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[str, MetricSource] = {}

    def _find(self, name: object) -> Metric | None:
        for prefix, source in self.sources.items():
            if isinstance(name, str) and name.startswith(prefix):
                return source().get(name)
        return None

    def __missing__(self, name: str) -> Metric:
        found = self._find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self._find(name) is not None

    def get(self, name: str, default: Any = None) -> Any:  # type: ignore[override]
        """The metric called ``name``, declared or of a source, else ``default``."""
        found = super().get(name)
        found = found if found is not None else self._find(name)
        return default if found is None else found

    def offered(self) -> list[Metric]:
        """Every metric there is now: the declared ones, then those of the sources."""
        return [*self.values(), *(metric for source in self.sources.values() for metric in source().values())]


METRICS = MetricCatalogue()


def register_metrics(*metrics: Metric) -> None:
    """Add to the catalogue; the same name twice raises ``ValueError``, registering the same metric again does not."""
    for metric in metrics:
        if dict.get(METRICS, metric.name, metric) != metric:
            raise ValueError(f"The metric {metric.name} is declared twice.")
        METRICS[metric.name] = metric


def register_metric_source(prefix: str, source: MetricSource) -> None:
    """Metrics whose names start with ``prefix`` are asked of ``source`` whenever they are needed; it remembers them."""
    METRICS.sources[prefix] = source
