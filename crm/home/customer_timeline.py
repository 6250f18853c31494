"""Everything that happened with a customer, newest first: contacts, orders, complaints, alerts, steps, changes.

Each kind is read from its own table along its own index, no further than one page needs, and merged here. A place in
the timeline is the moment, the kind's rank and the id of its last entry.
"""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, F, IntegerField, QuerySet, Value
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from crm.home.timeline_entries import SOURCES, Entry, Source, join_words, start_of
from customers.models import Attachment, Customer
from interactions.models.process_run import StepRun

PAGE_SIZE = 25
LARGEST_ID = 2**63 - 1
Place = tuple[datetime, int, int]


def write_place(entry: Entry) -> str:
    """The token of an entry's place."""
    raw = json.dumps([entry.at.isoformat(), entry.rank, entry.id]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_place(raw: str) -> Place | None:
    """A place from a token; None when it is broken or forged."""
    try:
        moment, rank, row_id = json.loads(base64.urlsafe_b64decode(raw.encode("ascii") + b"==="))
        at = datetime.fromisoformat(moment)
        sane = timedelta(days=1) < at - datetime.min.replace(tzinfo=at.tzinfo) and at.year < 9000
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    if (
        at.tzinfo is None
        or not sane
        or type(rank) is not int
        or type(row_id) is not int
        or not 0 <= row_id <= LARGEST_ID
    ):
        return None
    return (at, rank, row_id)


def _find_rows(source: Source, ids: list[int], place: Place | None) -> QuerySet[Any]:
    """Rank, moment and id of the entries of one kind from ``place`` on, newest first, no further than a page needs."""
    rows = source.rows(ids).order_by(f"-{source.moment}", "-id")
    if place is not None:
        at, rank, row_id = place
        moment = timezone.localdate(at) if source.by_day else at
        if rank == source.rank:
            rows = rows.filter(TupleLessThan((F(source.moment), F("id")), (moment, row_id)))
        elif rank < source.rank or (source.by_day and at > start_of(timezone.localdate(at))):
            rows = rows.filter(**{f"{source.moment}__lte": moment})
        else:
            rows = rows.filter(**{f"{source.moment}__lt": moment})
    rank_value = Value(source.rank, output_field=IntegerField())
    found = rows.annotate(found_rank=rank_value, found_at=Cast(source.moment, DateTimeField()))
    return found.values_list("found_rank", "found_at", "pk")[: PAGE_SIZE + 1]


def _find_entries(sources: Sequence[Source], ids: list[int], place: Place | None) -> list[Place]:
    """Places of the next entries of all kinds, newest first: one statement, each part along its own index."""
    parts = [_find_rows(source, ids, place) for source in sources]
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    by_day = {source.rank for source in sources if source.by_day}
    # A day was read as midnight in UTC; it begins at the reader's own midnight.
    places = [(start_of(at.date()) if rank in by_day else at, -rank, pk) for rank, at, pk in found]
    return [(at, -rank, pk) for at, rank, pk in sorted(places, reverse=True)[: PAGE_SIZE + 1]]


def _read_entries(places: Sequence[Place], customers: Sequence[Customer]) -> list[Entry]:
    """The entries at ``places``, each kind that is among them read once; in a group each says whose it is."""
    names = {one.pk: one.name for one in customers}
    read: dict[tuple[int, int], Entry] = {}
    for source in SOURCES:
        wanted = [pk for _at, rank, pk in places if rank == source.rank]
        rows = list(source.rows(list(names)).filter(pk__in=wanted)) if wanted else []
        if source.prepare is not None:
            source.prepare(rows)
        for row in rows:
            entry = read[source.rank, row.pk] = source.read(row)
            if len(names) > 1:
                whose = row.run.customer_id if isinstance(row, StepRun) else row.customer_id
                entry.who = join_words(names[whose], entry.who)
    return [read[rank, pk] for _at, rank, pk in places if (rank, pk) in read]


def _headings(entries: list[Entry], *, today: date) -> None:
    """The first entry of each day (for two days) or month carries its heading."""
    before = ""
    for entry in entries:
        day = timezone.localdate(entry.at)
        if day >= today:
            words = _("Today")
        elif day == today - timedelta(days=1):
            words = _("Yesterday")
        elif (day.year, day.month) == (today.year, today.month):
            words = _("Earlier this month")
        else:
            words = f"{MONTHS[day.month]}" if day.year == today.year else f"{MONTHS[day.month]} {day.year}"
        entry.heading, before = ("" if words == before else words), words


def _add_files(entries: list[Entry], customers: Sequence[Customer]) -> None:
    """The files of each contact, and where more are handed in."""
    talks = {entry.id: entry for entry in entries if entry.rank == 0}
    for file in Attachment.objects.filter(customer__in=customers, about="contact", about_id__in=talks):
        talks[file.about_id].files.append(file)
    card = reverse("customers:file-card", args=[customers[0].pk])
    for entry in talks.values():
        entry.file_url = f"{card}?about=contact-{entry.id}"


def load_timeline(
    customers: Sequence[Customer], *, kind: str, place: Place | None, today: date, sources: Sequence[Source] = SOURCES
) -> tuple[list[Entry], str]:
    """A page of entries of one customer, or of a group as one; of one kind or ("") of all. And the next page's token.

    In a group each entry says whose it is. Only of ``sources``.
    """
    asked = [source for source in sources if not kind or source.key == kind]
    places = _find_entries(asked, [one.pk for one in customers], place)
    entries = _read_entries(places, customers)
    more = write_place(entries[PAGE_SIZE - 1]) if len(entries) > PAGE_SIZE else ""
    _headings(entries[:PAGE_SIZE], today=today)
    _add_files(entries[:PAGE_SIZE], customers)
    return entries[:PAGE_SIZE], more
