"""Own fields by which lists are sorted: the order of their values for a list, and the indexes that keep it.

An admin says of which fields that is true. Each gets an index over an expression, made beside the work of the day by a
job that compares what there is with what there should be; a list offers the order once the index stands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F, Func, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import JobLease, job_kind, request_job
from crm.core.models import JobRun, User
from customers.custom_field_catalogue import FieldDefinition, forget_fields
from customers.models import CustomField
from customers.rules.custom_value_order import make_order, name_sort_index

SORT_JOB = "field-sort"
PREFIX = "own_sort_"
TABLE = "customers_customvalueset"
# Making an index waits for every transaction that began before; the lease cannot be renewed meanwhile.
LEASE = timedelta(minutes=30)
AGAIN = timedelta(seconds=10)
_LOCK = 7_230_427

_OUTPUT: dict[str, models.Field] = {
    "text": models.TextField(),
    "choice": models.IntegerField(),
    "number": models.DecimalField(max_digits=40, decimal_places=12),
    "money": models.DecimalField(max_digits=40, decimal_places=12),
    "date": models.CharField(max_length=10),
    "flag": models.BooleanField(),
}


class _Order(Func):
    """The values of one field in their order, word for word as its index has them."""

    def __init__(self, field_id: int, kind: str) -> None:
        self.template = make_order(field_id, kind, data="%(expressions)s")
        super().__init__(F("custom_values__data"), output_field=_OUTPUT[kind])


def is_kept_in_order(field: FieldDefinition) -> bool:
    """Whether the index of the field, as it is now, stands."""
    return bool(field.sort_index) and field.sort_index == name_sort_index(field.pk, field.kind)


def order_customers(rows: QuerySet[Any], *, filled: bool, field: FieldDefinition, name: str) -> QuerySet[Any]:
    """``rows`` of customers with the value of ``field`` to sort by as ``name``; ``filled`` leaves out who has no row
    of values, so that the index can lead."""
    if filled:
        rows = rows.filter(custom_values__isnull=False)
    return rows.alias(**{name: _Order(field.pk, field.kind)})


def request_sorting(*, by: User | None, at: datetime) -> JobRun:
    """Ask for the indexes to be made and dropped as the fields now want it."""
    return request_job(SORT_JOB, key="all", due_at=at, by=by)


def sort_afterwards(*, by: User) -> None:
    """Once the change is kept, whenever that is, lists learn by what they can be sorted."""
    transaction.on_commit(lambda: request_sorting(by=by, at=timezone.now()))


@job_kind(SORT_JOB, label=_("Put own fields in order for lists"), lease=LEASE)
def sort_job(lease: JobLease) -> dict[str, Any]:
    """Make what is missing, drop what nobody wants; another that is at it is left alone and followed."""
    with _one_at_a_time() as is_mine:
        if not is_mine:
            request_sorting(by=None, at=timezone.now() + AGAIN)
            return {"made": [], "dropped": []}
        return keep_sort_indexes()


def keep_sort_indexes() -> dict[str, list[str]]:
    """Bring the indexes into line with the fields; returns the names of those made and dropped.

    Harmless to repeat. An index that was left half made is dropped and made again.
    """
    fields = CustomField.objects.filter(is_sorted=True, archived_at=None)
    wanted = {name_sort_index(one.pk, one.kind): one for one in fields if name_sort_index(one.pk, one.kind)}
    standing = _list_indexes()
    valid = {name for name, is_valid in standing.items() if is_valid}
    CustomField.objects.exclude(sort_index="").exclude(sort_index__in=valid & set(wanted)).update(sort_index="")
    forget_fields()
    dropped = sorted(name for name in standing if name not in wanted or name not in valid)
    made = sorted(set(wanted) - valid)
    with connection.cursor() as cursor:
        for name in dropped:
            cursor.execute(f"DROP INDEX {_beside()} IF EXISTS {connection.ops.quote_name(name)}")
        for name in made:
            order = make_order(wanted[name].pk, wanted[name].kind, data="data")
            cursor.execute(
                f"CREATE INDEX {_beside()} {connection.ops.quote_name(name)} ON {TABLE} (({order}), customer_id)"
                f" WHERE ({order}) IS NOT NULL"
            )
        if made:
            cursor.execute(f"ANALYZE {TABLE}")
    for name in set(wanted):
        CustomField.objects.filter(pk=wanted[name].pk, kind=wanted[name].kind, is_sorted=True).update(sort_index=name)
    forget_fields()
    return {"made": made, "dropped": [name for name in dropped if name not in made]}


def _beside() -> str:
    """Whoever writes values meanwhile does not wait; inside a transaction there is no such way."""
    return "" if connection.in_atomic_block else "CONCURRENTLY"


def _list_indexes() -> dict[str, bool]:
    """The indexes of own fields that there are, and whether each is whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE i.indrelid = %s::regclass AND starts_with(c.relname, %s)""",
            [TABLE, PREFIX],
        )
        return dict(cursor.fetchall())


@contextmanager
def _one_at_a_time() -> Iterator[bool]:
    """Whether this process is the one that makes indexes. Nobody waits: making one waits for all who do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        is_mine = bool(cursor.fetchone()[0])
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
