"""Text reduced to what people compare by: no case, no accents, single spaces."""

import re
import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
_SPACE = re.compile(r"\s+")


class _Marks(dict[int, int | None]):
    """What becomes of each character: accents go, all others stay; each is looked up once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_MARKS = _Marks()


def fold_text(text: str) -> str:
    """``"  Zakłady  Świętochłowice "`` becomes ``"zaklady swietochlowice"``; other scripts stay, unaccented.

    Used when a name is written and when it is searched, so both sides agree without a database function that is not
    immutable (``unaccent`` is not, and could not be indexed).
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _SPACE.sub(" ", decomposed.translate(_MARKS)).strip()
