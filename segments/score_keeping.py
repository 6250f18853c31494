"""Which scores of past evenings are kept: 35 nights, then the last of each month; the rest is dropped."""

from datetime import timedelta

from django.db import OperationalError, connection, transaction

from segments.figure_keeping import drop_figures
from segments.models import ScoreRun
from segments.score_writing import name_run_table, name_shard_table

DAILY_FOR = timedelta(days=35)
LOCK_SECONDS = 2
SORTING = """
SELECT r.id, array_agg(i.indexrelid::regclass::text)
FROM segments_scoreshard s JOIN segments_scorerun r ON r.id = s.run_id
JOIN pg_index i ON i.indrelid = to_regclass(format('segments_score_%%s_%%s', s.run_id, s.number))
WHERE r.id < %(current)s AND r.state = 'finished' AND NOT r.is_current AND NOT i.indisprimary GROUP BY r.id
"""


def list_outdated_runs(latest: ScoreRun) -> list[ScoreRun]:
    """Runs no longer needed once ``latest`` is finished: repeated evenings, evenings older than 35 days that are not
    the last of their month, and runs begun earlier that were never finished."""
    kept: set[tuple[int, ...]] = set()
    outdated = []
    for run in ScoreRun.objects.exclude(state=ScoreRun.State.DROPPED).order_by("-as_of", "-attempt"):
        if run.state == ScoreRun.State.SCORING:
            if run.pk < latest.pk and run.as_of <= latest.as_of:
                outdated.append(run)
            continue
        day = run.as_of
        recent = latest.as_of - day < DAILY_FOR
        place = (day.year, day.month, day.day) if recent else (day.year, day.month)
        if place in kept and not run.is_current:
            outdated.append(run)
        kept.add(place)
    return outdated


def drop_run(run: ScoreRun) -> None:
    """Remove the tables of a run; its row stays and says that it was there."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name_run_table(run.pk)}")
        for shard in run.shards.all():
            cursor.execute(f"DROP TABLE IF EXISTS {name_shard_table(run.pk, shard.number)}")
    drop_figures(run.pk)
    run.state = ScoreRun.State.DROPPED
    run.save(update_fields=["state"])


def forget_sorting(current: ScoreRun) -> int:
    """Drop the indexes by which the scores of runs before ``current`` were sorted; returns of how many runs.

    What is asked of an earlier evening is asked by customer: the other indexes are as large as the scores themselves.
    Of a run that somebody is reading they are left for the next night.
    """
    with connection.cursor() as cursor:
        cursor.execute(SORTING, {"current": current.pk})
        runs = cursor.fetchall()
    return sum(_drop_indexes(names) for _run, names in runs)


def _drop_indexes(names: list[str]) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            cursor.execute(f"DROP INDEX {', '.join(names)}")
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError:
        return False
    return True
