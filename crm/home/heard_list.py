"""Needs as customers told them, each with what changed because of it, why nothing does, or nothing yet."""

from datetime import date
from typing import Any
from urllib.parse import quote

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import TruncMonth
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.list_catalogue import LISTS, KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, ListDefinition
from crm.core.local_time import company_day
from crm.core.models import User
from crm.core.row_addresses import row_address
from crm.home.known_list import KnownListView
from crm.home.list_parts import (
    CUSTOMER_FILTER,
    OWNER_FILTER,
    RULE_FILTER,
    customer_column,
    customer_url,
    day_filter,
    owner_column,
)
from crm.home.need_filter import list_needs
from customers.models import CustomerNeed
from customers.need_noting import heard_key
from customers.rules.heard_changed import HeardMonth, list_heard_months

MONTHS_ON_PAGE, MONTHS_ON_DAY = 6, 3
KEPT_SECONDS = 60
WAITING = "waiting"


def _answered(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(answer="" if value == WAITING else value)


def _met(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(is_met={"yes": True, "no": False}.get(value))


def _say_met(row: CustomerNeed) -> Any:
    return {True: _("yes"), False: _("no"), None: _("not known")}[row.is_met]


def answer_url(row: Any) -> str:
    """Where one says what came of it, for those who may; from there one is back at what waits."""
    if not row.may_answer:
        return ""
    return (
        f"{row_address('customers:customer-need-answer', row.pk)}?next={quote(LISTS['heard'].url)}%3Fanswer%3Dwaiting"
    )


HEARD = ListDefinition(
    columns=(
        Column("need", _("Need"), "need.name", fixed=True, url=customer_url, head_term="need"),
        customer_column(),
        Column("evidence", _("What they said or did"), kind="words", hide_on_phone=True),
        Column("noted", _("Heard"), "noted_on", "day", sort="noted_on", largest_first=True),
        Column("met", _("We meet it"), _say_met, hide_on_phone=True),
        Column("answer", _("What came of it"), "get_answer_display", url=answer_url),
        Column("words", _("In words"), "answer_text", "words", hide_on_phone=True),
        Column("answered", _("Since"), "answered_on", "day", hide_on_phone=True),
        Column("source", _("Told by"), shown=False, hide_on_phone=True),
        owner_column(),
    ),
    filters=(
        ChoiceFilter(
            "answer",
            _("What came of it"),
            _answered,
            [(value or WAITING, label) for value, label in CustomerNeed.Answer.choices],
        ),
        ChoiceFilter("need", _("Need"), lambda rows, value, request: rows.filter(need=int(value)), list_needs),
        ChoiceFilter("met", _("We meet it"), _met, [("yes", _("yes")), ("no", _("no")), ("unknown", _("not known"))]),
        day_filter("since", _("Heard from (2026-01-31)"), lambda day: Q(noted_on__gte=day)),
        day_filter("until", _("Heard until (2026-12-31)"), lambda day: Q(noted_on__lte=day)),
        OWNER_FILTER,
        CUSTOMER_FILTER,
        RULE_FILTER,
    ),
    default_sort="-noted",
    page_size=25,
)


def find_heard(request: HttpRequest) -> QuerySet[Any]:
    """Needs of customers whom the reader may see."""
    may_answer = request.user.has_perm("customers.change_customer")
    rows = CustomerNeed.objects.visible_to(request.user).annotate(may_answer=Value(may_answer))  # type: ignore[arg-type]
    return rows.select_related("need", "customer__owner")


def count_heard(needs: QuerySet[CustomerNeed], *, most: int) -> list[HeardMonth]:
    """What was heard in the newest months with any, and what came of it."""
    first = company_day(timezone.now()).replace(day=1)
    since = date(first.year - 1, first.month, 1)
    rows = needs.filter(noted_on__gte=since).order_by().annotate(month=TruncMonth("noted_on"))
    return list_heard_months(rows.values_list("month", "answer").annotate(n=Count("pk")), most=most)


def count_own_heard(user: User) -> list[HeardMonth]:
    """Of the customers ``user`` owns: what is noted shows at once, a customer given to another within a minute."""
    key = heard_key(user.pk)
    months: list[HeardMonth] | None = cache.get(key)
    if months is None:
        months = count_heard(CustomerNeed.objects.filter(customer__owner=user), most=MONTHS_ON_DAY)
        cache.set(key, months, KEPT_SECONDS)
    return months


register_list(
    KnownList(
        "heard",
        _("Needs heard"),
        "home:heard-list",
        "customers.view_customer",
        HEARD,
        find_heard,
        row_url=customer_url,
        views=(
            (_("All"), ""),
            (_("Nothing came of it yet"), "answer=waiting"),
            (_("Something changed"), "answer=changed"),
            (_("A reason why not"), "answer=declined"),
            (_("Of my customers"), "owner=me"),
        ),
        search_filter="",
        rule_filter="rule",
        empty_title=_("No need noted yet"),
        empty_text=_("Needs are noted on the page of a customer: what would they miss if we were gone?"),
    )
)


class HeardList(KnownListView):
    """What customers need, and what came of saying so."""

    list_name = "heard"
    above_template = "home/lists/heard_above.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["heard"] = count_heard(
            CustomerNeed.objects.visible_to(self.request.user),  # type: ignore[arg-type]
            most=MONTHS_ON_PAGE,
        )
        return context
