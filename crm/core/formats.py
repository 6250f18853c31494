"""Numbers, money and dates as people read them.

Pure functions: the clock and the currency come in as parameters. Unknown is ``–``, zero is 0, minus is ``−``. The
thousands separator and the words follow the active language.
"""

import math
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils.dateformat import format as format_with_pattern
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, ngettext

UNKNOWN = "–"
MINUS = "−"
NARROW_SPACE = "\u202f"
ABOUT_FROM = 10_000
WHOLE_CURRENCIES = {"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"}  # have no hundredths
CURRENCY_SIGNS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "BRL": "R$",
    "INR": "₹",
    "PLN": "zł",
    "CHF": "CHF\u00a0",
}


def _group(value: float, decimals: int = 0) -> str:
    """A number without its sign, with the language's separators."""
    return _group_in(round(abs(value), decimals), decimals, get_language())


@lru_cache(maxsize=8192)
def _group_in(value: float, decimals: int, language: str | None) -> str:
    return str(number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True))


def write_day(day: date, pattern: str) -> str:
    """A day by a pattern of Django's; a page writes the same few days again and again."""
    return _write_day_in(date(day.year, day.month, day.day), pattern, get_language())


@lru_cache(maxsize=8192)
def _write_day_in(day: date, pattern: str, language: str | None) -> str:
    return str(format_with_pattern(day, pattern))


def _signed(value: float, decimals: int, text: str) -> str:
    return f"{MINUS}{text}" if round(value, decimals) < 0 else text


def format_currency_sign(currency: str) -> str:
    """The sign of an ISO 4217 code (``€``), or the code itself with a space where it has none."""
    return CURRENCY_SIGNS.get(currency, f"{currency}\u00a0")


def format_number(value: float | None, *, decimals: int = 0) -> str:
    """``1,204``, ``−3.5``; None is unknown."""
    if value is None:
        return UNKNOWN
    return _signed(value, decimals, _group(value, decimals))


def format_count(value: int | None, *, exact: bool = True) -> str:
    """A count; an estimate (``exact=False``) above 10,000 is rounded to two figures: ``about 41,000``."""
    if value is None:
        return UNKNOWN
    if exact:
        return format_number(value)
    if value >= ABOUT_FROM:
        step = 10 ** (len(str(value)) - 2)
        value = round(value / step) * step
    return gettext("about %(count)s") % {"count": format_number(value)}


def format_amount(cents: int | None, *, with_cents: bool = False) -> str:
    """Cents as an amount without currency, for a table whose head names it: ``35,138``."""
    if cents is None:
        return UNKNOWN
    return format_number(cents / 100, decimals=2 if with_cents else 0)


def format_money(cents: int | None, *, currency: str, with_cents: bool = False) -> str:
    """Cents as money in running text: ``€35,138``, ``−€18``; cents are shown only in statements."""
    if cents is None:
        return UNKNOWN
    decimals = 2 if with_cents and currency not in WHOLE_CURRENCIES else 0
    return _signed(cents / 100, decimals, format_currency_sign(currency) + _group(cents / 100, decimals))


def format_money_short(cents: int | None, *, currency: str) -> str:
    """Large money in three figures: ``€9.04 M``, ``€648 k``; below 10,000 it is written out."""
    if cents is None:
        return UNKNOWN
    amount = abs(cents) / 100
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if amount >= max(size, 10_000) * 0.9995:
            shown = amount / size
            decimals = 2 if shown < 9.995 else 1 if shown < 99.95 else 0
            text = f"{format_currency_sign(currency)}{_group(shown, decimals)}{NARROW_SPACE}{unit}"
            return f"{MINUS}{text}" if cents < 0 else text
    return format_money(cents, currency=currency)


def format_amount_short(cents: int | None) -> str:
    """A round amount without currency, for the lines of a drawing: ``500``, ``2.5 k``, ``10 M``."""
    for size, unit in ((1e11, "bn"), (1e8, "M"), (1e5, "k")):
        if cents is not None and abs(cents) >= size:
            return f"{_group(cents / size, 0 if cents % size == 0 else 1)}{NARROW_SPACE}{unit}"
    return format_amount(cents)


def format_percent(share: float | None) -> str:
    """A share (0.34) in whole percent; one decimal below 2%, and where all but a few would read as 100%. Very few are
    not none: ``<0.1%``."""
    if share is None:
        return UNKNOWN
    percent = share * 100
    decimals = 1 if 0 < abs(percent) < 2 or 99.5 <= abs(percent) < 100 else 0
    if 0 < percent < 0.05:
        return f"<{_group(0.1, 1)}%"
    if decimals and abs(percent) > 99.9:
        percent = math.copysign(99.9, percent)
    return _signed(percent, decimals, f"{_group(percent, decimals)}%")


