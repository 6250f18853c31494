"""What is compared of customers who may be one, read for many at once."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import connection

from crm.core.text_folding import fold_text
from customers.rules.duplicate_keys import (
    core_of_name,
    key_of_address,
    key_of_domain,
    key_of_email,
    key_of_phone,
    key_of_place,
    key_of_tax,
)
from customers.rules.duplicate_scoring import DuplicateFacts

# The ids are one parameter: written out one by one, thousands of them took longer to send than to look up.
POINTS = "SELECT customer_id, kind, value_normal FROM customers_contactpoint WHERE customer_id = ANY (%s)"
PEOPLE = (
    "SELECT customer_id, name_folded FROM customers_person WHERE customer_id = ANY (%s) AND name_folded LIKE '%% %%'"
)
CUSTOMERS = """SELECT id, name_folded, name, trading_name, tax_id, domain, street, postcode, city, country
    FROM customers_customer WHERE id = ANY (%s)"""


def read_facts(ids: Collection[int]) -> dict[int, DuplicateFacts]:
    """The facts of each customer of ``ids``, in three statements."""
    wanted = list(ids)
    emails, phones = defaultdict(set), defaultdict(set)
    domains, people = defaultdict(set), defaultdict(set)
    for customer, kind, value in _read(POINTS, wanted):
        if kind == "phone":
            phones[customer].add(key_of_phone(value))
            continue
        domains[customer].add(key_of_domain(value))
        if kind == "email":
            emails[customer].add(key_of_email(value))
    for customer, name in _read(PEOPLE, wanted):
        people[customer].add(name)
    facts = {}
    for pk, folded, name, trading_name, tax_id, domain, street, postcode, town, country in _read(CUSTOMERS, wanted):
        city = fold_text(town)
        facts[pk] = DuplicateFacts(
            core=core_of_name(fold_text(name) if trading_name else folded),
            tax=key_of_tax(tax_id),
            emails=frozenset(emails[pk] - {""}),
            phones=frozenset(phones[pk] - {""}),
            domains=frozenset((domains[pk] | {key_of_domain(domain)}) - {""}),
            address=key_of_address(fold_text(street), key_of_place(postcode, city)),
            city=city,
            postcode=postcode.replace(" ", "").lower(),
            country=country,
            people=frozenset(people[pk]),
            other_cores=frozenset({core_of_name(fold_text(trading_name))} - {""}),
        )
    return facts


def _read(sql: str, ids: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
