"""Visits on the web as they are told, and the products somebody looked at last."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, QuerySet

from crm.core.local_time import company_day
from customers.models import OrderLine, Person
from interactions.models import WebEvent
from interactions.rules.web_page_reading import count_events_of_visit

LONGEST_VISIT = 200
PRODUCTS_SHOWN = 5
EVENTS_LOOKED_AT = 200

# Each visit is read from its first event on along the index by customer: never what came before or long after.
_EVENTS_SQL = """SELECT e.* FROM unnest(%s::bigint[]) AS first (id)
    JOIN interactions_webevent f ON f.id = first.id
    CROSS JOIN LATERAL (
        SELECT * FROM interactions_webevent e
        WHERE e.customer_id = f.customer_id AND e.person_id IS NOT DISTINCT FROM f.person_id
            AND (e.at, e.id) >= (f.at, f.id)
        ORDER BY e.at, e.id LIMIT %s
    ) e"""


@dataclass(frozen=True)
class LookedProduct:
    """A product that was looked at: when last, by whom where that is known, whether it lies in a cart and was
    not bought since, and the local day on which the customer last bought it, None for never."""

    number: str
    name: str
    at: datetime
    person: Person | None
    in_cart: bool
    bought_on: date | None


def attach_visits(first: Sequence[Any]) -> None:
    """Each of ``first``, the first events of visits, gets ``visit``: all events of it, oldest first; of the longest the
    first two hundred. One query."""
    if not first:
        return
    found: dict[tuple[int, int | None], dict[int, WebEvent]] = defaultdict(dict)
    for event in WebEvent.objects.raw(_EVENTS_SQL, [[one.pk for one in first], LONGEST_VISIT]):
        found[event.customer_id, event.person_id][event.pk] = event
    for one in first:
        events = sorted(found[one.customer_id, one.person_id].values(), key=lambda event: (event.at, event.pk))
        since = [event for event in events if (event.at, event.pk) >= (one.at, one.pk)]
        one.visit = since[: count_events_of_visit(event.at for event in since)]


def list_looked_at(events: QuerySet[Any]) -> list[LookedProduct]:
    """The five products that were looked at last in ``events`` (those of a customer, or of a person at his posts).

    Read from the newest two hundred events about products. Two queries."""
    newest = events.about_products().order_by("-at", "-pk")  # type: ignore[attr-defined]
    rows = list(newest.select_related("product", "person")[:EVENTS_LOOKED_AT])
    shown: dict[Any, WebEvent] = {}
    for row in rows:
        if len(shown) < PRODUCTS_SHOWN:
            shown.setdefault(row.product_id or row.words.casefold(), row)
    bought = _find_last_days(shown.values())
    days = {row.pk: bought.get((row.customer_id, row.product_id)) for row in shown.values()}
    return [
        LookedProduct(
            number=row.product.number if row.product else "",
            name=row.product.name if row.product else row.words,
            at=row.at,
            person=row.person,
            in_cart=row.kind != WebEvent.Kind.VIEWED and (days[row.pk] or date.min) < company_day(row.at),
            bought_on=days[row.pk],
        )
        for row in shown.values()
    ]


def _find_last_days(rows: Iterable[WebEvent]) -> dict[tuple[int, int | None], date]:
    """The day on which each customer last bought each product; by the order lines, so an order counts at once."""
    named = [row for row in rows if row.product_id]
    if not named:
        return {}
    lines = OrderLine.objects.filter(
        order__customer__in={row.customer_id for row in named},
        product__in={row.product_id for row in named},
        amount_cents__gt=0,
    ).order_by()
    days = lines.values_list("order__customer", "product").annotate(last=Max("order__day"))
    return {(customer, product): day for customer, product, day in days}
