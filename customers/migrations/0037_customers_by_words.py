"""City, industry and source as a rule asks them, and since when they are customers: 7 MB each at a million, made beside
the work. Without them the planner takes a value that nobody has for one customer in two hundred, and reads all."""

import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0036_posts_of_a_customer'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(django.db.models.functions.text.Lower('city'), name='customer_in_city'),
        ),
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(django.db.models.functions.text.Lower('industry'), name='customer_in_industry'),
        ),
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(django.db.models.functions.text.Lower('source'), name='customer_from_source'),
        ),
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(fields=['since'], name='customer_by_since'),
        ),
        migrations.RunSQL('ANALYZE customers_customer', migrations.RunSQL.noop),  # what the new indexes hold
    ]
