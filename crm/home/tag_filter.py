"""Customers who carry a tag, as a filter of every list of customers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.core.list_engine import ChoiceFilter
from customers.models import CustomerTag, Tag
from customers.tagging import list_tag_names


def with_tag(rows: QuerySet[Any], tag: str, request: HttpRequest) -> QuerySet[Any]:
    """Those who carry it."""
    return rows.filter(pk__in=CustomerTag.objects.filter(tag=int(tag)).values("customer"))


def list_tag_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """The tags to choose from, and the one in force where the company has more than a list can show."""
    choices = [(str(pk), name) for pk, name in list_tag_names()]
    asked = request.GET.get("tag", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 18 and asked not in dict(choices):
        choices += [(str(pk), name) for pk, name in Tag.objects.filter(pk=int(asked)).values_list("pk", "name")]
    return choices


TAG_FILTER = ChoiceFilter("tag", _("Tag"), with_tag, list_tag_choices)
