from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0034_customers_by_country'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='person',
            index=models.Index(
                condition=models.Q(left_on__isnull=False),
                fields=['left_on'],
                include=('customer', 'job_title'),
                name='person_by_leaving',
            ),
        ),
    ]
