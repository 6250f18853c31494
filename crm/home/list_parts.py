"""What lists of things that belong to a customer share: their customer's column, owner and rule filters, days."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.formats import format_full_day
from crm.core.list_engine import ChoiceFilter, Column, TextFilter
from crm.core.models import Role, User
from crm.core.row_addresses import row_address
from crm.core.templatetags.look import partner_tag
from crm.home.customer_list import list_owner_choices
from crm.home.customer_rule import LONGEST_RULE, filter_by_rule, is_rule, name_lost, split_rule, tell_rule

LARGEST_ID = 2**63 - 1


def customer_url(row: Any) -> str:
    """The page of the customer a row belongs to."""
    return row_address("home:customer-page", row.customer_id)


def customer_column() -> Column:
    """Whose it is, leading to his page."""
    return Column("customer", _("Customer"), "customer.name", url=customer_url)


def owner_column() -> Column:
    """Who looks after the customer."""
    return Column("owner", _("Owner"), "customer.owner", "avatar", hide_on_phone=True, export="customer.owner.name")


def _of_owner(rows: QuerySet[Any], owner: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(customer__owner=request.user.pk if owner == "me" else int(owner))


def _of_customer(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(customer=int(value))


def is_id(text: str) -> bool:
    """Whether ``text`` can be the number of a row."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def _added_by(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    partners = User.objects.filter(role=Role.PARTNER)
    return rows.filter(created_by__in=partners) if value == "partner" else rows.filter(created_by=request.user.pk)


def _draw_author(row: Any) -> SafeString | str:
    by = row.created_by
    return format_html("{} {}", by, partner_tag(by)) if by else gettext("import or night")


def author_column() -> Column:
    """Who added it, marked where he is a partner; ``created_by`` comes with the rows."""
    return Column(
        "added_by", _("Added by"), shown=False, hide_on_phone=True, draw=_draw_author, export="created_by.name"
    )


AUTHOR_FILTER = ChoiceFilter("by", _("Added by"), _added_by, [("me", _("me")), ("partner", _("a partner"))])
OWNER_FILTER = ChoiceFilter("owner", _("Owner"), _of_owner, list_owner_choices)
CUSTOMER_FILTER = TextFilter(
    "customer", _("Of one customer"), _of_customer, in_form=False, accepts=is_id, tell=lambda value: ""
)
RULE_FILTER = TextFilter(
    "rule",
    _("Rule"),
    partial(filter_by_rule, key="customer"),
    in_form=False,
    limit=LONGEST_RULE,
    accepts=is_rule,
    tell=tell_rule,
    split=split_rule,
    lost=name_lost,
)


def read_day(text: str) -> date | None:
    """A day as ``2026-11-21``, or None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _tell_day(text: str) -> str:
    day = read_day(text)
    return format_full_day(day) if day else text


def day_filter(name: str, label: Any, condition: Callable[[date], Q]) -> TextFilter:
    """A filter that takes a day (``2026-11-21``) and asks ``condition`` of it."""
    return TextFilter(
        name,
        label,
        lambda rows, value, request: rows.filter(condition(read_day(value) or date.max)),
        is_short=True,
        accepts=lambda text: read_day(text) is not None,
        tell=_tell_day,
    )
