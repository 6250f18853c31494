"""Text reduced to what people compare by: no case, no accents, single spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any

from crm.core.late_imports import numpy as np

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
LETTERS_AT_ONCE = 100  # more are replaced one by one; Korean has thousands
_NOT_YET = 0x110000  # behind the last letter there is
_LEARNING = Lock()
_PRIVATE = 0xF0000
_SPACE = re.compile(r"\s+")


class _Marks(dict[int, int | None]):
    """What becomes of each character: accents go, all others stay; each is looked up once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_MARKS = _Marks()


def _fold_letter(letter: str) -> str:
    """What becomes of one letter, whatever stands beside it: accents, its own and one by itself, go."""
    return unicodedata.normalize("NFKD", letter.casefold().translate(_LETTERS)).translate(_MARKS)


@cache
def _letter_table() -> np.ndarray[Any, Any]:
    """By the number of each letter that of what becomes of it, once it was asked for; 4 MB."""
    return np.full(_NOT_YET, _NOT_YET, dtype=np.uint32)


_SEVERAL: list[str] = []
"""What becomes of the letters of which several, or none, are left: until the others are folded each is written as a
letter of private use, ``_PRIVATE`` and its place here, none of which is in a text that can be seen."""


def _fold_letters(whole: str) -> str:
    """Every letter of a text that can be seen, folded: whatever stands beside it."""
    table = _letter_table()
    letters = np.frombuffer(whole.encode("utf-32-le"), dtype=np.uint32)
    folded = table[letters]
    if folded.max() == _NOT_YET:
        with _LEARNING:
            for letter in np.unique(letters[folded == _NOT_YET]).tolist():
                plain = _fold_letter(chr(letter))
                if len(plain) != 1:
                    _SEVERAL.append(plain)
                table[letter] = ord(plain) if len(plain) == 1 else _PRIVATE + len(_SEVERAL) - 1
        folded = table[letters]
    text = folded.tobytes().decode("utf-32-le")
    several = np.unique(folded[folded >= _PRIVATE]).tolist()
    if len(several) > LETTERS_AT_ONCE:
        return text.translate({letter: _SEVERAL[letter - _PRIVATE] for letter in several})
    for letter in several:
        text = text.replace(chr(letter), _SEVERAL[letter - _PRIVATE])
    return text


def shows_nothing(text: str) -> bool:
    """Whether nothing of it can be seen: no letter, digit or sign, only space and marks of direction."""
    return all(unicodedata.category(letter) in {"Cc", "Cf", "Zs"} for letter in text)


def fold_text(text: str) -> str:
    """``"  Zakłady  Świętochłowice "`` becomes ``"zaklady swietochlowice"``; other scripts stay, unaccented.

    Used when a name is written and when it is searched, so both sides agree without a database function that is not
    immutable (``unaccent`` is not, and could not be indexed).
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _SPACE.sub(" ", decomposed.translate(_MARKS)).strip()


def fold_texts(texts: Sequence[str]) -> list[str]:
    """``fold_text`` of each; where every letter of them is seen or a plain space they are folded as one text.

    Of many names each different letter is then looked up once: an eighth of the time.
    """
    whole = "\n".join(texts)
    if whole.count("\n") != len(texts) - 1 or not whole.replace("\n", " ").isprintable():
        return [fold_text(text) for text in texts]
    whole = whole.casefold() if whole.isascii() else _fold_letters(whole)
    # What shows a space apart from its accent leaves one behind.
    if "  " in whole or " \n" in whole or "\n " in whole or whole[:1] == " " or whole[-1:] == " ":
        return [" ".join(text.split()) for text in whole.split("\n")]
    return whole.split("\n")
