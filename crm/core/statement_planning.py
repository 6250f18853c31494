"""Statements that read everybody: how the database may go about them, for the transaction they run in."""

from typing import Any

# A million rows fit; the workers of one statement share the cores; estimates of how many rows come out of a rule are
# too wild to let the cost of handing them over decide.
FOR_EVERYBODY = {
    "work_mem": "64MB",
    "max_parallel_workers_per_gather": "2",
    "parallel_setup_cost": "100",
    "parallel_tuple_cost": "0.001",
    "min_parallel_table_scan_size": "1MB",
}


def plan_for_everybody(cursor: Any) -> None:
    """Let the statements of this transaction take the memory and the cores that reading all customers is worth."""
    for name, value in FOR_EVERYBODY.items():
        cursor.execute(f"SET LOCAL {name} = '{value}'")
