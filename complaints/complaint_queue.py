"""The queue of the desk: open cases by value × severity × age, closed ones by when they were closed.

Pages continue where the last one ended (a cursor), so nothing is counted or skipped over. The rank of an open case
grows with its age: the cursor carries the day it was worked out for, and later pages use the same day.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, DateField, F, Func, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.aggregates import Count
from django.db.models.functions import Cast, Greatest, TruncDate
from django.utils.dateparse import parse_date, parse_datetime

from complaints.models import Complaint
from complaints.rules.complaint_priority import VALUE_FLOOR_CENTS
from complaints.rules.recovery_clock import RecoveryClock, read_clock
from crm.core.local_time import company_day, company_zone
from crm.core.models import User
from crm.core.models.business_setting import setting
from segments.models import Membership, Segment

PAGE_SIZE = 25


@dataclass(frozen=True)
class QueueFilter:
    """What the reader asked for; anything unknown counts as not asked."""

    is_closed: bool = False
    who: str = ""
    kind: str = ""

    @classmethod
    def read(cls, query: Any) -> "QueueFilter":
        """From ``?state=closed&who=mine&kind=question``."""
        who, kind = query.get("who", ""), query.get("kind", "")
        return cls(
            is_closed=query.get("state") == "closed",
            who=who if who in ("mine", "unguarded") else "",
            kind=kind if kind in Complaint.Kind.values else "",
        )


@dataclass
class QueueRow:
    """A case in the queue."""

    complaint: Complaint
    clock: RecoveryClock
    segment: Segment | None


@dataclass
class QueuePage:
    """Some rows and the cursor of the rest ("" at the end)."""

    rows: list[QueueRow]
    next_cursor: str


def count_open(user: User) -> tuple[int, int]:
    """How many complaints that ``user`` sees are open, and the yearly sales at risk in cents."""
    rows = Complaint.objects.open().visible_to(user)
    total = rows.aggregate(cases=Count("pk"), cents=Sum("value_cents"))
    return total["cases"], total["cents"] or 0


def list_queue(user: User, wanted: QueueFilter, *, at: datetime, cursor: str = "") -> QueuePage:
    """A page of cases that ``user`` may see; a cursor that makes no sense begins at the top."""
    rows = _filter(Complaint.objects.visible_to(user), wanted, user=user)
    keys = _closed_page(rows, cursor) if wanted.is_closed else _open_page(rows, cursor, today=company_day(at))
    shown = _load(keys.ids, at=at)
    return QueuePage(shown, keys.next_cursor)


@dataclass(frozen=True)
class _Keys:
    ids: list[int]
    next_cursor: str


def _filter(rows: QuerySet[Complaint], wanted: QueueFilter, *, user: User) -> QuerySet[Complaint]:
    rows = rows.filter(closed_at__isnull=not wanted.is_closed)
    if wanted.who == "mine":
        rows = rows.filter(guardian=user)
    elif wanted.who == "unguarded":
        rows = rows.filter(guardian=None)
    return rows.filter(kind=wanted.kind) if wanted.kind else rows


def rank_in_sql(*, on: date, zone: ZoneInfo) -> Any:
    """``rules.complaint_priority.rank_complaint`` as an expression, for sorting in the database."""
    day = Func(
        Value(on, DateField()),
        TruncDate("taken_at", tzinfo=zone),
        template="greatest(0, %(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    value = Greatest(F("value_cents"), Value(VALUE_FLOOR_CENTS), output_field=BigIntegerField())
    return value * Cast("severity", BigIntegerField()) * (day + 1)


def _open_page(rows: QuerySet[Complaint], cursor: str, *, today: date) -> _Keys:
    on, rank, pk = _read_open_cursor(cursor) or (today, None, 0)
    rows = rows.annotate(queue_rank=rank_in_sql(on=on, zone=company_zone())).order_by("-queue_rank", "pk")
    if rank is not None:
        rows = rows.filter(Q(queue_rank__lt=rank) | Q(queue_rank=rank, pk__gt=pk))
    found = list(rows.values_list("pk", "queue_rank")[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    last = found[PAGE_SIZE - 1] if more else (0, 0)
    return _Keys([pk for pk, _rank in found[:PAGE_SIZE]], f"{on}_{last[1]}_{last[0]}" if more else "")


def _closed_page(rows: QuerySet[Complaint], cursor: str) -> _Keys:
    rows = rows.order_by("-closed_at", "-pk")
    if after := _read_closed_cursor(cursor):
        rows = rows.filter(closed_at__lte=after[0]).filter(Q(closed_at__lt=after[0]) | Q(pk__lt=after[1]))
    found = list(rows.values_list("pk", "closed_at")[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    last = found[PAGE_SIZE - 1] if more else None
    return _Keys([pk for pk, _at in found[:PAGE_SIZE]], f"{last[1].isoformat()}_{last[0]}" if last else "")


def _read_open_cursor(text: str) -> tuple[date, int, int] | None:
    parts = text.split("_")
    try:
        on = parse_date(parts[0])
        return (on, int(parts[1][:19]), int(parts[2][:18])) if on and len(parts) == 3 else None
    except (ValueError, IndexError):
        return None


def _read_closed_cursor(text: str) -> tuple[datetime, int] | None:
    parts = text.split("_")
    try:
        at = parse_datetime(parts[0])
        return (at, int(parts[1][:18])) if at and at.tzinfo and len(parts) == 2 else None
    except (ValueError, IndexError):
        return None


def _load(ids: list[int], *, at: datetime) -> list[QueueRow]:
    """The rows of a page with everything shown about them, in the order of ``ids``."""
    found = Complaint.objects.select_related("customer__score", "guardian").in_bulk(ids)
    segments = find_segments([complaint.customer_id for complaint in found.values()])
    zone, days = company_zone(), int(setting("complaints.recovery_days"))
    return [
        QueueRow(
            complaint := found[pk],
            read_clock(complaint.taken_at, at=at, zone=zone, of_days=days, closed_at=complaint.closed_at),
            segments.get(complaint.customer_id),
        )
        for pk in ids
        if pk in found
    ]


def find_segments(customer_ids: list[int]) -> dict[int, Segment]:
    """The segment each of these customers is in now."""
    rows = Membership.objects.current().filter(customer__in=customer_ids).select_related("segment")
    return {row.customer_id: row.segment for row in rows}
