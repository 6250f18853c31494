import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0033_people_by_change'),
        ('interactions', '0011_contacts_by_logging'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='contactpreference',
            name='channel',
            field=models.CharField(choices=[('call', 'call'), ('mail', 'mail'), ('visit', 'visit'), ('chat', 'chat'), ('web', 'keeping their web visits')], max_length=6, verbose_name='channel'),
        ),
        migrations.AlterField(
            model_name='contactpreferenceevent',
            name='channel',
            field=models.CharField(choices=[('call', 'call'), ('mail', 'mail'), ('visit', 'visit'), ('chat', 'chat'), ('web', 'keeping their web visits')], max_length=6, verbose_name='channel'),
        ),
        migrations.CreateModel(
            name='WebEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('viewed', 'looked at'), ('cart', 'put into the cart'), ('cart_left', 'left the cart'), ('searched', 'searched for'), ('downloaded', 'downloaded')], max_length=10, verbose_name='what')),
                ('words', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='words')),
                ('page_title', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='page')),
                ('page_path', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='address of the page')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('token', models.UUIDField(editable=False, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='web_events', to='customers.customer')),
                ('person', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='web_events', to='customers.person')),
                ('product', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.product')),
            ],
            options={
                'verbose_name': 'web event',
                'verbose_name_plural': 'web events',
                'ordering': ['-at', '-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['customer', '-at', '-id'], name='web_event_of_customer'), models.Index(condition=models.Q(('person__isnull', False)), fields=['person', '-at'], name='web_event_of_person'), models.Index(condition=models.Q(('product__isnull', False)), fields=['product'], name='web_event_of_product'), models.Index(condition=models.Q(('kind', 'cart_left')), fields=['customer', '-at'], name='web_event_cart_left'), django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['at'], name='web_event_by_day')],
            },
        ),
    ]
