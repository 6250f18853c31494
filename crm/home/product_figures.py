"""The figures of a portfolio's sales: worked out at once for a few hundred customers, once an hour for thousands."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from django.core.cache import cache
from django.utils.translation import gettext

from crm.core.column_reading import one_of_many
from crm.home.sales_comparison import sum_price_volume_mix
from crm.home.white_space import FamilyGap, add_up_gaps, find_customers_white_space
from customers.lost_items import MissedItem, add_weekly, list_missed_items
from customers.models import Customer
from customers.rules.family_change import say_share
from customers.rules.sales_bridge import Ints, Movement
from customers.rules.sales_periods import Comparison
from customers.rules.sales_table import SalesTable
from customers.sales_table_reading import read_sales

LIVE_CUSTOMERS = 400
KEPT_SECONDS = 3600
LOST_SHOWN = 8


@dataclass
class LostRow:
    """A customer with items no longer bought, the most lost a week first."""

    customer_id: int
    items: list[MissedItem] = field(default_factory=list)
    customer: Any = None
    main_family: str = ""
    main_share: float | None = None

    @property
    def weekly_cents(self) -> int:
        return add_weekly(self.items)

    @property
    def share_words(self) -> str:
        """How much of the customer's fall its main family is, as one says it."""
        return gettext(say_share(self.main_share or 0))

    @property
    def first(self) -> MissedItem:
        return self.items[0]

    @property
    def families(self) -> list[str]:
        """Distinct families of the items, in order."""
        return list(dict.fromkeys(item.family for item in self.items))


@dataclass
class FamilyLoss:
    """A family with what is lost of it a week."""

    family: str
    items: int = 0
    customers: set[int] = field(default_factory=set)
    weekly_cents: int = 0


@dataclass
class LostFigures:
    """What is lost in all, and the customers and families that lose most."""

    items: int
    customers: int
    weekly_cents: int
    rows: list[LostRow]
    families: list[FamilyLoss]


@dataclass
class PortfolioFigures:
    """What the pages show of these customers' sales; each part is worked out when it is first asked for, or kept.

    ``customers`` are those with any sales, the other arrays follow their order. ``at`` is when it was worked out, where
    that is not now.
    """

    customer_ids: list[int]
    comparison: Comparison
    today: date
    at: datetime | None = None

    @cached_property
    def table(self) -> SalesTable:
        return read_sales(self.customer_ids, comparison=self.comparison)

    @cached_property
    def customers(self) -> Ints:
        return self.table.customers

    @cached_property
    def before_cents(self) -> Ints:
        return self.table.before_cents

    @cached_property
    def now_cents(self) -> Ints:
        return self.table.now_cents

    @cached_property
    def movements(self) -> Ints:
        """The ``Movement`` of each customer."""
        return self.table.movements

    @cached_property
    def parts(self) -> dict[str, Ints]:
        """Cents of each customer by price, volume and mix."""
        return sum_price_volume_mix(self.table)

    @cached_property
    def bars(self) -> dict[Movement, tuple[int, int]]:
        """Customers and cents of each movement."""
        return self.table.bridge_by_customer()

    @cached_property
    def lost(self) -> LostFigures:
        """Items no longer bought."""
        items = list_missed_items(self.customer_ids, on=self.today)
        rows = list_lost_customers(items)
        for row in rows[:LOST_SHOWN]:
            row.main_family, row.main_share = self._main_families.get(row.customer_id, ("", None))
        return LostFigures(len(items), len(rows), add_weekly(items), rows[:LOST_SHOWN], add_up_families(items))

    @cached_property
    def _main_families(self) -> dict[int, tuple[str, float]]:
        return self.table.main_families()

    @cached_property
    def gaps(self) -> list[FamilyGap]:
        """The white space by family."""
        ids = self.customers.tolist()
        rows = Customer.objects.filter(pk__in=one_of_many(ids)).exclude(industry="").order_by()
        industries = dict(rows.values_list("pk", "industry"))
        return add_up_gaps(find_customers_white_space(self.table, industries=industries))

    def keep_all(self) -> None:
        """Work every part out and let go of what they were made from, so that it can be put away."""
        for name in ("customers", "before_cents", "now_cents", "movements", "parts", "bars", "lost", "gaps"):
            getattr(self, name)
        for name in ("table", "_main_families"):
            self.__dict__.pop(name, None)


def read_figures(customer_ids: list[int], *, comparison: Comparison, today: date, at: datetime) -> PortfolioFigures:
    """The figures of exactly these customers; of very many they may be an hour old, and ``at`` says since when."""
    if len(customer_ids) <= LIVE_CUSTOMERS:
        return PortfolioFigures(customer_ids, comparison, today)
    ids = sha256(np.sort(np.array(customer_ids, dtype=np.int64)).tobytes()).hexdigest()
    key = f"portfolio:{ids}:{comparison.before}:{comparison.now}:{today}".replace(" ", "")
    kept: PortfolioFigures | None = cache.get(key)
    if kept is None:
        kept = PortfolioFigures(customer_ids, comparison, today, at)
        kept.keep_all()
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def list_lost_customers(lost: list[MissedItem]) -> list[LostRow]:
    """Lost items by customer, most lost a week first; the rows add up to the sum of all items."""
    rows: dict[int, LostRow] = {}
    for item in lost:
        rows.setdefault(item.customer_id, LostRow(item.customer_id)).items.append(item)
    return sorted(rows.values(), key=lambda row: (-row.weekly_cents, row.customer_id))


def add_up_families(lost: list[MissedItem]) -> list[FamilyLoss]:
    """Lost items by family, most lost a week first; they add up to the sum of all items."""
    found: dict[str, FamilyLoss] = defaultdict(lambda: FamilyLoss(""))
    for item in lost:
        loss = found[item.family]
        loss.family = item.family
        loss.items += 1
        loss.customers.add(item.customer_id)
        loss.weekly_cents += item.weekly_cents
    return sorted(found.values(), key=lambda loss: (-loss.weekly_cents, loss.family))
