from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes on large tables, made while others write."""

    atomic = False

    dependencies = [
        ('customers', '0025_order_own_freight'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('freight_cents__isnull', False)), fields=['customer', 'day'], name='order_own_freight'),
        ),
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(fields=['changed_at', 'id'], name='customer_by_change'),
        ),
        AddIndexConcurrently(
            model_name='walletestimate',
            index=models.Index(fields=['total_cents', 'id'], name='wallet_by_size'),
        ),
    ]
