"""The value of a customer as a file: every line of the page, its amount and where it comes from."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from crm.core.table_export import neutralise
from crm.home.customer_value import Statement
from crm.home.value_page import ValuePage, find_customers, load_value_page

Line = tuple[Any, ...]


@require_GET
def customer_value_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Every line of the page with its source, as a file."""
    customer = get_object_or_404(find_customers(request), pk=pk)
    page = load_value_page(customer, today=company_day(timezone.now()))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="value-{customer.pk}.csv"'
    write_value_file(response, page)
    return response


def write_value_file(target: Any, page: ValuePage) -> None:
    """Write the lines of ``page`` as CSV into ``target``, a byte order mark first so that Excel reads the letters.

    Money in units with two decimals and a point; a text that a spreadsheet would compute gets an apostrophe before it.
    """
    target.write("\ufeff")
    writer = csv.writer(target)
    writer.writerow([_("part"), _("line"), _("amount"), _("low"), _("high"), _("unit"), _("source")])
    for line in list_lines(page):
        writer.writerow(["" if value is None else neutralise(str(value)) for value in line])


def list_lines(page: ValuePage) -> Iterator[Line]:
    """Part, line, amount, range, unit and source of everything the page says in numbers."""
    yield _("customer"), page.customer.name, "", "", "", "", page.customer.number
    yield from _list_statement(_("value statement"), page.statement)
    yield from _list_statement(_("value statement, year before"), page.before)
    yield from _list_forecasts(page)
    yield from _list_renewals(page)
    for bought in page.bought:
        source = _("orders of %(day)s") % {"day": bought.day.isoformat()}
        yield _("purchase day"), bought.day.isoformat(), _money(bought.amount_cents), "", "", _currency(), source


def _list_statement(part: str, statement: Statement) -> Iterator[Line]:
    period = f"{statement.first_day.isoformat()} – {statement.last_day.isoformat()}"
    orders, rates = _("orders, %(period)s") % {"period": period}, _("rate of each day, %(period)s") % {"period": period}
    sums = _("sum of the lines above")
    lines = [
        (_("sales invoiced"), statement.sales_cents, orders),
        (_("returns and credit notes"), statement.returns_cents, orders),
        (_("net sales"), statement.net_cents, sums),
        (_("cost of goods"), -statement.goods_cents, orders),
        (_("margin"), statement.margin_cents, sums),
        *((one.label, -one.cents, rates) for one in statement.service),
        (_("contribution"), statement.contribution_cents, sums),
    ]
    for label, cents, source in lines:
        yield part, label, _money(cents), "", "", _currency(), source


def _list_forecasts(page: ValuePage) -> Iterator[Line]:
    if page.outlook is None:
        return
    source = _("models of %(day)s, 80%% range") % {"day": page.outlook.run.as_of.isoformat()}
    for row in page.outlook.forecasts:
        part = _("expected within %(days)d days") % {"days": row.horizon}
        yield part, _("orders, if it stays"), *_range(row.orders, 1), _("orders"), source
        yield part, _("sales, if it stays"), *_range(row.sales, 100), _currency(), source
        yield part, _("contribution, if it stays"), *_range(row.contribution, 100), _currency(), source
        yield part, _("contribution, weighed"), *_range(row.weighed, 100), _currency(), source


def _list_renewals(page: ValuePage) -> Iterator[Line]:
    """What a contract is expected to bring; the source names its renewals."""
    contract = page.outlook.contract if page.outlook else None
    for row in contract.forecasts if contract else []:
        source = _("renewals of all contracts, 80%% range, %(due)d due") % {"due": row.due}
        part = _("expected within %(days)d days") % {"days": row.horizon}
        yield part, _("contribution, if renewed every time"), _money(round(row.if_renewed)), "", "", _currency(), source
        yield part, _("contribution, weighed"), *_range(row.weighed, 100), _currency(), source


def _range(expected: Any, unit: int) -> tuple[str, str, str]:
    return tuple(f"{value / unit:.2f}" for value in (expected.mean, expected.low, expected.high))  # type: ignore[return-value]


def _money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def _currency() -> str:
    return str(setting("company.currency"))
