"""How the exports of other systems write a product."""

import re

_CODED = re.compile(r"\[(?P<code>[^\[\]]{1,40})\]\s+(?P<name>\S.*)")


def read_coded_name(text: str) -> tuple[str, str]:
    """Number and name of a product written "[FS-100] Floor scrubber"; without such a number it is empty."""
    coded = _CODED.fullmatch(text)
    return (coded["code"].strip(), coded["name"]) if coded else ("", text)
