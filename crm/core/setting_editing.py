"""Settings as people write them: read from a field, refused with a reason, shown with their default and origin."""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.models import User
from crm.core.models.business_setting import DEFINITIONS, BusinessSetting, SettingDefinition, change_setting

GROUPS: dict[str, str | Promise] = {
    "company": gettext_lazy("Company"),
    "night": gettext_lazy("Night"),
    "classes": gettext_lazy("Classes"),
    "bands": gettext_lazy("Best and worst customers"),
    "economy": gettext_lazy("Customers who do not pay"),
    "risk": gettext_lazy("Risk"),
    "alerts": gettext_lazy("Alerts"),
    "fall": gettext_lazy("Falls"),
    "complaints": gettext_lazy("Complaints"),
    "encounters": gettext_lazy("Encounters"),
    "questions": gettext_lazy("Questions"),
    "contacts": gettext_lazy("Contacts"),
    "web": gettext_lazy("Web visits"),
    "api": gettext_lazy("Programs"),
}
LONGEST_TEXT = 100
LONGEST_LIST = 100


class SettingRefused(Exception):
    """The value cannot be used; the message says why."""


@dataclass
class SettingShown:
    """A setting in its group: the value in force as it is written in the field, and the default in words."""

    key: str
    label: str
    origin: str
    text: str
    default_text: str
    unit: str
    is_changed: bool
    changed_by: User | None
    changed_at: Any
    error: str = ""


@dataclass
class SettingGroup:
    key: str
    label: str
    settings: list[SettingShown]


def list_settings(*, refused: dict[str, tuple[str, str]] | None = None) -> list[SettingGroup]:
    """Every setting by group; ``refused`` maps a key to what was written and why it was not taken."""
    stored = {row.key: row for row in BusinessSetting.objects.select_related("changed_by")}
    groups: dict[str, SettingGroup] = {}
    for key, definition in DEFINITIONS.items():
        name = key.partition(".")[0]
        group = groups.setdefault(name, SettingGroup(name, str(GROUPS.get(name, name.capitalize())), []))
        group.settings.append(_show(key, definition, stored.get(key), (refused or {}).get(key)))
    return list(groups.values())


def _show(
    key: str, definition: SettingDefinition, row: BusinessSetting | None, refused: tuple[str, str] | None
) -> SettingShown:
    value = row.value if row else definition.default
    return SettingShown(
        key=key,
        label=str(definition.label),
        origin=str(definition.origin),
        text=refused[0] if refused else _write(definition, value),
        default_text=_write(definition, definition.default) or _("empty"),
        unit="%" if _is_share(definition) else "",
        is_changed=row is not None and row.value != definition.default,
        changed_by=row.changed_by if row else None,
        changed_at=row.changed_at if row else None,
        error=refused[1] if refused else "",
    )


@transaction.atomic
def edit_setting(key: str, text: str, *, by: User) -> None:
    """Set ``key`` to what somebody wrote. Raises ``SettingRefused``; an unknown key raises ``KeyError``."""
    definition = DEFINITIONS[key]
    value = _read(key, definition, text.strip())
    low, high = definition.minimum, definition.maximum
    if isinstance(value, int | float) and ((low is not None and value < low) or (high is not None and value > high)):
        words = {
            "low": _write(definition, low),
            "high": _write(definition, high),
            "unit": "%" if _is_share(definition) else "",
        }
        raise SettingRefused(_("Between %(low)s and %(high)s%(unit)s.") % words)
    change_setting(key, value, by=by)


@transaction.atomic
def reset_setting(key: str, *, by: User) -> None:
    """Back to the default. An unknown key raises ``KeyError``."""
    change_setting(key, DEFINITIONS[key].default, by=by)


def _is_share(definition: SettingDefinition) -> bool:
    """Shares are kept from 0 to 1 and written in percent."""
    return isinstance(definition.default, float) and definition.maximum is not None and definition.maximum <= 1


def _write(definition: SettingDefinition, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if value is not None and _is_share(definition):
        return f"{(Decimal(str(value)) * 100).normalize():f}"
    if isinstance(value, float):
        return f"{Decimal(str(value)).normalize():f}"
    return str(value)


def _read(key: str, definition: SettingDefinition, text: str) -> Any:
    default = definition.default
    if isinstance(default, list):
        return _read_list(key, text)
    if isinstance(default, int | float):
        return _read_number(definition, text)
    return _read_text(key, text)


def _read_number(definition: SettingDefinition, text: str) -> int | float:
    try:
        number = Decimal(text.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        raise SettingRefused(_("A number is needed.")) from None
    if not number.is_finite() or abs(number) > 10**9:
        raise SettingRefused(_("A number is needed."))
    if isinstance(definition.default, float):
        return float(number / 100) if _is_share(definition) else float(number)
    if number != number.to_integral_value():
        raise SettingRefused(_("A whole number is needed."))
    return int(number)


def _read_list(key: str, text: str) -> list[Any]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > LONGEST_LIST:
        raise SettingRefused(_("At most %(most)s entries.") % {"most": LONGEST_LIST})
    if key == "encounters.family_weights":
        return _read_weights(parts)
    try:
        if key == "company.holidays":
            return sorted({date.fromisoformat(part).isoformat() for part in parts})
        numbers = sorted({int(part) for part in parts})
    except ValueError:
        example = "2026-12-25, 2027-01-01" if key == "company.holidays" else "1, 7, 14"
        raise SettingRefused(_("Written with commas between, as %(example)s.") % {"example": example}) from None
    if not numbers or not all(0 < number <= 3650 for number in numbers):
        raise SettingRefused(_("At least one day, each from 1 to 3,650."))
    return numbers


def _read_weights(parts: list[str]) -> list[str]:
    """Families with a number from 1 to 5, as they are written."""
    for part in parts:
        family, _sign, number = part.rpartition("=")
        if not family.strip() or not re.fullmatch(r"\s*([1-4](\.\d{1,2})?|5)", number):
            raise SettingRefused(_("Each family with a number from 1 to 5, as Abrasives = 2."))
    return sorted(set(parts))


def _read_text(key: str, text: str) -> str:
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise SettingRefused(_("At most %(most)s characters.") % {"most": LONGEST_TEXT})
    if key == "company.time_zone" and text not in zoneinfo.available_timezones():
        raise SettingRefused(_("A time zone is written as Europe/Lisbon."))
    if key == "company.country":
        text = text.upper()
        if text and text not in phonenumbers.SUPPORTED_REGIONS:
            raise SettingRefused(_("A country has two letters, as DE."))
    if key == "company.currency":
        text = text.upper()
        if not (len(text) == 3 and text.isascii() and text.isalpha()):
            raise SettingRefused(_("A currency has three letters, as EUR."))
    return text
