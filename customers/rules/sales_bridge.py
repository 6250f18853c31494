"""From the sales of one period to those of another, in parts that add up to the cent.

By customer: each customer has one movement. By item: what is no longer bought, bought again or for the first time, and
of what is bought in both periods how much is price, volume and mix. Volume is what the quantities of a customer's
family as a whole would have changed at the old prices; mix is what the shift between its items makes of it; price is
what is left. Parts are whole cents and the last one is always the rest, so nothing is lost in rounding.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Movement(IntEnum):
    """What a customer did between two periods."""

    NEW = 0
    WON_BACK = 1
    GREW = 2
    SHRANK = 3
    STOPPED = 4
    SAME = 5


ITEM_PARTS = ("gone", "volume", "price", "mix", "again", "first")


def name_movements(before_cents: Ints, now_cents: Ints, bought_earlier: Flags) -> Ints:
    """The ``Movement`` of each customer. Nothing, or only returns, in a period is no sales in it.

    ``bought_earlier``: bought before the second period began. New never did; won back did, but not in the first period.
    """
    had, has = before_cents > 0, now_cents > 0
    moved = np.where(now_cents > before_cents, Movement.GREW, Movement.SHRANK)
    moved = np.where(now_cents == before_cents, Movement.SAME, moved)
    moved = np.where(had & ~has, Movement.STOPPED, moved)
    return np.where(~had & has, np.where(bought_earlier, Movement.WON_BACK, Movement.NEW), moved).astype(np.int64)


@dataclass(frozen=True)
class ItemSales:
    """Items of customers in two periods, one row each: keys, net cents, quantities, and whether bought before both."""

    customer: Ints
    family: Ints
    before_cents: Ints
    before_quantity: Floats
    now_cents: Ints
    now_quantity: Floats
    bought_earlier: Flags


def split_items(sales: ItemSales) -> dict[str, Ints]:
    """Each row's change as ``ITEM_PARTS``; the parts of a row add up to its change exactly.

    Where a quantity or an amount is not above zero (returns, unknown quantities) a price cannot be told: all is volume.
    """
    change = sales.now_cents - sales.before_cents
    had, has = sales.before_cents > 0, sales.now_cents > 0
    both = had & has & (sales.before_quantity > 0) & (sales.now_quantity > 0)
    parts = {name: np.zeros(len(change), dtype=np.int64) for name in ITEM_PARTS}
    parts["gone"] = np.where(had & ~has, change, 0)
    came = ~had & has
    parts["again"] = np.where(came & sales.bought_earlier, change, 0)
    parts["first"] = np.where(came & ~sales.bought_earlier, change, 0)
    old_price = sales.before_cents / np.where(both, sales.before_quantity, 1.0)
    at_old_price = np.where(both, np.rint(old_price * sales.now_quantity), 0).astype(np.int64)
    parts["price"] = np.where(both, sales.now_cents - at_old_price, 0)
    quantity_effect = np.where(both, at_old_price - sales.before_cents, 0)
    growth = _grow_families(sales, both)
    volume = np.where(both, np.rint(sales.before_cents * growth), 0).astype(np.int64)
    parts["mix"] = np.where(both, quantity_effect - volume, 0)
    whole = ~both & ~(had & ~has) & ~came
    parts["volume"] = np.where(whole, change, volume)
    return parts


def _grow_families(sales: ItemSales, both: Flags) -> Floats:
    """By what share the quantity of the row's family grew at its customer, over the items bought in both periods."""
    if not len(both):
        return np.zeros(0)
    order = np.lexsort((sales.family, sales.customer))
    customer, family = sales.customer[order], sales.family[order]
    starts = np.flatnonzero(np.r_[True, (customer[1:] != customer[:-1]) | (family[1:] != family[:-1])])
    rows = np.diff(np.r_[starts, len(order)])
    before = np.add.reduceat(np.where(both, sales.before_quantity, 0.0)[order], starts)
    now = np.add.reduceat(np.where(both, sales.now_quantity, 0.0)[order], starts)
    growth = np.where(before > 0, now / np.where(before > 0, before, 1.0) - 1.0, 0.0)
    answer = np.empty(len(order))
    answer[order] = np.repeat(growth, rows)
    return answer
