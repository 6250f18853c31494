"""Which parts of somebody's name mean him where they stand alone, and which may mean somebody or something else.

An erasure cannot be taken back: what a reader of the text could take for another word stays, and is told.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crm.core.text_folding import fold_text

SHORTEST = 3
_TITLES_TEXT = """mr mrs miss ms sir madam dr prof herr frau senhor senhora sr sra dona don monsieur madame mme encik
    puan tuan datuk van von der den del della dos das des bin binti ibn jun jnr"""
_TITLES = frozenset(_TITLES_TEXT.split())
# Names that are words of the texts' languages too, and stand in capitals as often: at the beginning of a sentence, as a
# noun of German, as a month, a trade or a colour.
_WORDS_TEXT = """art bill chase dale drew faith forest grace grant guy hope joy june april may august king lane mark max
    miles norm page park pat penny rich rose star sterling stone summer violet ward wade will wood young long short
    black white brown green bishop baker cook carpenter day fisher gardener hill lake marshal mason mills price field
    fields knight hall hart rush sharp small stern ernst kaiser klein lang kurz weiss schwarz braun roth wolf vogel
    sommer winter herbst sonntag bach berg feld stein markt koch schneider bauer richter rosa bela flor paz luz vitoria
    gloria leite costa campos rios ramos pinto novo prado reis santos cruz"""
_WORDS = frozenset(_WORDS_TEXT.split())
_PART = re.compile(r"[^\s,;()\"“”]+")


@dataclass(frozen=True)
class NameParts:
    """``own`` mean the person; ``open`` may mean another, or are words of the language."""

    own: frozenset[str]
    open: frozenset[str]


def split_name(name: str, *, others: Iterable[str]) -> NameParts:
    """First, last and further names of at least three letters, as they are written; initials and titles are no names.

    ``others`` are the names of everybody and everything else that the texts may be about.
    """
    taken = {word for other in others for word in fold_text(other).split()}
    parts = [part.strip(".'’-") for part in _PART.findall(name)]
    if len(parts) < 2:
        return NameParts(frozenset(), frozenset())
    told = {part for part in parts if len(part) >= SHORTEST and part[0] == part[0].upper()}
    told = {part for part in told if fold_text(part) not in _TITLES}
    may_be_other = {part for part in told if fold_text(part) in _WORDS or taken.intersection(fold_text(part).split())}
    return NameParts(frozenset(told - may_be_other), frozenset(may_be_other))


def spell_parts(parts: Iterable[str]) -> set[str]:
    """The parts as written, and in capitals: small letters would be another word as often as not."""
    return {spelt for part in parts for spelt in (part, part.upper())}
