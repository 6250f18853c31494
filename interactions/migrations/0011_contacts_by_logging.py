from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('interactions', '0010_audiences'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='interaction',
            index=models.Index(fields=['created_at', 'id'], name='interaction_by_logging'),
        ),
    ]