def format_chance(chance: float | None) -> str:
    """Of a hundred customers alike, how many: ``86``. Nobody is sure to stay or to go: ``<1``, ``>99``."""
    if chance is None:
        return UNKNOWN
    hundred = round(100 * chance)
    return format_number(hundred) if 0 < hundred < 100 else ">99" if hundred else "<1"


def format_signed(value: float | None) -> str:
    """A change in whole numbers with its sign: ``+12``, ``−22``, ``0``."""
    if value is None:
        return UNKNOWN
    return f"+{format_number(value)}" if round(value) > 0 else format_number(value)


def format_signed_percent(share: float | None) -> str:
    """A change in percent with its arrow: ``▲ 4%``, ``▼ 18%``, ``0%``."""
    if share is None:
        return UNKNOWN
    text = format_percent(abs(share))
    return text if round(share, 3) == 0 else f"▲ {text}" if share > 0 else f"▼ {text}"


def format_multiple(value: float | None) -> str:
    """How many times: ``3.4×``; whole from 10 on."""
    if value is None:
        return UNKNOWN
    return f"{format_number(value, decimals=0 if abs(value) >= 10 else 1)}×"


def format_day(day: date | None, *, today: date) -> str:
    """``today``, ``tomorrow``, ``yesterday``, ``Thu 26 Nov`` within the year, else ``14 Mar 2025``."""
    if day is None:
        return UNKNOWN
    distance = (day - today).days
    if distance == 0:
        return gettext("today")
    if distance == 1:
        return gettext("tomorrow")
    if distance == -1:
        return gettext("yesterday")
    return write_day(day, "D j M" if day.year == today.year else "j M Y")


def format_moment(moment: datetime | None, *, now: datetime, zone: tzinfo) -> str:
    """An aware moment in the reader's zone: ``today 15:00``, ``Thu 26 Nov 14:00``; other years without the hour."""
    if moment is None:
        return UNKNOWN
    local = moment.astimezone(zone)
    today = now.astimezone(zone).date()
    text = format_day(local.date(), today=today)
    return text if local.year != today.year and abs((local.date() - today).days) > 1 else f"{text} {local:%H:%M}"


def format_full_moment(moment: datetime, *, zone: tzinfo) -> str:
    """The whole of it for hovering: ``Thursday 26 November 2026, 15:00 CET``."""
    local = moment.astimezone(zone)
    return f"{format_full_day(local.date())}, {local:%H:%M} {local.tzname()}"


def format_plain_day(day: date) -> str:
    """``14 Mar 2025``: for a name that must say the same on every day."""
    return write_day(day, "j M Y")


def format_full_day(day: date) -> str:
    """``Thursday 26 November 2026``."""
    return write_day(day, "l j F Y")


def format_days(days: float | None) -> str:
    """A number of days: ``1 day``, ``62 days``; a median between two days is the nearest whole one."""
    if days is None:
        return UNKNOWN
    whole = round(days)
    return ngettext("%(days)s day", "%(days)s days", whole) % {"days": format_number(whole)}


def format_days_late(days: int) -> str:
    """``4 d late``; zero or fewer days is nothing to say."""
    return gettext("%(days)s d late") % {"days": format_number(days)} if days > 0 else ""


def format_lateness(due: date | datetime, *, now: datetime, zone: tzinfo) -> str:
    """How far past its time something is: ``3 h late`` on the same day, else ``4 d late``; "" while it is in time."""
    today = now.astimezone(zone).date()
    if not isinstance(due, datetime):
        return format_days_late((today - due).days)
    if due >= now:
        return ""
    days = (today - due.astimezone(zone).date()).days
    if days:
        return format_days_late(days)
    hours = int((now - due) / timedelta(hours=1))
    return gettext("%(hours)s h late") % {"hours": hours} if hours else gettext("just late")


def format_silence(days: int | None, usual_days: float | None) -> str:
    """Silence against the customer's own rhythm: ``62 d / 18``."""
    if days is None:
        return UNKNOWN
    if usual_days is None:
        return f"{format_number(days)} d"
    return f"{format_number(days)} d / {format_number(usual_days)}"


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def format_browser(user_agent: str) -> str:
    """What a ``User-Agent`` header says in two words: ``Chrome on Linux``; its own beginning where it says neither."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or user_agent[:40] or UNKNOWN


def format_sentence_case(text: str) -> str:
    """``Two-Factor Sign Out`` → ``Two-factor sign out``; words in capitals (IP, QR) stay as they are."""
    words = text.split()
    lower = [word if len(word) > 1 and word.isupper() else word.lower() for word in words]
    return " ".join([*(word[:1].upper() + word[1:] for word in lower[:1]), *lower[1:]])


def format_initials(name: str) -> str:
    """Two letters for an avatar: first and last word of the name, or the first two letters of a single one."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]
    return letters.upper()
