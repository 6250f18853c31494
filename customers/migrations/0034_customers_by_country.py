from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0033_people_by_change'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(
                condition=models.Q(('country', ''), _negated=True),
                fields=['country', 'name_folded', 'id'],
                name='customer_by_country',
            ),
        ),
    ]
