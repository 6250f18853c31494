"""Columns are found in the exports people have."""

import pytest

from customers.rules.import_columns import (
    find_fitting_kinds,
    find_header,
    guess_columns,
    has_lines,
    looks_headless,
    missing_fields,
)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["customer_id", "date", "cds", "amount"],
            {"customer_number": "customer_id", "day": "date", "quantity": "cds", "amount": "amount"},
        ),
        (
            ["Kundennr.", "Firma", "Belegdatum", "Beleg", "Betrag netto", "Währg", "Artikel", "EK", "Notiz"],
            {
                "customer_number": "Kundennr.",
                "customer_name": "Firma",
                "day": "Belegdatum",
                "number": "Beleg",
                "amount": "Betrag netto",
                "currency": "Währg",
                "product_name": "Artikel",
                "cost": "EK",
            },
        ),
        (
            [
                "Order Reference",
                "Order Date",
                "Customer",
                "Untaxed Amount",
                "Order Lines/Product",
                "Order Lines/Quantity",
            ],
            {
                "number": "Order Reference",
                "day": "Order Date",
                "customer_number": "Customer",
                "amount": "Untaxed Amount",
                "product_name": "Order Lines/Product",
                "quantity": "Order Lines/Quantity",
            },
        ),
        (
            [
                "opportunity_id",
                "sales_agent",
                "product",
                "account",
                "deal_stage",
                "engage_date",
                "close_date",
                "close_value",
            ],
            {
                "number": "opportunity_id",
                "product_name": "product",
                "customer_name": "account",
                "day": "close_date",
                "amount": "close_value",
            },
        ),
        (
            ["Deal ID", "Organization", "Value", "Currency", "Won time"],
            {
                "number": "Deal ID",
                "customer_name": "Organization",
                "amount": "Value",
                "currency": "Currency",
                "day": "Won time",
            },
        ),
    ],
    ids=["cdnow", "german back office", "odoo", "opportunities", "pipedrive"],
)
def test_order_columns(headers, expected):
    assert guess_columns("orders", headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            "Record ID|Company name|Company owner|Phone Number|City|Country/Region|Industry",
            "number name owner_email phone city country industry",
        ),
        (
            "Account ID|Account Name|Billing Street|Billing City|Billing Country|Phone|Website",
            "number name street city country phone domain",
        ),
        ("ID|Name|Address|Owner|Organization created", "number name street owner_email since"),
        ("Name|Is Company|Tax ID|Salesperson|Zip|Email", "name kind tax_id owner_email postcode email"),
        ("Account Owner|Account Name|Billing Code|Account Number", "owner_email name postcode number"),
    ],
    ids=["hubspot", "salesforce", "pipedrive", "odoo", "zoho"],
)
def test_customer_columns(headers, expected):
    assert set(guess_columns("customers", headers.split("|"))) == set(expected.split())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["Kjeldsen Maskinfabrik A/S", "Baltic Crane OÜ"], "customer_name"),
        (["Betatech", "Warephase", "李", "7-Eleven"], "customer_name"),
        (["10482"], "customer_number"),
        (["KJE-01", "Betatech"], "customer_number"),
        (["", " "], "customer_number"),
    ],
    ids=["words", "single words", "figures", "half of them figures", "nothing"],
)
@pytest.mark.parametrize("header", ["Customer", "partner_id"])
def test_a_column_called_customer_holds_names_when_most_of_its_values_have_no_figure(header, values, field):
    rows = [[value, "2026-03-01", "10.00"] for value in values]
    assert guess_columns("orders", [header, "date", "amount"], rows)[field] == header


def test_values_speak_where_headers_are_silent():
    rows = [["10482", "2026-03-01", "10.50"], ["10483", "2026-03-02", "1.250,00"]]
    assert guess_columns("orders", ["who", "when", "how much"], rows) == {"day": "when", "amount": "how much"}


def test_what_is_missing_is_named():
    assert missing_fields("orders", {"day": "x"}) == [("customer_number", "customer_name"), ("amount",)]
    assert missing_fields("customers", {"name": "x"}) == []


def test_customers_who_are_here_need_no_name_to_be_changed_by_whatever_finds_them():
    assert missing_fields("customers", {"number": "x"}) == [("name",)]
    assert missing_fields("customers", {"number": "x"}, only_known=True) == []
    assert missing_fields("customers", {"city": "x"}, only_known=True) == [("number", "name", "tax_id", "domain")]
    assert missing_fields("customers", {"number": "x", "trading_name": "y"}, only_known=True) == [("name",)]
    assert has_lines({"quantity": "cds"})
    assert not has_lines({"amount": "x"})


