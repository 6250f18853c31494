"""E-mail addresses and phone numbers in the cells of a file, and the words by which people say that there is none."""

import re
from collections.abc import Sequence

from customers.rules.import_values import Unreadable, read_plain_texts

_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s,;<>()\".]{2,}")
_NAMED_EMAIL = re.compile(r".*<([^<>]+)>")
_WITHOUT_DIGIT = re.compile(r"^[^0-9\n]+$", re.MULTILINE)
_SAYS_NONE = {
    "n/a",
    "n.a.",
    "na",
    "none",
    "null",
    "nil",
    "unknown",
    "not known",
    "no",
    "-",
    "--",
    "–",
    "—",
    ".",
    "?",
    "x",
}


def read_email(text: str) -> str | None:
    """The address in lower case, also out of ``Ana <ana@example.com>``; None for ``n/a`` and the like.

    Raises ``Unreadable``: ``no_email``.
    """
    if text.casefold() in _SAYS_NONE:
        return None
    named = _NAMED_EMAIL.fullmatch(text)
    address = (named[1] if named else text).strip().casefold()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise Unreadable("no_email")
    return address


def looks_like_email(text: str) -> bool:
    """An e-mail address and nothing else."""
    return bool(_EMAIL.fullmatch(text.strip()))


def read_phone(text: str, *, length: int) -> str | None:
    """The number as it is written, with single spaces; None for ``n/a`` and the like.

    Raises ``Unreadable``: ``no_phone`` for what holds no digit, ``too_long``.
    """
    if text.casefold() in _SAYS_NONE:
        return None
    line = " ".join(text.split())
    if not any(letter.isdigit() for letter in line):
        raise Unreadable("no_phone")
    if len(line) > length:
        raise Unreadable("too_long")
    return line


def read_plain_phones(texts: Sequence[str], *, length: int) -> list[str | None] | None:
    """A whole column at once (``read_plain_texts``), where each cell of it has a digit or is empty; else ``None``."""
    return None if _WITHOUT_DIGIT.search("\n".join(texts)) else read_plain_texts(texts, length=length)
