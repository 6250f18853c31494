"""What some customers looked at in the shop in the last weeks, as its program would have told it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Min

from crm.core.models import Role, User
from crm.home.demo_company.customer_base import CustomerBase, copy_rows
from customers.models import Customer, OrderLine, Person, Product

VISITORS = 300
LONGEST_AGO_DAYS = 45
MOST = 20_000
COLUMNS = "customer_id person_id kind product_id words page_title page_path at token created_by_id"
SEARCHES = ("seal ring 40", "chain oil food grade", "certificate", "belt 2000 mm", "replacement for old type")


def write_web_visits(base: CustomerBase, *, now: datetime, rng: np.random.Generator) -> None:
    """One to three visits of three hundred owned customers, the planted ones among them; the newest of today."""
    owned = Customer.objects.filter(id__gte=base.first_id, owner__isnull=False).order_by("id")
    ids = list(owned.values_list("id", flat=True)[:MOST])
    chosen = [*ids[:30], *ids[30 :: max(1, len(ids) // VISITORS)]][:VISITORS]
    first = Person.objects.filter(customer__in=chosen).values("customer").annotate(first=Min("id"))
    people = dict(first.values_list("customer", "first"))
    products = list(Product.objects.filter(is_active=True).order_by("number"))
    place = {product.pk: nth for nth, product in enumerate(products)}
    lines = OrderLine.objects.filter(order__customer__in=chosen, product__in=place).order_by(
        "order__customer", "product"
    )
    bought: dict[int, list[int]] = {}
    for customer, product in lines.values_list("order__customer", "product").distinct():
        bought.setdefault(customer, []).append(place[product])
    shop = User.objects.filter(role=Role.ADMIN).order_by("id").first()
    rows = (
        (customer, people.get(customer), *event, UUID(bytes=rng.bytes(16)), shop and shop.pk)
        for customer in chosen
        for event in _draw_visits(products, bought.get(customer, []), now=now, rng=rng)
    )
    copy_rows("interactions_webevent", COLUMNS, rows)


def _draw_visits(
    products: list[Product], bought: list[int], *, now: datetime, rng: np.random.Generator
) -> Iterator[tuple[Any, ...]]:
    """The events of one customer: looks at what he buys or at something new and what stands beside it, sometimes after
    a search, sometimes with a cart at the end."""
    for _visit in range(int(rng.integers(1, 4))):
        at = now - timedelta(days=float(rng.exponential(12)) % LONGEST_AGO_DAYS)
        at = at.replace(hour=int(rng.integers(7, 18)), minute=int(rng.integers(0, 60)))
        if at > now - timedelta(hours=1):
            at -= timedelta(days=1)
        knows = bool(bought) and rng.random() < 0.6
        start = bought[int(rng.integers(0, len(bought)))] if knows else int(rng.integers(0, len(products)))
        looked = [products[(start + 3 * step) % len(products)] for step in range(int(rng.integers(1, 5)))]
        if rng.random() < 0.25:
            words = SEARCHES[int(rng.integers(0, len(SEARCHES)))]
            yield "searched", None, words, f"Results for {words}", "/search", at
        for product in looked:
            at += timedelta(seconds=int(rng.integers(40, 300)))
            yield "viewed", product.pk, product.name, product.name, f"/products/{product.number}", at
        if rng.random() < 0.2:
            at += timedelta(seconds=30)
            yield "cart", looked[-1].pk, looked[-1].name, "Cart", "/cart", at
            if rng.random() < 0.5:
                yield "cart_left", looked[-1].pk, looked[-1].name, "Cart", "/cart", at + timedelta(minutes=4)
