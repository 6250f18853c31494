"""Which periods a page compares, from its address; and the words of a bridge's parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.local_time import company_day
from crm.home.bridge_chart import BridgeChart, BridgeStep, draw_bridge
from customers.rules.sales_bridge import Movement
from customers.rules.sales_periods import Comparison, Period, compare_own, compare_quarters, compare_years
from customers.rules.sales_table import SalesTable

Link = Callable[[str], str]
MOVEMENT_KEYS = {
    Movement.NEW: "new",
    Movement.WON_BACK: "won-back",
    Movement.GREW: "grew",
    Movement.SHRANK: "shrank",
    Movement.STOPPED: "stopped",
}
MOVEMENT_WORDS: dict[str, str | Promise] = {
    "new": gettext_lazy("new"),
    "won-back": gettext_lazy("won back"),
    "grew": gettext_lazy("grew"),
    "shrank": gettext_lazy("shrank"),
    "stopped": gettext_lazy("stopped"),
}
PART_WORDS: dict[str, str | Promise] = {
    "gone": gettext_lazy("items no longer bought"),
    "volume": gettext_lazy("volume"),
    "price": gettext_lazy("price"),
    "mix": gettext_lazy("mix"),
    "again": gettext_lazy("items bought again"),
    "first": gettext_lazy("items bought first time"),
}
# At a portfolio items come and go all the time: they are its volume.
VOLUME_PARTS = ("gone", "volume", "again", "first")


@dataclass(frozen=True)
class PeriodChoice:
    """The comparison in force, as the page shows and its links carry it. ``refused`` says which dates of the address
    were none, and what is compared instead."""

    comparison: Comparison
    until: date
    refused: str = ""

    @property
    def kind(self) -> str:
        return self.comparison.kind

    @property
    def query(self) -> str:
        """What links to lists and files carry, so that they say the same."""
        if self.kind != "own":
            return urlencode({"period": self.kind})
        before, now = self.comparison.before, self.comparison.now
        return urlencode(
            {
                "period": "own",
                "from": now.first.isoformat(),
                "to": now.last.isoformat(),
                "before_from": before.first.isoformat(),
                "before_to": before.last.isoformat(),
            }
        )

    @property
    def notes(self) -> list[str]:
        """What the reader should know before he believes the figures."""
        notes = [self.refused] if self.refused else []
        if max(self.comparison.before.last, self.comparison.now.last) > company_day(timezone.now()):
            notes.append(_("Some of these days are still to come: what is sold on them is not known yet."))
        return notes

    @property
    def words(self) -> str:
        if self.kind == "year":
            return _("12 months with the 12 before")
        if self.kind == "quarter":
            return _("a quarter with the same quarter a year before")
        return f"{say_period(self.comparison.now)} / {say_period(self.comparison.before)}"


def read_comparison(query: Mapping[str, str], *, until: date) -> PeriodChoice:
    """The periods of the address; what cannot be understood is the year. ``until`` is the last day known."""
    kind = query.get("period", "year")
    if kind == "quarter":
        return PeriodChoice(compare_quarters(until), until)
    if kind != "own":
        return PeriodChoice(compare_years(until), until)
    now, before = _read_period(query, "from", "to"), _read_period(query, "before_from", "before_to")
    if now is None:
        refused = _("A period begins on or before the day it ends, and lasts ten years at most: shown are 12 months.")
        return PeriodChoice(compare_years(until), until, refused)
    refused = ""
    if before is None and (query.get("before_from") or query.get("before_to")):
        refused = _(
            "What to compare with begins on or before the day it ends, and lasts ten years at most: "
            "shown are the days right before."
        )
    return PeriodChoice(compare_own(now=now, before=before), until, refused)


def _read_period(query: Mapping[str, str], first: str, last: str) -> Period | None:
    try:
        period = Period(date.fromisoformat(query.get(first, "")), date.fromisoformat(query.get(last, "")))
        return period if period.first - timedelta(days=4000) > date(1900, 1, 1) else None
    except (ValueError, OverflowError):
        return None


def say_period(period: Period) -> str:
    """``Nov 24 – Nov 25`` for long ones, with days for short ones."""
    pattern = "j M Y" if period.days < 300 else "M y"
    return f"{date_format(period.first, pattern)} – {date_format(period.last, pattern)}"


def _say_total(period: Period) -> list[str]:
    pattern = "j M y" if period.days < 300 else "M y"
    return [f"{date_format(period.first, pattern)} –", date_format(period.last, pattern)]


def draw_item_bridge(table: SalesTable) -> BridgeChart:
    """What became of one customer's sales, item by item."""
    parts = table.bridge_by_item()
    comparison = table.comparison
    words = {
        "gone": [_("items no"), _("longer bought")],
        "volume": [_("same items,"), _("less of them") if parts["volume"] < 0 else _("more of them")],
        "price": [_("price")],
        "mix": [_("mix")],
        "again": [_("items"), _("bought again")],
        "first": [_("items bought"), _("first time")],
    }
    steps = [BridgeStep(words[name], cents) for name, cents in parts.items() if cents]
    return draw_bridge(
        BridgeStep(_say_total(comparison.before), int(table.before_cents.sum())),
        steps,
        BridgeStep(_say_total(comparison.now), int(table.now_cents.sum())),
    )


class BridgeFigures(Protocol):
    """What the bridges of a portfolio are drawn from: ``PortfolioFigures`` of ``crm.home.product_figures``."""

    before_cents: Any
    now_cents: Any
    bars: Any
    parts: Any


def draw_movement_bridge(figures: BridgeFigures, *, link: Link, width: int = 860) -> BridgeChart:
    """The same for many, by what each customer did; every bar leads to its customers."""
    steps = [
        BridgeStep([str(MOVEMENT_WORDS[MOVEMENT_KEYS[movement]])], cents, link(MOVEMENT_KEYS[movement]))
        for movement, (_customers, cents) in figures.bars.items()
    ]
    return draw_bridge(*_totals(figures, steps), width=width, depth=134.0)


def sum_price_volume_mix(table: SalesTable) -> dict[str, Any]:
    """Cents of each of ``table.customers`` by price, volume (with items that came and went) and mix."""
    parts = table.parts
    return {
        "price": table.sum_by_customer(parts["price"]),
        "volume": table.sum_by_customer(sum(parts[name] for name in VOLUME_PARTS)),  # type: ignore[arg-type]
        "mix": table.sum_by_customer(parts["mix"]),
    }


def draw_price_bridge(figures: BridgeFigures, *, link: Link) -> BridgeChart:
    """The same by price, volume and mix."""
    steps = [BridgeStep([str(PART_WORDS[name])], int(cents.sum()), link(name)) for name, cents in figures.parts.items()]
    return draw_bridge(*_totals(figures, steps), width=420, depth=134.0)


def _totals(figures: BridgeFigures, steps: list[BridgeStep]) -> tuple[BridgeStep, list[BridgeStep], BridgeStep]:
    before, now = int(figures.before_cents.sum()), int(figures.now_cents.sum())
    return BridgeStep([_("before")], before), steps, BridgeStep([_("now")], now)
