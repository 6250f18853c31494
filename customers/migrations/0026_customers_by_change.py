from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0025_order_own_freight'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['changed_at', 'id'], name='customer_by_change'),
        ),
    ]
