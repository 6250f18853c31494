"""Exports of other systems are recognised by their headers: one table a product."""

import pytest

from customers.rules.import_columns import guess_columns, missing_fields

# (kind, header → our field or "" where it is none of ours)
HUBSPOT = [
    ("customers", {"Record ID": "number", "Company name": "name", "Company owner": "owner_email",
                   "Create Date": "since", "Phone Number": "phone", "City": "city",
                   "Country/Region": "country", "Industry": "industry",
                   "Company Domain Name": "domain", "Street Address": "street", "Postal Code": "postcode",
                   "Parent Company": "parent_name", "Parent Company ID": "parent_number"}),
    ("people", {"First Name": "first_name", "Last Name": "last_name", "Email": "email", "Phone Number": "phone",
                "Mobile Phone Number": "mobile", "Associated Company": "customer_name", "Job Title": "job_title",
                "Contact owner": ""}),
    ("opportunities", {"Record ID": "number", "Deal Name": "subject", "Deal Stage": "stage", "Amount": "amount",
                       "Close Date": "expected", "Deal owner": "owner", "Associated Company": "customer_name",
                       "Create Date": "started", "Currency": "currency", "Closed Lost Reason": "reason"}),
    ("products", {"Name": "name", "SKU": "number", "Unit price": "price", "Unit cost": "cost"}),
    ("complaints", {"Ticket ID": "number", "Ticket name": "title", "Ticket description": "words", "Create date": "day",
                    "Priority": "severity", "Close date": "closed", "Ticket status": "status",
                    "Associated Company": "customer_name"}),
    ("interactions", {"Activity type": "channel", "Activity date": "day", "Note body": "note",
                      "Associated Company IDs": "customer_number", "Associated Company": "customer_name"}),
    ("interactions", {"Activity type": "channel", "Activity date": "day", "Notes": "note", "Call outcome": "outcome",
                      "Call duration": "minutes", "Associated Company": "customer_name",
                      "Activity assigned to": "by"}),
    ("teams", {"First name": "first_name", "Last name": "last_name", "Email": "email", "Main team": "team"}),
]  # fmt: skip
SALESFORCE = [
    ("customers", {"Account ID": "number", "Account Name": "name", "Billing Street": "street", "Billing City": "city",
                   "Billing Zip/Postal Code": "postcode", "Billing Country": "country", "Industry": "industry",
                   "Phone": "phone", "Website": "domain", "Account Owner": "owner_email", "Account Source": "source",
                   "Parent Account": "parent_name", "Parent Account ID": "parent_number"}),
    ("people", {"First Name": "first_name", "Last Name": "last_name", "Title": "job_title",
                "Account Name": "customer_name", "Email": "email", "Phone": "phone",
                "Mobile": "mobile", "Contact ID": ""}),
    ("opportunities", {"Opportunity ID": "number", "Opportunity Name": "subject", "Account Name": "customer_name",
                       "Stage": "stage", "Amount": "amount", "Close Date": "expected", "Opportunity Owner": "owner",
                       "Created Date": "started"}),
    ("products", {"Product Code": "number", "Product Name": "name", "Product Family": "family", "Active": "sold",
                  "List Price": "price"}),
    ("complaints", {"Case Number": "number", "Account Name": "customer_name", "Contact Name": "person_name",
                    "Subject": "title", "Description": "words", "Priority": "severity", "Date/Time Opened": "day",
                    "Date/Time Closed": "closed", "Status": "status", "Type": "kind"}),
    ("orders", {"Order Number": "number", "Account Name": "customer_name", "Effective Date": "day",
                "Order Amount": "amount"}),
    ("orders", {"Order Number": "number", "Account Name": "customer_name", "Order Start Date": "day",
                "Product Code": "product_number", "Quantity": "quantity", "Unit Price": "", "Total Price": "amount"}),
    ("teams", {"Full Name": "name", "Email": "email", "Title": "job_title", "Manager": "manager",
                "Department": "team"}),
    ("interactions", {"Company / Account": "customer_name", "Assigned": "by", "Date": "day", "Type": "channel",
                      "Full Comments": "note", "Activity ID": "number"}),
]  # fmt: skip
PIPEDRIVE = [
    ("customers", {"Organization - ID": "number", "Organization - Name": "name", "Organization - Address": "street",
                   "Organization - Owner": "owner_email", "Organization - People": "",
                   "Organization - City/town/village/locality of Address": "city",
                   "Organization - ZIP/Postal code of Address": "postcode",
                   "Organization - Country of Address": "country", "Organization - House number of Address": ""}),
    ("people", {"Person - Name": "name", "Person - Email - Work": "email", "Person - Phone - Work": "phone",
                "Person - Organization": "customer_name", "Person - Job title": "job_title"}),
    ("opportunities", {"Deal - ID": "number", "Deal - Title": "subject", "Deal - Organization": "customer_name",
                       "Deal - Value": "amount", "Deal - Currency of Value": "currency", "Deal - Stage": "stage",
                       "Deal - Status": "status", "Deal - Owner": "owner", "Deal - Expected close date": "expected",
                       "Deal - Deal created": "started", "Deal - Deal closed on": "closed", "Deal - Won time": "",
                       "Deal - Lost time": ""}),
    ("interactions", {"Activity - Type": "channel", "Activity - Note": "note",
                      "Activity - Organization": "customer_name", "Activity - Contact person": "person_name",
                      "Activity - Due date": "day", "Activity - Duration": "minutes",
                      "Activity - Assigned to user": "by"}),
    ("products", {"Product - ID": "", "Product - Product code": "number", "Product - Name": "name",
                  "Product - Category": "family", "Product - Unit price": "price"}),
    ("orders", {"Deal - ID": "number", "Deal - Organization": "customer_name", "Deal - Value": "amount",
                "Deal - Currency of Value": "currency", "Deal - Won time": "day"}),
    ("teams", {"User": "name", "Email": "email", "Team": "team", "Manager": "manager"}),
]  # fmt: skip
ODOO = [
    ("customers", {"Display Name": "name", "Reference": "number", "Street": "street", "City": "city", "Zip": "postcode",
                   "Country": "country", "Tax ID": "tax_id", "Is a Company": "kind", "Email": "email", "Phone": "phone",
                   "Salesperson": "owner_email", "Website": "domain", "Related Company": "parent_name"}),
    ("people", {"Name": "name", "Related Company": "customer_name", "Email": "email", "Phone": "phone",
                "Mobile": "mobile", "Job Position": "job_title"}),
    ("opportunities", {"Opportunity": "subject", "Customer": "customer_name", "Expected Revenue": "amount",
                       "Stage": "stage",
                       "Salesperson": "owner", "Expected Closing": "expected", "Closed Date": "closed",
                       "Created on": "started"}),
    ("products", {"Internal Reference": "number", "Name": "name", "Sales Price": "price", "Cost": "cost",
                  "Product Category": "family", "Can be Sold": "sold"}),
    ("orders", {"Order Reference": "number", "Customer": "customer_name", "Order Date": "day",
                "Untaxed Amount": "amount"}),
    ("products", {"default_code": "number", "name": "name", "categ_id": "family", "list_price": "price",
                  "sale_ok": "sold", "id": ""}),
    ("orders", {"partner_id": "customer_name", "date_order": "day", "order_line/product_id": "product_name",
                "order_line/product_uom_qty": "quantity", "order_line/price_subtotal": "amount"}),
    ("customers", {"ref": "number", "name": "name", "street": "street", "zip": "postcode", "city": "city",
                   "country_id": "country", "industry_id": "industry", "vat": "tax_id", "user_id": "owner_email",
                   "team_id": "team", "is_company": "kind"}),
    ("teams", {"Name": "name", "Login": "email", "Sales Team": "team", "Phone": "phone"}),
    ("people", {"Complete Name": "name", "Related Company/External ID": "customer_number", "Email": "email"}),
    ("products", {"default_code": "number", "name": "name", "list_price": "price", "standard_price": "cost"}),
    ("orders", {"Number": "number", "Invoice Partner Display Name": "customer_name", "Invoice/Bill Date": "day",
                "Tax Excluded": "amount", "Total": "", "Status": ""}),
    ("orders", {"partner_id/id": "customer_number", "partner_id/name": "customer_name", "date_order": "day",
                "amount_total": "", "amount_untaxed": "amount", "user_id": ""}),
    ("opportunities", {"id": "number", "name": "subject", "partner_id": "customer_name", "stage_id": "stage",
                       "expected_revenue": "amount", "date_deadline": "expected", "create_date": "started",
                       "date_closed": "closed", "lost_reason_id": "reason", "user_id": "owner"}),
    ("complaints", {"id": "", "ticket_ref": "number", "name": "title", "description": "words", "create_date": "day",
                    "partner_id/id": "customer_number", "partner_id": "customer_name", "partner_email": "person_email",
                    "stage_id": "status", "priority": "severity"}),
    ("complaints", {"External ID": "", "Ticket IDs Sequence": "number", "Subject": "title", "Description": "words",
                    "Customer": "customer_name", "Customer Email": "person_email", "Created on": "day",
                    "Stage": "status"}),
    ("interactions", {"date_deadline": "day", "activity_type_id": "channel", "record_name": "customer_name",
                      "note": "note", "user_id": "by"}),
]  # fmt: skip
ZOHO = [
    ("customers", {"Record Id": "number", "Account Name": "name", "Account Owner": "owner_email", "Phone": "phone",
                   "Website": "domain", "Billing Street": "street", "Billing City": "city", "Billing Code": "postcode",
                   "Billing Country": "country", "Industry": "industry", "Created Time": "since",
                   "Parent Account": "parent_name", "Parent Account.id": "parent_number"}),
    ("people", {"First Name": "first_name", "Last Name": "last_name", "Account Name": "customer_name", "Email": "email",
                "Phone": "phone", "Mobile": "mobile", "Title": "job_title"}),
    ("opportunities", {"Record Id": "number", "Deal Name": "subject", "Account Name": "customer_name", "Stage": "stage",
                       "Amount": "amount", "Closing Date": "expected", "Deal Owner": "owner",
                       "Created Time": "started"}),
    ("products", {"Product Code": "number", "Product Name": "name", "Product Category": "family", "Unit Price": "price",
                  "Product Active": "sold"}),
    ("complaints", {"Case Number": "number", "Account Name": "customer_name", "Subject": "title",
                    "Description": "words", "Priority": "severity", "Created Time": "day", "Closed Time": "closed",
                    "Status": "status", "Type": "kind"}),
    ("orders", {"Record Id": "", "SO Number": "number", "Account Name": "customer_name",
                "Account Name.id": "customer_number", "Sub Total": "amount", "Grand Total": "", "Created Time": "day"}),
    ("orders", {"Invoice Date": "day", "Invoice Number": "number", "Customer Name": "customer_name",
                "Customer ID": "customer_number", "Currency Code": "currency", "SubTotal": "", "Total": "",
                "Item Name": "product_name", "Quantity": "quantity", "Item Price": "", "Item Total": "amount"}),
    ("teams", {"First Name": "first_name", "Last Name": "last_name", "Email": "email", "Role": "job_title",
                "Reporting To": "manager", "Territory": "team"}),
]  # fmt: skip
OTHER = [
    ("customers", {"account": "name", "sector": "industry", "office_location": "city", "revenue": "", "employees": ""}),
    ("products", {"product": "name", "series": "family", "sales_price": "price"}),
    ("opportunities", {"opportunity_id": "number", "sales_agent": "owner", "product": "subject",
                       "account": "customer_name", "deal_stage": "stage", "engage_date": "started",
                       "close_date": "expected", "close_value": "amount"}),
    ("teams", {"sales_agent": "name", "manager": "manager", "regional_office": "team"}),
]  # fmt: skip
EXPORTS = [
    (product, kind, headers)
    for product, tables in {
        "HubSpot": HUBSPOT, "Salesforce": SALESFORCE, "Pipedrive": PIPEDRIVE, "Odoo": ODOO, "Zoho": ZOHO, "other": OTHER
    }.items()
    for kind, headers in tables
]  # fmt: skip


@pytest.mark.parametrize(("product", "kind", "headers"), EXPORTS, ids=[f"{p}-{k}" for p, k, _headers in EXPORTS])
def test_the_headers_of_an_export_are_recognised(product, kind, headers):
    row = ["Azure" if header in {"Customer", "partner_id"} else "" for header in headers]
    guess = guess_columns(kind, list(headers), [row])
    assert {header: name for name, header in guess.items()} == {h: name for h, name in headers.items() if name}
    assert missing_fields(kind, guess) == []


@pytest.mark.parametrize("kind", ["orders", "people", "opportunities", "interactions", "complaints"])
@pytest.mark.parametrize(
    "header",
    [
        "Account ID",
        "Account Name.id",
        "Customer/External ID",
        "Deal - Organization ID",
        "Associated Company IDs (Primary)",
    ],
)
def test_whose_row_it_is_is_told_by_the_number_that_each_product_exports(kind, header):
    guess = guess_columns(kind, [header, "Account Name"])
    assert (guess["customer_number"], guess["customer_name"]) == (header, "Account Name")
