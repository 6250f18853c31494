"""Pages by key: a cursor is the place of the last row, so a page is found at once and no row is left out or twice.

Lists run by id: whatever is changed, renamed or handed over while somebody reads keeps its place. What was changed
since a moment runs by that moment: a row changed again meanwhile comes again at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Field, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan
from django.utils.translation import gettext as _

from crm.api.problems import refuse_field
from crm.core.list_paging import read_token, write_token

BY_ID = "id"
OVERLAP = timedelta(seconds=60)


@dataclass
class Page:
    """Rows, and the cursor of the page after them; "" where there is none."""

    rows: list[Any]
    next: str | None


def read_page(rows: QuerySet[Any], *, cursor: str | None, limit: int, by: str = BY_ID) -> Page:
    """The ``limit`` rows after ``cursor`` in the order of ``by`` and id; ``by`` is indexed together with the id.

    Raises ``Problem`` 422 for a cursor that is broken or of another list.
    """
    sort = f"{rows.model._meta.label_lower}:{by}"
    field: Field = rows.model._meta.get_field(by)
    order = ["pk"] if by == BY_ID else [by, "pk"]
    if cursor:
        place = read_token(cursor, sort=sort, value_field=field)
        if place is None or (by != BY_ID and place[0] is None):
            raise refuse_field("cursor", _("This is no cursor of this list."))
        keys = place[1:] if by == BY_ID else place
        rows = rows.filter(TupleGreaterThan(tuple(F(name) for name in order), keys))
    found = list(rows.order_by(*order)[: limit + 1])
    if len(found) <= limit:
        return Page(found, None)
    last = found[limit - 1]
    return Page(found[:limit], write_token(sort, None if by == BY_ID else getattr(last, by), last.pk))


def find_next_since() -> datetime:
    """From when to ask next time, so that nothing written meanwhile is missed: before the oldest transaction that is
    still open, and a minute on top for clocks that differ."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT least(statement_timestamp(), min(xact_start)) FROM pg_stat_activity
               WHERE datname = current_database() AND backend_type = 'client backend'"""
        )
        oldest: datetime = cursor.fetchone()[0]
    return (oldest - OVERLAP).astimezone(UTC)


def write_changes(
    rows: QuerySet[Any], describe: Callable[[Any], dict[str, Any]], *, asked: Any, by: str
) -> dict[str, Any]:
    """A page by id, or with ``asked.changed_since`` of what was written since then, by the moment ``by``."""
    answer: dict[str, Any] = {}
    if asked.changed_since is not None:
        answer["next_changed_since"] = find_next_since()  # before the rows are read
        rows = rows.filter(**{f"{by}__gte": asked.changed_since})
    order = BY_ID if asked.changed_since is None else by
    return answer | write_page(read_page(rows, cursor=asked.cursor, limit=asked.limit, by=order), describe)


def write_page(page: Page, describe: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """The page as it is answered."""
    return {"items": [describe(row) for row in page.rows], "next": page.next}
