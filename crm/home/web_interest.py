"""How a visit on the web reads on the timeline."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from interactions.models import WebEvent

MOST_NAMES = 5
_KINDS = WebEvent.Kind


def name_visit(events: Sequence[WebEvent]) -> str:
    """What it was above all: products looked at, else pages, a cart, a search, a download."""
    kinds = {event.kind for event in events}
    viewed = [event for event in events if event.kind == _KINDS.VIEWED]
    products = {event.product_id or event.words.casefold() for event in viewed if event.product_id or event.words}
    if products:
        words = ngettext("Looked at %(n)s product on the web", "Looked at %(n)s products on the web", len(products))
        return words % {"n": len(products)}
    if viewed:
        return ngettext("Looked at %(n)s page on the web", "Looked at %(n)s pages on the web", len(viewed)) % {
            "n": len(viewed)
        }
    if has_left_cart(events):
        return _("Left a cart on the web")
    if _KINDS.CART in kinds:
        return _("Filled a cart on the web")
    return _("Searched on the web") if _KINDS.SEARCHED in kinds else _("Downloaded from the web")


def tell_visit(events: Sequence[WebEvent]) -> str:
    """Everything else of it in a line: names, searches, files, what is in the cart and whether it was left there."""
    viewed = _name(event.words or event.page_title or event.page_path for event in events if event.kind == "viewed")
    told = [viewed] if viewed else []
    for kind, words in (
        (_KINDS.SEARCHED, _("searched for %(what)s")),
        (_KINDS.DOWNLOADED, _("downloaded %(what)s")),
        (_KINDS.CART, _("put into the cart: %(what)s")),
    ):
        if what := _name(event.words for event in events if event.kind == kind):
            told.append(words % {"what": what})
    if has_left_cart(events):
        told.append(_("cart left"))
    return " · ".join(told)


def has_left_cart(events: Sequence[WebEvent]) -> bool:
    """Whether a cart was left and not taken up again during the visit."""
    carts = [event.kind for event in events if event.kind in {_KINDS.CART, _KINDS.CART_LEFT}]
    return bool(carts) and carts[-1] == _KINDS.CART_LEFT


def _name(texts: Iterable[str]) -> str:
    """Each text once, the first five by name."""
    names = list(dict.fromkeys(text for text in texts if text))
    more = len(names) - MOST_NAMES
    told = ", ".join(names[:MOST_NAMES])
    return _("%(names)s and %(more)s more") % {"names": told, "more": more} if more > 0 else told
