"""The rows of scores tell the segment of their customer too, by which lists of one segment are sorted."""

from django.db import migrations, models

# Nothing is rewritten: the next night fills it. Until then ``noted_at`` is empty and no list relies on it.
COLUMN = "segment_number integer NOT NULL DEFAULT 0"
BEFORE = """run_id, customer_id, as_of, note, purchase_days, first_day, last_day, sales_12m_cents, sales_before_12m_cents,
    goods_12m_cents, service_12m_cents, contribution_12m_cents, grade, recency_score, frequency_score, money_score,
    gap_days, mean_gap_days, gap_ratio, surprise, alive, silent_next, fall, expected_orders_12m, value_3y_cents,
    value_3y_low_cents, value_3y_high_cents, at_stake_cents, risk_rank, risk"""


def _find_source(schema_editor):
    """Whose rows the view shows."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM segments_scorerun WHERE is_current")
        (run,) = cursor.fetchone()
        if run is not None:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"segments_score_{run}"])
            if cursor.fetchone()[0]:
                return f"segments_score_{run}"
    return "segments_score WHERE false"


def _list_unattached(schema_editor):
    """Tables of a run that is being scored: they are hung into the others when it is finished."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('segments_score_%s_%s', s.run_id, s.number) FROM segments_scoreshard s"
            " JOIN segments_scorerun r ON r.id = s.run_id WHERE r.state = 'scoring'"
            " AND to_regclass(format('segments_score_%s_%s', s.run_id, s.number)) IS NOT NULL"
        )
        return [table for (table,) in cursor.fetchall()]


def add_segment(apps, schema_editor):
    for table in ["segments_score", *_list_unattached(schema_editor)]:
        schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN {COLUMN}")
    source = _find_source(schema_editor)
    schema_editor.execute(
        f"CREATE OR REPLACE VIEW segments_current_score AS SELECT {BEFORE}, segment_number FROM {source}"
    )


def take_segment(apps, schema_editor):
    schema_editor.execute("DROP VIEW segments_current_score")
    schema_editor.execute(f"CREATE VIEW segments_current_score AS SELECT {BEFORE} FROM {_find_source(schema_editor)}")
    for table in ["segments_score", *_list_unattached(schema_editor)]:
        schema_editor.execute(f"ALTER TABLE {table} DROP COLUMN segment_number")


class Migration(migrations.Migration):

    dependencies = [
        ('segments', '0001_squashed_0008_below_zero_spells'),
    ]

    operations = [
        migrations.AddField(
            model_name='scoreshard',
            name='noted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(add_segment, take_segment, elidable=False),
    ]
