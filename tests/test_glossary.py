"""Beside every term of art stands what it means, and nothing is explained that stands nowhere."""

import re
from pathlib import Path

import pytest

from crm.core.glossary import TERMS

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LISTS = [
    path
    for folder in (
        "crm/home",
        "crm/core/views",
        "customers/views",
        "segments/views",
        "interactions/views",
        "complaints",
    )
    for path in sorted((ROOT / folder).rglob("*.py"))
]
_USED = re.compile(r'\{% (?:term|help_for) "([^"]+)"|head_term="([^"]+)"')
_HEADING = re.compile(r"<(th|h2|h3|dt|legend)\b[^>]*>(.*?)</\1>", re.DOTALL)
_COLUMN = re.compile(r"Column\((?:[^()]|\([^()]*\))*\)")
_HIDDEN = re.compile(r'<span class="visually-hidden">.*?</span>')
_WORDS = re.compile(r"(?:translate|blocktranslate[^%]*%\}|_\()\s*[\"']?([^\"'{<]*)")

# What nobody outside the house would know without asking, as it stands in headings; and the terms that explain it.
TERMS_OF_ART = {
    r"\bclass\b": {"class"},
    r"\bat stake\b|\bat risk\b": {"at-stake", "risk"},
    r"\brisk\b": {"risk", "at-stake"},
    r"\bcontribution\b": {"contribution"},
    r"\bmargin\b": {"margin"},
    r"\bcost to serve\b": {"cost-to-serve"},
    r"\blifetime value\b|\b3-year value\b": {"lifetime-value"},
    r"\bpareto\b": {"pareto"},
    r"\blift\b": {"lift"},
    r"\bauc\b": {"auc"},
    r"\bown gap\b|\brhythm\b": {"own-gap", "rhythm"},
    r"\bsilent\b": {"silent", "own-gap"},
    r"\bguardian\b": {"guardian"},
    r"\bgoodwill\b": {"goodwill"},
    r"^recovery(?!, and)": {"recovery"},
    r"\bdry run\b": {"dry-run"},
    r"\bpinned\b": {"pin"},
    r"\btrigger\b": {"trigger"},
    r"\bheld out\b": {"held-out"},
    r"\bseverity\b": {"severity"},
    r"\bmedian\b": {"median", "spread"},
    r"\bspread\b": {"spread"},
    r"\bevening\b|\bevening's\b": {"evening"},
    r"\btalk every\b|\btalked to in time\b": {"cadence", "coverage"},
    r"^steps?$|\bnext step\b": {"step"},
    r"\bclock\b": {"step-clock", "recovery-clock"},
    r"\blawful basis\b": {"lawful-basis"},
    r"\bstand-in\b": {"stand-in"},
}


def used_in(text):
    return {one or other for one, other in _USED.findall(text)}


def headings_of(path):
    """What stands in headings of a template or at the head of a list's columns, as the translator sees it."""
    text = path.read_text()
    if path.suffix == ".py":
        return [(_WORDS.findall(column)[0].strip(), column) for column in _COLUMN.findall(text) if "_(" in column]
    return [
        (words.strip(), heading)
        for _tag, heading in _HEADING.findall(text)
        for words in _WORDS.findall(_HIDDEN.sub("", heading))
        if words.strip()
    ]


@pytest.mark.parametrize("key", TERMS)
def test_what_is_explained_stands_on_a_page(key):
    assert any(key in used_in(path.read_text()) for path in [*TEMPLATES, *LISTS])


def test_only_what_is_explained_is_asked_for():
    assert set().union(*(used_in(path.read_text()) for path in [*TEMPLATES, *LISTS])) <= set(TERMS)


@pytest.mark.parametrize("path", [*TEMPLATES, *LISTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_term_of_art_in_a_heading_has_its_explanation_beside_it(path):
    text = path.read_text()
    for words, heading in headings_of(path):
        for pattern, keys in TERMS_OF_ART.items():
            if re.search(pattern, words, re.IGNORECASE) and not keys & used_in(heading):
                # Once on a page is enough: where it first stands.
                assert keys & used_in(text), f"{words!r}: {sorted(keys)}"


def test_the_test_reads_headings_and_columns():
    found = {words for path in [*TEMPLATES, *LISTS] for words, _heading in headings_of(path)}
    assert {"Contribution", "Dry run: who would move", "At stake", "Pinned to", "Talk every", "Risk"} <= found
