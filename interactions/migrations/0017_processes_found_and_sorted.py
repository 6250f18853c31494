from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('interactions', '0016_processes_by_beginning'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='processrun',
            index=models.Index(fields=['key'], name='process_run_by_key'),
        ),
        AddIndexConcurrently(
            model_name='processrun',
            index=models.Index(fields=['amount_cents', 'id'], name='process_run_by_amount'),
        ),
        AddIndexConcurrently(
            model_name='processrun',
            index=models.Index(fields=['ended_at', 'id'], name='process_run_by_end'),
        ),
        AddIndexConcurrently(
            model_name='processrun',
            index=GinIndex(
                OpClass(Upper('subject'), name='gin_trgm_ops'),
                condition=models.Q(('subject', ''), _negated=True),
                name='process_run_subject_trgm',
            ),
        ),
    ]
