"""The keys under which customers are known to the search for duplicates."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.db import connection, transaction

from crm.core.text_folding import fold_text
from customers.models import DuplicateKey
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
)

CUSTOMERS = """
SELECT c.id, c.name_folded, c.name, c.trading_name, c.tax_id, c.domain, c.street, c.postcode, c.city
FROM customers_customer c WHERE c.archived_at IS NULL {scope}"""
POINTS = """
SELECT p.customer_id, p.kind, p.value_normal FROM customers_contactpoint p
JOIN customers_customer c ON c.id = p.customer_id AND c.archived_at IS NULL
WHERE p.kind IN ('phone', 'email') {scope}"""


_fold_town = lru_cache(maxsize=4096)(fold_text)
_NAMES = {kind: b"%d:" % kind for kind in KeyKind}


def hash_key(kind: KeyKind, text: str) -> int:
    """The 64 bits by which a key is kept."""
    return int.from_bytes(digest_key(kind, text), "big", signed=True)


def digest_key(kind: KeyKind, text: str) -> bytes:
    """The same as eight bytes, the highest first."""
    return blake2b(_NAMES[kind] + text.encode(), digest_size=8).digest()


def list_keys(row: tuple[Any, ...]) -> Iterator[tuple[KeyKind, str]]:
    """The keys of a customer as ``CUSTOMERS`` tells of him."""
    _id, folded, name, trading_name, tax_id, domain, street, postcode, city = row
    town = _fold_town(city)
    place = key_of_place(postcode, town)
    named = [fold_text(name), fold_text(trading_name)] if trading_name else [folded]
    for text in named:
        core = core_of_name(text)
        yield KeyKind.NAME, key_of_name(core)
        yield KeyKind.NAME_AND_PLACE, key_of_name_and_place(core, place)
        if postcode and city:
            yield KeyKind.NAME_AND_PLACE, key_of_name_and_place(core, town)
    yield KeyKind.TAX, key_of_tax(tax_id)
    yield KeyKind.DOMAIN, key_of_domain(domain)
    if street:
        yield KeyKind.ADDRESS, key_of_address(fold_text(street), place)


def list_keys_of_point(row: tuple[Any, ...]) -> Iterator[tuple[KeyKind, str]]:
    """The keys of a phone number or an e-mail, as ``POINTS`` tells of it."""
    _id, kind, value = row
    if kind == "phone":
        yield KeyKind.PHONE, key_of_phone(value)
    else:
        yield KeyKind.EMAIL, key_of_email(value)
        yield KeyKind.DOMAIN, key_of_domain(value)


@transaction.atomic
def keep_keys(customer_ids: Collection[int]) -> None:
    """The keys of customers who were just entered or changed, so that the next who types or looks for the like finds
    them before the night: about 0.2 ms each."""
    keys: dict[tuple[int, int], KeyKind] = {}
    for sql, read_keys in ((CUSTOMERS, list_keys), (POINTS, list_keys_of_point)):
        with connection.cursor() as cursor:
            cursor.execute(sql.format(scope="AND c.id = ANY(%s)"), [list(customer_ids)])
            rows = cursor.fetchall()
        keys |= {(hash_key(kind, text), row[0]): kind for row in rows for kind, text in read_keys(row) if text}
    DuplicateKey.objects.filter(customer__in=customer_ids).delete()
    DuplicateKey.objects.bulk_create(
        (DuplicateKey(key=key, kind=kind, customer_id=customer_id) for (key, customer_id), kind in keys.items()),
        batch_size=5_000,
        ignore_conflicts=True,  # the night, or somebody else who saves the same customer, may be at it as well
    )
