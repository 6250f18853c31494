"""Finds customers who may be one, among a million: by keys they share, then by what those pairs have in common.

Each night only who was changed since the last search gets his keys anew and is compared; once a week everybody.
Blocks (customers under one key) beyond a size say nothing and are left out, so the number of pairs stays bounded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import dumps
from time import perf_counter
from typing import Any

import numpy as np
from django.db import connection, transaction

from crm.core.binary_copy import copy_columns
from crm.core.local_time import company_day
from crm.core.statement_planning import plan_for_everybody
from customers.duplicate_facts import read_facts
from customers.duplicate_gathering import gather_everybody, gather_keys, stream_rows
from customers.duplicate_keeping import TURN, add_keys
from customers.models import DuplicatePair, DuplicateSearch
from customers.rules.duplicate_blocks import merge_pairs, pair_blocks, sort_keys, split_marks
from customers.rules.duplicate_keys import PUBLIC_DOMAINS, KeyKind
from customers.rules.duplicate_scoring import QUEUED_FROM, compare_customers

# Above these sizes a block is a group with one switchboard, a common name, or a placeholder.
BIGGEST_BLOCK = {
    KeyKind.TAX: 30,
    KeyKind.EMAIL: 20,
    KeyKind.PHONE: 20,
    KeyKind.DOMAIN: 15,
    KeyKind.ADDRESS: 15,
    KeyKind.NAME: 12,
    KeyKind.NAME_AND_PLACE: 12,
}
LATE_COMMITS = timedelta(hours=1)
WHOLE_EVERY = timedelta(days=6, hours=12)
TABLE = "customers_duplicatekey"
PAIR_CHUNK = 10_000
YEAR_DAYS = 365

CHANGED = """
CREATE TEMP TABLE changed ON COMMIT DROP AS
SELECT id AS customer_id FROM customers_customer WHERE changed_at > %(since)s
UNION SELECT customer_id FROM customers_contactpoint WHERE id > %(point)s
UNION SELECT customer_id FROM customers_contactpointevent WHERE pgh_id > %(event)s
UNION SELECT v.customer_id FROM customers_contactpointevent e JOIN customers_contactpoint v ON v.id = e.pgh_obj_id
    WHERE e.pgh_id > %(event)s"""
# Whoever was saved while the keys were read: the longest that a save takes is less than a minute.
SAVED_MEANWHILE = """
SELECT id FROM customers_customer WHERE changed_at > %s - interval '1 minute' ORDER BY changed_at DESC LIMIT %s"""
MOST_MEANWHILE = 5_000
FORGET = "DELETE FROM customers_duplicatekey k USING changed c WHERE k.customer_id = c.customer_id"
# Of those who were changed: blocks of a size that says something, each pair of their members once, with a bit for each
# kind of key they share.
PAIRS = """
CREATE TEMP TABLE candidates ON COMMIT DROP AS
WITH blocks AS (
    SELECT k.key, k.kind FROM customers_duplicatekey k
    JOIN (SELECT DISTINCT t.key FROM customers_duplicatekey t JOIN changed USING (customer_id)) t USING (key)
    GROUP BY k.key, k.kind HAVING count(*) > 1 AND count(*) <= (%(sizes)s::int[])[k.kind + 1])
SELECT a.customer_id AS one, b.customer_id AS other, bit_or(1 << a.kind) AS shared
FROM blocks x JOIN customers_duplicatekey a ON a.key = x.key JOIN customers_duplicatekey b ON b.key = x.key
    AND b.customer_id > a.customer_id
