"""Scores live in partitions that each run fills; the current ones are read through a view.

The view is what ``CurrentScore`` reads; switching a run replaces it in one transaction. Until the first run it shows
nothing.
"""

from django.db import migrations

COLUMNS = """
    run_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    as_of date NOT NULL,
    note varchar(12) NOT NULL,
    purchase_days integer NOT NULL,
    first_day date,
    last_day date,
    sales_12m_cents bigint NOT NULL,
    sales_before_12m_cents bigint NOT NULL,
    goods_12m_cents bigint NOT NULL,
    service_12m_cents bigint NOT NULL,
    contribution_12m_cents bigint NOT NULL,
    grade varchar(2) NOT NULL,
    recency_score smallint NOT NULL,
    frequency_score smallint NOT NULL,
    money_score smallint NOT NULL,
    gap_days integer,
    mean_gap_days double precision,
    gap_ratio double precision,
    surprise double precision,
    alive double precision,
    silent_next double precision,
    fall double precision,
    expected_orders_12m double precision,
    value_3y_cents bigint,
    value_3y_low_cents bigint,
    value_3y_high_cents bigint,
    at_stake_cents bigint NOT NULL,
    risk_rank double precision NOT NULL,
    risk smallint NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                f"CREATE TABLE segments_score ({COLUMNS}) PARTITION BY LIST (run_id)",
                "CREATE VIEW segments_current_score AS SELECT * FROM segments_score WHERE false",
            ],
            reverse_sql=["DROP VIEW segments_current_score", "DROP TABLE segments_score CASCADE"],
        ),
    ]
