"""What else is known about an item: whether the rest of its family is still bought, and what goes with it elsewhere."""

from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from customers.lost_items import MissedItem
from customers.models import BoughtTogether, Product
from customers.rules.bought_together import Pair as Orders
from customers.rules.sales_periods import QUARTER_DAYS, YEAR_DAYS
from customers.rules.sales_table import SalesTable, number_day

PAIRS_SHOWN = 4
MOST_PRODUCTS = 200


def describe_family(item: MissedItem, table: SalesTable) -> str:
    """``the rest of seals is still bought`` or ``nothing of seals since 4 June``; "" for an item without a family."""
    if item.family not in table.families or not item.family:
        return ""
    rows = table.rows[(table.family == table.families.index(item.family)) & (table.rows["amount"] > 0)]
    last = int(rows["day"].max()) if len(rows) else 0
    if last > number_day(table.comparison.now.last) - QUARTER_DAYS:
        return _("other %(family)s still bought") % {"family": item.family}
    day = date_format((np.datetime64("1970-01-01", "D") + last).item(), "j M Y")
    return _("no %(family)s at all since %(day)s") % {"family": item.family, "day": day}


@dataclass(frozen=True)
class Pair:
    """Something bought here with something that goes with it elsewhere: of how many purchases here, how many had it."""

    name: str
    other: str
    orders: Orders
    here: int
    here_both: int

    @property
    def elsewhere_of_ten(self) -> int:
        return round(10 * self.orders.confidence)


def list_pairs(table: SalesTable) -> list[Pair]:
    """What goes with what this customer bought within a year, and goes with it less here than elsewhere."""
    recent = table.rows[
        (table.rows["day"] > number_day(table.comparison.now.last) - YEAR_DAYS) & (table.rows["amount"] > 0)
    ]
    days: dict[int, set[int]] = {}
    for product, day in zip(recent["product"].tolist(), recent["day"].tolist(), strict=True):
        days.setdefault(product, set()).add(day)
    most = sorted((pk for pk in days if pk), key=lambda pk: -len(days[pk]))[:MOST_PRODUCTS]
    rows = list(BoughtTogether.objects.filter(product__in=most)) if most else []
    found = []
    for row in rows:
        orders = Orders(row.together, row.orders, row.with_orders, row.baskets)
        here = days[row.product_id]
        both = len(here & days.get(row.with_product_id, set()))
        if orders.is_worth_telling and both / len(here) < orders.confidence / 2:
            found.append((row, orders, len(here), both))
    found.sort(key=lambda one: (-one[1].confidence * one[2], one[0].pk))
    chosen = found[:PAIRS_SHOWN]
    wanted = Q(pk__in=[pk for row, *_rest in chosen for pk in (row.product_id, row.with_product_id)])
    names = dict(Product.objects.filter(wanted).values_list("pk", "name")) if chosen else {}
    return [
        Pair(names.get(row.product_id, ""), names.get(row.with_product_id, ""), orders, here, both)
        for row, orders, here, both in chosen
    ]
