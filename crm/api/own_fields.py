"""Own fields as they travel: by their stable key (``field_12``), which is also their name in rules.

Values have the types in which they are kept: text, numbers, whole cents, days, true and false, the key of an option,
the id of a colleague, an address.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.api.problems import FieldProblem
from crm.api.shapes import LARGEST_CENTS
from crm.core.models import User
from customers.custom_field_catalogue import FieldDefinition, list_fields
from customers.import_wording import describe_problem
from customers.models import CustomField
from customers.rules.custom_values import LONGEST_TEXT, is_kept_well, keep_number, read_link
from customers.rules.import_values import Unreadable, read_day

Kind = CustomField.Kind
EXPECTED = {
    Kind.TEXT: gettext_lazy("Send a text."),
    Kind.CHOICE: gettext_lazy("Send the key of an option as text."),
    Kind.NUMBER: gettext_lazy("Send a number, not a text."),
    Kind.MONEY: gettext_lazy("Send whole cents as a number: 1250 is 12.50."),
    Kind.DATE: gettext_lazy("Send a day that there is as text: 2026-03-31."),
    Kind.FLAG: gettext_lazy("Send true or false."),
    Kind.PERSON: gettext_lazy("Send the id of a colleague as a number."),
    Kind.LINK: gettext_lazy("Send an address as text."),
}


class ValueRefused(Exception):
    """The value does not fit its field; the message says why."""


def show_own_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields in use hold, by their key; an empty one is left out."""
    return {one.metric_name: data[one.key] for one in list_fields() if data.get(one.key) is not None}


def read_own_values(
    sent: Mapping[str, Any], *, customer_kind: str, held: Mapping[str, Any]
) -> tuple[dict[str, Any], list[FieldProblem]]:
    """The values to keep, by key of their field, and what is wrong with the others; None empties a field."""
    fields = {one.metric_name: one for one in list_fields(customer_kind)}
    values: dict[str, Any] = {}
    problems = []
    for name, value in sent.items():
        try:
            field = _find(fields, name)
            values[field.key] = _read(field, value, held=held.get(field.key))
        except ValueRefused as refusal:
            problems.append(FieldProblem(f"own_fields.{name[:60]}", str(refusal)))
    return values, problems


def _find(fields: Mapping[str, FieldDefinition], name: str) -> FieldDefinition:
    if name not in fields:
        raise ValueRefused(_("There is no such own field for this kind of customer."))
    return fields[name]


def _read(field: FieldDefinition, value: Any, *, held: Any) -> Any:
    """The value as it is kept. Raises ``ValueRefused``."""
    if value is None or value == "":
        return None
    if not is_kept_well(field.kind, value):
        raise ValueRefused(str(EXPECTED[Kind(field.kind)]))
    try:
        return _check(field, value, held=held)
    except Unreadable as error:
        raise ValueRefused(str(describe_problem(error.code, str(value)[:60]))) from None


def _check(field: FieldDefinition, value: Any, *, held: Any) -> Any:
    """A value of the right type, judged as the form of a customer judges it."""
    match field.kind:
        case Kind.NUMBER:
            return keep_number(Decimal(str(value)))
        case Kind.MONEY if abs(value) > LARGEST_CENTS:
            raise Unreadable("too_large")
        case Kind.DATE:
            return read_day(value).day.isoformat()
        case Kind.LINK:
            return read_link(value)
        case Kind.CHOICE if value != held and value not in (keys := [o.key for o in field.options if o.is_offered]):
            raise ValueRefused(_("Send the key of an option: %(keys)s.") % {"keys": ", ".join(keys)})
        case Kind.PERSON if value != held and not User.objects.active().filter(pk__in=_as_key(value)).exists():
            raise ValueRefused(_("No colleague has this id."))
        case Kind.TEXT:
            return _check_text(value)
    return value


def _as_key(value: int) -> list[int]:
    """The id, where it can be one at all."""
    return [value] if 0 < value < 2**63 else []


def _check_text(value: str) -> str | None:
    text = value.strip()
    if len(text) > LONGEST_TEXT:
        raise Unreadable("too_long")
    return text or None
