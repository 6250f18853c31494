"""Orders from a file: every one counted, the same file again changes nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from customers.models import Customer, Order, OrderLine, Product
from tests import factories
from tests.customers.import_files import AT, cdnow_master, counts, import_file, problems

pytestmark = pytest.mark.django_db


def test_the_whole_cdnow_base_comes_in_to_the_cent_and_again_changes_nothing():
    first = import_file(cdnow_master(), name="cdnow_master.csv")
    assert counts(first) == (69_659, 0, 0, 0)
    assert Customer.objects.count() == first.report["customers_created"] == 23_570
    totals = Order.objects.aggregate(amount=Sum("amount_cents"))
    lines = OrderLine.objects.aggregate(amount=Sum("amount_cents"), discs=Sum("quantity"))
    assert totals["amount"] == lines["amount"] == 250_031_563
    assert lines["discs"] == 167_881
    stamps = set(Order.objects.values_list("updated_at", flat=True))
    second = import_file(cdnow_master(), name="renamed.csv")
    assert counts(second) == (0, 0, 69_659, 0)
    assert second.report["customers_created"] == 0
    assert set(Order.objects.values_list("updated_at", flat=True)) == stamps


def test_orders_without_a_number_get_one_that_stays_and_two_alike_on_a_day_are_two():
    file = "customer_id,date,amount\n7,2026-03-01,10.00\n7,2026-03-01,10.00\n7,2026-03-02,5\n"
    import_file(file)
    assert list(Order.objects.order_by("number").values_list("number", flat=True)) == [
        "7·20260301·1000",
        "7·20260301·1000·2",
        "7·20260302·500",
    ]
    assert counts(import_file(file)) == (0, 0, 3, 0)


def test_a_corrected_amount_changes_that_order_alone():
    import_file("order,customer id,date,amount\nA1,7,2026-03-01,10.00\nA2,7,2026-03-02,20.00\n")
    before = Order.objects.get(number="A1").updated_at
    assert counts(import_file("order,customer id,date,amount\nA1,7,2026-03-01,10.00\nA2,7,2026-03-02,21.50\n")) == (
        0,
        1,
        1,
        0,
    )
    assert Order.objects.get(number="A2").amount_cents == 2150
    assert Order.objects.get(number="A1").updated_at == before


def test_trial_dates_end_yesterday_and_the_same_file_stays_where_it_was_a_week_later():
    file = "customer_id,date,amount\n1,1997-01-01,10\n1,1998-06-30,20\n"
    first = import_file(file, trial_dates=True)
    days = sorted(Order.objects.values_list("day", flat=True))
    assert days[-1] == date(2026, 11, 20)
    assert (days[1] - days[0]) == date(1998, 6, 30) - date(1997, 1, 1)
    again = import_file(file, trial_dates=True, at=AT + timedelta(days=7))
    assert counts(again) == (0, 0, 2, 0)
    assert again.options["shift_days"] == first.options["shift_days"]


def test_rows_of_one_order_are_its_lines_and_make_its_total():
    file = (
        "order number;customer number;order date;product;quantity;line total;cost\n"
        "88412;10482;23.09.2026;Seal kit;2;7.846,00 €;5.211,40\n"
        "88412;10482;23.09.2026;Bearing;1,5;100,10;40\n"
    )
    assert counts(import_file(file)) == (1, 0, 0, 0)
    order = Order.objects.get()
    assert (order.amount_cents, order.cost_cents, order.line_count) == (794_610, 525_140, 2)
    lines = order.lines.values_list("position", "product__name", "quantity", "amount_cents")
    assert list(lines) == [(1, "Seal kit", Decimal(2), 784_600), (2, "Bearing", Decimal("1.5"), 10_010)]
    assert counts(import_file(file)) == (0, 0, 1, 0)
    changed = import_file(file.replace("Bearing", "Rope"))
    assert counts(changed) == (0, 1, 0, 0)
    assert counts(import_file("\n".join(file.splitlines()[:2]) + "\n")) == (0, 1, 0, 0)
    assert OrderLine.objects.count() == 1


def test_a_product_with_its_number_in_brackets_is_the_one_of_that_number():
    Product.objects.create(number="FS-100", name="Floor scrubber")
    file = "order number;customer number;order date;product;quantity;line total\n8;1;23.09.2026;{};1;10\n"
    import_file(file.format("[FS-100] Floor scrubber 2.0") + "8;1;23.09.2026;[not a number];1;5\n")
    lines = OrderLine.objects.order_by("position").values_list("product__number", "product__name")
    assert list(lines) == [("FS-100", "Floor scrubber"), ("[not a number]", "[not a number]")]


def test_a_file_may_say_what_sending_an_order_cost():
    """Repeated on every line it is the order's, else the lines' parts; an empty cell is unknown."""
    file = (
        "order number;customer number;order date;product;quantity;line total;Versandkosten\n"
        "1;7;2026-03-01;Seal kit;2;100;12,50\n1;7;2026-03-01;Bearing;1;50;12,50\n"
        "2;7;2026-03-02;Seal kit;2;100;4,00\n2;7;2026-03-02;Bearing;1;50;\n"
        "3;7;2026-03-03;Seal kit;2;100;\n"
        "4;7;2026-03-04;Seal kit;2;100;0\n"
    )
    import_file(file)
    assert dict(Order.objects.values_list("number", "freight_cents")) == {"1": 1_250, "2": 400, "3": None, "4": 0}
    assert counts(import_file(file)) == (0, 0, 4, 0)
    import_file(file.replace("12,50", "15"))
    assert Order.objects.get(number="1").freight_cents == 1_500
    import_file(file.replace("12,50", ""))
    assert Order.objects.get(number="1").freight_cents == 1_500  # an empty cell leaves what is known


def test_no_order_is_written_with_half_of_its_lines():
    done = import_file(
        "order,customer id,date,amount,quantity\n"
        "A1,7,2026-03-01,10.00,1\nA1,7,2026-03-01,ten,1\nA2,7,2026-03-01,5,1\nA3,7,2026-03-01,5,1\nA3,8,2026-03-01,5,1\n"
    )
    assert list(Order.objects.values_list("number", flat=True)) == ["A2"]
    assert problems(done) == [
        (2, "number", "order_incomplete"),
        (3, "amount", "no_amount"),
        (5, "number", "order_incomplete"),
        (6, "number", "order_differs"),
    ]


def test_an_order_number_that_stands_twice_is_taken_once():
    done = import_file("order,customer id,date,amount\nA1,7,2026-03-01,10\nA1,7,2026-03-01,10\n")
    assert counts(done) == (1, 0, 0, 1)
    assert problems(done) == [(3, "number", "number_twice")]


def test_an_order_of_another_customer_is_not_taken_over():
    import_file("order,customer id,date,amount\nA1,7,2026-03-01,10\n")
    done = import_file("order,customer id,date,amount\nA1,8,2026-03-01,10\n")
    assert problems(done) == [(2, "number", "order_of_other_customer")]
    assert Order.objects.get().customer.number == "7"


def test_a_return_is_a_negative_amount_and_points_at_its_order():
    import_file(
        "order,customer id,date,amount,returns order\n"
        "A1,7,2026-03-01,10,\nR1,7,2026-03-09,(4.00),A1\nR2,7,2026-03-09,−1,\n"
    )
    returned = Order.objects.get(number="R1")
    assert (returned.amount_cents, returned.returns.number) == (-400, "A1")
    assert Order.objects.get(number="R2").amount_cents == -100


def test_customers_are_found_by_name_where_the_file_has_no_number(customer):
    import_file("company,date,amount\nkjeldsen maskinfabrik a/s,2026-03-01,10\nNew One,2026-03-01,10\n")
    assert customer.orders.count() == 1
    assert Customer.objects.get(name="New One").number.startswith("N-")


def test_two_customers_of_one_name_need_the_number():
    factories.make_customer(name="Twin")
    factories.make_customer(name="Twin")
    assert problems(import_file("company,date,amount\nTwin,2026-03-01,10\n")) == [
        (2, "customer_name", "two_of_that_name")
    ]


def test_a_manager_cannot_write_to_customers_of_another_team(lead, foreign_customer, customer):
    done = import_file(
        f"customer id,date,amount\n{foreign_customer.number},2026-03-01,10\n{customer.number},2026-03-01,10\n",
        by=lead,
        team_id=lead.team_id,
    )
    assert problems(done) == [(2, "customer_number", "customer_not_yours")]
    assert (foreign_customer.orders.count(), customer.orders.count()) == (0, 1)


def test_new_customers_get_the_team_and_owner_that_were_chosen(lead, rep):
    import_file("customer id,date,amount\n99,2026-03-01,10\n", by=lead, team_id=lead.team_id, owner_id=rep.pk)
    made = Customer.objects.get(number="99")
    assert (made.name, made.team, made.owner, made.created_by) == ("Customer 99", lead.team, rep, lead)


def test_another_currency_needs_a_rate_and_keeps_what_was_paid():
    file = "customer id,date,amount,currency\n1,2026-03-01,10,USD\n2,2026-03-01,10,€\n"
    refused = import_file(file)
    assert problems(refused) == [(2, "currency", "no_rate")]
    import_file(file, rates={"USD": "0.9"})
    order = Order.objects.get(customer__number="1")
    assert (order.amount_cents, order.currency, order.original_cents) == (900, "USD", 1000)


def test_an_order_of_tomorrow_is_refused():
    assert problems(import_file("customer id,date,amount\n1,2026-11-23,10\n")) == [(2, "day", "in_future")]


def test_the_rejected_rows_come_back_as_a_file_that_can_be_mended_and_sent_again():
    done = import_file("customer id,date,amount,note\n1,2026-02-30,10,=1+1\n2,2026-03-01,10,x\n")
    text = done.rejected.read().decode("utf-8-sig")
    assert text.splitlines() == [
        "Row,Reason,customer id,date,amount,note",
        "2,Order day: “2026-02-30” is a day that does not exist,1,2026-02-30,10,'=1+1",
    ]
    again = import_file(text.replace(",2026-02-30,", ",2026-02-28,"))
    assert counts(again) == (1, 0, 0, 0)


def test_line_ends_and_quotes_inside_a_wrong_cell_are_told_and_break_nothing():
    done = import_file('customer id,date,amount\n7,"20\r26","1""0\n"\n8,2026-03-01,5\n')
    assert problems(done) == [(2, "day", "no_day"), (2, "amount", "no_amount")]
    assert counts(done) == (1, 0, 0, 1)


def test_an_empty_customer_name_is_said_of_the_name_where_the_file_has_no_number():
    assert problems(import_file("company,date,amount\n,2026-03-01,10\nx,2026-03-01,10\n")) == [
        (2, "customer_name", "empty")
    ]


ODOO = """Order Reference,Customer,Order Date,Order Lines/Product,Order Lines/Quantity,Order Lines/Subtotal,Total
S12,Odoo SA,2026-03-02 09:10:11,[GTX] GTX Pro,2,200.00,350.00
,,,MG Special,1,150.00,
S13,Odoo SA,2026-03-03 09:10:11,MG Special,3,450.00,450.00
"""


def test_lines_under_their_order_as_odoo_exports_them_are_lines_of_that_order():
    done = import_file(ODOO)
    assert problems(done) == []
    assert list(Order.objects.order_by("number").values_list("number", "amount_cents")) == [
        ("S12", 35000),
        ("S13", 45000),
    ]
    lines = OrderLine.objects.order_by("order__number", "pk").values_list("order__number", "quantity", "amount_cents")
    assert list(lines) == [("S12", Decimal(2), 20000), ("S12", Decimal(1), 15000), ("S13", Decimal(3), 45000)]
    assert counts(import_file(ODOO))[:2] == (0, 0)


BY_FIELD = """id,name,partner_id/id,partner_id,date_order,order_line/product_id,order_line/product_uom_qty,\
order_line/price_subtotal,amount_untaxed,amount_total,user_id
__export__.so_1,S12,__export__.res_7,Odoo SA,2026-03-02 09:10:11,GTX Pro,2,200.00,350.00,420.00,Ana Ribeiro
,,,,,MG Special,1,150.00,,,
"""


@pytest.mark.parametrize(
    "content",
    [
        BY_FIELD,
        BY_FIELD.replace("order_line/product_uom_qty", "invoice_line_ids/quantity").replace(
            "order_line/", "invoice_line_ids/"
        ),
    ],
    ids=["order", "invoice"],
)
def test_lines_named_as_the_fields_of_odoo_are_lines_of_the_order_above(content):
    assert problems(import_file(content)) == []
    order = Order.objects.get()
    assert (order.number, order.amount_cents, order.customer.number) == ("S12", 35000, "__export__.res_7")
    assert order.customer.name == "Odoo SA"
    lines = OrderLine.objects.order_by("position").values_list("product__name", "quantity", "amount_cents")
    assert list(lines) == [("GTX Pro", Decimal(2), 20000), ("MG Special", Decimal(1), 15000)]


def test_lines_without_amounts_of_their_own_are_left_and_the_sum_of_the_order_counts_once():
    done = import_file(ODOO.replace("Order Lines/Subtotal", "Order Lines/Note"))
    assert list(Order.objects.order_by("number").values_list("amount_cents", flat=True)) == [35000, 45000]
    assert {row for row, _field, _code in problems(done)} == {3}
