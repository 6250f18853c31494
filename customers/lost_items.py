"""Items that customers no longer buy, or are late with, by each item's own rhythm at each customer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection

from crm.core.column_reading import read_columns
from crm.core.id_arrays import write_array
from customers.rules.item_rhythm import REMEMBERED_DAYS
from customers.rules.sales_bridge import Flags, Ints
from customers.sales_table_reading import read_families


@dataclass(frozen=True)
class MissedItem:
    """An item of a customer that is late; ``is_lost`` when beyond two spreads. ``weekly_cents`` is what it brought a
    week while it was bought; ``mean_gap_days`` its own rhythm."""

    customer_id: int
    product_id: int
    name: str
    number: str
    family: str
    purchase_days: int
    first_day: date
    last_day: date
    silent_days: int
    mean_gap_days: float
    weekly_cents: int
    is_lost: bool

    @property
    def gap_ratio(self) -> float:
        """The silence in own gaps."""
        return self.silent_days / self.mean_gap_days

    @property
    def level(self) -> int:
        """1 to 3: how far beyond its rhythm."""
        return 1 if not self.is_lost else 2 if self.gap_ratio < 4 else 3


WITHIN = "r.weekly_cents > 0 AND r.lost_from >= %(on)s::date - %(remembered)s"
MISSED = f"""
SELECT r.customer_id, r.product_id, p.name, p.number, p.family, r.purchase_days, r.first_day, r.last_day,
       %(on)s::date - r.last_day, (r.last_day - r.first_day)::float8 / (r.purchase_days - 1), r.weekly_cents,
       r.lost_from <= %(on)s
FROM customers_itemrhythm r JOIN customers_product p ON p.id = r.product_id
WHERE {{which}} AND {WITHIN} AND (r.lost_from <= %(on)s OR (%(with_risk)s AND r.at_risk_from <= %(on)s))
ORDER BY r.weekly_cents DESC, r.customer_id, r.product_id
"""  # noqa: S608 - conditions of ours
OF_CUSTOMERS = "r.customer_id = ANY (%(customers)s::text::bigint[])"
OF_ITEMS = f"""{OF_CUSTOMERS} AND (r.customer_id, r.product_id) IN
    (SELECT * FROM unnest(%(customers)s::text::bigint[], %(products)s::text::bigint[]))"""  # noqa: S608 - conditions of ours
LOST = f"""
SELECT r.customer_id AS customer, r.product_id AS product, r.weekly_cents AS weekly
FROM customers_itemrhythm r WHERE {OF_CUSTOMERS} AND {WITHIN} AND r.lost_from <= %(on)s::date
"""  # noqa: S608 - conditions of ours
LOST_FIELDS = (("customer", "i8"), ("product", "i8"), ("weekly", "i8"))


def list_missed_items(customer_ids: Collection[int], *, on: date, with_risk: bool = False) -> list[MissedItem]:
    """Items lost by ``on`` (local day) within the last year, most lost a week first; ``with_risk`` also those late."""
    params = {"customers": write_array(customer_ids), "with_risk": with_risk}
    return _read_items(MISSED.format(which=OF_CUSTOMERS), params, on=on)


def _read_items(sql: str, params: dict[str, Any], *, on: date) -> list[MissedItem]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, "on": on, "remembered": REMEMBERED_DAYS})
        return [MissedItem(*row) for row in cursor.fetchall()]


def add_weekly(items: Iterable[MissedItem]) -> int:
    """Cents a week that the lost ones of ``items`` brought: the figure every list of them sums to."""
    return sum(item.weekly_cents for item in items if item.is_lost)


@dataclass
class LostItems:
    """The items that customers have lost by ``on``, most lost a week first: who, what, cents a week, and the number of
    the family in ``families``. Thousands of customers in one read; the words of an item are read for a page of them."""

    customer: Ints
    product: Ints
    weekly: Ints
    family: Ints
    families: list[str]
    on: date

    def __len__(self) -> int:
        return len(self.customer)

    @cached_property
    def weekly_cents(self) -> int:
        """What all of them brought a week: the figure every list of them sums to."""
        return int(self.weekly.sum())

    def of_family(self, family: str) -> "LostItems":
        """Those of one family."""
        return self._keep(self.family == (self.families.index(family) if family in self.families else -1))

    def of_customers(self, customers: Collection[int]) -> "LostItems":
        """Those of some of the customers."""
        return self._keep(np.isin(self.customer, list(customers)))

    def _keep(self, which: Flags) -> "LostItems":
        columns = (self.customer, self.product, self.weekly, self.family)
        return LostItems(*(column[which] for column in columns), self.families, self.on)

    def add_up_customers(self) -> tuple[Ints, Ints]:
        """Customers and what each lost a week, the most first."""
        customers, place = np.unique(self.customer, return_inverse=True)
        cents = np.zeros(len(customers), dtype=np.int64)
        np.add.at(cents, place, self.weekly)
        order = np.lexsort((customers, -cents))
        return customers[order], cents[order]

    def read(self, start: int = 0, stop: int | None = None) -> list[MissedItem]:
        """The items from ``start`` up to ``stop``, with their words; one query."""
        part = slice(start, stop)
        params = {
            "customers": write_array(self.customer[part].tolist()),
            "products": write_array(self.product[part].tolist()),
            "with_risk": False,
        }
        return _read_items(MISSED.format(which=OF_ITEMS), params, on=self.on)


def find_lost_items(customer_ids: Collection[int], *, on: date) -> LostItems:
    """The lost items of these customers by ``on`` (local day); two queries however many there are."""
    params = {"customers": write_array(customer_ids), "on": on, "remembered": REMEMBERED_DAYS}
    rows = read_columns(LOST, LOST_FIELDS, params)
    products, place = np.unique(rows["product"], return_inverse=True)
    names = read_families(products.tolist())
    families = sorted(set(names.values()))
    number = {name: n for n, name in enumerate(families)}
    numbers = np.array([number[names[pk]] if pk in names else -1 for pk in products.tolist()], dtype=np.int64)
    family = numbers[place] if len(numbers) else np.zeros(0, dtype=np.int64)
    known = np.flatnonzero(family >= 0)  # a product that was deleted has no family, and no line in a list
    order = known[np.lexsort((rows["product"][known], rows["customer"][known], -rows["weekly"][known]))]
    columns = (np.ascontiguousarray(rows[name][order]) for name in ("customer", "product", "weekly"))
    return LostItems(*columns, family[order], families, on)
