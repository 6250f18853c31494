"""Exports that repeat the sum of an order in each of its rows: told before they are added up, shared when said so."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.import_mapping import apply_mapping, save_mapping
from customers.models import Order, OrderLine
from tests.customers.import_files import AT, counts, import_file, problems, read_file

pytestmark = pytest.mark.django_db

HEAD = "order,customer id,date,amount,product number,quantity\n"
# Three of four orders of several rows say their sum in each of them, as WooCommerce and Odoo do; one order has one row.
REPEATED = HEAD + "".join(
    f"{number},7,2026-03-0{day},{amount},{product},{quantity}\n"
    for number, day, amount, product, quantity in (
        ("A1", 1, "100.00", "P1", 1),
        ("A1", 1, "100.00", "P2", 3),
        ("A2", 2, "10.00", "P1", 1),
        ("A2", 2, "10.00", "P2", 1),
        ("A2", 2, "10.00", "P3", 1),
        ("A3", 3, "7.00", "P1", 2),
        ("A3", 3, "7.00", "P3", 2),
        ("A4", 4, "33.00", "P2", 5),
    )
)


def amounts():
    return dict(Order.objects.values_list("number", "amount_cents"))


def test_amounts_that_look_like_sums_of_orders_are_told_before_anything_is_written(admin):
    looked = read_file(REPEATED, by=admin)
    assert (looked.preview["repeated"], looked.preview["of_several"]) == (3, 3)
    assert looked.preview["amount_cents"] == 27_700
    said = read_file(REPEATED, by=admin, amount_of="order")
    assert "repeated" not in said.preview
    assert said.preview["amount_cents"] == 15_000


@pytest.mark.parametrize(
    "file",
    [
        REPEATED.replace("A3,7,2026-03-03,7.00,P3", "A3,7,2026-03-03,8.00,P3"),  # two orders are no pattern
        REPEATED.replace("product number,quantity", "a,b"),  # rows are no lines: the second is refused as told twice
        HEAD + "A1,7,2026-03-01,5,P1,1\nA2,7,2026-03-01,5,P1,1\nA3,7,2026-03-01,5,P1,1\n",
    ],
)
def test_nothing_is_told_of_files_whose_rows_say_their_own_amount(file):
    assert "repeated" not in read_file(file).preview


def test_said_to_be_the_sum_it_is_counted_once_and_each_line_has_its_share():
    """By quantity, to the cent; the same file again changes nothing, a corrected sum changes its order alone."""
    assert counts(import_file(REPEATED, amount_of="order")) == (4, 0, 0, 0)
    assert amounts() == {"A1": 10_000, "A2": 1_000, "A3": 700, "A4": 3_300}
    lines = OrderLine.objects.order_by("order__number", "position", "id")
    assert list(lines.values_list("amount_cents", flat=True)) == [2_500, 7_500, 333, 334, 333, 350, 350, 3_300]
    assert counts(import_file(REPEATED, amount_of="order")) == (0, 0, 4, 0)
    assert counts(import_file(REPEATED.replace("10.00", "10.01"), amount_of="order")) == (0, 1, 3, 0)
    assert amounts()["A2"] == 1_001


def test_a_cost_that_stands_in_every_row_is_shared_too_and_costs_of_lines_stay():
    file = (
        "order,customer id,date,amount,cost,product number\n"
        "A1,7,2026-03-01,100,60,P1\nA1,7,2026-03-01,100,60,P2\nA2,7,2026-03-01,50,10,P1\nA2,7,2026-03-01,50,15,P2\n"
    )
    import_file(file, amount_of="order")
    assert dict(Order.objects.values_list("number", "cost_cents")) == {"A1": 6_000, "A2": 2_500}


def test_rows_of_one_order_that_tell_different_sums_are_left_out_whole():
    done = import_file(REPEATED.replace("A2,7,2026-03-02,10.00,P3", "A2,7,2026-03-02,12.00,P3"), amount_of="order")
    assert counts(done) == (3, 0, 0, 3)
    assert problems(done) == [
        (4, "number", "order_incomplete"),
        (5, "number", "order_incomplete"),
        (6, "amount", "sum_differs"),
    ]


def test_what_the_amount_is_is_kept_with_the_reading(admin):
    first = read_file(REPEATED, by=admin, amount_of="order")
    mapping = save_mapping(first, name="Shop", by=admin, at=AT)
    _columns, options = apply_mapping(mapping, first.preview["headers"])
    assert options["amount_of"] == "order"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cents=st.integers(-10_000_000, 10_000_000).filter(bool),
    quantities=st.lists(st.one_of(st.none(), st.integers(-3, 50)), min_size=2, max_size=8),
)
def test_shares_are_whole_cents_that_make_the_sum_exactly(db, cents, quantities):
    Order.objects.all().delete()
    amount = Decimal(cents) / 100
    rows = "".join(f"A1,7,2026-03-01,{amount},P{n},{'' if q is None else q}\n" for n, q in enumerate(quantities))
    import_file(HEAD + rows, amount_of="order")
    order = Order.objects.get()
    assert order.amount_cents == cents
    assert order.lines.aggregate(all=Sum("amount_cents"))["all"] == cents
    assert order.lines.count() == len(quantities)
