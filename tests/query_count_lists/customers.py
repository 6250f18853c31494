"""The lists of ``customers``."""

from datetime import date, timedelta
from itertools import count as count_up
from typing import Any

from customers.models import (
    CostPool,
    CostRate,
    CustomerNeed,
    CustomField,
    DataImport,
    FactKind,
    Need,
    Product,
    Question,
    Source,
    Tag,
)
from tests import factories
from tests.query_count_lists import ListPage

_numbers = count_up()


def _make_imports(count: int, cast: Any) -> None:
    for number in range(count):
        DataImport.objects.create(kind="orders", state="done", file_name=f"orders-{number}.csv", created_by=cast.lead)


def _make_needs(count: int, cast: Any) -> None:
    for _number in range(count):
        Need.objects.create(name=f"Need {next(_numbers)}")


def _make_sources(count: int, cast: Any) -> None:
    for _number in range(count):
        Source.objects.create(name=f"List {next(_numbers)}", lawful_basis="consent")


def _make_tags(count: int, cast: Any) -> None:
    for _number in range(count):
        Tag.objects.create(name=f"Tag {next(_numbers)}")


def _make_fact_kinds(count: int, cast: Any) -> None:
    for _number in range(count):
        FactKind.objects.create(name=f"Kind {next(_numbers)}")


def _make_questions(count: int, cast: Any) -> None:
    for _number in range(count):
        kind = FactKind.objects.create(name=f"Kind {next(_numbers)}")
        Question.objects.create(kind=kind, text=f"What about {next(_numbers)}?")


def _make_own_fields(count: int, cast: Any) -> None:
    for _number in range(count):
        CustomField.objects.create(label=f"Field {next(_numbers)}")


def _make_orders(count: int, cast: Any) -> None:
    for _number in range(count):
        factories.make_order(factories.make_customer(owner=cast.rep, team=cast.rep.team), date(2026, 3, 2))


def _make_products(count: int, cast: Any) -> None:
    for _number in range(count):
        Product.objects.create(number=f"P-{next(_numbers)}", name="Seal")


def _make_rates(count: int, cast: Any) -> None:
    for _number in range(count):
        CostRate.objects.create(work=CostRate.Work.CALL, valid_from=date(2000, 1, 1) + timedelta(days=next(_numbers)))


def _make_pools(count: int, cast: Any) -> None:
    for _number in range(count):
        day = date(1900, 1, 1) + timedelta(days=next(_numbers))
        CostPool.objects.create(work=CostRate.Work.CALL, first_day=day, last_day=day, amount_cents=100)


def _make_heard(count: int, cast: Any) -> None:
    for _number in range(count):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        need = Need.objects.create(name=f"Need {next(_numbers)}")
        CustomerNeed.objects.create(customer=customer, need=need, evidence="Said so", noted_on=date(2026, 3, 2))


LISTS: list[ListPage] = [
    ListPage("cost pools", "/customers/cost-pools/", _make_pools, "admin"),
    ListPage("imports", "/customers/imports/", _make_imports, "lead"),
    ListPage("orders", "/orders/", _make_orders),
    ListPage("needs heard", "/customers/heard/", _make_heard),
    ListPage("needs", "/customers/needs/", _make_needs, "admin"),
    ListPage("sources", "/customers/sources/", _make_sources, "admin"),
    ListPage("tags", "/customers/tags/", _make_tags, "admin"),
    ListPage("kinds of facts", "/customers/fact-kinds/", _make_fact_kinds, "admin"),
    ListPage("questions", "/customers/questions/", _make_questions, "admin"),
    ListPage("own fields", "/customers/own-fields/", _make_own_fields, "admin"),
    ListPage("products", "/customers/products/", _make_products, "lead"),
    ListPage("cost rates", "/customers/cost-rates/", _make_rates, "admin"),
]
