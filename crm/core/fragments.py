"""Which part of a page htmx asks for."""

from django.http import HttpRequest


def wants_fragment(request: HttpRequest, names: tuple[str, ...]) -> str:
    """The partial that htmx asks for, or "" when the whole page is wanted (also after Back)."""
    details = getattr(request, "htmx", None)
    if not details or details.boosted or details.history_restore_request:
        return ""
    return details.target if details.target in names else ""
