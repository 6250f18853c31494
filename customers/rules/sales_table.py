"""Rows of item days (customer, product, day, cents, quantity) summed up for a comparison of two periods.

Arrays in, arrays out: a portfolio of a thousand customers has a hundred thousand rows and is summed in milliseconds.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from customers.rules.family_change import FamilySales, SalesChange, explain_change
from customers.rules.sales_bridge import (
    ITEM_PARTS,
    Flags,
    Ints,
    ItemSales,
    Movement,
    name_movements,
    split_items,
)
from customers.rules.sales_periods import YEAR_DAYS, Comparison, Period, end_on

ROW_FIELDS = (("customer", "i8"), ("product", "i8"), ("day", "i4"), ("amount", "i8"), ("quantity", "i8"))
NEVER = np.iinfo(np.int32).max
EPOCH = date(1970, 1, 1)


def number_day(day: date) -> int:
    """Days since 1970-01-01, as rows hold them."""
    return (day - EPOCH).days


@dataclass
class SalesTable:
    """Sales of a set of customers. ``rows`` (``ROW_FIELDS``; quantities in thousandths) go by customer and product;
    ``family`` is the number of each row's family in ``families``, ``until`` the day of which white space is told."""

    rows: np.ndarray
    family: Ints
    families: list[str]
    comparison: Comparison
    until: date

    def _within(self, period: Period) -> Flags:
        day = self.rows["day"]
        return (day >= number_day(period.first)) & (day <= number_day(period.last))

    def _sum(self, column: str, where: Flags, starts: Ints) -> Ints:
        if not len(starts):
            return np.zeros(0, dtype=np.int64)
        return np.add.reduceat(np.where(where, self.rows[column], 0), starts)

    @cached_property
    def _starts(self) -> Ints:
        """Where the rows of each item of each customer begin."""
        customer, product = self.rows["customer"], self.rows["product"]
        if not len(customer):
            return np.zeros(0, dtype=np.int64)
        new = np.r_[True, (customer[1:] != customer[:-1]) | (product[1:] != product[:-1])]
        return np.flatnonzero(new)

    @cached_property
    def items(self) -> ItemSales:
        """One row for each item of each customer."""
        starts, before, now = self._starts, self._within(self.comparison.before), self._within(self.comparison.now)
        return ItemSales(
            customer=self.rows["customer"][starts],
            family=self.family[starts],
            before_cents=self._sum("amount", before, starts),
            before_quantity=self._sum("quantity", before, starts) / 1000,
            now_cents=self._sum("amount", now, starts),
            now_quantity=self._sum("quantity", now, starts) / 1000,
            bought_earlier=self._first_days < number_day(self.comparison.now.first),
        )

    @cached_property
    def _first_days(self) -> Ints:
        """The first purchase day of each item at each customer, ``NEVER`` where there were only returns."""
        if not len(self._starts):
            return np.zeros(0, dtype=np.int64)
        days = np.where(self.rows["amount"] > 0, self.rows["day"], NEVER)
        return np.minimum.reduceat(days, self._starts).astype(np.int64)

    @cached_property
    def parts(self) -> dict[str, Ints]:
        """What became of each item, in cents by ``ITEM_PARTS``."""
        return split_items(self.items)

    @cached_property
    def _customer_starts(self) -> Ints:
        customer = self.items.customer
        return np.flatnonzero(np.r_[True, customer[1:] != customer[:-1]]) if len(customer) else self._starts

    @cached_property
    def customers(self) -> Ints:
        """The customers with any row, in the order of the figures below."""
        return self.items.customer[self._customer_starts]

    def sum_by_customer(self, cents: Ints) -> Ints:
        """Figures of items added up for each of ``customers``."""
        starts = self._customer_starts
        return np.add.reduceat(cents, starts) if len(starts) else np.zeros(0, dtype=np.int64)

    @cached_property
    def before_cents(self) -> Ints:
        return self.sum_by_customer(self.items.before_cents)

    @cached_property
    def now_cents(self) -> Ints:
        return self.sum_by_customer(self.items.now_cents)

    @cached_property
    def movements(self) -> Ints:
        """The ``Movement`` of each of ``customers``."""
        starts = self._customer_starts
        first = np.minimum.reduceat(self._first_days, starts) if len(starts) else np.zeros(0, dtype=np.int64)
        return name_movements(self.before_cents, self.now_cents, first < number_day(self.comparison.now.first))

    def bridge_by_customer(self) -> dict[Movement, tuple[int, int]]:
        """Customers and cents of each movement; the cents add up to the whole change."""
        change = self.now_cents - self.before_cents
        return {
            movement: (int((self.movements == movement).sum()), int(change[self.movements == movement].sum()))
            for movement in Movement
            if movement is not Movement.SAME
        }

    def bridge_by_item(self) -> dict[str, int]:
        """Cents of each part of ``ITEM_PARTS``; they add up to the whole change."""
        return {name: int(self.parts[name].sum()) for name in ITEM_PARTS}

    def explain_families(self) -> SalesChange:
        """The change of all customers together, by family."""
        count = len(self.families)
        before = _add_up(self.items.family, self.items.before_cents, count)
        now = _add_up(self.items.family, self.items.now_cents, count)
        last = np.full(count, -1, dtype=np.int64)
        bought = self.rows["amount"] > 0
        np.maximum.at(last, self.family[bought], self.rows["day"][bought])
        return explain_change(
            FamilySales(name, int(before[n]), int(now[n]), _read_day(last[n]))
            for n, name in enumerate(self.families)
            if before[n] or now[n]
        )

    def main_families(self) -> dict[int, tuple[str, float]]:
        """For each customer whose sales fell, the family that explains most of it and its share."""
        width = max(1, len(self.families))
        keys = self.items.customer * width + self.items.family
        unique, place = np.unique(keys, return_inverse=True)
        change = _add_up(place, self.items.now_cents - self.items.before_cents, len(unique))
        fall = dict(zip(self.customers.tolist(), (self.now_cents - self.before_cents).tolist(), strict=True))
        found: dict[int, tuple[str, float]] = {}
        for key, cents in sorted(zip(unique.tolist(), change.tolist(), strict=True), key=lambda pair: pair[1]):
            customer, family = divmod(key, width)
            if customer not in found and fall[customer] < 0:
                found[customer] = (self.families[family], cents / fall[customer])
        return found

    def months_of(self, family: int, *, months: int) -> list[int]:
        """Cents of a family in each of the last ``months`` thirtieths of a year, oldest first."""
        end = number_day(self.comparison.now.last)
        rows = self.rows[self.family == family]
        back = (end - rows["day"]) * 12 // YEAR_DAYS
        shown = (back >= 0) & (back < months)
        return _add_up(back[shown], rows["amount"][shown], months)[::-1].tolist()  # type: ignore[no-any-return]

    @cached_property
    def _row_customers(self) -> Ints:
        """The place of each row's customer among ``customers``."""
        customer = self.rows["customer"]
        return np.cumsum(np.r_[False, customer[1:] != customer[:-1]]) if len(customer) else self._starts

    def year_by_family(self) -> tuple[Ints, Flags]:
        """Each of ``customers`` × family: cents of the 12 months up to ``until``, and whether he ever bought it."""
        shape = len(self.customers), max(1, len(self.families))
        keys = self._row_customers * shape[1] + self.family
        within = self._within(end_on(self.until, YEAR_DAYS))
        size = shape[0] * shape[1]
        year = _add_up(keys[within], self.rows["amount"][within], size).reshape(shape)
        ever = np.zeros(size, dtype=np.bool_)
        ever[keys[self.rows["amount"] > 0]] = True
        return year, ever.reshape(shape)


def _add_up(keys: Ints, cents: Ints, count: int) -> Ints:
    """Exact sums of cents by key."""
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, keys, cents)
    return sums


def _read_day(number: int) -> date | None:
    return EPOCH + timedelta(days=int(number)) if number >= 0 else None
