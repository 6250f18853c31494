"""What else is known about an item: whether the rest of its family is still bought, and what goes with it elsewhere."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from customers.lost_items import MissedItem
from customers.models import BoughtTogether, Product
from customers.rules.bought_together import Pair as Orders
from customers.rules.family_change import say_family
from customers.rules.sales_periods import YEAR_DAYS
from customers.rules.sales_table import SalesTable, number_day

PAIRS_SHOWN = 4
MOST_PRODUCTS = 200


def describe_family(item: MissedItem, table: SalesTable) -> str:
    """``other seals bought since`` or ``no seals at all since 4 Jun 2026``; "" for an item without a family."""
    if item.family not in table.families or not item.family:
        return ""
    rows = table.rows[(table.family == table.families.index(item.family)) & (table.rows["amount"] > 0)]
    last = int(rows["day"].max())
    if last > number_day(item.last_day):
        return _("other %(family)s bought since") % {"family": say_family(item.family)}
    day = date_format(item.last_day, "j M Y")
    return _("no %(family)s at all since %(day)s") % {"family": say_family(item.family), "day": day}


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
    """What goes with what this customer bought within a year, and goes with it less here than elsewhere: items, and
    where none stands out families."""
    recent = (table.rows["day"] > number_day(table.until) - YEAR_DAYS) & (table.rows["amount"] > 0)
    days = table.rows["day"][recent].tolist()
    items = _group_days(table.rows["product"][recent].tolist(), days)
    families = _group_days((table.families[n] for n in table.family[recent].tolist()), days)
    most = sorted((pk for pk in items if pk), key=lambda pk: -len(items[pk]))[:MOST_PRODUCTS]
    named = [name for name in families if name]
    known = Q(product__in=most) | Q(product=None, family__in=named)
    rows = list(BoughtTogether.objects.filter(known).order_by("pk")) if named else []
    pairs = _compare([row for row in rows if row.product_id], items, lambda row: (row.product_id, row.with_product_id))
    if pairs:
        wanted = {key for _orders, keys, *_rest in pairs for key in keys}
        names = dict(Product.objects.filter(pk__in=wanted).values_list("pk", "name"))
    else:
        whole = [row for row in rows if row.product_id is None]
        pairs = _compare(whole, families, lambda row: (row.family, row.with_family))
        names = {name: name for row in whole for name in (row.family, row.with_family)}
    return [
        Pair(names.get(keys[0], ""), names.get(keys[1], ""), orders, here, both) for orders, keys, here, both in pairs
    ]


def _group_days(things: Iterable[Any], days: list[int]) -> dict[Any, set[int]]:
    found: dict[Any, set[int]] = defaultdict(set)
    for thing, day in zip(things, days, strict=True):
        found[thing].add(day)
    return found


def _compare(
    rows: list[BoughtTogether], days: dict[Any, set[int]], name: Callable[[BoughtTogether], tuple[Any, Any]]
) -> list[tuple[Orders, tuple[Any, Any], int, int]]:
    """The pairs bought together less than half as often here as elsewhere, those that would come up most first."""
    found = []
    for row in rows:
        orders, keys = Orders(row.together, row.orders, row.with_orders, row.baskets), name(row)
        here = days[keys[0]]
        both = len(here & days.get(keys[1], set()))
        if here and orders.is_worth_telling and both / len(here) < orders.confidence / 2:
            found.append((orders, keys, len(here), both))
    found.sort(key=lambda one: -one[0].confidence * one[2])
    return found[:PAIRS_SHOWN]
