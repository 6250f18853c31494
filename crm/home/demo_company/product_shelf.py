"""What the demo company sells, and who buys what of it: trades buy alike, some give up a family on the way.

Each trade prefers five families; a customer buys most of them, two or three items of each, at prices that rise by three
percent a year. So customers alike have something in common, white space is white, and items are missed.
"""

import numpy as np

from crm.home.demo_company.customer_base import CustomerBase
from crm.home.demo_company.places import FAMILIES, INDUSTRIES
from crm.home.demo_company.purchases import HORIZON, Ints
from customers.models import Product

SLOTS = 5
SLOT_ENDS = np.array([0.34, 0.58, 0.75, 0.88])
RISE_A_YEAR = 0.03
# Planted customers (by index): the family of the first line, its share of each order, and since how many days it is no
# longer bought (0: it still is).
PLANTED_FAMILIES = {0: ("Seals", 0.75, 0), 2: ("Abrasives", 0.465, 70)}


def write_products() -> list[Product]:
    """Three sizes of every item of every family, family by family."""
    Product.objects.bulk_create(
        [
            Product(
                number=f"P-{100 * f + 3 * i + s:04}",
                name=f"{item} {size}",
                family=family,
                price_cents=(900 + 731 * i + 1900 * s),
                cost_cents=(600 + 500 * i + 1290 * s),
            )
            for f, (family, items) in enumerate(FAMILIES.items(), start=1)
            for i, item in enumerate(items)
            for s, size in enumerate(("small", "medium", "large"))
        ],
        ignore_conflicts=True,
    )
    known = Product.objects.in_bulk(
        [f"P-{100 * f + 3 * i + s:04}" for f, (_n, items) in enumerate(FAMILIES.items(), start=1)
         for i in range(len(items)) for s in range(3)],
        field_name="number",
    )  # fmt: skip
    return list(known.values())


class Shelf:
    """Chooses the product of a line by who buys it and when."""

    def __init__(self, products: list[Product], base: CustomerBase) -> None:
        order = {family: n for n, family in enumerate(FAMILIES)}
        ordered = sorted(products, key=lambda one: (order[one.family], one.number))
        self.ids = np.array([one.pk for one in ordered], dtype=np.int64)
        self.prices = {one.pk: one.price_cents or 1 for one in ordered}
        sizes = np.bincount([order[one.family] for one in ordered], minlength=len(FAMILIES))
        self.sizes, self.starts = sizes, np.concatenate(([0], np.cumsum(sizes)[:-1]))
        self.industry = base.draw[:, 1] % len(INDUSTRIES)
        families = len(FAMILIES)
        steps = np.array([1, 5, 7, 11])  # without a common divisor with twelve: each trade goes its own way round
        trades = np.arange(len(INDUSTRIES))[:, None]
        self.preferred = (trades * 5 + np.arange(SLOTS) * steps[trades % 4]) % families

    def choose(self, owner: Ints, day: Ints, position: Ints, *, rng: np.random.Generator, only: str = "") -> Ints:
        """The product's id of each line; of the family ``only`` where one is named."""
        slot = np.searchsorted(SLOT_ENDS, rng.random(len(owner)))
        slot = np.where(_hash(owner, slot) % 5 == 0, 0, slot)  # a family that alike buy and he does not
        given_up = (_hash(owner, 77) % 8 == 0) & (slot == 1 + _hash(owner, 78) % 3)
        slot = np.where(given_up & (day > HORIZON - 60 - _hash(owner, 79) % 240), 0, slot)
        family = self.preferred[self.industry[owner], slot]
        usual = self.industry[owner] * 7 + slot * 3  # what everybody of the trade takes of it
        own = _hash(owner, slot + 20)
        item = np.where(rng.random(len(owner)) < 0.5, usual, own + rng.integers(0, 2, len(owner)) * 7)
        for customer, (name, _share, since) in PLANTED_FAMILIES.items():
            main = list(FAMILIES).index(name)
            mine = owner == customer
            first = mine & (position == 1) & ((day < HORIZON - since) | (since == 0))
            others = (main + 2 * position) % len(FAMILIES)
            family = np.where(first, main, np.where(mine, others, family))
            item = np.where(mine, 4 * position, item)
        if only:
            family = np.full(len(owner), list(FAMILIES).index(only))
        return self.ids[self.starts[family] + item % self.sizes[family]]

    def count_pieces(self, owner: Ints, day: Ints, product: Ints, amount: Ints) -> Ints:
        """How many pieces the amount buys at the day's price, which is the customer's own."""
        unique, place = np.unique(product, return_inverse=True)
        price = np.array([self.prices[int(pk)] for pk in unique])[place]
        own = price * (0.8 + _hash(owner, 90) % 30 / 100) * (1 + RISE_A_YEAR * day / 365)
        return np.clip(np.rint(amount / own), 1, 9_999).astype(np.int64)


def share_out(owner: Ints, day: Ints, position: Ints, order: Ints, amount: Ints, cost: Ints) -> None:
    """Give the first lines of planted customers their share of the order, in place; orders keep their totals."""
    for customer, (_name, share, since) in PLANTED_FAMILIES.items():
        bought = (owner == customer) & ((day < HORIZON - since) | (since == 0))
        for cents in (amount, cost):
            total = np.bincount(order[bought], weights=cents[bought], minlength=int(order.max(initial=0)) + 1)
            first = bought & (position == 1)
            rest = bought & (position > 1)
            lines = np.bincount(order[bought], minlength=len(total))
            cents[rest] = (total[order[rest]] * (1 - share) / np.maximum(1, lines[order[rest]] - 1)).astype(np.int64)
            others = np.bincount(order[rest], weights=cents[rest], minlength=len(total))
            cents[first] = (total - others)[order[first]].astype(np.int64)


def _hash(owner: Ints, salt: Ints | int) -> Ints:
    """A number of the customer's own for each use, the same on every machine."""
    mixed = (owner + 1) * 2_654_435_761 + np.asarray(salt) * 40_503
    return (mixed ^ (mixed >> 13)) * 1_103_515_245 % 2_147_483_647 >> 5
