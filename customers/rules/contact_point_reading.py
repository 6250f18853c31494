"""Reads phone numbers, e-mail and web addresses as people write them, into the one form in which they are compared."""

import re
from dataclasses import dataclass

import phonenumbers

PHONE, EMAIL, WEB = "phone", "email", "web"
LONGEST = 254
_EMAIL = re.compile(
    r"^[^@\s<>()\[\]\\,;:\"]{1,64}@([a-z0-9¡-￿](?:[a-z0-9¡-￿-]{0,61}[a-z0-9¡-￿])?\.)+[a-z¡-￿][a-z0-9¡-￿-]{1,62}$"
)
_HOST = re.compile(r"^([a-z0-9¡-￿](?:[a-z0-9¡-￿-]{0,61}[a-z0-9¡-￿])?\.)+[a-z¡-￿][a-z0-9¡-￿-]{1,62}$")
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


def guess_kind(text: str) -> str:
    """What ``text`` looks like: a phone number, an e-mail or a web address."""
    if "@" in text:
        return EMAIL
    digits = sum(c.isdigit() for c in text)
    return PHONE if digits >= 5 and digits * 2 >= len(text.strip()) else WEB


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
    try:
        return read_contact_point(text, kind=PHONE, country=country).value_normal
    except UnreadableContactPoint:
        return re.sub(r"[^\d+]", "", text) or text.casefold()[:40]


def _read_phone(shown: str, country: str) -> ContactPointReading:
    text = f"+{shown[2:]}" if shown.startswith("00") else shown
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        raise UnreadableContactPoint(PHONE) from None
    if not phonenumbers.is_possible_number(number):
        raise UnreadableContactPoint(PHONE)
    form = phonenumbers.PhoneNumberFormat
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
