"""Orders, as programs read and enter them."""

from datetime import date

import pytest

from customers.models import Customer, Order, OrderLine, Product
from tests import factories
from tests.api.conftest import reasons

DAY = date(2026, 3, 2)


@pytest.fixture
def order(customer):
    """What a shop sends: two lines, one of a product."""
    Product.objects.create(number="S-1", name="Shaft seal", cost_cents=400)
    return {
        "number": "2026/0017",
        "customer": customer.number,
        "day": "2026-03-02",
        "amount_cents": 3500,
        "freight_cents": 450,
        "lines": [
            {"product": "S-1", "quantity": 2.5, "amount_cents": 2500},
            {"description": "Freight", "amount_cents": 1000},
        ],
    }


def test_an_order_is_entered_with_its_lines_and_counts_at_once(rep, program, customer, order, monkeypatch):
    freshened = []
    monkeypatch.setattr("customers.order_entry.freshen_customer", lambda pk, *, at: freshened.append(pk))
    answer = program(rep).post("/orders", order)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["number"], told["day"], told["amount_cents"], told["freight_cents"], told["currency"]) == (
        "2026/0017", "2026-03-02", 3500, 450, "EUR",
    )  # fmt: skip
    assert [(one["product"], one["description"], one["quantity"], one["cost_cents"]) for one in told["lines"]] == [
        ("S-1", "Shaft seal", "2.500", 1000),
        (None, "Freight", "1.000", None),
    ]
    assert freshened == [customer.pk]


def test_the_same_order_twice_changes_nothing(rep, program, order):
    asking = program(rep)
    first = asking.post("/orders", order)
    again = asking.post("/orders", order)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    "change",
    [{"amount_cents": 3600, "lines": []}, {"day": "2026-03-03"}, {"cost_cents": 5}, {"freight_cents": 5},
     {"lines": [{"amount_cents": 3500}]}, {"original_currency": "USD", "original_cents": 4000}],
)  # fmt: skip
def test_the_same_number_with_other_content_is_refused_and_the_first_stays(rep, program, order, change):
    asking = program(rep)
    first = asking.post("/orders", order).json()
    refused = asking.post("/orders", {**order, **change})
    assert refused.status_code == 409
    assert "number" in reasons(refused)
    assert asking.get("/orders", {"number": order["number"]}).json()["items"] == [first]


def test_a_number_of_another_team_is_refused_without_a_word_about_it(rep, program, order, foreign_customer):
    factories.make_order(foreign_customer, DAY, 3500, number="2026/0017")
    refused = program(rep).post("/orders", order)
    assert refused.status_code == 409
    assert foreign_customer.number not in refused.content.decode()


def test_nobody_enters_an_order_for_a_customer_out_of_his_sight(rep, program, order, foreign_customer):
    refused = program(rep).post("/orders", {**order, "customer": foreign_customer.number})
    unknown = program(rep).post("/orders", {**order, "customer": "X-1"})
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert reasons(refused) == reasons(unknown)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_cents": 3499}, "amount_cents"),
        ({"amount_cents": 35.0}, "amount_cents"),
        ({"amount_cents": "3500"}, "amount_cents"),
        ({"amount_cents": 10**16}, "amount_cents"),
        ({"amount_cents": None}, "amount_cents"),
        ({"freight_cents": -1}, "freight_cents"),
        ({"number": ""}, "number"),
        ({"number": " 17"}, "number"),
        ({"number": "x" * 61}, "number"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "2026-03-02T10:00:00Z"}, "day"),
        ({"day": 20260302}, "day"),
        ({"placed_at": "2026-03-02T10:00:00"}, "placed_at"),
        ({"currency": "USD"}, "currency"),
        ({"original_currency": "USD"}, "original_cents"),
        ({"original_currency": "dollar", "original_cents": 1}, "original_currency"),
        ({"lines": [{"product": "S-9", "amount_cents": 3500}]}, "lines.0.product"),
        ({"lines": [{"amount_cents": 3500, "quantity": -1}]}, "lines.0.quantity"),
        ({"lines": [{"amount_cents": 3500, "price": 1}]}, "lines.0.price"),
        ({"lines": [{"amount_cents": 3500, "quantity": 1.2345}]}, "lines.0.quantity"),
        ({"lines": {}}, "lines"),
        ({"lines": [{"amount_cents": 0}] * 1001}, "lines"),
        ({"margin": 1}, "margin"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_field(rep, program, order, change, field):
    refused = program(rep).post("/orders", {**order, **change})
    assert refused.status_code == 422
    assert field in reasons(refused)
    assert not Order.objects.exists()


def test_an_order_below_the_smallest_is_entered_only_on_purpose(rep, program, customer, order):
    Customer.objects.update(minimum_order_cents=5000)
    asking = program(rep)
    assert "amount_cents" in reasons(asking.post("/orders", order))
    assert asking.post("/orders", {**order, "below_minimum": True}).status_code == 201


def test_orders_are_listed_by_customer_and_number_with_returns(rep, program, customer, foreign_customer):
    sold = factories.make_order(customer, DAY)
    other = factories.make_order(foreign_customer, DAY)
    back = factories.make_order(customer, DAY, -500, returns=sold, number="R/1")
    strange = factories.make_order(customer, DAY, -500, returns=other)
    asking = program(rep)
    listed = asking.get("/orders", {"customer": customer.number}).json()["items"]
    assert [(one["id"], one["returns"]) for one in listed] == [
        (sold.pk, None), (back.pk, sold.number), (strange.pk, None),
    ]  # fmt: skip
    assert asking.get("/orders", {"customer": foreign_customer.number}).json()["items"] == []
    assert asking.get("/orders/R/1").json()["amount_cents"] == -500
