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
PARTS = 4  # so many tests, which processes share; each looks at each kind of letters anew
# Only violations travel back, and only sound and film are loaded again: no rule of ours asks for the style sheets.
RUN = """async off => (await axe.run(document, {
    runOnly: {type: "tag", values: %s}, rules: Object.fromEntries(off.map(rule => [rule, {enabled: false}])),
    resultTypes: ["violations"], preload: {assets: ["media"]}
})).violations"""
RUN %= RULES
# Colours take axe longer than all other rules together. They are looked at once for each kind of letters: the same
# element, in the same ones all the way up, with the same colours, grounds and size of type. A kind is known when axe
# has passed it: what is covered or cannot be told today is looked at again on the next page.
RUN_COLOURS = """async ([only, known]) => {
    const passed = new Set(known), kinds = new Map();
    const hash = text => {
        let high = 7, low = 11;
        for (let at = 0; at < text.length; at++) {
            high = Math.imul(high ^ text.charCodeAt(at), 0x9E3779B1);
            low = Math.imul(low ^ text.charCodeAt(at), 0x85EBCA77);
        }
        return `${high >>> 0}.${low >>> 0}`;
    };
    const walk = (element, above) => {
        const style = getComputedStyle(element);
        if (style.display === "none") return;
        const says = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
        const kind = hash([
            above, element.localName, element.getAttribute("class"), says, style.color, style.fill, style.opacity,
            style.backgroundColor, style.backgroundImage, style.fontSize, style.fontWeight, style.textDecorationLine
        ].join());
        const box = element.getBoundingClientRect();  // what only a screen reader reads is one pixel
        const isShown = style.display === "contents" || box.width > 1 && box.height > 1;
        if (isShown && (says || element.matches("input, select, textarea"))) kinds.set(element, kind);
        for (const child of element.children) walk(child, kind);
    };
    walk(document.documentElement, "");
    const include = [...kinds].filter(([_element, kind]) => !passed.has(kind)).map(([element]) => element);
    if (!include.length) return {violations: [], passed: []};
    const found = await axe.run({include}, {
        runOnly: {type: "rule", values: only}, selectors: false, elementRef: true, preload: false,
        resultTypes: ["violations", "passes"]
    });
    const broken = new Set(found.violations.flatMap(one => one.nodes.map(node => node.element)));
    return {
        violations: found.violations.map(({id, nodes}) => ({
            id, nodes: nodes.map(node => ({target: node.any.map(one => one.message), html: node.html}))
        })),
        passed: found.passes.filter(one => one.id === "color-contrast")
            .flatMap(one => one.nodes.map(node => node.element))
            .filter(element => !broken.has(element)).map(element => kinds.get(element)).filter(Boolean)
    };
}"""
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


def colour_violations_of(page, known: set[str]) -> list[dict]:
    """What is wrong with colours on the page as it stands, of kinds of letters that are not ``known``; those that are
    right are known from then on."""
    found = page.evaluate(RUN_COLOURS, [COLOURS, sorted(known)])
    known.update(found["passed"])
    return found["violations"]


def violations_of(page, *, in_dark: bool = True, known: set[str] | None = None) -> list[str]:
    """What axe finds on the page as it stands, in light by every rule, in dark by those that a colour can break.
    ``known``: the kinds of letters whose colours need not be looked at again."""
    known = set() if known is None else known
    found = [("light", violation) for violation in page.evaluate(RUN, COLOURS) + colour_violations_of(page, known)]
    if in_dark:
        page.emulate_media(color_scheme="dark")
        found += [("dark", violation) for violation in colour_violations_of(page, known)]
        page.emulate_media(color_scheme="light")
    problems = [
        f"{scheme} {violation['id']}: {node['target']} {node['html'][:120]}"
        for scheme, violation in found
        for node in violation["nodes"][:2]
    ]
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
    widths, found, known = list(WIDTHS), {}, set()
    for row in PAGES[part::PARTS]:
        url = reverse(row.name, kwargs=row.kwargs(world)) + row.query
        if row.name == "core:logout" or not opens(page, url):
            continue
        for width in widths:
            if width != widths[0]:
                show_as_wide_as(page, fingers, width)
            if problems := violations_of(page, in_dark=width == WIDTHS[0], known=known):
                found[f"{row.label} at {width}"] = problems
        widths.reverse()
    assert found == {}


LETTERS = """<!doctype html><html lang="en"><title>Letters</title><style>
    body {background: white; color: black} .soft {color: #767676} .grey {background: #ddd}
    @media (prefers-color-scheme: dark) {.dim {color: #ddd}}
</style><main><p class="soft">Seals</p>%s</main>"""


def test_letters_are_looked_at_again_on_another_ground_and_in_the_other_theme(browser, axe_source):
    page, known = browser.new_page(), set()
    page.set_content(LETTERS % "")
    page.evaluate(axe_source)
    assert violations_of(page, known=known) == []
    count = len(known)
    assert count > 0
    for more, schemes in [
        ('<p class="soft">Bearings</p>', []),
        ('<div class="grey"><p class="soft">Bearings</p></div>', ["light", "dark"]),
        ('<p class="dim">Bearings</p>', ["dark"]),
    ]:
        page.set_content(LETTERS % more)
        page.evaluate(axe_source)
        found = violations_of(page, known=known)
        assert [problem.split(":")[0] for problem in found] == [f"{scheme} color-contrast" for scheme in schemes]
        assert violations_of(page, known=known) == found, "what is wrong is never known"
        assert schemes or len(known) == count, "the same letters again"
    page.close()
