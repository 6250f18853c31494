"""Two records of one customer become one; and a merge is taken apart again.

Whatever points to the record that goes is moved, found by walking the register of models
(``customers.customer_relations``). The record itself stays, archived for good: imports, links and searches by its
number find the one that is kept. What is changed on the way is remembered, so taking apart puts each thing back that
nobody has changed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _

from crm.core.formats import format_day
from crm.core.local_time import company_day
from crm.core.models import User
from customers.customer_freshening import freshen_customer
from customers.customer_relations import REFUSALS, TREATMENTS, Relation, Treatment, list_relations
from customers.duplicate_deciding import tell_decision
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


@dataclass
class _Log:
    """What a merge did, as it is remembered."""

    at: datetime
    moved: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        """Write ``values`` of a row and remember those before."""
        fields = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
        if not fields:
            return
        type(row)._base_manager.filter(pk=row.pk).update(**{name: new for name, (_old, new) in fields.items()})
        for name, (_old, new) in fields.items():
            setattr(row, name, new)
        self.changed.append({"what": row._meta.label, "id": row.pk, "fields": fields})

    def move(self, relation: Relation, *, gone: int, kept: int) -> None:
        """Let the rows of ``gone`` point to ``kept``; those that cannot stay where they are."""
        treatment = TREATMENTS.get(relation.model._meta.label, Treatment())
        if not treatment.stays:
            self._move_free(relation, treatment, gone=gone, kept=kept)
        if treatment.settle:
            for row in relation.rows_of(gone):
                self.change(row, treatment.settle(row, self.at))

    def _move_free(self, relation: Relation, treatment: Treatment, *, gone: int, kept: int) -> None:
        colliding = set()
        for row in relation.find_colliding(kept=kept, gone=gone):
            if treatment.free:
                self.change(row, treatment.free(row, self.at))
                continue
            colliding.add(row.pk)
            if treatment.absorb and (twin := relation.find_twin(row, kept=kept)):
                self.change(twin, treatment.absorb(twin, row))
        ids = relation.rows_of(gone).order_by("pk").values_list("pk", flat=True)
        moving = [pk for pk in ids if pk not in colliding]
        if moving:
            relation.model._base_manager.filter(pk__in=moving).update(**{relation.column: kept})
            self.note_move(relation, gone=gone, kept=kept, ids=moving)

    def note_move(self, relation: Relation, *, gone: int, kept: int, ids: list[Any]) -> None:
        told = {"what": relation.model._meta.label, "field": relation.column, "from": gone, "to": kept}
        self.moved.append({**told, "ids": [list(pk) if isinstance(pk, tuple) else pk for pk in ids]})


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
        log = _Log(at)
        _join_people(log, kept=kept.pk, gone=gone.pk)
        _move_relations(log, kept=kept.pk, gone=gone.pk)
        _move_members(log, kept, gone)
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


def _join_people(log: _Log, *, kept: int, gone: int) -> None:
    """Somebody who is a person of both is one person: what is said of the one that goes moves to the other."""
    here = {
        row.name_folded: row.pk
        for row in Person.objects.filter(customer=kept).order_by("-pk")
        if " " in row.name_folded
    }
    for person in Person.objects.filter(customer=gone, name_folded__in=here).order_by("pk"):
        for relation in list_relations(Person):
            log.move(relation, gone=person.pk, kept=here[person.name_folded])


def find_people_of_both(kept: Customer, gone: Customer) -> set[str]:
    """The folded names of people whom a merge would make one."""
    names = Person.objects.filter(customer=kept, name_folded__contains=" ").order_by().values("name_folded")
    return set(Person.objects.filter(customer=gone, name_folded__in=names).values_list("name_folded", flat=True))


def _move_relations(log: _Log, *, kept: int, gone: int) -> None:
    """Everything that points to the one that goes, and records that went into it earlier."""
    for relation in list_relations(Customer):
        if relation.model is Person:
            _move_people(log, relation, kept=kept, gone=gone)
        else:
            log.move(relation, gone=gone, kept=kept)
    earlier = Relation(Customer, "merged_into")
    ids = list(earlier.rows_of(gone).values_list("pk", flat=True))
    if ids:
        Customer.objects.filter(pk__in=ids).update(merged_into=kept)
        log.note_move(earlier, gone=gone, kept=kept, ids=ids)


def _move_members(log: _Log, kept: Customer, gone: Customer) -> None:
    """The members of the one that goes join the kept one, or the head of its group: a group has one level.

    Was the kept one itself a member of it, it becomes the head in its place; standing alone, it joins the group that
    the other belonged to.
    """
    if kept.parent_id == gone.pk:
        log.change(kept, {"parent_id": None})
    members = Relation(Customer, "parent")
    ids = list(members.rows_of(gone.pk).values_list("pk", flat=True))
    head = kept.parent_id or kept.pk
    if ids:
        Customer.objects.filter(pk__in=ids).update(parent=head)
        log.note_move(members, gone=gone.pk, kept=head, ids=ids)
    if gone.parent_id is None:
        return
    if kept.parent_id is None and gone.parent_id != kept.pk and not members.rows_of(kept.pk).exists():
        log.change(kept, {"parent_id": gone.parent_id})
    log.change(gone, {"parent_id": None})


def _move_people(log: _Log, relation: Relation, *, kept: int, gone: int) -> None:
    """Who is a person of both stays behind: all that was said of him has moved."""
    names = set(Person.objects.filter(customer=kept, name_folded__contains=" ").values_list("name_folded", flat=True))
    has_main = Person.objects.filter(customer=kept, is_main=True).exists()
    moving = list(Person.objects.filter(customer=gone).exclude(name_folded__in=names).order_by("pk"))
    for person in moving:
        if has_main and person.is_main:
            log.change(person, {"is_main": False})
    if moving:
        ids = [person.pk for person in moving]
        Person.objects.filter(pk__in=ids).update(customer=kept, changed_at=log.at)
        log.note_move(relation, gone=gone, kept=kept, ids=ids)


def _take_values(log: _Log, kept: Customer, taken: Mapping[str, Any], *, by: User) -> None:
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
        left = sum(_move_back(move, at=at) for move in reversed(merge.moved))
        left += sum(_change_back(change) for change in reversed(merge.changed))
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


def _move_back(move: Mapping[str, Any], *, at: datetime) -> int:
    """How many rows are no longer where the merge put them."""
    model = apps.get_model(move["what"])
    ids = [tuple(pk) if isinstance(pk, list) else pk for pk in move["ids"]]
    rows = model._base_manager.filter(pk__in=ids, **{move["field"]: move["to"]})
    told = {"changed_at": at} if model is Person else {}
    return len(ids) - int(rows.update(**{move["field"]: move["from"]}, **told))


def _change_back(change: Mapping[str, Any]) -> int:
    """How many values were changed by somebody since."""
    model = apps.get_model(change["what"])
    row = model._base_manager.filter(pk=change["id"]).first()
    if row is None:
        return len(change["fields"])
    values = {}
    for name, (old, new) in change["fields"].items():
        column = next(f for f in model._meta.concrete_fields if f.attname == name)
        if getattr(row, name) == column.to_python(new):
            values[name] = column.to_python(old)
    if values:
        model._base_manager.filter(pk=row.pk).update(**values)
    return len(change["fields"]) - len(values)


def gather_strays(customer_id: int, *, at: datetime) -> int:
    """The customer to whom ``customer_id`` belongs today; what was written to one that was merged goes where he went.

    For whoever had a page open, or an import at hand, while the two became one.
    """
    merge = CustomerMerge.objects.filter(gone=customer_id, undone_at=None).select_related("kept").first()
    if merge is None:
        return customer_id
    current = Customer.objects.values_list("merged_into", flat=True).get(pk=customer_id) or customer_id
    log = _Log(at)
    _move_relations(log, kept=current, gone=customer_id)
    if log.moved or log.changed:
        CustomerMerge.objects.filter(pk=merge.pk).update(
            moved=[*merge.moved, *log.moved], changed=[*merge.changed, *log.changed]
        )
    return current


def gather_strays_since(since: datetime, *, at: datetime) -> None:
    """What an import at hand since ``since`` wrote to customers who were merged meanwhile goes where they went."""
    for gone in CustomerMerge.objects.filter(merged_at__gte=since, undone_at=None).values_list("gone", flat=True):
        gather_strays(gone, at=at)
