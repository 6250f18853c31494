"""Whether two of us promise a customer different things about one matter: what they share is its words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

STEM = 6  # letters by which two forms of a word are one: invoice, invoices, invoicing
_SHORTEST = 4
# Words of promising and of politeness, which say nothing of the matter.
_COMMON = frozenset(
    (
        *("about", "after", "again", "also", "answer", "back", "before", "bring", "call", "could", "customer"),
        *("each", "email", "every", "find", "from", "give", "have", "know", "least", "less", "look", "mail", "make"),
        *("more", "most", "next", "offer", "once", "only", "other", "over", "phone", "please", "promise", "reply"),
        *("ring", "send", "sends", "sent", "shall", "soon", "talk", "tell", "than", "that", "their", "them", "then"),
        *("there", "they", "this", "today", "tomorrow", "until", "visit", "want", "week", "weeks", "what", "when"),
        *("whether", "which", "will", "with", "without", "would", "write", "year", "your"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "month", "days"),
    )
)


@dataclass(frozen=True)
class OpenPromise:
    """A promise of ours that is not kept yet: its number, its words and who made it."""

    number: int
    text: str
    owner: int | None


@dataclass(frozen=True)
class Conflict:
    """Two promises on one matter by two of us; ``matter`` is the first word they share, as the later one has it."""

    earlier: int
    later: int
    matter: str


def find_conflicts(promises: Iterable[OpenPromise]) -> list[Conflict]:
    """The pairs among open ``promises`` of ours, made by different people, that are about one matter and do not say the
    same, the oldest first.

    Somebody who promises twice knows what he said. Whether the two fit together only the two can say.
    """
    known = sorted((one for one in promises if one.owner is not None), key=lambda one: one.number)
    pairs = ((one, other) for one, other in combinations(known, 2) if one.owner != other.owner)
    return [
        Conflict(one.number, other.number, matter)
        for one, other in pairs
        if one.text.casefold().split() != other.text.casefold().split()
        and (matter := _find_matter(one.text, other.text))
    ]


def _find_matter(text: str, other: str) -> str:
    """The first word of ``other`` whose stem ``text`` has too; "" where they share none."""
    stems = {word[:STEM] for word in _list_words(text)}
    return next((word for word in _list_words(other) if word[:STEM] in stems), "")


def _list_words(text: str) -> Iterator[str]:
    for word in re.findall(r"[^\W\d_]+", text.casefold()):
        if len(word) >= _SHORTEST and word not in _COMMON:
            yield word
