"""The people of a customer are found by an index that knows their posts; it stands for the one of their customer alone.

The foreign key stays as it is: altering the field by Django would check a million rows anew. Nobody waits: the indexes
come and go beside the work of the day.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

GONE = "customers_person_customer_id_0f4fdd39"


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('customers', '0035_people_by_leaving'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='person',
            index=models.Index(fields=['customer'], include=('left_on', 'job_title'), name='person_of_customer'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [f"DROP INDEX CONCURRENTLY IF EXISTS {GONE}"],
                    [f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {GONE} ON customers_person (customer_id)"],
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='person',
                    name='customer',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='people', to='customers.customer', verbose_name='customer'),
                ),
            ],
        ),
    ]
