from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0024_fewer_indexes_on_large_tables'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='freight_cents',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='freight'),
        ),
    ]
