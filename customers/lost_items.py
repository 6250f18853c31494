"""Items that customers no longer buy, or are late with, by each item's own rhythm at each customer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from customers.rules.item_rhythm import REMEMBERED_DAYS


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


MISSED = """
SELECT r.customer_id, r.product_id, p.name, p.number, p.family, r.purchase_days, r.first_day, r.last_day,
       %(on)s::date - r.last_day, (r.last_day - r.first_day)::float8 / (r.purchase_days - 1), r.weekly_cents,
       r.lost_from <= %(on)s
FROM customers_itemrhythm r JOIN customers_product p ON p.id = r.product_id
WHERE r.customer_id = ANY (%(customers)s) AND r.weekly_cents > 0
  AND r.lost_from >= %(on)s::date - %(remembered)s
  AND (r.lost_from <= %(on)s OR (%(with_risk)s AND r.at_risk_from <= %(on)s))
ORDER BY r.weekly_cents DESC, r.customer_id, r.product_id
"""


def list_missed_items(customer_ids: Collection[int], *, on: date, with_risk: bool = False) -> list[MissedItem]:
    """Items lost by ``on`` (local day) within the last year, most lost a week first; ``with_risk`` also those late."""
    params = {"on": on, "customers": list(customer_ids), "remembered": REMEMBERED_DAYS, "with_risk": with_risk}
    with connection.cursor() as cursor:
        cursor.execute(MISSED, params)
        return [MissedItem(*row) for row in cursor.fetchall()]


def add_weekly(items: Iterable[MissedItem]) -> int:
    """Cents a week that the lost ones of ``items`` brought: the figure every list of them sums to."""
    return sum(item.weekly_cents for item in items if item.is_lost)
