"""Statements that read everybody: how the database may go about them, for the transaction they run in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

# Every table about customers can be read in their order, and merging them row by row costs half the work of a hash of a
# million rows each, in hardly any memory. Workers of one statement would each add up the contacts of everybody for
# themselves: the cores are for the workers of a night.
FOR_EVERYBODY = {"max_parallel_workers_per_gather": "0", "enable_hashjoin": "off"}

# Ranges of customers, each read as above from front to back, are handed out to two processes of the database, one for
# each core; the session itself only collects. Nothing but whole ranges is shared: within one, both would add up the
# contacts of everybody in it.
IN_RANGES = {
    "max_parallel_workers_per_gather": "2",
    "parallel_leader_participation": "off",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "715827882",
    "min_parallel_index_scan_size": "715827882",
}
RANGES = 4
CUT_FROM = 100_000  # customers; fewer are read before a second process has started

# The scores lie in ranges of customers, and the planner takes a look-up for one in each of them, which it is not: for a
# hundredth of all customers it would rather read everybody, seven times as dear.
ONE_BY_ONE = {"enable_hashjoin": "off", "enable_mergejoin": "off"}

_OF_CUSTOMER = re.compile(r"\b(\w+)\.customer_id = c\.id\b")


@dataclass(frozen=True)
class CustomerRange:
    """Customers from the id ``first`` to ``last``; without both everybody."""

    first: int | None = None
    last: int | None = None

    @property
    def condition(self) -> str:
        """Whether the customer ``c`` is in the range."""
        return "true" if self.first is None else f"c.id BETWEEN {self.first} AND {self.last}"

    def limit(self, joins: str) -> str:
        """``joins`` to the customer ``c`` that read no more of their tables than the range.

        The range stands at every table: it does not travel through a join.
        """
        if self.first is None:
            return joins
        return _OF_CUSTOMER.sub(rf"\g<0> AND \1.customer_id BETWEEN {self.first} AND {self.last}", joins)


def commit_without_waiting() -> None:
    """Let this transaction end before it is on the disk: one that is done again where a crash of the machine takes it
    away. Whatever is committed later is not kept without it."""
    with connection.cursor() as cursor:
        _set(cursor, {"synchronous_commit": "off"})


def plan_for_everybody(cursor: Any, *, seconds: int | None = None) -> None:
    """Let the statements that follow in this transaction read all customers in their order; given ``seconds``, each
    for so long at most."""
    wanted = {"work_mem": "64MB", **FOR_EVERYBODY}
    if seconds is not None:
        wanted["statement_timeout"] = f"{int(seconds)}s"
    _set(cursor, wanted)


def plan_for_few(cursor: Any) -> None:
    """Let the statements that follow in this transaction look up each of a few customers by his key."""
    _set(cursor, ONE_BY_ONE)


def share_ranges(cursor: Any, write: Callable[[CustomerRange], str]) -> str:
    """``write(range)`` for ranges that make up everybody, joined by UNION ALL for two processes of the database; for
    few customers one statement. To be run in this transaction, after ``plan_for_everybody``. A look-up for each row (a
    correlated subquery) inside keeps it all in one process."""
    cursor.execute("SELECT min(id), max(id) FROM customers_customer")
    first, last = cursor.fetchone()
    if first is None or last - first < CUT_FROM:
        return write(CustomerRange())
    _set(cursor, IN_RANGES)
    starts = [first + (last + 1 - first) * part // RANGES for part in range(RANGES)]
    ends = [start - 1 for start in starts[1:]] + [2**62]  # open, for customers who come meanwhile
    return " UNION ALL ".join(write(CustomerRange(*ids)) for ids in zip([0, *starts[1:]], ends, strict=True))


def fetch_set(sql: str, values: Sequence[Any], wanted: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement for which alone the settings ``wanted`` hold: all of it is one message to the database,
    and in nobody's transaction it is one of its own."""
    before = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in wanted.items())
    after = "; ".join(f"SET LOCAL {name} = DEFAULT" for name in wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"{before}; {sql}; {after}", values)
        # Counted from the end: in a request that may write the history adds a statement and goes on to the last answer.
        cursor.set_result(-1 - len(wanted))
        return cursor.fetchall()


def plan_as_usual(cursor: Any) -> None:
    """Let the statements that follow choose again; the memory stays."""
    cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in FOR_EVERYBODY | IN_RANGES | ONE_BY_ONE))


def _set(cursor: Any, wanted: dict[str, str]) -> None:
    cursor.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in wanted.items()))
