"""What was committed when a run began, so that the next one reads anew whatever came later."""

from django.db import connection


def take_snapshot() -> str:
    """What is committed now, as text of ``pg_snapshot``.

    The database never lists the asking transaction as running. It is added here: what the same one writes later, as
    when a whole demo is loaded at once, would count as known to the run.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text")
        snapshot, own = cursor.fetchone()
    first, until, listed = snapshot.split(":")
    running = {int(number) for number in listed.split(",") if number}
    if own is not None and int(own) < int(until):
        running.add(int(own))
    return f"{first}:{until}:{','.join(map(str, sorted(running)))}"
