"""The budgets of the house: rooms that can be overseen, names that say whose and what."""

import ast
import re
from functools import cache
from pathlib import Path

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
def parse_sources() -> dict[str, ast.Module]:
    """Each module of the product by its place; parsed once, for all who ask."""
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in SOURCES}


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


def test_nothing_happens_by_signal_and_nothing_points_anywhere():
    unwanted = {"django.dispatch", "django.db.models.signals", "django.contrib.contenttypes.fields"}
    found = [
        f"{place}:{node.lineno}"
        for place, module in parse_sources().items()
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module in unwanted
    ]
    assert found == []


def test_every_module_says_in_a_docstring_what_it_is_for():
    silent = [place for place, module in parse_sources().items() if module.body and not ast.get_docstring(module)]
    assert silent == []
