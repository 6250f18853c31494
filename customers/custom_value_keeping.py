"""What the own fields of a customer hold: kept, read, and put in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from crm.core import formats
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.custom_field_catalogue import FieldDefinition, define_field, list_fields, make_vocabulary
from customers.models import Customer, CustomField, CustomValueSet
from customers.rules.custom_values import is_kept_well
from customers.rules.custom_values import spell_value as spell_plainly

Values = Mapping[str, Any]


class CustomValueRefused(Exception):
    """A value does not fit its field (any more); the message says which."""


@dataclass(frozen=True)
class ShownValue:
    """A field of a customer as people read it. ``unread`` are words of an earlier kind of the field."""

    label: str
    text: str
    url: str = ""
    help_text: str = ""
    unread: str = ""


@transaction.atomic
def set_custom_values(customer: Customer, values: Mapping[str, Any], *, by: User | None) -> bool:
    """Keep ``values`` by key of their field; None empties a field. Whether anything changed.

    Raises ``CustomValueRefused`` for a value that its field cannot hold, also where the field's kind changed while
    somebody was writing.
    """
    if not values:
        return False
    with connection.cursor() as cursor:
        # A change of a field's kind keeps this table locked: wait for it before looking at kinds.
        cursor.execute("LOCK TABLE customers_customvalueset IN ROW EXCLUSIVE MODE")
    known = {
        str(pk): (kind, label)
        for pk, kind, label in CustomField.objects.filter(pk__in=list(values)).values_list("pk", "kind", "label")
    }
    for key, value in values.items():
        kind, label = known.get(key, ("", key))
        if not kind or (value is not None and not is_kept_well(kind, value)):
            raise CustomValueRefused(gettext("“%(field)s” cannot hold this value.") % {"field": label})
    held = CustomValueSet.objects.select_for_update().filter(customer=customer).first()
    row = held or CustomValueSet(customer=customer, data={}, unread={})
    data = {**row.data, **values}
    data = {key: value for key, value in data.items() if value is not None}
    if data == row.data:
        return False
    row.unread = {key: words for key, words in row.unread.items() if values.get(key) is None}
    row.data, row.changed_by = data, by
    row.save()
    return True


def load_custom_values(customers: Iterable[Customer]) -> None:
    """Give each customer of a page ``custom_data`` (values by key), in one query for all."""
    rows = list(customers)
    found = dict(CustomValueSet.objects.filter(customer__in=rows).values_list("customer_id", "data"))
    for row in rows:
        row.custom_data = found.get(row.pk, {})


def show_value(field: FieldDefinition, value: Any) -> str:
    """A value in the reader's words and formats, as exact as it was noted; "" where there is none."""
    if value is None:
        return ""
    if field.kind == CustomField.Kind.MONEY:
        return formats.format_money(value, currency=setting("company.currency"), with_cents=value % 100 != 0)
    if field.kind == CustomField.Kind.NUMBER:
        exponent = Decimal(str(value)).normalize().as_tuple().exponent
        return formats.format_number(value, decimals=max(0, -int(exponent)))
    if field.kind == CustomField.Kind.DATE:
        return formats.format_full_day(date.fromisoformat(value))
    if field.kind == CustomField.Kind.FLAG:
        return gettext("yes") if value else gettext("no")
    return spell_plainly(field.kind, value, make_vocabulary(field))


def tell_value_changes(before: Values | None, after: Values | None) -> list[tuple[str, str, str]]:
    """Each own field that differs, as (name, before, after) in words; for the history of a customer."""
    old, new = before or {}, after or {}
    differing = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    fields = _find_fields(differing)
    told = []
    for key in differing:
        field = fields.get(key)
        words = [_tell_kept(field, one.get(key)) for one in (old, new)]
        told.append((field.label if field else gettext("own field that was removed"), words[0], words[1]))
    return told


def tell_unread_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[tuple[str, str, str]]:
    """The same for what a field held before its kind changed."""
    named = gettext("%(field)s, as it was before its kind changed")
    return [(named % {"field": label}, old, new) for label, old, new in tell_value_changes(before, after)]


def _find_fields(keys: Iterable[str]) -> dict[str, FieldDefinition]:
    """Fields by key, those that are archived as well; no query where all are in use."""
    wanted = set(keys)
    found = {field.key: field for field in list_fields() if field.key in wanted}
    if missing := [key for key in wanted - set(found) if key.isdecimal()]:
        found |= {field.key: field for field in map(define_field, CustomField.objects.filter(pk__in=missing))}
    return found


def _tell_kept(field: FieldDefinition | None, value: Any) -> str:
    """A value as its field shows it; as it is kept where the field has another kind by now."""
    if field is None or (value is not None and not is_kept_well(field.kind, value)):
        return "" if value is None else str(value)
    return show_value(field, value)


def list_shown_values(customer: Customer) -> tuple[list[ShownValue], int]:
    """The filled fields of a customer in their order, and how many of his are still empty; one query."""
    fields = list_fields(customer.kind)
    held = CustomValueSet.objects.filter(customer=customer).first() if fields else None
    data, unread = (held.data, held.unread) if held else ({}, {})
    shown = []
    for field in fields:
        value = data.get(field.key)
        if value is None and field.key not in unread:
            continue
        url = value if field.kind == CustomField.Kind.LINK and value else ""
        text = show_value(field, value)
        shown.append(ShownValue(field.label, text, url, field.help_text, unread.get(field.key, "")))
    return shown, len(fields) - len(shown)
