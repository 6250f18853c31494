"""Tables that the night writes anew: only the rows that differ are touched."""

from typing import Any

_KEEP = (
    "DELETE FROM {table} o WHERE NOT EXISTS (SELECT FROM {source} n WHERE n.customer_id = o.customer_id)",
    """
    INSERT INTO {table} ({columns}) SELECT {new} FROM {source} n LEFT JOIN {table} o ON o.customer_id = n.customer_id
    WHERE ({new}) IS DISTINCT FROM ({old}) ON CONFLICT (customer_id) DO UPDATE SET {values}
    """,
)


def keep_differences(cursor: Any, table: str, source: str, columns: str) -> None:
    """Make ``table`` (keyed by ``customer_id``, the first of ``columns``) the same as ``source``.

    Rows that are the same already are not written.
    """
    names = [name.strip() for name in columns.split(",")]
    words = {
        "table": table,
        "source": source,
        "columns": columns,
        "new": ", ".join(f"n.{name}" for name in names),
        "old": ", ".join(f"o.{name}" for name in names),
        "values": ", ".join(f"{name} = excluded.{name}" for name in names[1:]),
    }
    for statement in _KEEP:
        cursor.execute(statement.format(**words))
