"""What stands in a note: colleagues named with an @, and addresses on the web that may be clicked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_CLOSERS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class NotePart:
    """A stretch of text; with ``url`` it leads there, with ``is_name`` it names a colleague."""

    text: str
    url: str = ""
    is_name: bool = False


def find_mentions(
    text: str, names: Mapping[int, str], told_apart: Mapping[int, str] | None = None
) -> list[tuple[int, int, int]]:
    """Where ``text`` names somebody of ``names`` (id → name) with an @: start, end, id, in the order of the text.

    The whole name stands after the @, in whatever case; the longest that fits counts. A name that two people share
    names both; ``told_apart`` (id → name and what tells him from the other) names one of them. An @ in the
    middle of a word (an e-mail address) names nobody.
    """
    people: dict[str, list[int]] = {}
    for key, name in (*names.items(), *(told_apart or {}).items()):
        people.setdefault(name.lower(), []).append(key)
    longest_first = sorted(people, key=len, reverse=True)
    found = []
    for at in (match.start() for match in re.finditer(r"(?<!\w)@", text)):
        for name in longest_first:
            end = at + 1 + len(name)
            whole = text[at + 1 : end].lower() == name and not re.match(r"\w", text[end : end + 1])
            if name and whole:
                found += [(at, end, key) for key in people[name]]
                break
    return found


def read_parts(text: str, names: Mapping[int, str]) -> list[NotePart]:
    """``text`` in stretches: plain, colleagues of ``names`` named with an @, addresses on the web (http and https)."""
    spans = [(start, end, "") for start, end, _key in find_mentions(text, names)]
    for match in _ADDRESS.finditer(text):
        address = _without_closing_signs(match.group())
        spans.append((match.start(), match.start() + len(address), address))
    parts, done = [], 0
    for start, end, url in sorted(spans):
        if start < done:
            continue
        if start > done:
            parts.append(NotePart(text[done:start]))
        parts.append(NotePart(text[start:end], url=url, is_name=not url))
        done = end
    return [*parts, NotePart(text[done:])] if done < len(text) else parts


def _without_closing_signs(address: str) -> str:
    """The address without the full stop or bracket of the sentence it stands in."""
    while address and (
        address[-1] in ".,;:!?…"
        or (address[-1] in _CLOSERS and address.count(address[-1]) > address.count(_CLOSERS[address[-1]]))
    ):
        address = address[:-1]
    return address
