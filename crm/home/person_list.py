"""Everybody we talk to, at whichever customer."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.core.list_catalogue import CellEdit, KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.row_addresses import row_address
from crm.core.templatetags.look import icon
from crm.core.text_folding import fold_text
from crm.home.customer_cells import draw_nothing
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
from customers.models import ContactPoint, Person


def search_people(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    """By any part of the name, accents and case apart; short words from the start."""
    folded = fold_text(text)
    return rows.filter(**{"name_folded__contains" if len(folded) > 2 else "name_folded__startswith": folded})


def _unreachable(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    works = ContactPoint.objects.filter(person=OuterRef("pk"), is_valid=True, kind__in=("phone", "email"))
    return rows.filter(~Exists(works))


def _left(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.exclude(left_on=None)


def load_points(rows: list[Any], request: HttpRequest) -> None:
    """The first working phone number and e-mail of each, in one query."""
    points = ContactPoint.objects.filter(person__in=[row.pk for row in rows], is_valid=True).order_by("-pk")
    found = {(point.person_id, point.kind): point for point in points}
    for row in rows:
        row.phone_point = found.get((row.pk, "phone"))
        row.phone = row.phone_point.value if row.phone_point else ""
        row.email = found[(row.pk, "email")].value if (row.pk, "email") in found else ""


def draw_phone(row: Any) -> SafeString:
    """The number to ring; on a telephone the sign alone, which rings it."""
    if row.phone_point is None:
        return draw_nothing()
    return format_html(
        '<a class="row-x q nw" href="tel:{}" aria-label="{}">{}<span class="hide-s">{}</span></a>',
        row.phone_point.value_normal,
        row.phone,
        icon("phone", "s"),
        row.phone,
    )


PEOPLE = ListDefinition(
    columns=(
        Column(
            "name",
            _("Person"),
            sort="name_folded",
            fixed=True,
            url=lambda row: row_address("home:person-page", row.pk),
            export="name",
        ),
        Column("job_title", _("Job title"), edit="job_title", hide_on_phone=True),
        customer_column(),
        Column("influence", _("Influence"), "get_influence_display", edit="influence", hide_on_phone=True),
        Column("phone", _("Phone"), draw=draw_phone, export="phone"),
        Column("email", _("E-mail"), hide_on_phone=True),
        Column("language", _("Language"), edit="language", hide_on_phone=True),
        Column("is_main", _("Main contact"), kind="flag", shown=False, hide_on_phone=True),
        Column("left_on", _("Left on"), kind="day", shown=False, hide_on_phone=True),
        Column("city", _("City"), "customer.city", shown=False, hide_on_phone=True),
        Column("country", _("Country"), "customer.country", shown=False, hide_on_phone=True),
        owner_column(),
        author_column(),
    ),
    filters=(
        TextFilter("q", _("Name"), search_people),
        ChoiceFilter(
            "influence",
            _("Influence"),
            lambda rows, value, request: rows.filter(influence=value),
            [(key, label) for key, label in Person.Influence.choices if key],
        ),
        OWNER_FILTER,
        AUTHOR_FILTER,
        FlagFilter("unreachable", _("No number or address that works"), _unreachable),
        FlagFilter("left", _("Left"), _left, in_form=False),
        CUSTOMER_FILTER,
        RULE_FILTER,
    ),
    default_sort="name",
    page_size=25,
    load=load_points,
)


def find_people(request: HttpRequest) -> QuerySet[Any]:
    """People of current customers whom the reader may see; those who left only where he asks for them."""
    rows = Person.objects.visible_to(request.user).filter(customer__archived_at=None)  # type: ignore[arg-type]
    rows = rows.select_related("customer__owner", "created_by")
    return rows if request.GET.get("left") == "1" else rows.current()


def make_person_cell(data: Any, *, row: Any, field: str, user: Any) -> forms.ModelForm:
    """A form of one field of a person."""
    form_class: type[forms.ModelForm] = forms.modelform_factory(Person, fields=[field])
    return form_class(data, instance=row)


register_list(
    KnownList(
        "people",
        _("People"),
        "home:person-list",
        "customers.view_customer",
        PEOPLE,
        find_people,
        row_url=lambda row: row_address("home:person-page", row.pk),
        views=(
            (_("All"), ""),
            (_("At my customers"), "owner=me"),
            (_("They decide"), "influence=decides"),
            (_("Cannot be reached"), "unreachable=1"),
            (_("Left"), "left=1"),
        ),
        rule_filter="rule",
        edits={
            name: CellEdit("customers.change_customer", make_person_cell)
            for name in ("job_title", "influence", "language")
        },
        empty_title=_("Nobody yet"),
        empty_text=_("People are entered at their customer, or come from a file."),
    )
)


class PersonList(KnownListView):
    """Everybody we talk to."""

    list_name = "people"
