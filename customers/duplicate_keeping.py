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
# One search for duplicates at a time, and none while the keys of many are written.
TURN = "SELECT pg_advisory_xact_lock(hashtext('duplicate-search'))"

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
    them before the night: about 0.2 ms each.

    They are read under the locks of their rows: of two who save one customer the later reads, and keeps, what he saved.
    Of many the search for duplicates is waited for, with which their rows would be deleted in another order.
    """
    ids = list(customer_ids)
    if len(ids) > 1:
        with connection.cursor() as cursor:
            cursor.execute(TURN)
    keys = _read_keys(ids, lock="ORDER BY c.id FOR NO KEY UPDATE OF c")
    DuplicateKey.objects.filter(customer__in=ids).delete()
    _write_keys(keys)


def add_keys(customer_ids: Collection[int]) -> None:
    """What is missing of their keys; nobody's are taken away, and no row is waited for but one written this moment."""
    _write_keys(_read_keys(list(customer_ids)))


def _read_keys(ids: list[int], *, lock: str = "") -> dict[tuple[int, int], KeyKind]:
    keys: dict[tuple[int, int], KeyKind] = {}
    for sql, read_keys, ending in ((CUSTOMERS, list_keys, lock), (POINTS, list_keys_of_point, "")):
        with connection.cursor() as cursor:
            cursor.execute(sql.format(scope=f"AND c.id = ANY(%s) {ending}"), [ids])
            rows = cursor.fetchall()
        keys |= {(hash_key(kind, text), row[0]): kind for row in rows for kind, text in read_keys(row) if text}
    return keys


def _write_keys(keys: dict[tuple[int, int], KeyKind]) -> None:
    """In the order of keys, as the search writes them: two who write the same ones never wait for each other."""
    placed = sorted(keys)
    columns = [key for key, _owner in placed], [int(keys[place]) for place in placed], [owner for _key, owner in placed]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO customers_duplicatekey (key, kind, customer_id)
               SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[]) ON CONFLICT DO NOTHING""",
            columns,
        )
