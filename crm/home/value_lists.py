"""What the lists of the best and the worst customers share: their tabs, their frame, who may see them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from crm.core.formats import format_currency_sign
from crm.core.generic_views import ListView
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.models import Customer

SEE_LISTS = "segments.view_segment"
LISTS: tuple[tuple[str, str | Promise, str], ...] = (
    ("home:most-valuable", _("Most valuable"), SEE_LISTS),
    ("home:pareto", _("Pareto"), "segments.view_dashboard"),
    ("home:benefit-queue", _("Benefits"), SEE_LISTS),
    ("home:best-fit", _("Best fit, not yet A"), SEE_LISTS),
    ("home:wallet-gaps", _("Share of wallet not known"), SEE_LISTS),
    ("home:win-back", _("Win back"), SEE_LISTS),
    ("home:worst-signs", _("Worst signs"), SEE_LISTS),
    ("home:below-zero", _("Below zero"), "segments.view_dashboard"),
    ("home:reference-list", _("References"), "customers.view_customer"),
    ("home:prospect-list", _("Prospects by spend"), "customers.view_customer"),
    ("home:wanted-list", _("Wanted companies"), "customers.view_customer"),
    ("home:clean-up", _("Clean up"), "customers.change_customer"),
    ("segments:pin-report", _("Pinned by hand"), "segments.pin_segment"),
)
currency_sign = lazy(lambda: format_currency_sign(setting("company.currency")).strip(), str)


def list_tabs(user: User, *, current: str) -> list[dict[str, Any]]:
    """The lists that ``user`` may open, as tabs; ``current`` is the address he is at."""
    return [
        {"url": reverse(name), "label": label, "current": name == current}
        for name, label, permission in LISTS
        if user.has_perm(permission)
    ]


class ValueListView(ListView):
    """One of the lists: a row template, views of the list as tabs, and what stands around the table. ``of_figures``:
    the night fills it, so before the first one an empty list is no good news."""

    model: Any = Customer
    permission = SEE_LISTS
    template_name = "home/value_list.html"
    url_name = ""
    row_template = ""
    above_template = ""
    views: tuple[tuple[str | Promise, str], ...] = ()
    empty_title: Any = ""
    of_figures = True

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().current().select_related("owner", "score")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown = super().get_context_data(**context)
        query = shown["list"].query.lstrip("?")
        views = [{"label": label, "url": f"?{key}", "current": query == key} for label, key in self.views]
        around = {"row_template": self.row_template, "above_template": self.above_template, "views": views}
        tabs = list_tabs(self.request.user, current=self.url_name)  # type: ignore[arg-type]
        return {
            **shown,
            **around,
            "list_tabs": tabs,
            "empty_title": self.empty_title,
            "of_figures": self.of_figures,
            "here": self.request.get_full_path(),
        }


def write_csv_rows(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Lines of a CSV file for spreadsheets, one at a time; a text that a spreadsheet would run as a formula is led by
    an apostrophe."""
    for row in rows:
        yield ",".join(_write_cell(cell) for cell in row) + "\r\n"


def _write_cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text
