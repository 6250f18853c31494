"""Addresses of rows: a list asks for two hundred of them, and all but the number is the same."""

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse

# No id of a row: it stands where the id goes while an address is taken apart.
PLACE = 2**53 - 111


@lru_cache(maxsize=256)
def _take_apart(url_name: str, urlconf: str | None, prefix: str) -> tuple[str, str]:
    before, _place, after = reverse(url_name, args=[PLACE]).partition(str(PLACE))
    return before, after


def row_address(url_name: str, key: int) -> str:
    """The address called ``url_name`` of the row with this id, as ``reverse(url_name, args=[key])`` gives it."""
    before, after = _take_apart(url_name, get_urlconf(), get_script_prefix())
    return f"{before}{key}{after}"
