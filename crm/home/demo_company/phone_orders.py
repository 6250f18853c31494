"""Small workshops that phone in a few fasteners every week: nobody looks after them, and no segment describes them.

They came in the last year and a half, bring little with each order and take a call for most of them. Every house has
such a group; it is what the search for new groups is there to find. Drawn apart, so that all others stay as they are.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from crm.home.demo_company.cases import CASES
from crm.home.demo_company.conversations import CONTACT_COLUMNS
from crm.home.demo_company.customer_base import CustomerBase, copy_rows
from crm.home.demo_company.order_book import day_of
from crm.home.demo_company.purchases import HORIZON, Ints, Purchases
from interactions.models import Interaction

SHARE, LEAST = 0.02, 26
CAME_WITHIN, CAME_BEFORE = 560, 190  # days ago: no longer new, and without a year to be compared with
FAMILY = "Fasteners"
CALL_OF = 0.6  # of the orders, by phone
NOTES = (
    "Phoned in an order: two boxes of bolts, collected by the driver.",
    "Asked for stock and price of anchors, then ordered.",
    "Same as last week. Wanted to know when it leaves.",
    "Ordered by phone, had to look up the sizes with him.",
    "Added a box of washers to the order of this morning.",
)


def choose_phone_customers(purchases: Purchases, base: CustomerBase) -> Ints:
    """Their indices: small customers without an owner, of those who came in time; never one whose story is told."""
    first = np.full(base.count, HORIZON)
    np.minimum.at(first, purchases.customer, purchases.day)
    came = (first >= HORIZON - CAME_WITHIN) & (first < HORIZON - CAME_BEFORE) & ~base.owned
    came[: len(CASES)] = False
    came[sorted(base.contracts)] = False
    there = np.flatnonzero(came)
    wanted = max(LEAST, round(base.count * SHARE))
    return there[:: max(1, len(there) // wanted)][:wanted]


def draw_phone_orders(chosen: Ints, purchases: Purchases, *, rng: np.random.Generator) -> Purchases:
    """What they ordered besides, every five to nine days from their first order to yesterday; by customer and day."""
    first = np.full(int(chosen.max(initial=0)) + 1, HORIZON)
    known = purchases.customer < len(first)
    np.minimum.at(first, purchases.customer[known], purchases.day[known])
    owners, days = [], []
    for customer in chosen:
        gap = rng.uniform(5, 9)
        steps = np.maximum(1.0, rng.gamma(5, gap / 5, size=int(CAME_WITHIN / 3)))
        at = (first[customer] + np.cumsum(steps)).astype(np.int64)
        days.append(at[at < HORIZON])
        owners.append(np.full(len(days[-1]), customer))
    owner, day = (np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64) for parts in (owners, days))
    own_mean = rng.uniform(22, 52, len(first))
    amount = (np.maximum(9, own_mean[owner] * rng.lognormal(0, 0.35, len(owner))) * 100).astype(np.int64)
    cost = (amount * (1 - rng.uniform(0.24, 0.34, len(first))[owner])).astype(np.int64)
    return Purchases(owner, day, amount, cost, 1 + (rng.random(len(owner)) < 0.4).astype(np.int64))


def write_phone_calls(orders: Purchases, base: CustomerBase, *, now: datetime, rng: np.random.Generator) -> None:
    """A call for most orders of the last year, logged by whoever of the team picked up."""
    copy_rows("interactions_interaction", CONTACT_COLUMNS, _draw_calls(orders, base, now=now, rng=rng))


def _draw_calls(
    orders: Purchases, base: CustomerBase, *, now: datetime, rng: np.random.Generator
) -> Iterator[tuple[Any, ...]]:
    called = (orders.day >= HORIZON - 365) & (rng.random(len(orders.day)) < CALL_OF)
    talked = Interaction.Outcome.TALKED.value
    for customer, day in zip(orders.customer[called].tolist(), orders.day[called].tolist(), strict=True):
        reps = base.staff.reps[int(base.draw[customer][0] % len(base.staff.teams))]
        at = datetime.combine(day_of(day, base.today), time(7), tzinfo=now.tzinfo)
        at += timedelta(minutes=int(rng.integers(0, 540)))
        note, minutes = NOTES[int(rng.integers(0, len(NOTES)))], int(rng.integers(4, 12))
        rep = reps[int(rng.integers(0, len(reps)))]
        yield base.first_id + customer, None, "call", "in", talked, note, minutes, at, rep
