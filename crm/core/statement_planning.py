"""Statements that read everybody: how the database may go about them, for the transaction they run in."""

from typing import Any

# Every table about customers can be read in their order, and merging them row by row costs half the work of a hash of a
# million rows each, in hardly any memory. Workers of one statement would each add up the contacts of everybody for
# themselves: the cores are for the workers of a night.
FOR_EVERYBODY = {"max_parallel_workers_per_gather": "0", "enable_hashjoin": "off"}


def plan_for_everybody(cursor: Any, *, seconds: int | None = None) -> None:
    """Let the statements that follow in this transaction read all customers in their order; given ``seconds``, each
    for so long at most."""
    wanted = {"work_mem": "64MB", **FOR_EVERYBODY}
    if seconds is not None:
        wanted["statement_timeout"] = f"{int(seconds)}s"
    cursor.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in wanted.items()))


def plan_as_usual(cursor: Any) -> None:
    """Let the statements that follow choose again; the memory stays."""
    for name in FOR_EVERYBODY:
        cursor.execute(f"SET LOCAL {name} = DEFAULT")
