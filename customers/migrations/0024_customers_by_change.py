from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0023_relationship_ladder'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['changed_at', 'id'], name='customer_by_change'),
        ),
    ]
