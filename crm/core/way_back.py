"""Where an act leads when it has no page of its own: back to the page it was done on."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def find_way_back(request: HttpRequest, *, default: str = "/") -> str:
    """The page the act came from, as the form (``next``) or the browser says it, when it is ours; else ``default``."""
    came_from = request.POST.get("next") or request.headers.get("referer", "")
    return came_from if url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}) else default
