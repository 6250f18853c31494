"""Two records of one customer become one; and a merge is taken apart again.

Whatever points to the record that goes is moved (``customers.merge_moving``), found by walking the register of models
(``customers.customer_relations``). The record itself stays, archived for good: imports, links and searches by its
number find the one that is kept. What is changed on the way is remembered, so taking apart puts each thing back that
nobody has changed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from crm.core.formats import format_day
from crm.core.local_time import company_day
from crm.core.models import User
from customers.customer_freshening import freshen_customer
from customers.customer_relations import REFUSALS
from customers.duplicate_deciding import tell_decision
from customers.merge_moving import MergeLog, change_back, join_people, move_back, move_members, move_relations
from customers.models import Customer, CustomerMerge, DuplicatePair, Person
from customers.purchase_day_rebuild import ingest_customer
from customers.writing_turn import one_writer

# What may be chosen, each with the columns that go together.
MERGE_FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "trading_name": ("trading_name",),
    "kind": ("kind",),
    "stage": ("stage",),
    "relation": ("relation",),
    "owner": ("owner_id", "team_id"),
    "address": ("street", "postcode", "city", "country"),
    "language": ("language",),
    "industry": ("industry",),
    "tax_id": ("tax_id",),
    "domain": ("domain",),
    "since": ("since",),
    "minimum_order": ("minimum_order_cents",),
    "source": ("source", "lawful_basis"),
}
GONE = "gone"


class MergeRefused(Exception):
    """These two cannot be merged, or this merge not be taken apart; the message says why and what helps."""


@transaction.atomic
def merge_customers(
    kept: Customer, gone: Customer, *, choices: Mapping[str, str] | None = None, by: User, at: datetime
) -> CustomerMerge:
    """Let ``gone`` go into ``kept``; ``choices`` names the fields (``MERGE_FIELDS``) taken from the one that goes.

    Waits for a batch of an import that is being written. Raises ``MergeRefused``, also for the second of two people
    who decide about the same pair at the same moment, with the name of the first.
    """
    with one_writer():
        kept, gone = _lock_pair(kept, gone)
        taken = {
            column: getattr(gone, column)
            for name, columns in MERGE_FIELDS.items()
            if (choices or {}).get(name) == GONE
            for column in columns
        }
        _refuse_what_cannot_be(kept, gone, taken)
        _refuse_what_is_told_apart(kept.pk, gone.pk)
        log = MergeLog(at)
        join_people(log, kept=kept.pk, gone=gone.pk)
        move_relations(log, kept=kept.pk, gone=gone.pk)
        move_members(log, kept, gone)
        _take_values(log, kept, taken, by=by)
        Customer.objects.filter(pk=gone.pk).update(
            archived_at=gone.archived_at or at, merged_into=kept, changed_by=by, changed_at=at
        )
        _close_pairs(kept.pk, gone.pk, by=by, at=at)
        merge = CustomerMerge.objects.create(
            kept=kept, gone=gone, merged_at=at, merged_by=by, moved=log.moved, changed=log.changed
        )
        ingest_customer(gone.pk)
        freshen_customer(kept.pk, at=at)
    return merge


def _lock_pair(kept: Customer, gone: Customer) -> tuple[Customer, Customer]:
    """Both as they stand, locked in the order of their ids so that two merges never wait for each other."""
    rows = Customer.objects.select_for_update().order_by("pk").in_bulk([kept.pk, gone.pk])
    if len(rows) < 2:
        raise MergeRefused(_("One of the two is no longer there."))
    return rows[kept.pk], rows[gone.pk]


def _refuse_what_cannot_be(kept: Customer, gone: Customer, taken: Mapping[str, Any]) -> None:
    for row in (gone, kept):
        if row.merged_into_id is not None:
            done = CustomerMerge.objects.filter(gone=row, undone_at=None).select_related("kept", "merged_by").first()
            words = {
                "name": row.name,
                "kept": done.kept if done else "",
                "by": (done and done.merged_by) or _("somebody"),
            }
            raise MergeRefused(_("%(name)s was merged into %(kept)s by %(by)s already.") % words)
    if kept.archived_at is not None:
        raise MergeRefused(_("%(name)s is archived: bring it back first, or let the other stay.") % {"name": kept.name})
    shown = Customer(pk=kept.pk, **{name: getattr(kept, name) for name in _columns()})
    for name, value in taken.items():
        setattr(shown, name, value)
    for refuse in REFUSALS:
        if reason := refuse(shown, gone):
            raise MergeRefused(reason)


def _refuse_what_is_told_apart(kept: int, gone: int) -> None:
    """Locks the pairs of both, in the order of their ids: what somebody is saying about them is waited for and kept."""
    first, second = sorted((kept, gone))
    about = models.Q(first__in=(kept, gone)) | models.Q(second__in=(kept, gone))
    for pair in DuplicatePair.objects.filter(about).select_for_update(of=("self",)).order_by("pk"):
        if (pair.first_id, pair.second_id) == (first, second) and pair.state == DuplicatePair.State.DIFFERENT:
            raise MergeRefused(tell_decision(pair))


def _columns() -> list[str]:
    return [column for columns in MERGE_FIELDS.values() for column in columns]


def find_people_of_both(kept: Customer, gone: Customer) -> set[str]:
    """The folded names of people whom a merge would make one."""
    names = Person.objects.filter(customer=kept, name_folded__contains=" ").order_by().values("name_folded")
    return set(Person.objects.filter(customer=gone, name_folded__in=names).values_list("name_folded", flat=True))


def _take_values(log: MergeLog, kept: Customer, taken: Mapping[str, Any], *, by: User) -> None:
    """The chosen values into the one that is kept; what was empty there is filled."""
    before = {name: getattr(kept, name) for name in _columns()}
    for name, value in taken.items():
        setattr(kept, name, value)
    kept.changed_by, kept.edit_version = by, kept.edit_version + 1
    kept.save()
    fields = {name: [old, getattr(kept, name)] for name, old in before.items() if getattr(kept, name) != old}
    if fields:
        log.changed.append({"what": kept._meta.label, "id": kept.pk, "fields": fields})


def _close_pairs(kept: int, gone: int, *, by: User, at: datetime) -> None:
    """The pair is decided; other pairs with the one that goes are found again with the one that stays."""
    first, second = sorted((kept, gone))
    DuplicatePair.objects.filter(first=first, second=second).update(
        state=DuplicatePair.State.MERGED, decided_by=by, decided_at=at
    )
    DuplicatePair.objects.open().filter(models.Q(first=gone) | models.Q(second=gone)).delete()


@dataclass(frozen=True)
class TakenApart:
    """``left`` counts values and rows that somebody changed since: they stay with the customer that was kept."""

    kept: Customer
    gone: Customer
    left: int


@transaction.atomic
def take_apart(merge: CustomerMerge, *, by: User, at: datetime) -> TakenApart:
    """Undo a merge: each thing goes back that nobody has changed since; what was written after it stays.

    Raises ``MergeRefused`` for one that is undone, or whose customer has gone into another since.
    """
    with one_writer():
        merge = CustomerMerge.objects.select_for_update(of=("self",)).select_related("undone_by").get(pk=merge.pk)
        kept, gone = _lock_pair(merge.kept, merge.gone)
        if merge.undone_at is not None:
            words = {
                "by": merge.undone_by or _("somebody"),
                "day": format_day(company_day(merge.undone_at), today=company_day(at)),
            }
            raise MergeRefused(_("%(by)s took this apart already, %(day)s.") % words)
        if kept.merged_into_id is not None:
            raise MergeRefused(_("%(name)s has gone into another since: take that apart first.") % {"name": kept.name})
        left = sum(move_back(move, at=at) for move in reversed(merge.moved))
        left += sum(change_back(change) for change in reversed(merge.changed))
        was_archived = gone.archived_at is not None and gone.archived_at < merge.merged_at
        Customer.objects.filter(pk=gone.pk).update(
            merged_into=None, archived_at=gone.archived_at if was_archived else None, changed_by=by, changed_at=at
        )
        CustomerMerge.objects.filter(pk=merge.pk).update(undone_at=at, undone_by=by)
        first, second = sorted((kept.pk, gone.pk))
        pair = DuplicatePair.objects.filter(first=first, second=second, state=DuplicatePair.State.MERGED)
        pair.update(state=DuplicatePair.State.OPEN, decided_by=None, decided_at=None)
        for customer in (kept, gone):
            customer.refresh_from_db()
            customer.save(update_fields=["name", "changed_at"])  # its folded name with the name
            freshen_customer(customer.pk, at=at)
    return TakenApart(kept, gone, left)