WHERE a.customer_id IN (SELECT customer_id FROM changed) OR b.customer_id IN (SELECT customer_id FROM changed)
GROUP BY 1, 2"""
# What only begins alike in one place must be alike as a whole before it is looked at. And where nothing but names and
# places speaks for it, other web domains or another town make it two customers, whatever else they share.
DISMISS = """
DELETE FROM candidates p USING customers_customer a, customers_customer b
WHERE p.shared & %(identifiers)s = 0 AND a.id = p.one AND b.id = p.other AND (
    p.shared = %(weak)s AND similarity(a.name_folded, b.name_folded) < 0.4
    OR a.domain <> b.domain AND a.domain <> '' AND b.domain <> '' AND similarity(a.tax_id, b.tax_id) < 0.4
        AND a.domain <> ALL (%(public)s) AND b.domain <> ALL (%(public)s)
    OR p.shared = %(name)s AND lower(a.city) <> lower(b.city) AND a.city <> '' AND b.city <> ''
        AND a.postcode <> b.postcode AND similarity(a.tax_id, b.tax_id) < 0.4)"""
DISMISSED_BY = {
    "identifiers": sum(1 << kind for kind in (KeyKind.TAX, KeyKind.EMAIL, KeyKind.PHONE, KeyKind.DOMAIN)),
    "weak": 1 << KeyKind.NAME_AND_PLACE,
    "name": 1 << KeyKind.NAME,
    "public": sorted(PUBLIC_DOMAINS),
}


@dataclass(frozen=True)
class SearchReport:
    """What a search did; ``customers`` had their keys made anew."""

    customers: int
    candidates: int
    open_pairs: int
    milliseconds: int
    was_whole: bool


@transaction.atomic
def search_duplicates(
    *, at: datetime, is_whole: bool = False, progress: Callable[[int, int], None] = lambda done, total: None
) -> SearchReport:
    """Bring keys and pairs up to date with what is committed; idempotent, and one search at a time.

    Pairs that people decided about stay as they are; open ones that no longer look alike go.
    """
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(TURN)
        plan_for_everybody(cursor)
        search = DuplicateSearch.objects.get_or_create(id=1)[0]
        cursor.execute(
            "SELECT coalesce((SELECT max(id) FROM customers_contactpoint), 0),"
            " coalesce((SELECT max(pgh_id) FROM customers_contactpointevent), 0)"
        )
        point_id, event_id = cursor.fetchone()
        was_whole = is_whole or not _find_changed(cursor, search)
        customers, pairs = _write_keys(cursor, was_whole=was_whole)
        progress(1, 3)
        candidates = _find_candidates(cursor, pairs, was_whole=was_whole)
        del pairs
        progress(2, 3)
        open_pairs = _keep_pairs(cursor, was_whole=was_whole, at=at)
        cursor.execute("DROP TABLE IF EXISTS pg_temp.changed, pg_temp.candidates, pg_temp.alike")
    milliseconds = round(1000 * (perf_counter() - began))
    DuplicateSearch.objects.filter(id=1).update(
        changed_until=at,
        point_id=point_id,
        point_event_id=event_id,
        searched_at=at,
        customers=customers,
        milliseconds=milliseconds,
        **({"whole_at": at} if was_whole else {}),
    )
    progress(3, 3)
    return SearchReport(customers, candidates, open_pairs, milliseconds, was_whole)


def is_whole_due(*, at: datetime) -> bool:
    """Whether nothing was searched yet, or the last search of everybody is a week old."""
    search = DuplicateSearch.objects.filter(id=1).first()
    return search is None or search.whole_at is None or at >= search.whole_at + WHOLE_EVERY


def _find_changed(cursor: Any, search: DuplicateSearch) -> bool:
    """``changed``: who was changed since the last search; False where it is nearly everybody, or nobody knows."""
    if search.changed_until is None:
        return False
    cursor.execute(
        CHANGED,
        {
            "since": search.changed_until - LATE_COMMITS,
            "point": search.point_id,
            "event": search.point_event_id,
        },
    )
    cursor.execute("SELECT (SELECT count(*) FROM changed) > 1000 + (SELECT count(*) / 3 FROM customers_customer)")
    if cursor.fetchone()[0]:
        cursor.execute("DROP TABLE changed")
        return False
    cursor.execute("CREATE UNIQUE INDEX ON changed (customer_id)")
    cursor.execute("ANALYZE changed")
    return True


# --- keys ------------------------------------------------------------------------------------------------------------
def _write_keys(cursor: Any, *, was_whole: bool) -> tuple[int, np.ndarray]:
    """Keys of everybody, or of ``changed``, made anew: how many those are, and in a search of all who meets whom."""
    cursor.execute("SELECT clock_timestamp()")
    began = cursor.fetchone()[0]
    if was_whole:
        gathered = gather_everybody()
    else:
        changed = "IN (SELECT customer_id FROM changed)"
        gathered = gather_keys(of_customer=f"AND c.id {changed}", of_point=f"AND p.customer_id {changed}")
    parts = gathered.parts
    sizes = [BIGGEST_BLOCK[kind] for kind in KeyKind]
    pairs = []
    indexes = _take_indexes_off(cursor, TABLE) if was_whole else []
    cursor.execute(f"TRUNCATE {TABLE}" if was_whole else FORGET)
    # Somebody who saves one of ``changed`` this moment writes the same keys: only an INSERT can leave those to him.
    table = TABLE if was_whole else "keys_of_changed"
    if not was_whole:
        cursor.execute(f"CREATE TEMP TABLE {table} (key bigint, kind smallint, customer_id bigint) ON COMMIT DROP")
    while parts:
        told = np.concatenate(parts.pop(), axis=1)
        keys, marks = sort_keys(told[0], told[1])
        owners, kinds = split_marks(marks)
        columns = {"key": keys, "kind": kinds.astype(np.int16), "customer_id": owners}
        copy_columns(cursor.cursor, table, columns)
        if was_whole:
            pairs.append(pair_blocks(keys, marks, sizes))
    if not was_whole:
        cursor.execute(
            f"INSERT INTO {TABLE} (key, kind, customer_id) SELECT key, kind, customer_id FROM {table}"  # noqa: S608
            " ORDER BY key, customer_id ON CONFLICT DO NOTHING"
        )
        cursor.execute(f"DROP TABLE {table}")
    for statement in indexes:
        cursor.execute(statement)
    if was_whole:
        cursor.execute(f"ANALYZE {TABLE}")
    _keep_meanwhile(cursor, since=began)
    return gathered.customers, merge_pairs(np.concatenate(pairs)) if pairs else np.zeros((0, 3), dtype=np.int64)


def _keep_meanwhile(cursor: Any, *, since: datetime) -> None:
    """The keys of whoever was saved since they were read: what he wrote himself went with the old ones."""
    cursor.execute(SAVED_MEANWHILE, [since, MOST_MEANWHILE])
    add_keys([pk for (pk,) in cursor.fetchall()])


def _take_indexes_off(cursor: Any, table: str) -> list[str]:
    """Drop the primary key and the indexes of ``table``; the statements that make them again."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'",
        [table],
    )
    constraints = cursor.fetchall()
    for name, _definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, definition in constraints] + [
        definition for _name, definition in indexes
    ]


