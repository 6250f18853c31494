"""What the text of a cell means: days, money, numbers, currencies, countries, as people everywhere write them.

Every ``read_…`` takes one text and returns the value, or raises ``Unreadable`` with a code that says why in a way a
user understands (``customers.import_wording``). An empty text is nobody's concern here: callers leave it out.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from difflib import get_close_matches

from crm.core.text_folding import shows_nothing
from customers.rules.country_names import COUNTRY_CODES, COUNTRY_NAMES

MAX_CENTS = 10**14
MAX_QUANTITY = 10**10
_FORMULA_START = ("'=", "'+", "'-", "'@", "'\t", "'\r")


class Unreadable(ValueError):
    """The text cannot be read; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean_text(text: str) -> str:
    """Without the apostrophe that our exports put before ``= + - @``, NUL and outer space; "" if none of it is seen."""
    if text.isascii() and text.isprintable() and not text.startswith("'"):
        return text.strip()
    text = text[1:] if text.startswith(_FORMULA_START) else text
    text = text.replace("\x00", "").strip().strip("\ufeff\u200b")
    return "" if shows_nothing(text) else text


def read_plain_texts(texts: Sequence[str], *, length: int) -> list[str | None] | None:
    """A whole column as ``clean_text`` and single spaces would leave it, where every letter of it is seen or a plain
    space; else ``None``.

    An empty text is ``None``.
    """
    whole = "\n".join(texts)
    if whole.count("\n") != len(texts) - 1 or not whole.replace("\n", " ").isprintable():
        return None
    if len(max(texts, key=len)) > length or whole.startswith("'") or "\n'" in whole:
        return None
    if "  " in whole or " \n" in whole or "\n " in whole or whole[:1] == " " or whole[-1:] == " ":
        return [" ".join(text.split()) or None for text in texts]
    return [text or None for text in texts] if "" in texts else list(texts)


