"""Indexes go whose first column another index has too, or that nobody asks: each costs every imported row.

Their foreign keys stay as they are: altering the fields by Django would check a million rows anew. Nobody waits: the
indexes go and come beside the work of the day.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

GONE = {
    "customers_customer_changed_by_id_0bb368f3": "customers_customer (changed_by_id)",
    "customers_customer_created_by_id_e3e9e010": "customers_customer (created_by_id)",
    "customers_customer_owner_id_fbb2798e": "customers_customer (owner_id)",
    "customers_customer_team_id_677425ba": "customers_customer (team_id)",
    "customers_order_customer_id_032dd871": "customers_order (customer_id)",
    "customers_order_data_import_id_3f2298d1": "customers_order (data_import_id)",
    "customers_order_returns_id_da0b3ea8": "customers_order (returns_id)",
    "customers_orderline_order_id_ce17f84d": "customers_orderline (order_id)",
}


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('customers', '0023_relationship_ladder'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in GONE],
                    [f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {columns}" for name, columns in GONE.items()],
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='customer',
                    name='changed_by',
                    field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='customer',
                    name='created_by',
                    field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='customer',
                    name='owner',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customers', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
                ),
                migrations.AlterField(
                    model_name='customer',
                    name='team',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customers', to='core.team', verbose_name='team'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='customer',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='customers.customer', verbose_name='customer'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='data_import',
                    field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.dataimport'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='returns',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='returned_by', to='customers.order', verbose_name='returns order'),
                ),
                migrations.AlterField(
                    model_name='orderline',
                    name='order',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='customers.order'),
                ),
            ],
        ),
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('returns__isnull', False)), fields=['returns'], name='order_returns'),
        ),
    ]
