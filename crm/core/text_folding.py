"""Text reduced to what people compare by: no case, no accents, single spaces."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
LETTERS_AT_ONCE = 100  # more are replaced one by one; Korean has thousands
_SPACE = re.compile(r"\s+")


class _Marks(dict[int, int | None]):
    """What becomes of each character: accents go, all others stay; each is looked up once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_MARKS = _Marks()


@cache
def _fold_letter(letter: str) -> str:
    """What becomes of one letter, whatever stands beside it: accents, its own and one by itself, go."""
    return unicodedata.normalize("NFKD", letter.translate(_LETTERS)).translate(_MARKS)


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

    Of many names each different letter is then looked up once: a fifth of the time.
    """
    whole = "\n".join(texts)
    if whole.count("\n") != len(texts) - 1 or not whole.replace("\n", " ").isprintable():
        return [fold_text(text) for text in texts]
    whole = whole.casefold()
    if not whole.isascii():
        folded = {letter: _fold_letter(letter) for letter in set(whole)}
        changed = {letter: plain for letter, plain in folded.items() if letter != plain}
        if len(changed) > LETTERS_AT_ONCE:
            whole = whole.translate({ord(letter): plain for letter, plain in changed.items()})
        else:
            # Ours first: an accent that goes may leave one of them, which stays.
            for letter in sorted(changed, key=lambda letter: ord(letter) not in _LETTERS):
                whole = whole.replace(letter, changed[letter])
    # What shows a space apart from its accent leaves one behind.
    if "  " in whole or " \n" in whole or "\n " in whole or whole[:1] == " " or whole[-1:] == " ":
        return [" ".join(text.split()) for text in whole.split("\n")]
    return whole.split("\n")
