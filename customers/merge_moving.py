"""What belongs to a customer that goes into another moves there, is remembered as it moves, and goes back again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps

from customers.customer_relations import TREATMENTS, Relation, Treatment, list_relations
from customers.models import Customer, Person


@dataclass
class MergeLog:
    """What a merge did, as it is remembered."""

    at: datetime
    moved: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        """Write ``values`` of a row and remember those before."""
        fields = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
        if not fields:
            return
        type(row)._base_manager.filter(pk=row.pk).update(**{name: new for name, (_old, new) in fields.items()})
        for name, (_old, new) in fields.items():
            setattr(row, name, new)
        kept = {name: [_in_full(old), _in_full(new)] for name, (old, new) in fields.items()}
        self.changed.append({"what": row._meta.label, "id": row.pk, "fields": kept})

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


def _in_full(value: Any) -> Any:
    """Moments to the microsecond: JSON would keep milliseconds, and what was closed would seem changed since."""
    return value.isoformat() if isinstance(value, datetime) else value


def join_people(log: MergeLog, *, kept: int, gone: int) -> None:
    """Somebody who is a person of both is one person: what is said of the one that goes moves to the other."""
    here = {
        row.name_folded: row.pk
        for row in Person.objects.filter(customer=kept).order_by("-pk")
        if " " in row.name_folded
    }
    for person in Person.objects.filter(customer=gone, name_folded__in=here).order_by("pk"):
        for relation in list_relations(Person):
            log.move(relation, gone=person.pk, kept=here[person.name_folded])


def move_relations(log: MergeLog, *, kept: int, gone: int) -> None:
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


def move_members(log: MergeLog, kept: Customer, gone: Customer) -> None:
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


def _move_people(log: MergeLog, relation: Relation, *, kept: int, gone: int) -> None:
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


def move_back(move: Mapping[str, Any], *, at: datetime) -> int:
    """How many rows are no longer where the merge put them."""
    model = apps.get_model(move["what"])
    ids = [tuple(pk) if isinstance(pk, list) else pk for pk in move["ids"]]
    rows = model._base_manager.filter(pk__in=ids, **{move["field"]: move["to"]})
    told = {"changed_at": at} if model is Person else {}
    return len(ids) - int(rows.update(**{move["field"]: move["from"]}, **told))


def change_back(change: Mapping[str, Any]) -> int:
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
