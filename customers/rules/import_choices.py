"""Cells that hold one of a few words, in the words of other systems."""

from collections.abc import Mapping

from customers.rules.import_values import Unreadable, fold_word

_YES = frozenset({"yes", "y", "true", "t", "1", "x", "active", "sold", "ja", "j", "wahr", "si", "sim", "oui", "tak"})
_NO = frozenset({"no", "n", "false", "f", "0", "inactive", "nein", "falsch", "nao", "non", "nie"})


def read_yes_no(text: str) -> bool:
    """Whether a cell says yes. Raises ``Unreadable``: ``no_yes_no``."""
    word = fold_word(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable("no_yes_no")


def read_choice(text: str, *, choices: Mapping[str, str]) -> str:
    """What a word means among ``choices`` (folded words to our values, ``*`` for any other).

    Raises ``Unreadable``: ``no_choice``.
    """
    value = choices.get(fold_word(text), choices.get("*"))
    if value is None:
        raise Unreadable("no_choice")
    return value
