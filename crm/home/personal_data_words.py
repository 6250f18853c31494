"""How a field of a record is told to whom it is about: days, hours and money as people write them, no codes."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core.formats import format_amount, format_plain_day
from crm.core.local_time import company_zone
from customers.custom_field_catalogue import define_field
from customers.custom_value_keeping import show_value
from customers.models import CustomField, CustomValueSet
from interactions.alert_wording import explain_alert
from interactions.models import Alert


def label_field(field: Any) -> str:
    """Its name in words; money is written in whole units, so it is not called cents."""
    return capfirst(str(field.verbose_name).removesuffix(" cents"))


def read_raw(field: Any, row: Any) -> Any:
    """What stands there, as data for another system: days and hours in ISO, money in whole units."""
    if isinstance(field, models.JSONField):
        return _read_json(field, row)
    value = getattr(row, field.name)
    if isinstance(value, models.Model):
        return str(value)
    if field.name.endswith("_cents") and value is not None:
        return str(Decimal(value) / 100)
    return value.isoformat() if isinstance(value, date | datetime) else value


def tell_field(field: Any, row: Any) -> str:
    """The same in words."""
    if isinstance(field, models.JSONField):
        return _tell_json(_read_json(field, row))
    value = getattr(row, field.name)
    if value in {None, ""}:
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        local = value.astimezone(company_zone())
        return f"{format_plain_day(local.date())} {local:%H:%M}"
    if isinstance(value, date):
        return format_plain_day(value)
    return format_amount(value, with_cents=True) if field.name.endswith("_cents") else str(value)


def _read_json(field: Any, row: Any) -> Any:
    """Own fields under their labels, of an alert the sentence it was explained by; anything else as it stands."""
    value = getattr(row, field.name)
    if isinstance(row, CustomValueSet) and value:
        fields = {str(one.pk): one for one in CustomField.objects.filter(pk__in=list(value))}
        named = {key: fields[key] for key in value if key in fields}
        if field.name == "unread":
            return {one.label: str(value[key]) for key, one in named.items()}
        return {one.label: show_value(define_field(one), value[key]) for key, one in named.items()}
    if isinstance(row, Alert):
        return explain_alert(value) if value else ""
    return value


def _tell_json(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_tell_json(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_tell_json(one) for one in value)
    return "" if value is None else str(value)