# --- money and numbers ------------------------------------------------------------------------------------------------
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’`_]")
_CURRENCY_WORD = re.compile(
    r"^(?:[A-Z]{3}|[A-Z]{0,3}[$€£¥₹₽₩₺₫₴฿]|R\$|zł|kr\.?|Kč|Ft|lei|Fr\.?|Rp\.?|RM|Rs\.?)"
    r"|(?:[A-Z]{3}|[$€£¥₹₽₩₺₫₴฿]|zł|kr\.?|Kč|Ft|lei|Fr\.?|,-|\.-)$"
)
_WITH_CENTS = re.compile(r"-?[0-9]{1,11}\.[0-9]{2}")
_AMOUNTS_WITH_CENTS = re.compile(r"(?:-?[0-9]{1,11}\.[0-9]{2}\n)*+-?[0-9]{1,11}\.[0-9]{2}")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{2,3})*(?:[.,]\d*)?|\d*[.,]\d+|\d+[.,]?\d*")
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")


def _bare_number(text: str) -> tuple[bool, str]:
    """Whether it is negative, and digits with points and commas only."""
    bare = _SPACES.sub("", text).replace("−", "-").replace("–", "-")
    negative = False
    if bare.startswith("(") and bare.endswith(")"):
        negative, bare = True, bare[1:-1]
    signed = negative
    for _ in range(2):
        if bare.startswith(("-", "+")) and not signed:
            signed, negative, bare = True, bare.startswith("-"), bare[1:]
        elif bare.endswith("-") and not bare.endswith((",-", ".-")) and not signed:
            signed, negative, bare = True, True, bare[:-1]
        bare = _CURRENCY_WORD.sub("", bare)
    return negative, bare


def decimal_sign_of(text: str) -> str | None:
    """``","`` or ``"."`` where this number alone says which one is the decimal sign, else ``None``."""
    if _WITH_CENTS.fullmatch(text):
        return "."
    _negative, bare = _bare_number(text)
    comma, point = bare.count(","), bare.count(".")
    if comma and point:
        return "," if bare.rfind(",") > bare.rfind(".") else "."
    if comma > 1:
        return "."
    if point > 1:
        return ","
    if comma + point == 1 and not _AMBIGUOUS.fullmatch(bare):
        return "," if comma else "."
    return None


_LENGTH = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")


def read_number(text: str, *, decimal_sign: str | None = None) -> Decimal:
    """A number with any grouping; ``decimal_sign`` decides what ``1.234`` and ``1,234`` mean (else: thousands).

    Raises ``Unreadable``: ``no_number``.
    """
    if _PLAIN.fullmatch(text) and not _AMBIGUOUS.fullmatch(text):
        return Decimal(text)
    negative, bare = _bare_number(text)
    if len(bare) > 40 or not _GROUPED.fullmatch(bare):
        raise Unreadable("no_number")
    sign = decimal_sign_of(bare)
    if sign is None and ("," in bare or "." in bare):
        sign = decimal_sign or ("." if "," in bare else ",")
    whole = bare.replace("." if sign == "," else ",", "")
    try:
        value = Decimal(whole.replace(",", "."))
    except InvalidOperation as error:
        raise Unreadable("no_number") from error
    return -value if negative else value


def read_money(text: str, *, decimal_sign: str | None = None) -> int:
    """Cents, rounded half up. Raises ``Unreadable``: ``no_amount``, ``too_large``."""
    if _WITH_CENTS.fullmatch(text):
        return int(text.replace(".", ""))
    try:
        value = read_number(text, decimal_sign=decimal_sign)
    except Unreadable as error:
        raise Unreadable("no_amount") from error
    if abs(value) * 100 > MAX_CENTS:
        raise Unreadable("too_large")
    return int((value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def read_quantity(text: str, *, decimal_sign: str | None = None) -> Decimal:
    """A quantity with three decimals. Raises ``Unreadable``: ``no_number``, ``too_large``."""
    value = read_number(text, decimal_sign=decimal_sign)
    if abs(value) > MAX_QUANTITY:
        raise Unreadable("too_large")
    return value.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)


def read_minutes(text: str, *, decimal_sign: str | None = None) -> Decimal:
    """Minutes: a number of them, or a length by the clock ("0:30", "01:15:00"). Raises as ``read_quantity`` does."""
    if clock := _LENGTH.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return Decimal(hours * 60 + minutes) + (Decimal(seconds) / 60).quantize(Decimal("0.001"))
    return read_quantity(text, decimal_sign=decimal_sign)


def read_plain_amounts(texts: Sequence[str]) -> list[int] | None:
    """Cents of a whole column, where every cell is written like ``-1234.50``; else ``None``."""
    whole = "\n".join(texts)
    if _AMOUNTS_WITH_CENTS.fullmatch(whole) is None or whole.count("\n") != len(texts) - 1:
        return None
    return list(map(int, whole.replace(".", "").split("\n")))


def looks_like_money(text: str) -> bool:
    """A number with two decimals or a currency sign: surely an amount, not a code."""
    bare = text.strip()
    return bool(re.fullmatch(r"[^\w]*-?[$€£]?\s?\d[\d\s.,'’]*[.,]\d{2}\s?[$€£]?\)?", bare))


# --- days ------------------------------------------------------------------------------------------------------------
DAY_FIRST = "day"
MONTH_FIRST = "month"
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan januar january janvier januari enero ene gennaio gen janeiro sty styczen stycznia led leden ledna",
            "feb februar february fevrier fev febrero febbraio fevereiro lut luty lutego unor helmi feber februari",
            "mar marz march mars maart marzo marco mrz maerz marzec marca brezen brezna maalis",
            "apr april avril avr abril abr aprile kwi kwiecien kwietnia duben dubna huhti",
            "may mai mei mayo maggio mag maio maj maja kveten kvetna touko",
            "jun juni june juin junio giugno giu junho cze czerwiec czerwca cerven cervna kesa",
            "jul juli july juillet juil julio luglio lug julho lip lipiec lipca cervenec cervence heina",
            "aug august aout augustus agosto ago sie sierpien sierpnia srpen srpna elo augusti",
            "sep sept september septembre septiembre settembre set setembro wrz wrzesien wrzesnia zari syys",
            "oct okt oktober october octobre octubre ottobre ott outubro out paz pazdziernik pazdziernika rijen loka",
            "nov november novembre noviembre novembro lis listopad listopada listopadu marras",
            "dec dez dezember december decembre diciembre dic dicembre dezembro gru grudzien grudnia prosinec joulu",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})")
_DAY_WORD = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:de\s+)?"
    r"([^\W\d]+)\.?,?[\s-]+(?:de\s+)?(\d{4}|\d{2})"
)
_WORD_DAY = re.compile(r"(?:[^\W\d]+\.?,\s+)?([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_CLOCK = re.compile(
    r"[T\s,]\s*(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)
_EARLIEST = date(1900, 1, 1)
_LATEST = date(2199, 12, 31)
_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's own calendar knows no zones
_SERIAL_START_1904 = datetime(1904, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True)
class DayRead:
    """A local day, and the moment where the cell had a clock time."""

    day: date
    moment: datetime | None = None


def day_order_of(text: str) -> str | None:
    """Whether this date alone says that the day or the month comes first; ``None`` when it does not."""
    match = _YEAR_LAST.match(text)
    if match is None:
        return None
    first, separator, second = int(match[1]), match[2], int(match[3])
    if first > 12 >= second:
        return DAY_FIRST
    if second > 12 >= first:
        return MONTH_FIRST
    return DAY_FIRST if separator == "." else None


def has_open_order(text: str) -> bool:
    """Whether this date can be read both ways and means two different days."""
    match = _YEAR_LAST.match(text)
    if match is None or match[2] == ".":
        return False
    return int(match[1]) <= 12 and int(match[3]) <= 12 and match[1].zfill(2) != match[3].zfill(2)


def read_day(text: str, *, day_order: str | None = None, zone: tzinfo = UTC, from_1904: bool = False) -> DayRead:
    """The local day in ``zone`` of a date or a date with time, in any usual spelling.

    A time with an offset of its own is carried over to ``zone``; one without is local already. ``day_order`` decides
    what ``03/04/2026`` means (else: day first); a bare number is a day of a spreadsheet's calendar, that of 1900 or, on
    old Macs, ``from_1904``. Raises ``Unreadable``: ``no_day``, ``no_such_day``, ``year_off``.
    """
    clock = _CLOCK.search(text)
    bare = text[: clock.start()].rstrip(" ,") if clock else text
    day = _whole_day(bare, day_order, serial_start=_SERIAL_START_1904 if from_1904 else _SERIAL_START)
    if not _EARLIEST <= day <= _LATEST:
        raise Unreadable("year_off")
    if clock is None:
        return DayRead(day)
    return _with_clock(day, clock, zone)


def _whole_day(bare: str, day_order: str | None, *, serial_start: datetime) -> date:
    if match := _YEAR_FIRST.fullmatch(bare) or _COMPACT.fullmatch(bare):
        return _make_day(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(bare):
        first, second, year = int(match[1]), int(match[3]), _whole_year(match[4])
        order = day_order_of(bare) if max(first, second) > 12 else day_order
        return _make_day(year, first, second) if order == MONTH_FIRST else _make_day(year, second, first)
    if match := _DAY_WORD.fullmatch(bare):
        return _make_day(_whole_year(match[3]), _month_named(match[2]), int(match[1]))
    if match := _WORD_DAY.fullmatch(bare):
        return _make_day(int(match[3]), _month_named(match[1]), int(match[2]))
    if _SERIAL.fullmatch(bare):
        return (serial_start + timedelta(days=float(bare))).date()
    raise Unreadable("no_day")


def _whole_year(text: str) -> int:
    """Two digits: up to 68 is this century, as everywhere."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year <= 68 else 1900)


def fold_word(word: str) -> str:
    """Letters and digits only, without case and accents: ``"Größe (cm)"`` becomes ``"grossecm"``."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("ß", "ss").replace("ł", "l"))
    return "".join(c for c in decomposed if c.isalnum())


def _month_named(word: str) -> int:
    try:
        return _MONTHS[fold_word(word)]
    except KeyError:
        raise Unreadable("no_day") from None


def _make_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("no_such_day") from None


def _with_clock(day: date, clock: re.Match[str], zone: tzinfo) -> DayRead:
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock[4]:
        if not 1 <= hour <= 12:
            raise Unreadable("no_day")
        hour = hour % 12 + (12 if clock[4][0] in "pP" else 0)
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - zoned below
    except ValueError:
        raise Unreadable("no_day") from None
    if not clock[5]:
        return DayRead(day, moment.replace(tzinfo=zone))
    if clock[5] in {"Z", "UTC", "GMT"}:
        offset = timedelta()
    else:
        digits = clock[5][1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        offset = -offset if clock[5][0] == "-" else offset
    local = (moment - offset).replace(tzinfo=UTC).astimezone(zone)
    return DayRead(local.date(), local)


def looks_like_day(text: str) -> bool:
    """A date with its separators or a compact one of a likely year; a bare number is none."""
    bare = text.strip()
    if not (_YEAR_FIRST.match(bare) or _YEAR_LAST.match(bare) or re.fullmatch(r"(19|20)\d{6}", bare)):
        return False
    try:
        read_day(bare)
    except Unreadable:
        return False
    return True


# --- the rest --------------------------------------------------------------------------------------------------------
_CURRENCY_SIGNS = {
    "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "$": "USD", "US$": "USD", "DOLLAR": "USD", "£": "GBP", "¥": "JPY",
    "R$": "BRL", "₹": "INR", "ZŁ": "PLN", "SFR": "CHF", "FR.": "CHF", "KČ": "CZK", "FT": "HUF", "₽": "RUB",
    "₩": "KRW", "₺": "TRY", "RM": "MYR", "S$": "SGD", "A$": "AUD", "C$": "CAD", "CA$": "CAD", "AU$": "AUD",
}  # fmt: skip
_PERSON = {"person", "individual", "private", "privat", "b2c", "false", "no", "0", "consumer", "contact"}
_ORGANISATION = {
    "organisation", "organization", "company", "business", "firma", "b2b", "true", "yes", "1", "account", "customer",
}  # fmt: skip


def read_currency(text: str) -> str:
    """An ISO code, from a code or a sign. Raises ``Unreadable``: ``no_currency``."""
    short = text.upper().strip()
    code = _CURRENCY_SIGNS.get(short, short)
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise Unreadable("no_currency")
    return code


def read_country(text: str) -> str:
    """Two letters (ISO 3166), from those or from the country's name, be it a letter short or a letter too long.

    Raises ``Unreadable``: ``no_country``.
    """
    short = text.upper().strip()
    if short in COUNTRY_CODES:
        return short
    word = fold_word(text)
    if word in COUNTRY_NAMES:
        return COUNTRY_NAMES[word]
    alike = get_close_matches(word, COUNTRY_NAMES, n=2, cutoff=0.92) if len(word) >= 7 else []
    if len({COUNTRY_NAMES[name] for name in alike}) != 1:
        raise Unreadable("no_country")
    return COUNTRY_NAMES[alike[0]]


def looks_like_country(text: str) -> bool:
    """The name or code of a country and nothing else."""
    try:
        return bool(read_country(text))
    except Unreadable:
        return False


def read_customer_kind(text: str) -> str:
    """``person`` or ``organisation``. Raises ``Unreadable``: ``no_kind``."""
    word = text.casefold().strip()
    if word in _PERSON:
        return "person"
    if word in _ORGANISATION:
        return "organisation"
    raise Unreadable("no_kind")
