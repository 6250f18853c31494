"""``{% load formats %}``: money, numbers and dates in templates, through crm.core.formats.

Every filter shows None as ``–``. Money is integer cents; its currency is the company's unless one is given.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.defaultfilters import date as django_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info

from crm.core import formats
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting

register = template.Library()


def _company_currency() -> str:
    return str(setting("company.currency"))


@register.filter
def money(cents: int | None, currency: str = "") -> str:
    """``{{ cents|money }}`` → ``€35,138``; ``{{ cents|money:"USD" }}`` → ``$35,138``."""
    return formats.format_money(cents, currency=currency or _company_currency())


@register.filter
def money_exact(cents: int | None, currency: str = "") -> str:
    """With cents, for statements: ``€35,138.40``."""
    return formats.format_money(cents, currency=currency or _company_currency(), with_cents=True)


@register.filter
def money_short(cents: int | None, currency: str = "") -> str:
    """``€9.04 M``, ``€648 k``."""
    return formats.format_money_short(cents, currency=currency or _company_currency())


@register.filter
def amount(cents: int | None) -> str:
    """Without currency, for a column whose head names it: ``35,138``."""
    return formats.format_amount(cents)


@register.filter
def amount_short(cents: int | None) -> str:
    """Of a round amount beside the line of a drawing: ``500``, ``2.5 k``, ``10 M``."""
    return formats.format_amount_short(cents)


@register.filter
def amount_exact(cents: int | None) -> str:
    """Without currency, with cents: ``35,138.40``."""
    return formats.format_amount(cents, with_cents=True)


@register.simple_tag
def currency_sign() -> str:
    """The company's currency sign for a table head: ``Sales, {% currency_sign %}``."""
    return formats.format_currency_sign(_company_currency()).strip()


@register.filter
def browser(user_agent: str) -> str:
    """``Chrome on Linux``."""
    return formats.format_browser(user_agent)


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """``1,204``; ``{{ x|number:1 }}`` → ``3.4``."""
    return formats.format_number(value, decimals=int(decimals))


@register.filter
def about(value: int | None) -> str:
    """An estimated count: ``about 41,000``."""
    return formats.format_count(value, exact=False)


@register.filter
def percent(share: float | None) -> str:
    """A share of one: 0.34 → ``34%``, 0.014 → ``1.4%``."""
    return formats.format_percent(share)


@register.filter
def chance(share: float | None) -> str:
    """Of a hundred alike, how many: ``86``, ``<1``."""
    return formats.format_chance(share)


@register.filter
def signed(value: float | None) -> str:
    """A change in whole numbers: ``+12``, ``−22``."""
    return formats.format_signed(value)


@register.filter
def signed_percent(share: float | None) -> str:
    """A change in percent: ``▲ 4%``, ``▼ 18%``."""
    return formats.format_signed_percent(share)


@register.filter
def multiple(value: float | None) -> str:
    """``3.4×``."""
    return formats.format_multiple(value)


@register.filter
def days(value: int | None) -> str:
    """``62 days``."""
    return formats.format_days(value)


@register.filter
def silence(value: int | None, usual_days: float | None = None) -> str:
    """``{{ silent_days|silence:usual_gap }}`` → ``62 d / 18``."""
    return formats.format_silence(value, usual_days)


@register.filter("date", expects_localtime=True, is_safe=False)
def by_pattern(value: Any, pattern: str | None = None) -> str:
    """Django's ``date``, which writes each day anew: drawings and tables name the same few sixty times a page."""
    return formats.write_day(value, pattern) if pattern and type(value) is date else str(django_date(value, pattern))


@register.filter
def moment(value: datetime | date | None) -> SafeString | str:
    """A date or an aware datetime as ``<time>``: ``today 15:00``, ``Thu 26 Nov``; in full on hover."""
    if value is None or value == "":
        return formats.UNKNOWN
    zone = timezone.get_current_timezone()
    if isinstance(value, datetime):
        return format_html(
            '<time datetime="{}" title="{}">{}</time>',
            value.astimezone(zone).isoformat(timespec="minutes"),
            formats.format_full_moment(value, zone=zone),
            formats.format_moment(value, now=timezone.now(), zone=zone),
        )
    return day(value)


@register.filter
def day(value: datetime | date | None) -> SafeString | str:
    """The day alone, as ``<time>``: ``today``, ``Thu 26 Nov``, ``14 Mar 2025``."""
    if value is None or value == "":
        return formats.UNKNOWN
    if isinstance(value, datetime):
        on, today = timezone.localdate(value), timezone.localdate()
    else:  # a day is the company's
        on, today = value, company_day(timezone.now())
    return _draw_day(on, today, get_language())


@lru_cache(maxsize=8192)
def _draw_day(on: date, today: date, language: str | None) -> SafeString:
    """Drawn once a day and language: lists show the same days again and again."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        on.isoformat(),
        formats.format_full_day(on),
        formats.format_day(on, today=today),
    )


@register.filter
def language_name(code: str) -> str:
    """``{{ "pl"|language_name }}`` → Polish, in the reader's language; a code nobody knows stays as it is."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
