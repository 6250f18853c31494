"""Every figure of the catalogue as a column of the list of customers, read for one page in one statement."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from crm.core.formats import format_currency_sign
from crm.core.list_engine import Column
from crm.core.local_time import company_day
from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from crm.core.models.business_setting import setting
from crm.home.customer_cells import draw_nothing
from customers.custom_field_catalogue import FieldDefinition, list_fields, list_findable_names
from customers.custom_field_sorting import is_kept_in_order, order_customers
from customers.custom_value_keeping import load_custom_values, show_value
from customers.models import CustomField

PREFIX = "m."
_currency_sign = lazy(lambda: format_currency_sign(setting("company.currency")).strip(), str)
KINDS = {
    MetricKind.NUMBER: "figure",
    MetricKind.DAYS: "number",
    MetricKind.MONEY: "amount",
    MetricKind.SHARE: "share",
    MetricKind.DATE: "day",
    MetricKind.FLAG: "flag",
}


def list_metric_columns() -> dict[str, Column]:
    """A column for each metric and own field, called ``m.<metric>``; none is shown until it is chosen."""
    own = {field.metric_name: field for field in list_fields()}
    return {f"{PREFIX}{metric.name}": _make_column(metric, own.get(metric.name)) for metric in METRICS.offered()}


def _make_column(metric: Metric, field: FieldDefinition | None) -> Column:
    """The metric as a column; sorted by where it is an own ``field`` that is kept in order.

    In a file a colleague is named so that an import finds him again.
    """
    is_sorted = field is not None and is_kept_in_order(field)
    names_colleague = field is not None and field.kind == CustomField.Kind.PERSON
    is_exact = field is not None and field.kind in {CustomField.Kind.NUMBER, CustomField.Kind.MONEY}
    order = f"order_{metric.name}"
    return Column(
        f"{PREFIX}{metric.name}",
        capfirst(str(metric.label)),
        partial(_read, metric=metric),
        KINDS.get(metric.kind, "text"),
        unit=_currency_sign() if metric.kind == MetricKind.MONEY and field is None else "",
        draw=partial(_draw_own, metric=metric, field=field) if is_exact else None,
        hide_on_phone=True,
        shown=False,
        export=partial(_name_colleague, field=field) if names_colleague else "",
        sort=order if is_sorted else "",
        tie="custom_values__customer_id",
        nullable=True,
        largest_first=metric.kind in KINDS,
        sort_with=partial(order_customers, field=field, name=order) if is_sorted else None,
    )


def _read(row: Any, *, metric: Metric) -> Any:
    value = row.metric_values.get(metric.name)
    return dict(metric.choices).get(value, value) if metric.kind == MetricKind.CHOICE else value


def _draw_own(row: Any, *, metric: Metric, field: FieldDefinition) -> SafeString | str:
    """Own numbers and money as exact as somebody noted them, as on the page of the customer."""
    return show_value(field, _read(row, metric=metric)) or draw_nothing()


def _name_colleague(row: Any, *, field: FieldDefinition) -> str:
    return str(row.findable_names.get(row.custom_data.get(field.key), ""))


def load_metric_values(rows: list[Any], columns: Sequence[Column], request: HttpRequest) -> None:
    """The figures of ``columns`` for these customers, into ``metric_values`` of each row."""
    names = [column.name.removeprefix(PREFIX) for column in columns]
    found = read_metrics([row.pk for row in rows], names, on=company_day(timezone.now()))
    for row in rows:
        row.metric_values = found.get(row.pk, {})
    if any(column.export for column in columns):
        load_custom_values(rows)
        findable_names = list_findable_names()
        for row in rows:
            row.findable_names = findable_names


def read_metrics(customer_ids: list[int], names: Sequence[str], *, on: date) -> dict[int, dict[str, Any]]:
    """Metric values by customer; the SQL is put together from the catalogue alone."""
    metrics = [METRICS[name] for name in names if name in METRICS]
    if not metrics or not customer_ids:
        return {}
    joins = " ".join(dict.fromkeys(metric.join for metric in metrics if metric.join))
    figures = ", ".join(f"({metric.sql})" for metric in metrics)
    query = f"SELECT c.id, {figures} FROM customers_customer c {joins} WHERE c.id = ANY(%(ids)s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, {"ids": customer_ids, "today": on})
        return {row[0]: dict(zip((m.name for m in metrics), row[1:], strict=True)) for row in cursor.fetchall()}
