from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0024_fewer_indexes_on_large_tables'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['changed_at', 'id'], name='customer_by_change'),
        ),
    ]
