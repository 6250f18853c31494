"""What holds for every page of the product, whoever made it: safe headers, nothing inline, small, in the frame."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from tests.test_permissions import PORTIONS, ROWS, browsers, world

__all__ = ["browsers", "world"]

PAGES = [row for row in ROWS if row.method == "get" and row.expect["admin"] == 200]
INLINE = re.compile(r"""<[^>]+\s(?:style|on[a-z]+|hx-on[:\w-]*)\s*=\s*["']""", re.IGNORECASE)
BARE_SCRIPT = re.compile(r"<(script|style)(?![^>]*\bnonce=)(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE)
LARGEST_PAGE = 60_000


def faults_of(response: HttpResponse) -> list[str]:
    """What is wrong with one answer, in words; nothing for what is not a page."""
    if not response.headers.get("Content-Type", "").startswith("text/html") or response.streaming:
        return []
    html, policy = response.content.decode(), response.headers["Content-Security-Policy"]
    faults = [f"inline: {found.group()[:120]}" for found in (INLINE.search(html), BARE_SCRIPT.search(html)) if found]
    if "unsafe" in policy:
        faults.append("an unsafe policy")
    if len(response.content) > LARGEST_PAGE:
        faults.append(f"{len(response.content)} bytes")
    if "<html" in html:
        nonces = set(re.findall(r'nonce="([^"]*)"', html))
        if not nonces or not all(nonce and f"'nonce-{nonce}'" in policy for nonce in nonces):
            faults.append("a nonce that the policy does not name")
        if not re.search(r"<h1[ >]", html) or not re.search(r"<title>\s*\S", html):
            faults.append("no heading or no title")
    return faults


@pytest.mark.parametrize("rows", PORTIONS)
def test_pages_are_safe_small_and_clean(world, browsers, rows):
    faulty = {}
    for row in rows:
        if row in PAGES:
            url = reverse(row.name, kwargs=row.kwargs(world)) + row.query
            if faults := faults_of(browsers["admin"].get(url, row.data(world) or None)):
                faulty[row.label] = faults
    assert faulty == {}


def test_templates_never_switch_escaping_off():
    """``|safe`` and ``autoescape off`` have no place where customers' words are shown."""
    guilty = [
        str(path.relative_to(settings.BASE_DIR))
        for path in settings.BASE_DIR.glob("templates/**/*.html")
        if re.search(r"\|\s*safe\b|autoescape\s+off|csrf_exempt", path.read_text())
    ]
    assert guilty == []
