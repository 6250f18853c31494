"""Organisation or person as a rule asks it: 7 MB at a million, made beside the work. A company of organisations that
asked for its persons read everybody to find none."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0037_customers_by_words'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(fields=['kind'], name='customer_by_kind'),
        ),
    ]
