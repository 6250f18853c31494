"""The figures of a portfolio's sales: worked out at once for a few hundred customers, kept for thousands.

What is kept is a row for each customer, and whoever acted since is put in anew with every visit: a kept portfolio of
three thousand is as true as one that was just worked out, and costs what a small one costs.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext

from crm.core.id_arrays import one_of_many, write_array
from crm.home.sales_comparison import sum_price_volume_mix
from crm.home.white_space import FamilyGap, Gaps, find_customers_white_space, list_gaps
from customers.lost_items import LostItems, MissedItem, add_weekly, find_lost_items
from customers.models import Customer
from customers.rules.family_change import say_share
from customers.rules.sales_bridge import Ints, Movement
from customers.rules.sales_periods import Comparison
from customers.rules.sales_table import SalesTable
from customers.sales_table_reading import read_sales

LIVE_CUSTOMERS = 400
KEPT_SECONDS = 26 * 3600  # until the next night works them out again
LOST_SHOWN = 8
COLUMNS = ("customers", "before_cents", "now_cents", "movements")


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
    """A family with what is lost of it a week, by how many customers."""

    family: str
    items: int
    customers: int
    weekly_cents: int


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
    that is not now, and ``snapshot`` what the database had committed then.
    """

    customer_ids: list[int]
    comparison: Comparison
    today: date
    at: datetime | None = None
    snapshot: str = ""

    @cached_property
    def table(self) -> SalesTable:
        """Whatever dates are compared, white space is of now."""
        until = self.today if self.comparison.kind == "own" else None
        return read_sales(self.customer_ids, comparison=self.comparison, until=until)

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
        """Customers and cents of each movement; the cents add up to the whole change."""
        change = self.now_cents - self.before_cents
        return {
            movement: (int((self.movements == movement).sum()), int(change[self.movements == movement].sum()))
            for movement in Movement
            if movement is not Movement.SAME
        }

    @cached_property
    def lost_items(self) -> LostItems:
        """Items no longer bought; always of now, so their list sums to this figure."""
        return find_lost_items(self.customer_ids, on=self.today)

    @cached_property
    def lost(self) -> LostFigures:
        """The customers and families that lose most."""
        items = self.lost_items
        customers, _cents = items.add_up_customers()
        shown = customers[:LOST_SHOWN].tolist()
        rows = {pk: LostRow(pk) for pk in shown}
        for item in items.of_customers(shown).read():
            rows[item.customer_id].items.append(item)
        table = read_sales(shown, comparison=self.comparison) if self.at is not None else self.table
        main = table.main_families() if shown else {}
        for row in rows.values():
            row.main_family, row.main_share = main.get(row.customer_id, ("", None))
        return LostFigures(len(items), len(customers), items.weekly_cents, list(rows.values()), add_up_families(items))

    @cached_property
    def gap_rows(self) -> Gaps:
        """The white space of each customer."""
        ids = self.customers.tolist()
        rows = Customer.objects.filter(pk__in=one_of_many(ids)).exclude(industry="").order_by()
        industries = dict(rows.values_list("pk", "industry"))
        return list_gaps(find_customers_white_space(self.table, industries=industries))

    @cached_property
    def gaps(self) -> list[FamilyGap]:
        """The white space by family."""
        return self.gap_rows.add_up()

    def work_out(self) -> None:
        """Everything that is kept; what it was made from is let go."""
        for name in (*COLUMNS, "parts", "gap_rows"):
            getattr(self, name)
        self.__dict__.pop("table", None)

    def replace(self, customer_ids: Collection[int]) -> None:
        """Read these customers again; those of them who are not of the portfolio are left out."""
        own = set(self.customer_ids)
        newer = PortfolioFigures([pk for pk in customer_ids if pk in own], self.comparison, self.today)
        newer.work_out()
        stays = ~np.isin(self.customers, list(customer_ids))
        merged = np.concatenate([self.customers[stays], newer.customers])
        order = np.argsort(merged, kind="stable")
        for name in COLUMNS:
            column = np.concatenate([getattr(self, name)[stays], getattr(newer, name)])[order]
            if name != "customers":
                self.__dict__[name] = column
        self.__dict__["parts"] = {
            name: np.concatenate([cents[stays], newer.parts[name]])[order] for name, cents in self.parts.items()
        }
        self.__dict__["customers"] = merged[order]
        self.__dict__["gap_rows"] = self.gap_rows.replace(customer_ids, newer=newer.gap_rows)


def read_figures(
    customer_ids: list[int], *, key: str, comparison: Comparison, today: date, at: datetime
) -> PortfolioFigures:
    """The figures of exactly these customers as they are now. Of very many those kept under ``key`` are brought up to
    date: ``at`` says since when the others are as they were."""
    if len(customer_ids) <= LIVE_CUSTOMERS:
        return PortfolioFigures(customer_ids, comparison, today)
    name = name_figures(key, comparison)
    kept: PortfolioFigures | None = cache.get(name)
    changed = find_changed(kept, customer_ids) if kept is not None else set()
    if kept is None or 2 * len(changed) > len(customer_ids):
        kept = work_out_figures(customer_ids, comparison=comparison, today=today, at=at)
        cache.set(name, kept, KEPT_SECONDS)
    elif changed:
        kept.customer_ids, kept.today = customer_ids, today
        kept.replace(changed)
    kept.today = today
    return kept


def name_figures(key: str, comparison: Comparison) -> str:
    """Where the figures of a portfolio are kept."""
    return f"portfolio:{key}:{comparison.before}:{comparison.now}".replace(" ", "")


def work_out_figures(customer_ids: list[int], *, comparison: Comparison, today: date, at: datetime) -> PortfolioFigures:
    """The figures of these customers, ready to be kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        figures = PortfolioFigures(customer_ids, comparison, today, at, str(cursor.fetchone()[0]))
    figures.work_out()
    return figures


# Who acted since then, as the scoring notes it (a snapshot never lists its own transaction), and whom a suggestion was
# answered for.
CHANGED = """
SELECT customer_id FROM segments_refreshedcustomer
WHERE (NOT pg_visible_in_snapshot(transaction::text::xid8, %(snapshot)s::pg_snapshot)
       OR transaction = pg_current_xact_id_if_assigned()::text::bigint)
  AND customer_id = ANY (%(customers)s::text::bigint[])
UNION
SELECT customer_id FROM interactions_productsuggestion
WHERE answered_on >= %(day)s AND customer_id = ANY (%(customers)s::text::bigint[])
"""


def find_changed(kept: PortfolioFigures, customer_ids: list[int]) -> set[int]:
    """Customers whose kept figures do not hold: who came, who went, and who acted since."""
    params = {"snapshot": kept.snapshot, "customers": write_array(customer_ids), "day": kept.at and kept.at.date()}
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, params)
        acted = {pk for (pk,) in cursor.fetchall()}
    return acted | set(customer_ids).symmetric_difference(kept.customer_ids)


def add_up_families(lost: LostItems) -> list[FamilyLoss]:
    """Lost items by family, most lost a week first; they add up to the sum of all items."""
    found = []
    for number, family in enumerate(lost.families):
        which = lost.family == number
        if which.any():
            customers = len(np.unique(lost.customer[which]))
            found.append(FamilyLoss(family, int(which.sum()), customers, int(lost.weekly[which].sum())))
    return sorted(found, key=lambda loss: (-loss.weekly_cents, loss.family))
