"""The figures a night scores from: gathered once for everybody and frozen for the run, and read again by every shard.

Orders never travel to Python: what travels is the packed history of purchase days (24 bytes a day), a range of
customers as one piece. A night takes over the figures of the one before and reads the histories only of those whose
days were written since, or of whom a day came into or left a period that is counted, and so with their contacts; and
besides those of one in 56, so that whatever was ever missed is right again within eight weeks.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from django.db import connection
from django.db.models.functions import Now

from crm.core.column_reading import read_packed
from crm.core.models.business_setting import BusinessSetting
from crm.core.service_cost_catalogue import SOURCES, ServiceEvents
from customers.item_rollup import EVERYBODY
from customers.models import CostRate
from customers.rules.purchase_day_sums import DAY_RECORD
from segments.figure_keeping import (
    AHEAD,
    LATE,
    PIECES,
    SEGMENTS,
    FiguresLostError,
    are_figures_kept,
    list_pieces,
    read_about,
    read_figures,
    write_columns,
)
from segments.models import ScoreRun
from segments.rules.abc_classes import GRADES
from segments.rules.customer_scoring import CUSTOMER_FIELDS
from segments.rules.purchase_base import measure_part
from segments.rules.purchase_summary import PERIOD_EDGES, HandlingRate, summarise_purchases

OF_DAYS = frozenset({CostRate.Work.ORDER, CostRate.Work.FREIGHT})  # counted from the purchase days, read anyway
SUMMARISED_AT_ONCE = 5_000
EPOCH = date(1970, 1, 1)
READ_ANEW_WITHIN_DAYS = 56
TAKEN_OVER_FOR = timedelta(days=7)
Columns = dict[str, Any]
Limit = Callable[[str], str]  # a condition for customers, given the column of their ids
HandlingRates = list[list[HandlingRate]]  # of each work that is counted from the purchase days

# Each is answered by an index alone: the rows are ten times as much to read.
CUSTOMERS = "SELECT c.id AS customer_id FROM customers_customer c WHERE {limit} ORDER BY c.id"
COUNTED = """
SELECT count(*), (SELECT min(c.id) FROM customers_customer c WHERE {limit}),
    (SELECT max(c.id) FROM customers_customer c WHERE {limit})
FROM customers_customer c WHERE {limit}
"""
ARCHIVED = "SELECT c.id AS customer_id FROM customers_customer c WHERE c.archived_at IS NOT NULL AND {limit}"
UNDER_CONTRACT = "SELECT c.id AS customer_id FROM customers_customer c WHERE c.relation = 'contract' AND {limit}"
PINS = """
SELECT DISTINCT ON (p.customer_id) p.customer_id, array_position({grades}, p.grade::text) AS pinned_grade
FROM segments_pin p
WHERE p.ended_at IS NULL AND p.expires_on >= {today} AND p.grade <> '' AND {limit}
ORDER BY p.customer_id, p.id DESC
"""
# The events one by one: they are added up here.
EVENTS = "SELECT e.customer_id, e.cents::bigint AS cents FROM ({events}) e WHERE e.cents <> 0 AND {limit}"
HISTORIES = """
SELECT h.customer_id, length(h.days) AS length, h.days FROM customers_purchasehistory h
WHERE {limit} ORDER BY h.customer_id
"""
ONE_CUSTOMER = """
SELECT (c.relation = 'contract')::int, coalesce((SELECT p.pinned_grade FROM ({pins}) p), 0),
    coalesce((SELECT sum(e.cents) FROM ({events}) e), 0)::bigint, (SELECT h.days FROM ({histories}) h)
