from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0043_needs_answered'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='customerneed',
            index=models.Index(fields=['noted_on', 'id'], name='customer_need_by_day'),
        ),
    ]
