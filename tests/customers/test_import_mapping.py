"""A reading is kept by name and comes back with its headers; rows make, change, or both, by the chosen key."""

import io

import pytest
import xlsxwriter
from django.urls import reverse

from customers.import_checking import check_file
from customers.import_mapping import hash_headers
from customers.models import Customer, ImportMapping, Order
from interactions.models import Interaction
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


def test_known_customers_are_changed_by_their_number_without_a_name(browser):  # noqa: F811
    import_file(KNOWN, kind="customers")
    data_import = _upload(browser, "number,city\n1,Odense\n9,Ulm\n,Kiel\n", kind="customers")
    assert data_import.preview["missing"] == [["name"]]
    page = _page(browser, data_import)
    assert "needs their number and no name" in page
    assert "or say what is the same" not in page
    _send(browser, "import-columns", data_import, mode="update")
    _work()
    data_import.refresh_from_db()
    assert (data_import.preview["missing"], data_import.preview["ready"]) == ([], 1)
    _send(browser, "import-start", data_import, mode="update")
    _work()
    data_import.refresh_from_db()
    assert problems(data_import) == [(3, "number", "not_here"), (4, "number", "empty")]
    kjeldsen = Customer.objects.get(number="1")
    assert (kjeldsen.name, kjeldsen.name_folded, kjeldsen.city) == ("Kjeldsen A/S", "kjeldsen a/s", "Odense")
    by_tax = import_file("tax id,industry\nDE2,steel\n", kind="customers", mode="update", key="tax_id")
    assert (counts(by_tax), Customer.objects.get(number="2").industry) == ((0, 1, 0, 0), "steel")


# --- sheets of a workbook --------------------------------------------------------------------------------------------
def workbook(*sheets):
    """A workbook of (name, rows, whether it is hidden)."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows, hidden in sheets:
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
            if hidden:
                sheet.hide()
    return out.getvalue()


COVER = ("Read me", [["Sent by Ana"], ["on Monday"]], False)
OLD = ("Last year", [["number", "name"], ["7", "Gone Ltd"]], True)
NOTHING = ("Sheet3", [], False)
EAST = ("East", [["number", "name"], ["1", "Brandt"], ["2", "Kjeldsen"]], False)
WEST = ("West", [["number", "name"], ["3", "Vega"]], False)


def _upload_book(browser, *sheets):  # noqa: F811
    return _upload(browser, workbook(*sheets), kind="customers", name="book.xlsx")


def test_of_several_sheets_the_first_that_fits_is_read_and_another_can_be_chosen(browser):  # noqa: F811
    data_import = _upload_book(browser, COVER, OLD, NOTHING, EAST, WEST)
    assert data_import.options["sheet"] == "East"
    page = _page(browser, data_import)
    for words in ("East (3 rows)", "Last year (2 rows), hidden", "Nothing stands in Sheet3."):
        assert words in page
    _send(browser, "import-start", data_import, sheet="West")
    _work()
    data_import.refresh_from_db()
    assert (data_import.state, data_import.preview["rows"]) == ("ready", 1), "another sheet is looked through first"
    _send(browser, "import-start", data_import)
    _work()
    assert list(Customer.objects.values_list("name", flat=True)) == ["Vega"]


def test_a_sheet_is_kept_with_the_reading_and_found_by_its_name(browser):  # noqa: F811
    first = _upload_book(browser, EAST, WEST)
    _send(browser, "import-columns", first, sheet="West")
    _work()
    first.refresh_from_db()
    _send(browser, "import-mapping-save", first, save_as="West only")
    wider = ("East", [["number", "name", "city"], ["1", "Brandt", "Kiel"]], False)
    again = _upload_book(browser, wider, ("West", [["Number", "NAME"], ["4", "Ulm AG"]], False))
    assert (again.options["sheet"], again.preview["rows"]) == ("West", 1)
    elsewhere = _upload_book(browser, EAST, ("South", WEST[1], False))
    assert elsewhere.options["sheet"] == "East", "a name that is not in the book chooses nothing"
    _send(browser, "import-columns", again, sheet="East", mapping="")
    _work()
    again.refresh_from_db()
    assert again.options["sheet"] == "East"
    _send(browser, "import-columns", again, mapping=str(ImportMapping.objects.get().pk))
    _work()
    again.refresh_from_db()
    assert (again.options["sheet"], again.columns) == ("West", {"number": "Number", "name": "NAME"})


def test_a_workbook_of_one_sheet_offers_no_choice_and_one_that_is_hidden_is_told(browser):  # noqa: F811
    assert "Read this sheet" not in _page(browser, _upload_book(browser, EAST))
    hidden = _upload_book(browser, NOTHING, OLD)
    assert hidden.preview["rows"] == 1
    page = _page(browser, hidden)
    assert "Sheet “Last year (2 rows), hidden”" in page
    assert "Nothing stands in Sheet3." in page


# --- the same for every row ------------------------------------------------------------------------------------------
CALLS = "customer number,when,note\n1,2026-03-04,asked for a price\n1,2026-03-05,sent it\n"


def test_what_no_column_says_can_be_the_same_for_every_row_and_is_kept_with_the_reading(browser):  # noqa: F811
    import_file(KNOWN, kind="customers")
    data_import = _upload(browser, CALLS, kind="interactions")
    assert data_import.preview["missing"] == [["channel"]]
    said = {"same-field-0": "channel", "same-text-0": "pigeon", "same-field-1": "", "same-text-1": ""}
    refused = _send(browser, "import-columns", data_import, **said)
    assert refused.status_code == 422
    assert "“pigeon” is none of the words we know here" in refused.content.decode()
    _send(browser, "import-columns", data_import, **{**said, "same-text-0": "call"})
    _work()
    data_import.refresh_from_db()
    assert (data_import.preview["missing"], data_import.preview["ready"]) == ([], 2)
    _send(browser, "import-mapping-save", data_import, save_as="Calls")
    _send(browser, "import-start", data_import)
    _work()
    assert set(Interaction.objects.values_list("channel", flat=True)) == {"call"}
    again = _upload(browser, CALLS.replace("sent it", "sent it again"), kind="interactions")
    assert (again.same, again.preview["ready"]) == ({"channel": "call"}, 2)


def test_the_same_for_every_row_gives_way_to_no_column_silently(browser):  # noqa: F811
    data_import = _upload(browser, "number,name,country\n1,Brandt,DE\n", kind="customers")
    both = _send(browser, "import-columns", data_import, **{"same-field-0": "country", "same-text-0": "FR"})
    assert both.status_code == 422
    assert "Country has a column, “country”" in both.content.decode()
    alike = _send(browser, "import-columns", data_import, **{"same-field-0": "name", "same-text-0": "All"})
    assert "Name cannot be the same for every row." in alike.content.decode()
    unnamed = _send(browser, "import-columns", data_import, **{"same-field-0": "", "same-text-0": "FR"})
    assert "Say what “FR” in every row is." in unnamed.content.decode()


def test_orders_without_a_column_of_their_currency_are_brought_over_at_its_rate():
    import_file(
        "order,customer number,date,amount\nA,1,2026-01-05,10\n", same={"currency": "USD"}, rates={"USD": "0.9"}
    )
    order = Order.objects.get()
    assert (order.amount_cents, order.currency, order.original_cents) == (900, "USD", 1000)