FROM customers_customer c WHERE c.archived_at IS NULL AND {limit}
"""
# Answered by an index alone too, one segment after the other. Two numbers are sent as one.
MEMBERS = """
SELECT ((m.customer_id - {low}) << 32) | m.segment_id AS place_and_segment FROM segments_membership m
WHERE m.until IS NULL AND m.customer_id >= {low} AND m.customer_id <= {high}
"""
ID = ("customer_id", "i8")
EVENTS_OF_YEAR = "SELECT customer_id, cents FROM ({sql}) one WHERE day > {today} - 365 AND day <= {today}"
WRITTEN_SINCE = """
SELECT customer_id FROM customers_rewrittenhistory
WHERE transaction >= pg_snapshot_xmin({snapshot})::text::bigint
    AND NOT pg_visible_in_snapshot(transaction::text::xid8, {snapshot})
    OR transaction = pg_current_xact_id_if_assigned()::text::bigint
"""
MOVED_SINCE = "SELECT customer_id FROM customers_purchaseday WHERE day > '{after}'::date AND day <= '{until}'::date"
# The two parts that are taken over, each for itself: what follows from the purchase days alone, and the costs of all
# service events that say who moved.
_OF_EVERY_NIGHT = {"customer_id", "contract", "service_12m", "pinned_grade"}
OF_HISTORY = (*(name for name, _kind in CUSTOMER_FIELDS if name not in _OF_EVERY_NIGHT), "handling_12m")
TAKEN_OVER = {"history": OF_HISTORY, "contacts": ("contacts_12m",)}


def describe_counting() -> dict[str, Any]:
    """How figures are counted, all of them and each part: what a run counted otherwise is not taken over."""
    values = ("work", "valid_from", "valid_to", "cents_each", "cents_per_minute")
    rates = CostRate.objects.order_by("work", "valid_from", "id").values_list(*values)
    return {
        "pieces": PIECES,
        "history": {
            "fields": list(OF_HISTORY),
            "edges": list(PERIOD_EDGES),
            "rates": [[str(value) for value in rate] for rate in rates.filter(work__in=OF_DAYS)],
        },
        "contacts": {
            "rates": [[str(value) for value in rate] for rate in rates.exclude(work__in=OF_DAYS)],
            "zone": list(BusinessSetting.objects.filter(key="company.time_zone").values_list("value", flat=True)),
            "events": [source.of_year or source.sql for source in SOURCES.values() if source.moved],
        },
    }


def note_late_customers(run: ScoreRun) -> None:
    """Say from which run the figures of ``run`` may be taken over, which parts of them, and of whom not, if from any.

    To be called after its snapshot was taken: what is committed later is read anew by the night after.
    """
    kept = ScoreRun.objects.filter(
        is_current=True,
        as_of__lte=run.as_of,
        as_of__gte=run.as_of - TAKEN_OVER_FOR,
        created_at__gte=Now() - TAKEN_OVER_FOR,  # for so long it is remembered whose days were written
    ).first()
    if kept is None or not kept.snapshot or not are_figures_kept(kept.pk):
        return
    marked, now = read_about(kept.pk), describe_counting()
    before: dict[str, Any] = marked[1] if marked else {}
    if before.get("pieces") != now["pieces"]:
        return
    late = {part: _list_late(part, kept, on=run.as_of) for part in TAKEN_OVER if before.get(part) == now[part]}
    few = {part: ids for part, ids in late.items() if ids is not None and 3 * len(ids) <= kept.customers}
    if few:
        write_columns(run.pk, LATE, figures=few, about={"run": kept.pk})


def ask_crossed(before: date, on: date) -> list[str]:
    """Queries of customers of whom a purchase day crossed the edge of a period since the evening ``before``."""
    edges = [timedelta(days=edge) for edge in PERIOD_EDGES]
    return [MOVED_SINCE.format(after=before - edge, until=on - edge) for edge in edges]


def _find_ahead(kept: ScoreRun, *, on: date) -> Any:
    """What ``note_crossings_ahead`` kept, where ``on`` is the evening it was kept for; else ``None``."""
    ahead = read_about(kept.pk, number=AHEAD) if on == kept.as_of + timedelta(days=1) else None
    return ahead[0]["customer_id"] if ahead is not None and ahead[1]["edges"] == list(PERIOD_EDGES) else None


def _list_late(part: str, kept: ScoreRun, *, on: date) -> Any:
    """Ids of customers whose days or contacts were written since the snapshot of ``kept``, or of whom a day, or for the
    other part a contact, crossed the edge of a period; ``None`` where everybody's days were written."""
    before, today = _say_day(kept.as_of), _say_day(on)
    ahead = _find_ahead(kept, on=on) if part == "history" else None
    if part == "history":
        crossed = [] if ahead is not None else ask_crossed(kept.as_of, on)
    else:
        crossed = [source.moved.format(before=before, today=today) for source in SOURCES.values() if source.moved]
    written = WRITTEN_SINCE.format(snapshot="'" + kept.snapshot + "'::pg_snapshot")
    found = read_packed(" UNION ALL ".join([written, *crossed]), (ID,))
    ids = found["customer_id"].astype(np.int64)
    late = np.unique(ids if ahead is None else np.concatenate([ids, ahead]))
    everybody = part == "history" and len(late) and late[0] == EVERYBODY
    return None if everybody else late


