"""Every complaint as a table: to search, compare and take along; the desk is where they are worked on."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from crm.core.list_catalogue import KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition
from crm.core.row_addresses import row_address
from crm.home.customer_list import currency_sign
from crm.home.known_list import KnownListView
from crm.home.list_parts import (
    AUTHOR_FILTER,
    CUSTOMER_FILTER,
    OWNER_FILTER,
    RULE_FILTER,
    author_column,
    customer_column,
    owner_column,
)


def _in_state(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(closed_at__isnull=value == "open")


def _mine(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(guardian=request.user.pk)


def case_url(row: Any) -> str:
    """The case itself."""
    return row_address("complaints:complaint-detail", row.pk)


COMPLAINTS = ListDefinition(
    columns=(
        Column("title", _("Complaint"), fixed=True, url=case_url),
        Column("number", _("Number"), hide_on_phone=True),
        customer_column(),
        Column("kind", _("Kind"), "get_kind_display", hide_on_phone=True),
        Column("severity", _("Severity"), "get_severity_display", hide_on_phone=True, head_term="severity"),
        Column("taken", _("Taken"), "taken_at", "moment", sort="taken_at", largest_first=True),
        Column("closed", _("Closed"), "closed_at", "moment", hide_on_phone=True),
        Column("value", _("Yearly sales"), "value_cents", "amount", unit=currency_sign(), hide_on_phone=True),
        Column("mended", _("Mended"), "get_mended_display", hide_on_phone=True),
        Column("wants", _("What they want"), shown=False, hide_on_phone=True),
        Column("remedy", _("Remedy"), shown=False, hide_on_phone=True),
        Column("word", _("Their word"), "customers_word", shown=False, hide_on_phone=True),
        Column(
            "guardian", _("Guardian"), kind="avatar", hide_on_phone=True, export="guardian.name", head_term="guardian"
        ),
        replace(owner_column(), shown=False),
        author_column(),
    ),
    filters=(
        ChoiceFilter("state", _("State"), _in_state, [("open", _("open")), ("closed", _("closed"))]),
        ChoiceFilter("kind", _("Kind"), lambda rows, value, request: rows.filter(kind=value), Complaint.Kind.choices),
        ChoiceFilter(
            "severity",
            _("Severity"),
            lambda rows, value, request: rows.filter(severity=int(value)),
            Complaint.Severity.choices,
        ),
        ChoiceFilter(
            "mended",
            _("Mended"),
            lambda rows, value, request: rows.filter(mended=value),
            [(key, label) for key, label in Complaint.Mended.choices if key],
        ),
        OWNER_FILTER,
        AUTHOR_FILTER,
        FlagFilter("mine", _("I guard it"), _mine),
        CUSTOMER_FILTER,
        RULE_FILTER,
    ),
    default_sort="-taken",
    page_size=25,
)


def find_complaints(request: HttpRequest) -> QuerySet[Any]:
    """Complaints the reader may see."""
    rows = Complaint.objects.visible_to(request.user)  # type: ignore[arg-type]
    return rows.select_related("customer__owner", "guardian", "created_by")


register_list(
    KnownList(
        "complaints",
        _("Complaints"),
        "home:complaint-table",
        "complaints.view_complaint",
        COMPLAINTS,
        find_complaints,
        row_url=case_url,
        views=(
            (_("All"), ""),
            (_("Open"), "state=open"),
            (_("I guard"), "mine=1&state=open"),
            (_("Closed"), "state=closed"),
            (_("Not mended"), "mended=no"),
        ),
        search_filter="",
        rule_filter="rule",
        empty_title=_("No complaint yet"),
        empty_text=_("Complaints are taken at the desk, or come from a file."),
    )
)


class ComplaintTable(KnownListView):
    """Every complaint, open or closed."""

    list_name = "complaints"
    head_template = "home/complaint_table_head.html"
