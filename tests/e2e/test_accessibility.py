"""Every page in a real browser against axe: WCAG 2.2 AA, light and dark, desk and phone."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Error as PlaywrightError

from tests.permission_table import ROLES
from tests.permission_table.world import build_world
from tests.test_every_page import PAGES

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
AXE = Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
WIDTHS = [1400, 390]
PARTS = 8  # so many tests, which processes share
# Only violations travel back, and only sound and film are loaded again: no rule of ours asks for the style sheets.
RUN = """async only => (await axe.run(document, {
    runOnly: only, resultTypes: ["violations"], preload: {assets: ["media"]}
})).violations"""
# Controls of one filter that stand on one line and are not equally high.
UNEVEN = """() => [...document.querySelectorAll("form.chips")].flatMap(form => {
    const lines = {};
    for (const box of [...form.children].map(one => one.getBoundingClientRect()).filter(box => box.height)) {
        const middle = Math.round((box.top + box.bottom) / 2);
        (lines[middle] ??= new Set()).add(Math.round(box.height));
    }
    return Object.values(lines).filter(heights => heights.size > 1).map(heights => "uneven filter: " + [...heights]);
})"""


@pytest.fixture
def axe_source() -> str:
    """The checker of package-lock.json; absent only where the front-end packages were never installed."""
    if not AXE.exists():
        message = "axe-core is not installed: make vendor"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return AXE.read_text()


def opens(page, url):
    """Whether there is a whole page at ``url``; a fragment is checked as part of its page, a file is none."""
    try:
        answer = page.goto(url)
    except PlaywrightError as reason:
        if "Download is starting" in str(reason):
            return False
        raise
    is_page = "text/html" in answer.headers.get("content-type", "")
    return is_page and page.locator("html[lang] body header").count() > 0


def violations_of(page, *, in_dark: bool = True) -> list[str]:
    """What axe finds on the page as it stands, in light by every rule, in dark by those that a colour can break."""
    problems = []
    schemes = [("light", {"type": "tag", "values": RULES}), ("dark", {"type": "rule", "values": COLOURS})]
    for scheme, rules in schemes if in_dark else schemes[:1]:
        if scheme == "dark":
            page.emulate_media(color_scheme="dark")
        problems += [
            f"{scheme} {violation['id']}: {node['target']} {node['html'][:120]}"
            for violation in page.evaluate(RUN, rules)
            for node in violation["nodes"][:2]
        ]
    if in_dark:
        page.emulate_media(color_scheme="light")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        problems.append("the page is wider than the screen")
    problems += page.evaluate(UNEVEN)
    return problems


def show_as_wide_as(page, fingers, width: int) -> None:
    """The page that is open becomes one of a desk or of a phone, which is touched; as a window that is made smaller."""
    page.set_viewport_size({"width": width, "height": 900})
    fingers.send("Emulation.setTouchEmulationEnabled", {"enabled": width == WIDTHS[1]})
    looks = "[window.innerWidth, matchMedia('(pointer: coarse)').matches]"
    assert page.evaluate(looks) == [width, width == WIDTHS[1]]


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_violation(request, transactional_db, open_page, axe_source, part):
    """Each page is loaded once and looked at in both widths: one page as a phone first, the next as a desk.

    Colours are the same at every width, so dark is looked at on the desk alone."""
    cast = {role: request.getfixturevalue(role) for role in ROLES if role != "anonymous"}
    world = build_world(SimpleNamespace(**cast))
    page = open_page(world.admin, "/")
    page.add_init_script(axe_source)
    fingers = page.context.new_cdp_session(page)
    widths, found = list(WIDTHS), {}
    for row in PAGES[part::PARTS]:
        url = reverse(row.name, kwargs=row.kwargs(world)) + row.query
        if row.name == "core:logout" or not opens(page, url):
            continue
        for width in widths:
            if width != widths[0]:
                show_as_wide_as(page, fingers, width)
            if problems := violations_of(page, in_dark=width == WIDTHS[0]):
                found[f"{row.label} at {width}"] = problems
        widths.reverse()
    assert found == {}