def freeze_figures(run_id: int, *, number: int, edges: Sequence[int], on: date) -> int:
    """Gather the figures of the customers of a shard as of the evening of ``on``; returns how many there are.

    ``edges`` are the ids at which its pieces begin, and the one after the last: a piece is read and kept before the
    next is begun.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # the shards are what is done side by side
    noted = read_about(run_id, number=LATE)
    if noted is not None and not are_figures_kept(noted[1]["run"]):
        noted = None
    rates = _list_handling_rates()
    everybody = _read_customers(_limit_to(edges[0], edges[-1]), on=on)
    starts = np.searchsorted(everybody["customer_id"], np.array(edges, dtype=np.int64))
    for piece, (low, high), part in zip(list_pieces(number), pairwise(edges), pairwise(starts), strict=True):
        limit = _limit_to(low, high)
        figures = {name: column[slice(*part)] for name, column in everybody.items()}
        ids = figures["customer_id"]
        figures |= _take_over(noted[1]["run"], ids, late=noted[0], piece=piece, on=on, rates=rates) if noted else {}
        for part, names in TAKEN_OVER.items():
            if names[0] not in figures:
                figures |= _count(part, ids, limit, on=on, rates=rates)
        if "segment_number" not in figures:
            figures["segment_number"] = gather_segments(ids)
        figures["service_12m"] += figures["handling_12m"] + figures["contacts_12m"]
        base, sums = measure_part(figures, as_of_day=(on - EPOCH).days)
        write_columns(run_id, piece, figures=figures, base=base, about=sums)
    return len(everybody["customer_id"])


def gather_customer(customer_id: int, *, on: date) -> Any:
    """The figures of one customer as they are now, as of ``on``; an empty array when he is archived or gone."""

    def limit(column: str) -> str:
        return f"{column} = {int(customer_id)}"

    today = _say_day(on)
    query = ONE_CUSTOMER.format(
        pins=_ask_pins(limit("p.customer_id"), today=today),
        events=_ask_events(SOURCES.values(), limit("e.customer_id"), today=today) or "SELECT 0 AS cents",
        histories=HISTORIES.format(limit=limit("h.customer_id")),
        limit=limit("c.id"),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    if row is None:
        return np.empty(0, dtype=list(CUSTOMER_FIELDS))
    found = dict(zip(("contract", "pinned_grade", "service_12m"), row[:3], strict=True)) | {"customer_id": customer_id}
    days = np.frombuffer(row[3] or b"", dtype=DAY_RECORD)
    found |= _summarise(np.array([len(days)], dtype=np.int64), days, on=on, rates=_list_handling_rates())
    found["service_12m"] += found["handling_12m"]
    figures = np.empty(1, dtype=list(CUSTOMER_FIELDS))
    for name, _kind in CUSTOMER_FIELDS:
        figures[name] = found[name]
    return figures


def gather_segments(ids: Any) -> Any:
    """The number of the segment each of the customers ``ids`` is in, who come in order; 0 for none."""
    numbers = np.zeros(len(ids), dtype=np.int32)
    if len(ids):
        query = MEMBERS.format(low=int(ids[0]), high=int(ids[-1]))
        found = read_packed(query, [("place_and_segment", "i8")])["place_and_segment"].astype(np.int64)
        place, known = _find(ids, (found >> 32) + ids[0])
        numbers[place[known]] = found[known] & 0xFFFFFFFF
    return numbers


def _limit_to(low: int, high: int) -> Limit:
    return lambda column: f"{column} >= {int(low)} AND {column} < {int(high)}"


def _read_customers(limit: Limit, *, on: date) -> Columns:
    """Who there is, and all figures of theirs that do not follow from the purchase days; by customer."""
    today = _say_day(on)
    ids = _read_ids(limit)
    archived, contracts = (
        read_packed(query.format(limit=limit("c.id")), [ID])["customer_id"].astype(np.int64)
        for query in (ARCHIVED, UNDER_CONTRACT)
    )
    if len(archived):
        ids = ids[~np.isin(ids, archived)]
    contract = np.zeros(len(ids), dtype=np.int32)
    place, known = _find(ids, contracts)
    contract[place[known]] = 1
    pins = read_packed(_ask_pins(limit("p.customer_id"), today=today), (ID, ("pinned_grade", "i4")))
    pinned = np.zeros(len(ids), dtype=np.int32)
    place, known = _find(ids, pins["customer_id"])
    pinned[place[known]] = pins["pinned_grade"][known]
    return {
        "customer_id": ids,
        "contract": contract,
        "pinned_grade": pinned,
        "service_12m": _add_up_events(ids, limit, today=today, moved=False),
    }


def _read_ids(limit: Limit) -> Any:
    """All ids, in order; where none is missing between the first and the last, counting them is enough."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(limit=limit("c.id")))
        count, first, last = cursor.fetchone()
    if count and count == last - first + 1:
        return np.arange(first, last + 1, dtype=np.int64)
    return read_packed(CUSTOMERS.format(limit=limit("c.id")), [ID])["customer_id"].astype(np.int64)


