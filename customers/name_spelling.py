"""How a word that somebody typed may be spelt in the names that are known."""

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from crm.core.statement_planning import fetch_set
from customers.models import Customer, NameWord, Person, TradingName
from customers.rules.typing_errors import count_typing_errors

LEAST_LETTERS = 3
LONG_WORD = 6  # from so many letters on two errors are forgiven, below one
MOST_SPELLINGS = 6
LEAST_LIKENESS = 0.25  # of trigrams: of "jahn" and "john" two in eight are the same
_NO_LETTER = re.compile(r"[\W_]+")


Spellings = list[list[str]]  # for each word that was typed those to look for, the likeliest first


class Spelling(NamedTuple):
    """A word that names have; ``errors`` slips away from what was typed."""

    errors: int
    word: str


def spell_words(typed: Sequence[str]) -> list[list[Spelling]]:
    """For each folded word the words of names that may be meant, the nearest first, itself if it is one; in one query.

    The last word may be the beginning of one. Nothing is said of words of fewer than three letters.
    """
    words = [word for text in typed for word in _NO_LETTER.split(text) if len(word) >= LEAST_LETTERS]
    if not words:
        return []
    asked = " UNION ALL ".join(
        ["SELECT %s::int, word FROM customers_nameword WHERE word %% %s OR word = ANY (%s)"] * len(words)
    )
    values = [value for place, word in enumerate(words) for value in (place, word, _swap_neighbours(word))]
    found: list[set[str]] = [set() for _word in words]
    for place, word in fetch_set(asked, values, {"pg_trgm.similarity_threshold": LEAST_LIKENESS}):
        found[place].add(word)
    return [_choose(word, near, is_last=word is words[-1]) for word, near in zip(words, found, strict=True)]


def choose_nearest(spelt: Iterable[Sequence[Spelling]]) -> Spellings:
    """Of each word that has any the spellings with the fewest errors."""
    return [[one.word for one in near if one.errors == near[0].errors] for near in spelt if near]


def names_with(spellings: Spellings) -> Q:
    """Rows whose folded name has each of the words in one of its spellings."""
    return Q(*[reduce(or_, [Q(name_folded__contains=word) for word in words]) for words in spellings])


def forget_words(names: Iterable[str]) -> None:
    """Take the words of folded ``names`` out, but for those that a name still has."""
    for word in {word for name in names for word in _NO_LETTER.split(name) if word}:
        has_it = Q(name_folded__contains=word)
        if not any(model._default_manager.filter(has_it).exists() for model in (Customer, Person, TradingName)):
            NameWord.objects.filter(word=word).delete()


def _swap_neighbours(word: str) -> list[str]:
    """Two letters the other way round leave few trigrams of a short word: these are asked for as they are."""
    return [f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}" for at in range(len(word) - 1)]


def _choose(typed: str, words: set[str], *, is_last: bool) -> list[Spelling]:
    spellings = []
    for word in words:
        whole, beginning = count_typing_errors(typed, word)
        errors = min(whole, beginning + 1) if is_last else whole
        if errors <= (2 if len(typed) >= LONG_WORD else 1):
            spellings.append(Spelling(errors, word))
    return sorted(spellings)[:MOST_SPELLINGS]
