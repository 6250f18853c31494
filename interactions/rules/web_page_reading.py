"""What of a visit on the web may be kept: no query, nothing that opens a door; and what one visit is."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

VISIT_GAP_MINUTES = 30
LONGEST_PATH = 300
HIDDEN = "…"
_MAIL = re.compile(r"[^/\s]+(?:@|%40)[^/\s]+")
_UUID = re.compile(r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_LONG = re.compile(r"[A-Za-z0-9_]{20,}")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def read_page_path(url: str) -> str:
    """The path of ``url`` without host, query and fragment, at most 300 letters.

    Mail addresses, and long runs of letters and digits such as the key of a link that signs somebody in, are left out;
    the words of a product's address stay.
    """
    try:
        path = urlsplit(_UNPRINTABLE.sub("", url).strip()).path
    except ValueError:
        return ""
    path = _LONG.sub(_hide_key, _UUID.sub(HIDDEN, _MAIL.sub(HIDDEN, path)))
    return path[:LONGEST_PATH]


def _hide_key(found: re.Match[str]) -> str:
    """A word has no digits in its middle; a number has no letters."""
    text = found[0]
    is_mixed = any(letter.isdigit() for letter in text) and any(letter.isalpha() for letter in text)
    return HIDDEN if is_mixed else text


def read_page_text(text: str, *, longest: int) -> str:
    """Words of a page on one line, without what cannot be printed, at most ``longest`` letters."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())[:longest]


def count_events_of_visit(moments: Iterable[datetime]) -> int:
    """How many of ``moments``, oldest first, belong to the visit that begins with the first: until half an hour passes
    without any."""
    gap, count, before = timedelta(minutes=VISIT_GAP_MINUTES), 0, None
    for moment in moments:
        if before is not None and moment - before > gap:
            break
        count, before = count + 1, moment
    return count
