"""What a field that a company defines itself can hold, and what becomes of a value when the field's kind changes.

Values are kept as JSON: text and links as text, numbers as numbers, money as integer cents, dates as ``YYYY-MM-DD``,
yes and no as true and false, a choice as the key of its option, a colleague as his id.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from customers.rules.import_choices import read_yes_no
from customers.rules.import_values import Unreadable, fold_word, read_day, read_money, read_number

TEXT, CHOICE, NUMBER, MONEY = "text", "choice", "number", "money"
DATE, FLAG, PERSON, LINK = "date", "flag", "person", "link"
LONGEST_TEXT = 500
LONGEST_LINK = 500
LARGEST_NUMBER = 10**12
DECIMALS = 6

# Law and decency: nobody may be treated differently for these, so no rule may ask a field that is called so.
PROTECTED_WORDS = frozenset({
    "age", "birth", "birthday", "birthdate", "gender", "sex", "religion", "religious", "belief", "church", "ethnic",
    "ethnicity", "race", "nationality", "health", "illness", "disability", "disabled", "pregnant", "pregnancy",
    "union", "political", "party", "orientation", "marital", "genetic", "caste", "alter", "geburtstag",
    "geschlecht", "religionszugehorigkeit", "gesundheit", "behinderung", "idade", "nascimento", "genero",
    "religiao", "saude", "deficiencia", "etnia", "raca", "umur", "jantina", "agama", "bangsa",
    "sexual", "sexuality", "sexo", "racial", "faith", "confession", "geburtsdatum", "geburtsjahr", "konfession",
    "rasse", "hautfarbe", "staatsangehorigkeit", "familienstand", "schwangerschaft", "krankheit", "gewerkschaft",
    "nacionalidade", "gravidez", "sindicato", "aniversario", "lahir", "kesihatan", "hamil", "keturunan", "etnik",
    "kewarganegaraan", "perkahwinan", "kepercayaan",
})  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One of the words of a choice; one that is no longer offered stays with those who have it."""

    key: str
    label: str
    is_offered: bool = True


@dataclass(frozen=True)
class Vocabulary:
    """What a value of a choice or a colleague is called: options, and the names of colleagues by id."""

    options: Sequence[Option] = ()
    names: Mapping[int, str] = field(default_factory=dict)

    def option(self, key: object) -> Option | None:
        """The option of that key, whether offered or not."""
        return next((option for option in self.options if option.key == key), None)


def is_protected_label(label: str) -> bool:
    """Whether a field of this name says something for which the law forbids to treat people differently."""
    words = "".join(letter if letter.isalnum() else " " for letter in label).split()
    return any(fold_word(word) in PROTECTED_WORDS for word in words)


def make_options(lines: Sequence[str], *, held: Sequence[Option] = ()) -> list[Option]:
    """Options of those names in their order, each once; one that is there already by its name keeps its key."""
    known = {fold_word(option.label): option for option in held}
    taken = {option.key for option in held}
    made: dict[str, Option] = {}
    for line in lines:
        label = " ".join(line.split())[:80]
        folded = fold_word(label) or label
        if not label or folded in made:
            continue
        if folded in known:
            made[folded] = Option(known[folded].key, label)
            continue
        number = len(taken) + 1
        while f"o{number}" in taken:
            number += 1
        taken.add(f"o{number}")
        made[folded] = Option(f"o{number}", label)
    return list(made.values())


def spell_value(kind: str, value: Any, vocabulary: Vocabulary) -> str:
    """The value as plain text, as ``read_value`` reads it back: for files, and on the way to another kind."""
    if value is None:
        return ""
    if kind == CHOICE:
        option = vocabulary.option(value)
        return option.label if option else str(value)
    if kind == PERSON:
        return vocabulary.names.get(value, "") if isinstance(value, int) else str(value)
    if kind == MONEY:
        return f"{Decimal(value) / 100:.2f}"
    if kind == FLAG:
        return "yes" if value else "no"
    if kind == NUMBER:
        return f"{Decimal(str(value)):f}"
    return str(value)


def read_value(kind: str, text: str, vocabulary: Vocabulary) -> Any:
    """The value that ``text`` means in a field of ``kind``; an empty text is nobody's concern here.

    Raises ``Unreadable`` with the codes of imports: ``no_number``, ``no_amount``, ``no_day``, ``no_yes_no``,
    ``no_choice``, ``unknown_owner``, ``no_link``, ``too_long``, ``too_large``.
    """
    match kind:
        case "number":
            return keep_number(read_number(text))
        case "money":
            return read_money(text)
        case "date":
            return read_day(text).day.isoformat()
        case "flag":
            return read_yes_no(text)
        case "choice":
            return _read_choice(text, vocabulary)
        case "person":
            return _read_person(text, vocabulary)
        case "link":
            return read_link(text)
    if len(text) > LONGEST_TEXT:
        raise Unreadable("too_long")
    return text


def keep_number(number: Decimal) -> int | float:
    """As JSON keeps it, with at most six decimals. Raises ``Unreadable``: ``too_large``."""
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        raise Unreadable("too_large")
    rounded = round(number, DECIMALS)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _read_choice(text: str, vocabulary: Vocabulary) -> str:
    wanted = fold_word(text) or text
    for option in vocabulary.options:
        if (fold_word(option.label) or option.label) == wanted:
            return option.key
    raise Unreadable("no_choice")


def _read_person(text: str, vocabulary: Vocabulary) -> int:
    """A colleague by his name; two of the same name are nobody."""
    wanted = fold_word(text)
    found = [key for key, name in vocabulary.names.items() if fold_word(name) == wanted]
    if len(found) != 1 or not wanted:
        raise Unreadable("unknown_owner")
    return found[0]


def read_link(text: str) -> str:
    """A web address with its ``https://``. Raises ``Unreadable``: ``no_link``."""
    address = text.strip()
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise Unreadable("no_link") from None
    plain = not any(letter.isspace() or letter in "<>\"'`" for letter in address)
    if parts.scheme not in {"http", "https"} or "." not in host.strip(".") or not plain or len(address) > LONGEST_LINK:
        raise Unreadable("no_link")
    return address


@dataclass(frozen=True)
class Conversion:
    """What becomes of one value: ``value`` where it ``fits``, else the words it is kept in."""

    fits: bool
    value: Any = None
    words: str = ""


def convert_value(value: Any, *, from_kind: str, to_kind: str, before: Vocabulary, after: Vocabulary) -> Conversion:
    """The value of a field whose kind changes from ``from_kind`` to ``to_kind``."""
    words = spell_value(from_kind, value, before) or str(value)
    return convert_words(words, to_kind=to_kind, after=after)


def convert_words(words: str, *, to_kind: str, after: Vocabulary) -> Conversion:
    """The value of ``words`` in a field of ``to_kind``, also of words that an earlier change could not take over."""
    try:
        return Conversion(fits=True, value=read_value(to_kind, words, after), words=words)
    except Unreadable:
        return Conversion(fits=False, words=words)


def is_kept_well(kind: str, value: Any) -> bool:
    """Whether a value has the shape in which ``kind`` is kept, whatever it says."""
    if kind == FLAG:
        return isinstance(value, bool)
    if kind == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind in {MONEY, PERSON}:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == DATE:
        return isinstance(value, str) and _is_day(value)
    return isinstance(value, str) and value != ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def names_field(text: str, name: str) -> bool:
    """Whether ``text`` (an address, a rule as JSON) names the field ``name``, and not merely one that begins so."""
    return re.search(rf"{re.escape(name)}(?!\d)", text) is not None
