"""The timeline of a customer as a partner reads it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from crm.core.models import User
from crm.home.customer_timeline import load_timeline
from crm.home.timeline_entries import SOURCES, Entry, Source
from customers.models import Customer, Note

# Contacts, complaints, steps, and the notes that are his or name him. Neither orders and benefits, which are money, nor
# why we moved a customer or watch him.
OF_PARTNERS = frozenset({0, 2, 4, 8})


def list_partner_sources(reader: User) -> list[Source]:
    """The kinds of entry that the partner ``reader`` is shown."""

    def find_notes(ids: list[int]) -> QuerySet[Any]:
        return Note.objects.visible_to(reader).filter(customer__in=ids).select_related("created_by")

    shown = [source for source in SOURCES if source.rank in OF_PARTNERS]
    return [replace(source, rows=find_notes) if source.key == "notes" else source for source in shown]


def load_partner_timeline(
    customers: Sequence[Customer], *, sources: Sequence[Source], **wanted: Any
) -> tuple[list[Entry], str]:
    """``load_timeline`` of his ``sources``, without files and without the addresses that are closed to him."""
    entries, more = load_timeline(customers, sources=sources, **wanted)
    return [replace(entry, url="", files=[], file_url="") for entry in entries], more
