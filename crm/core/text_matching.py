"""Which letters of a name answer to what was typed, accents and capitals aside."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from crm.core.text_folding import fold_text

SHORTEST_LIKENESS = 3


@dataclass(frozen=True)
class Part:
    """A stretch of a name; ``is_match`` is underlined."""

    text: str
    is_match: bool = False


def _fold_letters(name: str) -> tuple[str, list[int]]:
    """The name folded letter by letter, and for each folded letter the place in the name it came from."""
    folded, places = "", []
    for place, letter in enumerate(name):
        letters = " " if letter.isspace() else fold_text(letter)
        folded += letters
        places += [place] * len(letters)
    return folded, places


def _matched_stretches(folded: str, word: str) -> list[tuple[int, int]]:
    """Where ``word`` stands in ``folded``; where it stands nowhere, the stretches that both share."""
    at = f" {folded}".find(f" {word}")
    at = at if at >= 0 else folded.find(word)
    if at >= 0:
        return [(at, at + len(word))]
    blocks = SequenceMatcher(None, folded, word, autojunk=False).get_matching_blocks()
    return [(block.a, block.a + block.size) for block in blocks if block.size >= SHORTEST_LIKENESS]


def mark_matches(name: str, words: list[str]) -> list[Part]:
    """``("Zakłady", ["zakl"])`` → ``[Part("Zakł", True), Part("ady")]``; the words are folded already."""
    folded, places = _fold_letters(name)
    marked = set()
    for word in words:
        for start, end in _matched_stretches(folded, word):
            marked.update(places[start:end])
    parts: list[Part] = []
    for place, letter in enumerate(name):
        is_match = place in marked
        if parts and parts[-1].is_match == is_match:
            parts[-1] = Part(parts[-1].text + letter, is_match)
        else:
            parts.append(Part(letter, is_match))
    return parts
