"""A page of a list whose order begins with everybody else: its rows are gathered first and sorted then.

The database finds the page of a sorted list by walking the index of the order until enough rows answer the filters. It
takes them to be spread evenly over it, and where they are not (a country whose names all stand at the end of the
alphabet, the smallest sales of the best class) it reads nearly everybody before the first. No statistics tell that, but
what gathering the rows by their filters would take is known, where these leave few enough: the walk has half of that.
So a list of a few is not walked for long, and a busy machine does not give up a walk of a moment to sort tens of
thousands. Where gathering then took longer than expected, or the disk was asked for what memory holds now, the next
visit walks once more, for half the time that gathering really took. Else, and after a second walk given up, the same
list is gathered at once for five minutes.

Of what belongs to customers (the orders of those who stopped ordering) the first place that any of it can have is often
found sooner: the walk then begins there (``crm.core.edge_finding``), before all is gathered.

Where a condition names its few sooner than a walk is given up (``Holds.is_soon``), it is asked after a walk of a
moment.

A walk looks at one row after the other, and so asks singly what would else be added up of everybody
(``crm.core.single_asking``); what is rare is then gathered by whichever way the planner takes for the cheaper.
"""

import time
from typing import Any

from django.core.cache import cache
from django.db.models import F, Func, QuerySet

from crm.core.edge_finding import begin_at_edge, has_edge
from crm.core.few_finding import find_few
from crm.core.list_definition import Column
from crm.core.list_paging import Place, fetch_rows, order_keys, try_for
from crm.core.single_asking import Found, asking_among, asking_singly, list_conditions

LEAST_WALK_MS = 20  # what a page takes whose rows are spread evenly
MOMENT_MS = 2 * LEAST_WALK_MS  # the same on a busy machine
EDGE_WALK_MS = 200  # what a walk has where the place of the first row can be found instead
KEPT_SECONDS = 300


def walk_or_gather(
    queryset: QuerySet[Any],
    column: Column,
    *,
    descending: bool,
    place: Place | None,
    backward: bool,
    size: int,
    gathering_ms: int,
    remembered_as: str,
    is_single: bool = False,
) -> list[Any]:
    """``fetch_rows`` for a list that may be gathered in about so many milliseconds; ``remembered_as`` names what is
    listed in which order, and ``is_single`` says that gathering looks at one row after the other, as a walk does."""
    asked: dict[str, Any] = {"descending": descending, "place": place, "backward": backward, "size": size}
    remembered: int | None = cache.get(remembered_as)  # how long the walk after one given up may take; 0: none
    walk_ms = max(LEAST_WALK_MS, gathering_ms // 2)
    limit, is_edged = remembered, has_edge(queryset, column)
    if limit is None or (is_edged and place is not None):  # a later page begins where there are some
        limit = min(walk_ms, EDGE_WALK_MS) if is_edged else walk_ms
    found: Found | None = None
    if limit > MOMENT_MS and any(one.is_soon for one in list_conditions(queryset)):
        if (rows := _walk_for(MOMENT_MS, queryset, column, asked)) is not None:
            return rows
        found = find_few(queryset)
    if limit and not found and (rows := _walk_for(limit, queryset, column, asked)) is not None:
        return rows
    began, rows = time.monotonic(), None
    if found is None:
        found = find_few(queryset)
    if not found and (nearer := begin_at_edge(queryset, column, downward=descending != backward)) is not None:
        queryset = nearer
        rows = _walk_for(walk_ms, queryset, column, asked)
    if rows is None:
        with asking_among(found), asking_singly(is_single or bool(found)):
            rows = fetch_rows(queryset, column, take=_gather, **asked)
    if limit:
        half = int((time.monotonic() - began) * 500)
        is_tried_again = remembered is None and half > limit and not is_edged
        cache.set(remembered_as, half if is_tried_again else 0, KEPT_SECONDS)
    return rows


def _walk_for(ms: int, queryset: QuerySet[Any], column: Column, asked: dict[str, Any]) -> list[Any] | None:
    """The page as a walk finds it; None where that needs longer."""
    with asking_singly():
        return try_for(ms, lambda: fetch_rows(queryset, column, **asked))


def _gather(queryset: QuerySet[Any], column: Column, *, downward: bool, nulls: bool, size: int) -> list[Any]:
    """The rows in an order that no index knows, so that all are found first; the few of the page are then read."""
    hidden = [Func(F(key), function="GREATEST") for key in order_keys(column, nulls=nulls)]
    order = [one.desc() if downward else one.asc() for one in hidden]
    keys = list(queryset.order_by(*order).values_list("pk", flat=True)[:size])
    with asking_singly():
        found = queryset.in_bulk(keys)
    return [found[key] for key in keys if key in found]