def _add_up_events(ids: Any, limit: Limit, *, today: str, moved: bool) -> Any:
    """What serving each customer cost in the 365 days up to ``today``, but for what is counted from purchase days:
    by events of which it is known who moved, or by all others."""
    cents = np.zeros(len(ids), dtype=np.int64)
    sources = [source for source in SOURCES.values() if bool(source.moved) == moved]
    query = _ask_events(sources, limit("e.customer_id"), today=today)
    if query and len(ids):
        events = read_packed(query, (ID, ("cents", "i8")))
        place, known = _find(ids, events["customer_id"])
        np.add.at(cents, place[known], events["cents"][known].astype(np.int64))
    return cents


def _say_day(day: date) -> str:
    return f"'{day.isoformat()}'::date"


def _ask_pins(limit: str, *, today: str) -> str:
    return PINS.format(grades=f"ARRAY[{', '.join(repr(grade) for grade in GRADES)}]", today=today, limit=limit)


def _ask_events(sources: Iterable[ServiceEvents], limit: str, *, today: str) -> str:
    """The query of what serving cost in the 365 days up to ``today``; "" where nothing but purchase days costs."""
    events = [
        source.of_year.format(today=today) if source.of_year else EVENTS_OF_YEAR.format(sql=source.sql, today=today)
        for source in sources
        if not source.of_days
    ]
    return EVENTS.format(events=" UNION ALL ".join(events), limit=limit) if events else ""


def _find(ids: Any, wanted: Any) -> tuple[Any, Any]:
    """The places of the ``wanted`` among the sorted ``ids``, and which of them are there at all."""
    wanted = wanted.astype(np.int64)
    if not len(ids):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return place, ids[place] == wanted


