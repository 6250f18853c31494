"""A reading is kept by name and comes back with its headers; rows make, change, or both, by the chosen key."""

import pytest
from django.urls import reverse

from customers.import_checking import check_file
from customers.import_mapping import hash_headers
from customers.models import Customer, ImportMapping, Order
from tests.customers.import_files import AT, counts, import_file, problems
from tests.customers.test_import_pages import _page, _send, _upload, _work, browser  # noqa: F401

pytestmark = pytest.mark.django_db
FILE = "a,b,when,how much\n7,x,03/04/2026,10.00\n"


def test_a_reading_is_kept_and_comes_back_with_the_same_headers(browser):  # noqa: F811
    data_import = _upload(browser, FILE)
    _send(browser, "import-columns", data_import, **{"column-0": "customer_number", "day_order": "month"})
    _work()
    data_import.refresh_from_db()
    assert _send(browser, "import-mapping-save", data_import, save_as="Old shop").status_code == 302
    again = _upload(browser, FILE.replace("a,b,when,how much", "A,B,When,How  much").replace("7,x", "8,y"))
    assert again.columns == {"customer_number": "A", "day": "When", "amount": "How much"}
    assert "Old shop" in _page(browser, again)
    _send(browser, "import-start", again)
    _work()
    assert str(Order.objects.get().day) == "2026-03-04"


def test_a_reading_can_be_chosen_for_other_headers_and_forgotten(browser):  # noqa: F811
    mapping = ImportMapping.objects.create(
        name="Old shop",
        kind="orders",
        headers_hash=hash_headers(["other"]),
        columns={"customer_number": "a", "day": "when", "amount": "how much", "cost": "not here"},
        options={"day_order": "day", "by_id": 3},
    )
    data_import = _upload(browser, FILE)
    _send(browser, "import-columns", data_import, mapping=str(mapping.pk))
    _work()
    data_import.refresh_from_db()
    assert data_import.columns == {"customer_number": "a", "day": "when", "amount": "how much"}
    assert data_import.options["day_order"] == "day"
    assert "by_id" not in data_import.options
    assert "Forget this reading" in _page(browser, data_import)
    _send(browser, "import-mapping-forget", data_import)
    assert not ImportMapping.objects.exists()
    assert _send(browser, "import-start", data_import).status_code == 302


def test_a_reading_without_a_name_is_asked_for_one(browser):  # noqa: F811
    data_import = _upload(browser, FILE)
    browser.post(reverse("customers:import-mapping-save", args=[data_import.pk]), {"save_as": " "})
    assert not ImportMapping.objects.exists()


def test_a_reading_of_a_column_that_is_gone_leaves_it_out():
    ImportMapping.objects.create(
        name="x", kind="orders", headers_hash=hash_headers(["id", "day"]), columns={"number": "gone", "day": "day"}
    )
    from tests.customers.import_files import read_file

    data_import = read_file("id,day\n1,2026-01-01\n")
    assert data_import.columns == {"day": "day"}
    assert check_file(data_import, on=AT.date())["missing"]


KNOWN = "number,name,city,tax id\n1,Kjeldsen A/S,Aarhus,DK1\n2,Brandt,Kiel,DE2\n"


@pytest.mark.parametrize(
    ("mode", "outcome", "cities", "rejected"),
    [
        ("both", (1, 1, 0, 0), {"1": "Odense", "2": "Kiel", "3": "Ulm"}, []),
        ("create", (1, 0, 1, 0), {"1": "Aarhus", "2": "Kiel", "3": "Ulm"}, []),
        ("update", (0, 1, 0, 1), {"1": "Odense", "2": "Kiel"}, [(3, "number", "not_here")]),
    ],
)
def test_new_ones_known_ones_or_both(mode, outcome, cities, rejected):
    import_file(KNOWN, kind="customers")
    data_import = import_file("number,name,city\n1,Kjeldsen A/S,Odense\n3,Neu,Ulm\n", kind="customers", mode=mode)
    assert counts(data_import) == outcome
    assert dict(Customer.objects.values_list("number", "city")) == cities
    assert problems(data_import) == rejected


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("name", "number,name,city\n,KJELDSEN a/s,Odense\n"),
        ("name", "number,name,city\n77,Kjeldsen A/S,Odense\n"),
        ("tax_id", "name,city,tax id\nKjeldsen,Odense,DK1\n"),
        ("tax_id", "number,name,city,tax id\n88,Kjeldsen,Odense,DK1\n"),
    ],
)
def test_customers_are_found_by_the_key_that_was_chosen(key, row):
    import_file(KNOWN, kind="customers")
    data_import = import_file(row, kind="customers", key=key)
    assert counts(data_import) == (0, 1, 0, 0)
    assert Customer.objects.get(number="1").city == "Odense"
    assert Customer.objects.count() == 2


@pytest.mark.parametrize(("mode", "amounts"), [("create", {"A": 1000, "B": 500}), ("update", {"A": 1100})])
def test_orders_may_be_only_new_or_only_known(mode, amounts):
    import_file("order,customer number,date,amount\nA,1,2026-01-05,10\n")
    import_file("order,customer number,date,amount\nA,1,2026-01-05,11\nB,1,2026-01-06,5\n", mode=mode)
    assert dict(Order.objects.values_list("number", "amount_cents")) == amounts


def test_rejected_rows_mended_and_sent_again_bring_the_rest(browser):  # noqa: F811
    data_import = _upload(browser, "order,customer number,date,amount\nA,1,2026-01-05,10\nB,1,2026-01-06,ten\n")
    _send(browser, "import-start", data_import)
    _work()
    answer = browser.get(reverse("customers:import-rejected", args=[data_import.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "“ten” is not an amount" in text
    again = _upload(browser, text.replace(",ten", ",12"))
    _send(browser, "import-start", again)
    _work()
    again.refresh_from_db()
    assert counts(again) == (1, 0, 0, 0)
    assert Order.objects.get(number="B").amount_cents == 1200


def test_mended_rows_are_read_as_the_file_they_come_from(browser):  # noqa: F811
    file = FILE.replace(",", ";") + "8;ü;05/04/2026;ten\n"
    data_import = _upload(browser, file.encode("cp1252"))
    _send(
        browser,
        "import-columns",
        data_import,
        **{"column-0": "customer_number", "column-3": "amount", "day_order": "month"},
    )
    _work()
    data_import.refresh_from_db()
    _send(browser, "import-start", data_import)
    _work()
    answer = browser.get(reverse("customers:import-rejected", args=[data_import.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    again = _upload(browser, text.replace(",ten", ",12"))
    assert again.columns == {"customer_number": "a", "day": "when", "amount": "how much"}
    _send(browser, "import-start", again)
    _work()
    again.refresh_from_db()
    assert counts(again) == (1, 0, 0, 0)
    assert str(Order.objects.get(amount_cents=1200).day) == "2026-05-04"
