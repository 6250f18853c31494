"""What no page of the product may have, whoever made it: something inline, an unsafe header, too many bytes."""

import re

from django.http import HttpResponse

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
        if not re.search(r"<h1[ >]", html) or not re.search(r"<title>\s*[^\s<]", html):
            faults.append("no heading or no title")
    return faults
