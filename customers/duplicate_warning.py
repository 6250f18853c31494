"""Who looks like a customer that is being typed in; asked with every pause, so bounded whatever there is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Q
from django.utils.functional import Promise

from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.duplicate_facts import read_facts
from customers.duplicate_keeping import hash_key
from customers.duplicate_wording import describe_evidence
from customers.models import ContactPoint, Customer, DuplicateKey
from customers.rules.duplicate_keys import (
    KeyKind,
    core_of_name,
    key_of_address,
    key_of_domain,
    key_of_email,
    key_of_name,
    key_of_name_and_place,
    key_of_phone,
    key_of_place,
    key_of_tax,
    spell_tax,
)
from customers.rules.duplicate_scoring import DuplicateFacts, Likeness, compare_customers

MOST_SHOWN = 5
MOST_OF_A_KEY = 10
LEAST_NAME_LIKENESS = 0.45
LEAST_PERCENT = 45
STRONG = frozenset(["tax", "email", "phone", "domain", "address"])


@dataclass(frozen=True)
class TypedCustomer:
    """What somebody has typed so far; all may be empty."""

    name: str = ""
    tax_id: str = ""
    domain: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True)
class LikelyDuplicate:
    """A customer who looks like the one being entered, how likely, and by what."""

    customer: Customer
    percent: int
    reason: str | Promise


def find_duplicates(user: User, typed: TypedCustomer) -> list[LikelyDuplicate]:
    """At most five customers whom ``user`` may see, the surest first; of one that was merged, the one he went into."""
    facts, keys = _read_typed(typed)
    candidates = _find_candidates(typed, keys)
    if not candidates:
        return []
    known = read_facts(candidates)
    shown = Customer.objects.visible_to(user).filter(merged_into=None).in_bulk(list(known))
    found = [(shown[pk], compare_customers(facts, known[pk])) for pk in known if pk in shown]
    found = [(customer, likeness) for customer, likeness in found if _is_worth_a_word(likeness)]
    found.sort(key=lambda pair: (-pair[1].percent, pair[0].pk))
    return [
        LikelyDuplicate(
            customer, likeness.percent, describe_evidence(likeness.evidence[0].what, likeness.evidence[0].value)
        )
        for customer, likeness in found[:MOST_SHOWN]
    ]


def _is_worth_a_word(likeness: Likeness) -> bool:
    if likeness.percent >= LEAST_PERCENT:
        return True
    return any(
        reason.what in STRONG or (reason.what == "name" and reason.value >= "0.95") for reason in likeness.evidence
    )


def _read_typed(typed: TypedCustomer) -> tuple[DuplicateFacts, list[tuple[KeyKind, str]]]:
    core, city = core_of_name(fold_text(typed.name)), fold_text(typed.city)
    place = key_of_place(typed.postcode, city)
    tax, address = key_of_tax(typed.tax_id), key_of_address(fold_text(typed.street), place)
    email, phone = key_of_email(typed.email), key_of_phone(typed.phone)
    domains = frozenset({key_of_domain(typed.domain), key_of_domain(email)} - {""})
    facts = DuplicateFacts(
        core=core,
        tax=tax,
        emails=frozenset({email} - {""}),
        phones=frozenset({phone} - {""}),
        domains=domains,
        address=address,
        city=city,
        postcode=typed.postcode.replace(" ", "").lower(),
    )
    keys = [
        (KeyKind.TAX, tax),
        (KeyKind.EMAIL, email),
        (KeyKind.PHONE, phone),
        (KeyKind.ADDRESS, address),
        (KeyKind.NAME, key_of_name(core)),
        (KeyKind.NAME_AND_PLACE, key_of_name_and_place(core, place)),
        *((KeyKind.DOMAIN, domain) for domain in domains),
    ]
    return facts, [(kind, key) for kind, key in keys if key]


def _find_candidates(typed: TypedCustomer, keys: Iterable[tuple[KeyKind, str]]) -> set[int]:
    """By the keys of the last search, by what stands in the records of today, and by a name like it."""
    found: set[int] = set()
    for kind, key in keys:
        rows = DuplicateKey.objects.filter(key=hash_key(kind, key))
        found.update(rows.values_list("customer_id", flat=True)[:MOST_OF_A_KEY])
    folded = fold_text(typed.name)
    asked = Q(pk__in=[])
    if typed.tax_id.strip():
        asked |= Q(tax_id__in={typed.tax_id.strip(), *spell_tax(key_of_tax(typed.tax_id))})
    if domains := [key for kind, key in keys if kind == KeyKind.DOMAIN]:
        asked |= Q(domain__in=domains)
    if len(folded) > 2:
        asked |= Q(name_folded=folded) | Q(name_folded__gte=f"{folded} ", name_folded__lt=f"{folded}!")
    found.update(Customer.objects.filter(asked).order_by().values_list("pk", flat=True)[:MOST_OF_A_KEY])
    if typed.email:
        mails = ContactPoint.objects.filter(value_normal=typed.email.strip().lower(), kind=ContactPoint.Kind.EMAIL)
        found.update(mails.order_by().values_list("customer_id", flat=True)[:MOST_OF_A_KEY])
    if len(core_of_name(folded)) > 3:
        found.update(_find_names_like(core_of_name(folded)))
    return found


def _find_names_like(core: str) -> list[int]:
    """Customers whose whole name is much like ``core``, by the index of trigrams."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = %s", [LEAST_NAME_LIKENESS])
        alike = Customer.objects.filter(name_folded__trigram_similar=core, archived_at=None)
        nearest = alike.annotate(likeness=TrigramSimilarity("name_folded", core)).order_by("-likeness", "pk")
        return list(nearest.values_list("pk", flat=True)[:MOST_SHOWN])
