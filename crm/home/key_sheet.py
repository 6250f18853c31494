"""The key sheet: fetched when somebody asks for it, so that no page carries it along."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.models import User
from crm.home.shell import list_places


@require_GET
def key_sheet(request: HttpRequest) -> HttpResponse:
    """What lies over the page; as a page of its own where it is asked for by its address."""
    template = "components/key_sheet.html" if request.htmx else "home/key_sheet.html"  # type: ignore[attr-defined]
    return render(request, template, {"key_groups": list_key_groups(request.user)})  # type: ignore[arg-type]


def list_key_groups(user: User) -> list[dict[str, Any]]:
    """The key sheet, in the words of the pages; of the places those that ``user`` has in his navigation."""
    return [
        {
            "label": _("Go"),
            "rows": [
                (["/"], _("search")),
                (["Alt", "L"], _("in the search: log a contact with whom it found")),
                (["Alt", "C"], _("in the search: call whom it found")),
                *((["G", item.go_key.upper()], str(item.label)) for item in list_places(user) if item.go_key),
                (["Ctrl", "K"], _("commands")),
                (["?"], _("this sheet")),
            ],
        },
        {
            "label": _("In a list"),
            "rows": [
                (["J", "K"], _("next, previous")),
                (["↵"], _("open")),
                (["Esc"], _("close, back to the row")),
                (["X"], _("select")),
                (["⇧", "X"], _("select a range")),
                (["A"], _("what to do with those selected")),
                (["E"], _("change the cell")),
                (["F"], _("filter")),
                (["Z"], _("undo the last act")),
                (["A – Z"], _("press the button that shows the letter")),
            ],
        },
        {
            "label": _("With a customer"),
            "rows": [
                (["L"], _("log a contact")),
                (["C"], _("call")),
                (["M"], _("mail")),
                (["S"], _("snooze")),
                (["H"], _("hand over")),
                (["D"], _("done")),
                (["W"], _("why me?")),
            ],
        },
        {
            "label": _("In the log box"),
            "rows": [
                (["1", "–", "4"], _("call, mail, visit, chat")),
                (["Alt", "P"], _("we promised")),
                (["Alt", "Q"], _("they asked")),
                (["Alt", "N"], _("next contact")),
                (["Ctrl", "↵"], _("save, and from any long text")),
                (["Esc"], _("keep as a draft")),
            ],
        },
    ]
