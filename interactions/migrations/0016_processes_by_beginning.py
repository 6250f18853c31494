from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('interactions', '0015_why_runs_end'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='processrun',
            index=models.Index(fields=['started_at', 'id'], name='process_run_begun'),
        ),
    ]
