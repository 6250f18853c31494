"""Erasing a customer or a person: who it was goes, from the records, their history, files and imports; sums stay.

Orders, purchase days, figures and the days of contacts remain under a customer without a name, so every total of the
company stays what it was. It cannot be undone: that is the point of it.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.models import Case, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext

from crm.core.change_reading import find_event_model
from crm.core.models import User
from customers.import_kinds import IMPORT_KINDS
from customers.models import (
    Attachment,
    ContactPoint,
    Customer,
    CustomerMerge,
    DataImport,
    ImportChange,
    Person,
    PersonalDataAct,
    TradingName,
)
from customers.name_spelling import forget_words
from customers.person_moving import find_records_of
from customers.personal_leftovers import clear_leftovers
from customers.personal_records import (
    OF_GOODS,
    OwnedModel,
    find_name_parts,
    list_owned_models,
    list_text_fields,
    make_pattern,
)
from customers.rules.name_parts import spell_parts

ERASED = "erased"
LEFT = "left"
_IDENTITY = ("trading_name", "street", "postcode", "city", "language", "industry", "tax_id", "domain", "source")


class EraseRefused(Exception):
    """It cannot be erased like this; the message says why."""


@transaction.atomic
def erase_customer(customer: Customer, *, reason: str, by: User, at: datetime) -> PersonalDataAct:
    """Take the identity of ``customer`` and of everybody there out of every record, and archive what is left. Who was
    merged into him is erased with him.

    Raises ``EraseRefused`` without a reason, or when it was done before.
    """
    reason = _read_reason(reason)
    row = Customer.objects.select_for_update().get(pk=customer.pk)
    if row.is_erased:
        raise EraseRefused(gettext("This customer was erased before."))
    for merge in CustomerMerge.objects.filter(kept=row, undone_at=None).exclude(gone=row).select_related("gone"):
        if not merge.gone.is_erased:
            erase_customer(merge.gone, reason=reason, by=by, at=at)  # he is the same one, under his earlier record
    counts: Counter[str] = Counter()
    names, words = _list_names(row), _list_words(row)
    _delete_files(row, counts)
    owned = list_owned_models()
    ids = {one: list(one.rows_of(row.pk).values_list("pk", flat=True)) for one in owned if _has_plain_key(one.model)}
    for one in owned:
        if not one.description.is_derived and not one.description.is_removed:
            counts[one.model._meta.label_lower] += _scrub(one, row.pk)
    for one in reversed(owned):
        if one.description.is_removed:
            counts[one.model._meta.label_lower] += one.rows_of(row.pk).delete()[0]
    row.number, row.name, row.changed_by = f"{ERASED}-{row.pk}", gettext("Erased customer"), by
    for name in _IDENTITY:
        setattr(row, name, "")
    row.archived_at = row.archived_at or at
    row.save()
    _forget_imports({Customer: [row.pk], **{one.model: keys for one, keys in ids.items()}})
    for one in owned:
        _delete_history(one, row.pk, ids.get(one, []))
    _events(Customer).filter(pgh_obj_id=row.pk).delete()
    forget_words(names)
    clear_leftovers(words, names=names)
    return _note(PersonalDataAct.Kind.ERASE_CUSTOMER, row.pk, None, reason=reason, counts=counts, by=by, at=at)


@transaction.atomic
def erase_person(person: Person, *, reason: str, by: User, at: datetime) -> PersonalDataAct:
    """Take ``person`` out of the records: the card and addresses go, the name is blacked out in every text about the
    customer, and likewise at each customer where the same person worked before or since. First and last name alone go
    where they mean nobody else there (``rules.name_parts``); how many texts keep one stands in the note under ``LEFT``.
    What was agreed stays with the customer, without him. Returns the note for the customer at hand. Raises
    ``EraseRefused`` without a reason.
    """
    reason = _read_reason(reason)
    ids = [one.pk for one in find_records_of(person)]
    rows = Person.objects.select_for_update(of=("self",)).select_related("customer").filter(pk__in=ids)
    stations = sorted(rows, key=lambda row: row.pk != person.pk)
    points = list(ContactPoint.objects.filter(person__in=stations))
    words = {one.name for one in stations} | {text for point in points for text in (point.value, point.value_normal)}
    acts = [_erase_station(row, points, words, reason=reason, by=by, at=at) for row in stations]
    names = [one.name_folded for one in stations]
    forget_words(names)
    clear_leftovers(words, names=names)
    return acts[0]


def _erase_station(
    row: Person, points: list[ContactPoint], words: set[str], *, reason: str, by: User, at: datetime
) -> PersonalDataAct:
    """One record of a person, and what stands about him at that customer."""
    point_ids, person_id, customer = [point.pk for point in points if point.person_id == row.pk], row.pk, row.customer
    counts: Counter[str] = Counter({"customers.contactpoint": len(point_ids), "customers.person": 1})
    row.delete()
    _events(Person).filter(pgh_obj_id=person_id).delete()
    _events(ContactPoint).filter(pgh_obj_id__in=point_ids).delete()
    _events(ContactPoint).filter(person_id=person_id).delete()
    _forget_imports({Person: [person_id], ContactPoint: point_ids})
    parts = find_name_parts(row.name, customer)
    for one in list_owned_models():
        if not one.description.is_derived:
            counts[one.model._meta.label_lower] += _black_out(one, customer.pk, make_pattern(words), flags="gi")
        if not one.description.is_derived and one.model not in OF_GOODS:
            black_out = partial(_black_out, one, customer.pk, flags="g")
            counts[one.model._meta.label_lower] += black_out(make_pattern(spell_parts(parts.own)))
            counts[LEFT] += black_out(make_pattern(spell_parts(parts.open)), with_word="")
    kind = PersonalDataAct.Kind.ERASE_PERSON
    return _note(kind, customer.pk, person_id, reason=reason, counts=counts, by=by, at=at)


def _list_names(customer: Customer) -> list[str]:
    """The folded names under which the customer and whoever is there are found."""
    people = Person.objects.filter(customer=customer).values_list("name_folded", flat=True)
    others = TradingName.objects.filter(customer=customer).values_list("name_folded", flat=True)
    return [customer.name_folded, *people, *others]


def _list_words(customer: Customer) -> set[str]:
    """The names, addresses and numbers by which the customer and whoever is there are known."""
    points = ContactPoint.objects.filter(customer=customer)
    words = {
        customer.name,
        customer.number,
        *(getattr(customer, name) for name in ("trading_name", "tax_id", "domain")),
    }
    words |= {text for row in points.values_list("value", "value_normal") for text in row}
    words |= {*Person.objects.filter(customer=customer).values_list("name", flat=True)}
    return words | {*TradingName.objects.filter(customer=customer).values_list("name", flat=True)}


def _read_reason(reason: str) -> str:
    if not reason.strip():
        raise EraseRefused(gettext("Say on whose request, and when it came."))
    return reason.strip()[:300]


def _has_plain_key(model: type[models.Model]) -> bool:
    return not isinstance(model._meta.pk, models.CompositePrimaryKey)


def _events(model: type[models.Model]) -> Any:
    return find_event_model(model)._default_manager  # type: ignore[union-attr]


def _scrub(one: OwnedModel, customer_id: int) -> int:
    """Overwrite what people wrote in the rows of one model; how many rows."""
    fields = [field for field in list_text_fields(one.model) if field.name not in one.description.keep]
    rows = one.rows_of(customer_id)
    if not fields:
        return 0
    keys = rows.values("pk")
    return one.model._base_manager.filter(pk__in=keys).update(
        **{field.name: _without_words(field, is_unique=_is_unique(one.model, field)) for field in fields}
    )


def _is_unique(model: type[models.Model], field: Any) -> bool:
    constraints = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    return bool(field.unique) or any(field.name in constraint.fields for constraint in constraints)


def _without_words(field: Any, *, is_unique: bool) -> Any:
    """What stands in a field afterwards: nothing where nothing stood, else a word that says it was erased."""
    if isinstance(field, models.JSONField):
        return None if field.null else {}
    text = models.TextField()
    if is_unique:
        word: Any = Concat(Value(f"{ERASED}-"), Cast("pk", text), output_field=text)
    else:
        word = Value(ERASED if not field.max_length or field.max_length >= len(ERASED) else "")
    return Case(When(**{field.name: ""}, then=Value("")), default=word, output_field=text)


def _black_out(one: OwnedModel, customer_id: int, pattern: str, *, flags: str, with_word: str = f"[{ERASED}]") -> int:
    """Replace what ``pattern`` finds in the texts of one model and of its history; how many texts changed, those of
    history not counted. ``flags`` are "g", and "gi" for letters of either case; without a word texts are counted only.
    """
    fields = [field for field in list_text_fields(one.model) if field.name not in one.description.keep]
    if not pattern or not fields or not _has_plain_key(one.model):
        return 0
    ids = list(one.rows_of(customer_id).values_list("pk", flat=True))
    replace = partial(_replace, ids=ids, pattern=pattern, flags=flags, with_word=with_word)
    changed = sum(replace(one.model, one.model._meta.pk.column, field=field) for field in fields)
    events = find_event_model(one.model)
    if events is not None and with_word:
        kept = {field.name for field in events._meta.concrete_fields}
        for field in fields:
            if field.name in kept:
                replace(events, "pgh_obj_id", field=field)
    return changed


def _replace(
    model: type[models.Model], key: str, *, ids: list[Any], field: Any, pattern: str, flags: str, with_word: str
) -> int:
    column, as_json = f'"{field.column}"', "::jsonb" if isinstance(field, models.JSONField) else ""
    matches = f""""{key}" = ANY (%s) AND {column}::text {"~*" if "i" in flags else "~"} %s"""
    with connection.cursor() as cursor:
        if not with_word:
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}" WHERE {matches}', [ids, pattern])  # noqa: S608
            return int(cursor.fetchone()[0])
        cursor.execute(
            f"""UPDATE "{model._meta.db_table}"
                SET {column} = regexp_replace({column}::text, %s, %s, %s){as_json} WHERE {matches}""",  # noqa: S608
            [pattern, with_word, flags, ids, pattern],
        )
        return int(cursor.rowcount)


def _delete_files(customer: Customer, counts: Counter[str]) -> None:
    """The files, also those in the bin; their content goes when the transaction has been kept."""
    rows = Attachment.objects.filter(customer=customer)
    stored = {*rows.values_list("stored", flat=True)}
    stored |= {*_events(Attachment).filter(customer_id=customer.pk).values_list("stored", flat=True)} - {""}
    counts["customers.attachment"] += rows.count()
    rows.delete()
    for name in stored:
        delete: Callable[[], None] = partial(default_storage.delete, name)
        transaction.on_commit(delete)


def _forget_imports(ids: dict[type[models.Model], list[Any]]) -> None:
    """What imports remember of how the rows were before: an undo must not bring it back."""
    imports = list(DataImport.objects.values_list("pk", flat=True))
    for table in {table.key: table for kind in IMPORT_KINDS.values() for table in kind.tables}.values():
        if keys := ids.get(table.model):
            ImportChange.objects.filter(data_import__in=imports, what=table.key, row_id__in=keys).delete()


def _delete_history(one: OwnedModel, customer_id: int, ids: list[Any]) -> None:
    """What history kept of the rows, also of those that are gone already."""
    events = find_event_model(one.model)
    if events is None:
        return
    events._default_manager.filter(pgh_obj_id__in=ids).delete()
    link = one.path.split("__")[0]
    if one.model._meta.get_field(link).related_model is Customer and any(f.name == link for f in events._meta.fields):
        events._default_manager.filter(**{f"{link}_id": customer_id}).delete()


def _note(
    kind: str, customer_id: int, person_id: int | None, *, reason: str, counts: Counter[str], by: User, at: datetime
) -> PersonalDataAct:
    done = {name: count for name, count in sorted(counts.items()) if count}
    return PersonalDataAct.objects.create(
        kind=kind,
        customer_id=customer_id,
        person_id=person_id,
        reason=reason,
        counts=done,
        done_by=by,
        done_at=at,
    )
