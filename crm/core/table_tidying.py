"""Large tables of which many rows were just written anew, made fit for reading at once.

Whoever reads an index alone must look into the table wherever rows were written since the last ``VACUUM``, and the
first to read new rows marks them as committed for all others. The database would do it by itself, but only when a fifth
of a table has changed, and slowly, while the first readers of the day pay.
"""

from django.db import connection, models


def tidy_tables(*tables: type[models.Model]) -> None:
    """Clean up behind what was written; tables in use by somebody who locks them are left out. Nothing is done inside a
    transaction, where the database cannot."""
    if connection.in_atomic_block:
        return
    names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (SKIP_LOCKED, TRUNCATE off) {names}")
