"""The figures that the conditions of these tests ask for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from segments.rules.criteria_wording import Wording

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Figure:
    """A metric of these tests: a column of the customer row."""

    name: str
    kind: str
    label: str = ""
    join: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    protected: bool = False
    from_segment: bool = False
    sql_text: str = ""

    @property
    def sql(self) -> str:
        return self.sql_text or f"c.{self.name}"


CLASSES = (("A1", "A1"), ("A2", "A2"), ("B1", "B1"), ("C2", "C2"))
FIGURES = {
    figure.name: figure
    for figure in [
        Figure("orders", "number", "orders"),
        Figure("sales", "money", "sales, 12 months"),
        Figure("fall", "share", "fall"),
        Figure("silent", "days", "days silent"),
        Figure("last_day", "date", "last purchase"),
        Figure("city", "text", "city"),
        Figure("grade", "choice", "class", choices=CLASSES),
        Figure("vip", "flag", "named by staff"),
        Figure("mood", "text", "mood", protected=True),
        Figure("gender", "text", "gender"),
        Figure("segment", "text", "segment", from_segment=True),
    ]
}
WORDING = Wording(translate=lambda text: text, show_value=lambda _metric, value: str(value))


def when(metric: str, operator: str, value: Any = None) -> dict[str, Any]:
    condition = {"metric": metric, "operator": operator}
    return condition if value is None else {**condition, "value": value}
