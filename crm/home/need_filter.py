"""Customers with a need of the catalogue, as a filter of every list of customers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.core.list_engine import ChoiceFilter
from customers.models import CustomerNeed
from customers.need_noting import list_need_names


def with_need(rows: QuerySet[Any], need: str, request: HttpRequest) -> QuerySet[Any]:
    """Those of whom the need is noted."""
    return rows.filter(pk__in=CustomerNeed.objects.filter(need=int(need)).values("customer"))


def list_needs(request: HttpRequest) -> list[tuple[str, str]]:
    """The catalogue, to choose from."""
    return [(str(pk), name) for pk, name in list_need_names()]


NEED_FILTER = ChoiceFilter("need", _("Need"), with_need, list_needs)
