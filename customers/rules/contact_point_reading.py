"""Reads phone numbers, e-mail and web addresses as people write them, into the one form in which they are compared."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import phonenumbers

PHONE, EMAIL, WEB = "phone", "email", "web"
LONGEST = 254
_EMAIL = re.compile(
    r"^[^@\s<>()\[\]\\,;:\"]{1,64}@([a-z0-9¡-￿](?:[a-z0-9¡-￿-]{0,61}[a-z0-9¡-￿])?\.)+[a-z¡-￿][a-z0-9¡-￿-]{1,62}$"
)
_HOST = re.compile(r"^([a-z0-9¡-￿](?:[a-z0-9¡-￿-]{0,61}[a-z0-9¡-￿])?\.)+[a-z¡-￿][a-z0-9¡-￿-]{1,62}$")
_INTERNATIONAL = re.compile(r"(?:\+|00)[1-9][0-9 ().-]{6,}")
_NATIONAL = re.compile(r"\(?[0-9][0-9 ().-]{5,}")
_NO_DIGIT = re.compile(r"[^0-9]")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")


class UnreadableContactPoint(ValueError):
    """What was typed cannot be read; ``reason`` is ``empty``, ``long``, ``phone``, ``email`` or ``web``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ContactPointReading:
    """``value`` as it is shown, ``value_normal`` as it is compared and dialled."""

    kind: str
    value: str
    value_normal: str


def read_contact_point(text: str, *, kind: str, country: str = "") -> ContactPointReading:
    """Read ``text``; ``country`` (two letters) is that of phone numbers written without one.

    Raises ``UnreadableContactPoint``.
    """
    shown = " ".join(text.split())
    if not shown:
        raise UnreadableContactPoint("empty")
    if len(shown) > LONGEST:
        raise UnreadableContactPoint("long")
    read = {PHONE: _read_phone, EMAIL: _read_email, WEB: _read_web}[kind]
    return read(shown, country)


def normalise_phone(text: str, *, country: str = "") -> str:
    """The number as it is compared, whatever was typed: E.164 where it can be read, else its digits, else its letters.

    For files and for search, where nothing is asked back.
    """
    shown = " ".join(text.split())
    if _INTERNATIONAL.fullmatch(shown):
        known = _read_international(shown)
    else:
        known = _read_national(shown, country) if _NATIONAL.fullmatch(shown) else ""
    if known:
        return known
    try:
        return phonenumbers.format_number(_parse_phone(shown, country), phonenumbers.PhoneNumberFormat.E164)
    except UnreadableContactPoint:
        return re.sub(r"[^\d+]", "", text) or text.casefold()[:40]


@dataclass(frozen=True)
class _Plan:
    """How a country's numbers are made: the digits before them from abroad, how long they are without those, what goes
    from their beginning (a pattern), and with what a number abroad begins there. ``is_plain`` where what goes is but
    digits, or nothing."""

    code: str
    lengths: frozenset[int]
    prefix: re.Pattern[str] | None
    abroad: re.Pattern[str]
    own: re.Pattern[str]
    is_plain: bool


def _make_plan(code: int, region: str) -> _Plan:
    known: Any = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = known.national_prefix_for_parsing
    return _Plan(
        str(code),
        frozenset(known.general_desc.possible_length),
        re.compile(prefix) if prefix else None,
        re.compile(known.international_prefix or "(?!)"),
        re.compile(known.general_desc.national_number_pattern or "(?!)"),
        prefix is None or prefix.isdigit(),
    )


@cache
def _find_plan(beginning: str) -> _Plan | None:
    """Of the country with whose code these three digits begin."""
    for length in (1, 2, 3):
        if regions := phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(beginning[:length])):
            return _make_plan(int(beginning[:length]), regions[0])
    return None


@cache
def _find_national_plan(region: str) -> tuple[_Plan, frozenset[int]] | None:
    """Of a country, and the lengths that its calling code knows, which others may share."""
    code = phonenumbers.country_code_for_region(region)
    if not code:
        return None
    return _make_plan(code, region), _make_plan(code, phonenumbers.region_code_for_country_code(code)).lengths


def _read_international(shown: str) -> str:
    """E.164 of a number that begins with its country and has nothing to take away, as most in files; else ``""``.

    What ``phonenumbers`` makes of such a number, in a tenth of the time.
    """
    digits = _NO_DIGIT.sub("", shown.removeprefix("00"))
    plan = _find_plan(digits[:3])
    if plan is None:
        return ""
    number = digits[len(plan.code) :]
    if len(number) not in plan.lengths or (plan.prefix and plan.prefix.match(number)):
        return ""
    return f"+{digits}"


def _read_national(shown: str, country: str) -> str:
    """The same of a number written as within ``country``, where nothing but digits is dialled before it there."""
    if (found := _find_national_plan(country.upper())) is None:
        return ""
    plan, lengths = found
    digits = number = _NO_DIGIT.sub("", shown)
    if not plan.is_plain or digits.startswith(("00", plan.code)) or plan.abroad.match(digits):
        return ""
    if plan.prefix and plan.prefix.match(digits):
        number = digits[len(plan.prefix.pattern) :]
        if plan.own.fullmatch(digits) and not plan.own.fullmatch(number):
            return ""
    return f"+{plan.code}{number}" if len(number) in plan.lengths & lengths else ""


def _parse_phone(shown: str, country: str) -> phonenumbers.PhoneNumber:
    text = f"+{shown[2:]}" if shown.startswith("00") else shown
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        raise UnreadableContactPoint(PHONE) from None
    if not phonenumbers.is_possible_number(number):
        raise UnreadableContactPoint(PHONE)
    return number


def _read_phone(shown: str, country: str) -> ContactPointReading:
    number, form = _parse_phone(shown, country), phonenumbers.PhoneNumberFormat
    return ContactPointReading(
        PHONE,
        phonenumbers.format_number(number, form.INTERNATIONAL),
        phonenumbers.format_number(number, form.E164),
    )


def _read_email(shown: str, country: str) -> ContactPointReading:
    plain = shown.lower().removeprefix("mailto:").strip()
    if not _EMAIL.match(plain):
        raise UnreadableContactPoint(EMAIL)
    return ContactPointReading(EMAIL, plain, plain)


def _read_web(shown: str, country: str) -> ContactPointReading:
    plain = _SCHEME.sub("", shown.lower()).rstrip("/")
    if not _HOST.match(plain.partition("/")[0].partition(":")[0]) or " " in plain:
        raise UnreadableContactPoint(WEB)
    return ContactPointReading(WEB, plain, plain.removeprefix("www."))


def read_domain(text: str) -> str:
    """The bare domain of a web or e-mail address: ``https://www.Kjeldsen.example/dk`` is ``kjeldsen.example``."""
    plain = text.strip().lower()
    if ":" not in plain and "/" not in plain and "?" not in plain:  # nearly all of a million e-mail addresses
        return plain.rpartition("@")[2].removeprefix("www.").strip(".")
    host = _SCHEME.sub("", plain).rpartition("@")[2].partition("/")[0]
    return host.partition("?")[0].partition(":")[0].removeprefix("www.").strip(".")