def _take_over(run_id: int, ids: Any, *, late: Columns, piece: int, on: date, rates: HandlingRates) -> Columns:
    """The parts that ``late`` names, from the run before but for those customers who moved since, and the segments;
    nothing where that run knew nobody of these."""
    try:
        kept = read_figures(run_id, number=piece)
    except FiguresLostError:  # a range that had no customers then
        return {}
    same = np.array_equal(kept["customer_id"], ids)
    place, known = (np.arange(len(ids)), np.ones(len(ids), dtype=np.bool_)) if same else _find(kept["customer_id"], ids)
    if not known.any():
        return {}
    turn = (on - EPOCH).days % READ_ANEW_WITHIN_DAYS
    in_turn = ~known | (ids // 128 % READ_ANEW_WITHIN_DAYS == turn)
    figures: Columns = {}
    segments = read_about(run_id, number=SEGMENTS - piece)
    if segments is not None:
        figures["segment_number"] = np.where(known, segments[0]["segment_number"][place], 0)
    for part, moved in late.items():
        anew = in_turn.copy()
        at, found = _find(ids, moved[slice(*np.searchsorted(moved, [ids[0], ids[-1] + 1]))])
        anew[at[found]] = True
        for name in TAKEN_OVER[part]:
            figures[name] = kept.pop(name) if same else kept.pop(name)[place]
        for name, values in _count(part, ids[anew], _limit_to_these(ids[anew]), on=on, rates=rates).items():
            figures[name][anew] = values
    return figures


def _limit_to_these(ids: Any) -> Limit:
    wanted = f"ANY ('{{{','.join(map(str, ids.tolist()))}}}'::bigint[])"
    return lambda column: f"{column} = {wanted}"


def _count(part: str, ids: Any, limit: Limit, *, on: date, rates: HandlingRates) -> Columns:
    """What follows from the purchase days, or the contacts, of the customers ``ids``, whom ``limit`` makes a condition
    for."""
    if part == "contacts":
        return {"contacts_12m": _add_up_events(ids, limit, today=_say_day(on), moved=True)}
    found = read_packed(HISTORIES.format(limit=limit("h.customer_id")), (ID, ("length", "i4"), ("days", "bytes")))
    days = np.frombuffer(found["days"], dtype=DAY_RECORD)
    lengths = found["length"].astype(np.int64) // DAY_RECORD.itemsize
    place, known = _find(ids, found["customer_id"])
    if not known.all():  # archived
        days = days[np.repeat(known, lengths)]
    counts = np.zeros(len(ids), dtype=np.int64)
    counts[place[known]] = lengths[known]
    return _summarise(counts, days, on=on, rates=rates)


def _summarise(counts: Any, days: Any, *, on: date, rates: HandlingRates) -> Columns:
    """Some thousand customers at a time, so that their days fit into the memory near the processor."""
    ends = np.cumsum(counts)
    kinds = dict(CUSTOMER_FIELDS)
    figures = {name: np.empty(len(counts), dtype=kinds.get(name, "i8")) for name in OF_HISTORY}
    for start in range(0, len(counts), SUMMARISED_AT_ONCE):
        part = slice(start, start + SUMMARISED_AT_ONCE)
        own_days = days[ends[start] - counts[start] : ends[part][-1]]
        summary = summarise_purchases(counts[part], own_days, as_of_day=(on - EPOCH).days, handling=rates)
        for name, column in figures.items():
            column[part] = getattr(summary, name)
    return figures


def _list_handling_rates() -> HandlingRates:
    """The rates for handling and for sending an order, of each the one that began last first."""
    works: dict[str, list[HandlingRate]] = {}
    for rate in CostRate.objects.filter(work__in=OF_DAYS).order_by("-valid_from"):
        last_day = (rate.valid_to - EPOCH).days if rate.valid_to else None
        works.setdefault(rate.work, []).append(HandlingRate((rate.valid_from - EPOCH).days, last_day, rate.cents_each))
    return list(works.values())
