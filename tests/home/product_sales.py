"""Customers who buy products of three families, for the tests of what is said about products."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.home.sales_comparison import read_comparison
from customers.item_rollup import take_in_items
from customers.models import Product
from customers.purchase_day_rebuild import ingest_orders
from customers.sales_table_reading import read_sales
from tests.factories import sell_on_days


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def products(db):
    names = {"Seals": "Shaft seal", "Bearings": "Ball bearing", "Filters": "Filter element"}
    return {f: Product.objects.create(number=f"{f}-1", name=name, family=f) for f, name in names.items()}


def night():
    ingest_orders(at=timezone.now())
    take_in_items()


def buy(customer, product, today, *days, cents=10_000, quantity=1):
    sell_on_days(customer, [today - timedelta(days=back) for back in days], product, cents, quantity)


def compare(customers, today, **query):
    return read_sales([one.pk for one in customers], comparison=read_comparison(query, until=today).comparison)


def page_of(client, url):
    return client.get(url).content.decode()
