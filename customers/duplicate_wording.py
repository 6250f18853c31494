"""Why two customers may be one, in words."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVIDENCE_WORDS: dict[str, str | Promise] = {
    "tax": _("the same tax number"),
    "tax_close": _("a tax number one digit away"),
    "email": _("the same e-mail"),
    "phone": _("the same phone"),
    "domain": _("the same web domain"),
    "address": _("the same address"),
    "people": _("the same person"),
    "name": _("a name alike"),
    "place": _("the same place"),
    "tax_differs": _("another tax number"),
    "domain_differs": _("another web domain"),
    "place_differs": _("another place"),
    "country_differs": _("another country"),
    "name_differs": _("another name"),
}
EXACT_NAME = 0.95
FOLDED = {"people", "place"}


def describe_evidence(what: str, value: str) -> str | Promise:
    """One reason in words; a name that is the same without its legal form says so."""
    if what == "name" and float(value or 0) >= EXACT_NAME:
        return _("the same name")
    return EVIDENCE_WORDS[what]


def list_reasons(evidence: list[list[Any]], *, against: bool = False) -> list[tuple[str | Promise, str]]:
    """Reasons as (words, what is shared), those that speak for or ``against``; names were kept folded."""
    return [
        (describe_evidence(what, value), "" if what == "name" else value.title() if what in FOLDED else value)
        for what, value in evidence
        if what.endswith("_differs") == against
    ]
