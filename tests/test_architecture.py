"""The budgets of the house: rooms that can be overseen, names that say whose and what."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

APPS = ("crm", "customers", "segments", "interactions", "complaints")
ROOT = Path(settings.BASE_DIR)
SOURCES = [
    path
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and "__pycache__" not in path.parts
]
TESTS = list((ROOT / "tests").rglob("*.py"))
NAMES_WITHOUT_A_SUBJECT = {"utils", "helpers", "services", "managers", "constants", "signals"}
LONGEST_FILE, LONGEST_TEMPLATE = 400, 150


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


@cache
def read_imports() -> list[tuple[str, str | None]]:
    """The place of each ``from … import`` of the product, and from where; read once, for all who ask."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node.module)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
    ]


def test_no_file_is_longer_than_one_reader_oversees():
    files = [*SOURCES, *TESTS]
    assert {str(path.relative_to(ROOT)): lines_of(path) for path in files if lines_of(path) > LONGEST_FILE} == {}


def test_no_template_is_longer_than_a_page():
    templates = (ROOT / "templates").rglob("*.html")
    long = {str(path.relative_to(ROOT)): lines_of(path) for path in templates if lines_of(path) > LONGEST_TEMPLATE}
    assert long == {}


def test_no_attribute_holds_an_element():
    """The filters ``day`` and ``moment`` give a ``<time>``: within an attribute its quotes would end it."""
    attribute = re.compile(r'\s[\w:-]+="((?:\{%.*?%\}|\{\{.*?\}\}|[^"{])*)"')
    element = re.compile(r"\|(?:day|moment)\b(?!\|striptags)")
    found = {
        (path.name, value)
        for path in (ROOT / "templates").rglob("*.html")
        for value in attribute.findall(path.read_text())
        if element.search(value)
    }
    assert found == set()


def test_every_module_says_whose_and_what():
    assert [str(path) for path in SOURCES if path.stem in NAMES_WITHOUT_A_SUBJECT] == []


@pytest.mark.parametrize(
    "module", ["django.dispatch", "django.db.models.signals", "django.contrib.contenttypes.fields"]
)
def test_nothing_happens_by_signal_and_nothing_points_anywhere(module):
    assert [place for place, imported in read_imports() if imported == module] == []


def test_every_module_says_in_a_docstring_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert silent == []