def test_a_file_without_a_header_is_noticed():
    assert looks_headless(["1", "1997-01-01", "11.77"])
    assert not looks_headless(["customer_id", "date", "amount"])


def test_a_location_is_a_country_when_its_values_are():
    rows = [["Acme", "United States"], ["Betasoloin", "Kenya"], ["Bioholding", "Philippines"]]
    assert guess_columns("customers", ["account", "office_location"], rows)["country"] == "office_location"
    rows = [["Acme", "Porto"], ["Betasoloin", "Malmö"]]
    assert guess_columns("customers", ["account", "office_location"], rows)["city"] == "office_location"


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["number", "name", "city"], ["K-1", "Holm", "Vejle"]], 0),
        ([["Customers 2026"], ["number", "name", "city"], ["K-1", "Holm", "Vejle"]], 1),
        ([["Who", "", "Where", ""], ["number", "name", "city", "country"], ["K-1", "Holm", "Vejle", "DK"]], 1),
        ([["Customers 2026"], ["K-1", "2026-03-01", "10.00"], ["K-2", "2026-03-02", "12.00"]], 0),
        ([["name"], ["Holm", "Vejle"]], 0),
        ([["number", "name", "city"], ["K-1", "", ""], ["K-2", "", ""]], 0),
    ],
)
def test_the_header_stands_under_its_titles(rows, place):
    assert find_header(rows) == place


def test_a_file_sent_as_the_wrong_kind_is_told_by_its_headers():
    pipeline = ["opportunity_id", "sales_agent", "product", "account", "deal_stage", "close_date", "close_value"]
    assert find_fitting_kinds(pipeline, [], but="products")[0] == "opportunities"
    assert "customers" in find_fitting_kinds(["customer number", "company", "city", "country"], [], but="products")
    accounts = ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"]
    assert find_fitting_kinds(accounts, [], but="products")[0] == "customers"
    assert find_fitting_kinds(["colour", "weight"], [], but="orders") == []


@pytest.mark.parametrize(
    ("headers", "rows", "number"),
    [
        ("id name partner_id date_order amount_untaxed", ["x.7 S00007 Azure 2026-03-01 10.00"], "name"),
        (".id partner_id date_order amount_untaxed", ["7 Azure 2026-03-01 10.00", "8 Azure 2026-03-02 10.00"], ".id"),
        ("id name customer date amount", ["7 Bearings Azure 2026-03-01 10.00"], "id"),
        ("name customer date amount", ["Bearings Azure 2026-03-01 10.00"], None),
        ("id name date amount", ["7 S00007 2026-03-01 10.00"], None),
        ("id orderid customer date amount", ["7 4711 Azure 2026-03-01 10.00"], "orderid"),
    ],
    ids=["odoo", "odoo, by its own number", "a name that is no code", "words", "whose they are is not told", "told"],
)
def test_beside_its_customer_a_name_or_id_that_is_a_code_says_which_order_it_is(headers, rows, number):
    assert guess_columns("orders", headers.split(), [row.split() for row in rows]).get("number") == number


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["Azure Ours", "Deco Ours"], {"customer_name": "Customer"}),
        (["Azure Azure-Group", "Deco Deco-Group"], {"customer_number": "Customer", "customer_name": "Company"}),
        (["4711 Azure", "4711 Azure"], {"customer_number": "Customer", "customer_name": "Company"}),
    ],
    ids=["ours", "theirs", "of a number"],
)
def test_the_company_of_ours_beside_each_customer_is_not_taken_for_the_customer(rows, expected):
    found = guess_columns("orders", ["Customer", "Company", "Date"], [[*row.split(), "2026-03-01"] for row in rows])
    assert found == {**expected, "day": "Date"}


@pytest.mark.parametrize(
    ("companies", "name"), [(["Ours", "Ours"], "Display Name"), (["Azure", "Deco"], "Company")], ids=["ours", "theirs"]
)
def test_contacts_of_odoo_are_named_by_their_own_name_not_by_our_company(companies, name):
    rows = [["Ana", "Porto", companies[0]], ["Bo", "Vejle", companies[1]]]
    assert guess_columns("customers", ["Display Name", "City", "Company"], rows)["name"] == name
