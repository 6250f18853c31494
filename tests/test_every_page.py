"""What holds for every page of the product, whoever made it: safe headers, nothing inline, small, in the frame."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from tests.permission_table import Row
from tests.test_permissions import ROWS, world

__all__ = ["world"]

PAGES = [row for row in ROWS if row.method == "get" and row.expect["admin"] == 200]
INLINE = re.compile(r"""<[^>]+\s(?:style|on[a-z]+|hx-on[:\w-]*)\s*=\s*["']""", re.IGNORECASE)
BARE_SCRIPT = re.compile(r"<(script|style)(?![^>]*\bnonce=)(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE)
LARGEST_PAGE = 60_000


@pytest.fixture
def answer(world, signed_in):
    def fetch(row: Row):
        url = reverse(row.name, kwargs=row.kwargs(world)) + row.query
        return signed_in(world.admin).get(url, row.data(world) or None)

    return fetch


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.label)
def test_a_page_is_safe_small_and_clean(answer, row):
    response = answer(row)
    if not response.headers.get("Content-Type", "").startswith("text/html") or response.streaming:
        return
    html = response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert not INLINE.search(html), INLINE.search(html)
    assert not BARE_SCRIPT.search(html), BARE_SCRIPT.search(html)
    assert len(response.content) <= LARGEST_PAGE
    if "<html" in html:
        nonces = set(re.findall(r'nonce="([^"]*)"', html))
        assert nonces
        assert all(nonce and f"'nonce-{nonce}'" in policy for nonce in nonces)
        assert re.search(r"<h1[ >]", html), "a page says in a heading what it is"
        assert "<title>" in html


def test_templates_never_switch_escaping_off():
    """``|safe`` and ``autoescape off`` have no place where customers' words are shown."""
    guilty = [
        str(path.relative_to(settings.BASE_DIR))
        for path in settings.BASE_DIR.glob("templates/**/*.html")
        if re.search(r"\|\s*safe\b|autoescape\s+off|csrf_exempt", path.read_text())
    ]
    assert guilty == []
