"""What is compared of customers who may be one, read for many at once."""

from collections import defaultdict
from collections.abc import Collection

from crm.core.text_folding import fold_text
from customers.models import ContactPoint, Customer, Person
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

FIELDS = ("id", "name", "trading_name", "tax_id", "domain", "street", "postcode", "city", "country")


def read_facts(ids: Collection[int]) -> dict[int, DuplicateFacts]:
    """The facts of each customer of ``ids``, in three statements."""
    wanted = list(ids)
    emails, phones = defaultdict(set), defaultdict(set)
    domains, people = defaultdict(set), defaultdict(set)
    points = ContactPoint.objects.filter(customer__in=wanted).order_by()
    for customer, kind, value in points.values_list("customer_id", "kind", "value_normal"):
        if kind == ContactPoint.Kind.PHONE:
            phones[customer].add(key_of_phone(value))
            continue
        domains[customer].add(key_of_domain(value))
        if kind == ContactPoint.Kind.EMAIL:
            emails[customer].add(key_of_email(value))
    for customer, name in (
        Person.objects.filter(customer__in=wanted).order_by().values_list("customer_id", "name_folded")
    ):
        if " " in name:
            people[customer].add(name)
    facts = {}
    for row in Customer.objects.filter(pk__in=wanted).order_by().values(*FIELDS):
        pk, city = row["id"], fold_text(row["city"])
        place = key_of_place(row["postcode"], city)
        facts[pk] = DuplicateFacts(
            core=core_of_name(fold_text(row["name"])),
            tax=key_of_tax(row["tax_id"]),
            emails=frozenset(emails[pk] - {""}),
            phones=frozenset(phones[pk] - {""}),
            domains=frozenset((domains[pk] | {key_of_domain(row["domain"])}) - {""}),
            address=key_of_address(fold_text(row["street"]), place),
            city=city,
            postcode=row["postcode"].replace(" ", "").lower(),
            country=row["country"],
            people=frozenset(people[pk]),
            other_cores=frozenset({core_of_name(fold_text(row["trading_name"]))} - {""}),
        )
    return facts