# --- pairs -----------------------------------------------------------------------------------------------------------
def _find_candidates(cursor: Any, pairs: np.ndarray, *, was_whole: bool) -> int:
    """The table ``candidates``: ``pairs`` of everybody, or the pairs of ``changed``; how many."""
    if was_whole:
        cursor.execute("CREATE TEMP TABLE candidates (one bigint, other bigint, shared integer) ON COMMIT DROP")
        columns = {"one": pairs[:, 0], "other": pairs[:, 1], "shared": pairs[:, 2].astype(np.int32)}
        copy_columns(cursor.cursor, "candidates", columns)
    else:
        cursor.execute(PAIRS, {"sizes": [BIGGEST_BLOCK[kind] for kind in KeyKind]})
    cursor.execute("ANALYZE candidates")
    cursor.execute(DISMISS, DISMISSED_BY)
    cursor.execute("SELECT count(*) FROM candidates")
    return int(cursor.fetchone()[0])


def _keep_pairs(cursor: Any, *, was_whole: bool, at: datetime) -> int:
    """Keep the candidates who are alike enough; open pairs not found again go. How many are open."""
    cursor.execute(
        "CREATE TEMP TABLE alike (first_id bigint, second_id bigint, percent smallint, evidence jsonb) ON COMMIT DROP"
    )
    for pairs in stream_rows("SELECT one, other FROM candidates ORDER BY one, other"):
        for start in range(0, len(pairs), PAIR_CHUNK):
            _compare(cursor, pairs[start : start + PAIR_CHUNK])
    touched = "" if was_whole else "AND (p.first_id IN (TABLE changed) OR p.second_id IN (TABLE changed))"
    cursor.execute(
        f"""DELETE FROM customers_duplicatepair p WHERE p.state = 'open' {touched}
            AND NOT EXISTS (SELECT FROM alike a WHERE a.first_id = p.first_id AND a.second_id = p.second_id)"""  # noqa: S608
    )
    cursor.execute(
        """INSERT INTO customers_duplicatepair AS p (first_id, second_id, percent, evidence, found_at)
           SELECT first_id, second_id, percent, evidence, %s FROM alike ORDER BY 1, 2
           ON CONFLICT (first_id, second_id) DO UPDATE SET percent = excluded.percent, evidence = excluded.evidence
           WHERE p.state = 'open'""",
        [at],
    )
    _weigh(cursor, at=at)
    return DuplicatePair.objects.open().count()


def _compare(cursor: Any, pairs: list[tuple[int, int]]) -> None:
    facts = read_facts({pk for pair in pairs for pk in pair})
    with cursor.cursor.copy("COPY alike FROM STDIN") as copy:
        for one, other in pairs:
            if one not in facts or other not in facts:
                continue  # removed since
            likeness = compare_customers(facts[one], facts[other])
            if likeness.percent >= QUEUED_FROM:
                evidence = [[reason.what, reason.value] for reason in likeness.evidence]
                copy.write_row((one, other, likeness.percent, dumps(evidence)))


def _weigh(cursor: Any, *, at: datetime) -> None:
    """Sales of both in twelve months, and the place in the queue."""
    since = company_day(at) - timedelta(days=YEAR_DAYS)
    cursor.execute(
        """UPDATE customers_duplicatepair p SET worth_cents = w.worth, weight = w.worth / 100 * p.percent + p.percent
           FROM (SELECT q.id, coalesce(sum(d.amount_cents), 0)::bigint AS worth FROM customers_duplicatepair q
                 LEFT JOIN customers_purchaseday d ON d.customer_id IN (q.first_id, q.second_id) AND d.day > %s
                 WHERE q.state = 'open' GROUP BY q.id) w
           WHERE w.id = p.id AND (p.worth_cents, p.weight) <> (w.worth, w.worth / 100 * p.percent + p.percent)""",
        [since],
    )
