from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0032_prospects'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='person',
            index=models.Index(fields=['changed_at', 'id'], name='person_by_change'),
        ),
    ]
