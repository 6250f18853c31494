"""All tables of the app in one step, as the migrations that it replaces (gone since; installations know them by name) made them."""

import crm.core.migration_operations
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# Statement triggers with transition tables note the customers that the next ingest looks at again: one insert for a
# whole COPY or bulk update, whoever writes the orders.
NOTE_ORDERS = """
CREATE FUNCTION customers_note_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO customers_touchedcustomer (customer_id) SELECT DISTINCT customer_id FROM rows_after;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO customers_touchedcustomer (customer_id) SELECT DISTINCT customer_id FROM rows_before;
    ELSE
        INSERT INTO customers_touchedcustomer (customer_id)
        SELECT customer_id FROM rows_before UNION SELECT customer_id FROM rows_after;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_inserted AFTER INSERT ON customers_order
    REFERENCING NEW TABLE AS rows_after FOR EACH STATEMENT EXECUTE FUNCTION customers_note_touched();
CREATE TRIGGER note_updated AFTER UPDATE ON customers_order
    REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION customers_note_touched();
CREATE TRIGGER note_deleted AFTER DELETE ON customers_order
    REFERENCING OLD TABLE AS rows_before FOR EACH STATEMENT EXECUTE FUNCTION customers_note_touched();
"""
FORGET_ORDERS = """
DROP TRIGGER note_inserted ON customers_order;
DROP TRIGGER note_updated ON customers_order;
DROP TRIGGER note_deleted ON customers_order;
DROP FUNCTION customers_note_touched();
"""

# The two large rollups are plain: no keys to check, one index by customer.
TABLES = """
CREATE TABLE customers_itemday (
    customer_id bigint NOT NULL, product_id bigint NOT NULL, amount_cents bigint NOT NULL, cost_cents bigint NOT NULL,
    quantity_milli bigint NOT NULL, day date NOT NULL, lines integer NOT NULL);
CREATE INDEX item_day_by_customer ON customers_itemday (customer_id);
CREATE TABLE customers_itemrhythm (
    customer_id bigint NOT NULL, product_id bigint NOT NULL, purchase_days integer NOT NULL, first_day date NOT NULL,
    last_day date NOT NULL, at_risk_from date NOT NULL, lost_from date NOT NULL,
    sum_gap_squared double precision NOT NULL, amount_cents bigint NOT NULL, quantity_milli bigint NOT NULL,
    weekly_cents bigint NOT NULL);
CREATE INDEX item_rhythm_by_customer ON customers_itemrhythm (customer_id);
"""
NO_TABLES = "DROP TABLE customers_itemday; DROP TABLE customers_itemrhythm;"

# New lines come with their order, which is noted already, or from an import, which notes them itself.
NOTE_LINES = """
CREATE FUNCTION customers_note_touched_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers_touchedcustomer (customer_id)
    SELECT DISTINCT o.customer_id FROM customers_order o WHERE o.id IN (SELECT order_id FROM rows_before);
    RETURN NULL;
END $$;
CREATE TRIGGER note_updated AFTER UPDATE ON customers_orderline
    REFERENCING OLD TABLE AS rows_before FOR EACH STATEMENT EXECUTE FUNCTION customers_note_touched_lines();
CREATE TRIGGER note_deleted AFTER DELETE ON customers_orderline
    REFERENCING OLD TABLE AS rows_before FOR EACH STATEMENT EXECUTE FUNCTION customers_note_touched_lines();
INSERT INTO customers_toucheditems (customer_id) VALUES (0);
"""
FORGET_LINES = """
DROP TRIGGER note_updated ON customers_orderline;
DROP TRIGGER note_deleted ON customers_orderline;
DROP FUNCTION customers_note_touched_lines();
"""

KEEP_UNPACKED = "ALTER TABLE customers_purchasehistory ALTER COLUMN days SET STORAGE EXTERNAL"


class Migration(migrations.Migration):

    replaces = [('customers', '0001_initial'), ('customers', '0002_touched_customers'), ('customers', '0003_contact_point_ending'), ('customers', '0004_order_by_day'), ('customers', '0005_order_returned_index'), ('customers', '0006_wallet_needs_and_potential'), ('customers', '0007_items_of_customers'), ('customers', '0008_purchase_history'), ('customers', '0009_cost_pools_and_smallest_order'), ('customers', '0010_import_undo_and_mappings'), ('customers', '0011_contracts'), ('customers', '0012_tags'), ('customers', '0013_notes_and_watches'), ('customers', '0014_custom_fields'), ('customers', '0015_attachments'), ('customers', '0016_archived_customers_index'), ('customers', '0017_customers_who_may_be_one'), ('customers', '0018_personal_data_acts'), ('customers', '0019_favours_and_wanted_companies'), ('customers', '0020_people_by_name'), ('customers', '0021_sources'), ('customers', '0022_profile_people_and_groups')]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0004_saved_views_and_acts_on_many'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        crm.core.migration_operations.CreateTogether(
            operations=[
                migrations.CreateModel(
                    name='Customer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('number', models.CharField(max_length=40, unique=True, verbose_name='number')),
                        ('kind', models.CharField(choices=[('organisation', 'organisation'), ('person', 'person')], default='organisation', max_length=12, verbose_name='kind')),
                        ('name', models.CharField(max_length=300, verbose_name='name')),
                        ('name_folded', models.CharField(editable=False, max_length=600)),
                        ('trading_name', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='trading name')),
                        ('stage', models.CharField(choices=[('prospect', 'prospect'), ('customer', 'customer')], db_default='customer', default='customer', max_length=10, verbose_name='stage')),
                        ('relation', models.CharField(choices=[('orders', 'buys when needed'), ('contract', 'has a contract')], db_default='orders', default='orders', max_length=10, verbose_name='buys by')),
                        ('street', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='street')),
                        ('postcode', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='postcode')),
                        ('city', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='city')),
                        ('country', models.CharField(blank=True, db_default='', default='', max_length=2, verbose_name='country')),
                        ('language', models.CharField(blank=True, db_default='', default='', max_length=10, verbose_name='language')),
                        ('industry', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='industry')),
                        ('tax_id', models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='tax number')),
                        ('domain', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='web domain')),
                        ('source', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='where it came from')),
                        ('lawful_basis', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='lawful basis')),
                        ('since', models.DateField(blank=True, null=True, verbose_name='customer since')),
                        ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived')),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customers', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customers', to='core.team', verbose_name='team')),
                        ('minimum_order_cents', models.BigIntegerField(blank=True, null=True, verbose_name='smallest order')),
                        ('merged_into', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='merged_here', to='customers.customer', verbose_name='merged into')),
                        ('is_informal', models.BooleanField(db_default=False, default=False, verbose_name='informal business')),
                        ('parent', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='members', to='customers.customer', verbose_name='belongs to')),
                        ('pays_by', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='pays by')),
                    ],
                    options={
                        'verbose_name': 'customer',
                        'verbose_name_plural': 'customers',
                        'ordering': ['name_folded', 'id'],
                        'permissions': [('export_customer', 'Export customers'), ('import_customer', 'Import customers and orders'), ('archive_customer', 'Archive and restore customers'), ('assign_customer', "Change a customer's owner and team")],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['name_folded'], name='customer_name_trgm', opclasses=['gin_trgm_ops']), models.Index(fields=['name_folded', 'id'], name='customer_by_name'), models.Index(fields=['team', 'name_folded', 'id'], name='customer_by_team'), models.Index(fields=['owner', 'name_folded', 'id'], name='customer_by_owner'), models.Index(fields=['city', 'id'], name='customer_by_city'), models.Index(condition=models.Q(('tax_id', ''), _negated=True), fields=['tax_id'], name='customer_tax_id'), models.Index(condition=models.Q(('domain', ''), _negated=True), fields=['domain'], name='customer_domain'), models.Index(condition=models.Q(('archived_at__isnull', False)), fields=['id'], name='customer_archived'), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='customer_merged_into'), models.Index(condition=models.Q(('source', ''), _negated=True), fields=['source'], name='customer_by_source'), models.Index(condition=models.Q(('parent', None), _negated=True), fields=['parent', 'id'], name='customer_by_parent')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('number', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='customer_has_number_and_name')],
                    },
                ),
                migrations.CreateModel(
                    name='CustomerEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('number', models.CharField(max_length=40, verbose_name='number')),
                        ('kind', models.CharField(choices=[('organisation', 'organisation'), ('person', 'person')], default='organisation', max_length=12, verbose_name='kind')),
                        ('name', models.CharField(max_length=300, verbose_name='name')),
                        ('trading_name', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='trading name')),
                        ('stage', models.CharField(choices=[('prospect', 'prospect'), ('customer', 'customer')], db_default='customer', default='customer', max_length=10, verbose_name='stage')),
                        ('relation', models.CharField(choices=[('orders', 'buys when needed'), ('contract', 'has a contract')], db_default='orders', default='orders', max_length=10, verbose_name='buys by')),
                        ('street', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='street')),
                        ('postcode', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='postcode')),
                        ('city', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='city')),
                        ('country', models.CharField(blank=True, db_default='', default='', max_length=2, verbose_name='country')),
                        ('language', models.CharField(blank=True, db_default='', default='', max_length=10, verbose_name='language')),
                        ('industry', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='industry')),
                        ('tax_id', models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='tax number')),
                        ('domain', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='web domain')),
                        ('source', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='where it came from')),
                        ('lawful_basis', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='lawful basis')),
                        ('since', models.DateField(blank=True, null=True, verbose_name='customer since')),
                        ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived')),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.customer')),
                        ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.team', verbose_name='team')),
                        ('minimum_order_cents', models.BigIntegerField(blank=True, null=True, verbose_name='smallest order')),
                        ('merged_into', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='merged into')),
                        ('is_informal', models.BooleanField(db_default=False, default=False, verbose_name='informal business')),
                        ('parent', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='belongs to')),
                        ('pays_by', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='pays by')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='DataImport',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=20, verbose_name='what')),
                        ('state', models.CharField(choices=[('reading', 'reading the file'), ('ready', 'waiting for your word'), ('running', 'importing'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('undoing', 'being undone'), ('undone', 'undone')], default='reading', max_length=10, verbose_name='state')),
                        ('file', models.FileField(blank=True, upload_to='imports/', verbose_name='file')),
                        ('file_name', models.CharField(max_length=255, verbose_name='file name')),
                        ('file_bytes', models.BigIntegerField(default=0)),
                        ('sha256', models.CharField(blank=True, max_length=64)),
                        ('columns', models.JSONField(default=dict)),
                        ('options', models.JSONField(default=dict)),
                        ('preview', models.JSONField(default=dict)),
                        ('report', models.JSONField(default=dict)),
                        ('rejected', models.FileField(blank=True, upload_to='imports/', verbose_name='rejected rows')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('finished_at', models.DateTimeField(blank=True, null=True)),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun')),
                    ],
                    options={
                        'verbose_name': 'import',
                        'verbose_name_plural': 'imports',
                        'ordering': ['-id'],
                    },
                ),
                migrations.CreateModel(
                    name='Order',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=60, unique=True, verbose_name='number')),
                        ('day', models.DateField(verbose_name='day')),
                        ('placed_at', models.DateTimeField(blank=True, null=True, verbose_name='placed')),
                        ('amount_cents', models.BigIntegerField(verbose_name='net amount')),
                        ('cost_cents', models.BigIntegerField(blank=True, null=True, verbose_name='cost of goods')),
                        ('line_count', models.IntegerField(db_default=1, default=1, verbose_name='lines')),
                        ('currency', models.CharField(blank=True, db_default='', default='', max_length=3, verbose_name='currency')),
                        ('original_cents', models.BigIntegerField(blank=True, null=True, verbose_name='amount in its own currency')),
                        ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='customers.customer', verbose_name='customer')),
                        ('data_import', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.dataimport')),
                        ('returns', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='returned_by', to='customers.order', verbose_name='returns order')),
                    ],
                    options={
                        'verbose_name': 'order',
                        'verbose_name_plural': 'orders',
                        'ordering': ['-day', '-id'],
                        'indexes': [models.Index(fields=['customer', '-day', '-id'], name='order_of_customer'), models.Index(fields=['updated_at'], name='order_updated'), models.Index(fields=['day', 'id'], name='order_by_day'), models.Index(condition=models.Q(('amount_cents__lt', 0)), fields=['day'], name='order_returned')],
                    },
                ),
                migrations.CreateModel(
                    name='Person',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('name_folded', models.CharField(editable=False, max_length=400)),
                        ('job_title', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='job title')),
                        ('influence', models.CharField(blank=True, choices=[('decides', 'decides'), ('influences', 'influences'), ('uses', 'uses'), ('pays', 'pays'), ('', 'not known')], db_default='', default='', max_length=12, verbose_name='influence')),
                        ('language', models.CharField(blank=True, db_default='', default='', max_length=10, verbose_name='language')),
                        ('is_main', models.BooleanField(db_default=False, default=False, verbose_name='main contact')),
                        ('left_on', models.DateField(blank=True, null=True, verbose_name='left on')),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='customers.customer', verbose_name='customer')),
                        ('moved_from', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='moved_to', to='customers.person')),
                        ('seniority', models.CharField(blank=True, choices=[('owner', 'owner or board'), ('head', 'head of a department'), ('specialist', 'specialist'), ('assistant', 'assistant'), ('', 'not known')], db_default='', default='', max_length=10, verbose_name='seniority')),
                    ],
                    options={
                        'verbose_name': 'person',
                        'verbose_name_plural': 'people',
                        'ordering': ['-is_main', 'name_folded', 'id'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['name_folded'], name='person_name_trgm', opclasses=['gin_trgm_ops']), models.Index(fields=['name_folded', 'id'], name='person_by_name')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('is_main', True)), fields=('customer',), name='one_main_person')],
                    },
                ),
                migrations.CreateModel(
                    name='ContactPoint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('phone', 'phone'), ('email', 'e-mail'), ('web', 'web')], max_length=6, verbose_name='kind')),
                        ('value', models.CharField(max_length=254, verbose_name='address or number')),
                        ('value_normal', models.CharField(editable=False, max_length=254)),
                        ('is_valid', models.BooleanField(db_default=True, default=True, verbose_name='works')),
                        ('proven_on', models.DateField(blank=True, null=True, verbose_name='last proven')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_points', to='customers.customer')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='contact_points', to='customers.person')),
                    ],
                    options={
                        'verbose_name': 'contact point',
                        'verbose_name_plural': 'contact points',
                        'ordering': ['kind', 'id'],
                        'indexes': [models.Index(fields=['value_normal'], name='contact_point_value', opclasses=['varchar_pattern_ops']), models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Reverse('value_normal'), name='text_pattern_ops'), name='contact_point_ending')],
                        'constraints': [models.UniqueConstraint(fields=('customer', 'person', 'kind', 'value_normal'), name='contact_point_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='PersonEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('job_title', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='job title')),
                        ('influence', models.CharField(blank=True, choices=[('decides', 'decides'), ('influences', 'influences'), ('uses', 'uses'), ('pays', 'pays'), ('', 'not known')], db_default='', default='', max_length=12, verbose_name='influence')),
                        ('language', models.CharField(blank=True, db_default='', default='', max_length=10, verbose_name='language')),
                        ('is_main', models.BooleanField(db_default=False, default=False, verbose_name='main contact')),
                        ('left_on', models.DateField(blank=True, null=True, verbose_name='left on')),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.person')),
                        ('moved_from', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.person')),
                        ('seniority', models.CharField(blank=True, choices=[('owner', 'owner or board'), ('head', 'head of a department'), ('specialist', 'specialist'), ('assistant', 'assistant'), ('', 'not known')], db_default='', default='', max_length=10, verbose_name='seniority')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Product',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=40, unique=True, verbose_name='number')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('family', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='family')),
                        ('price_cents', models.BigIntegerField(blank=True, null=True, verbose_name='list price')),
                        ('cost_cents', models.BigIntegerField(blank=True, null=True, verbose_name='cost')),
                        ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='sold')),
                    ],
                    options={
                        'verbose_name': 'product',
                        'verbose_name_plural': 'products',
                        'ordering': ['family', 'name'],
                        'indexes': [models.Index(fields=['family', 'name'], name='product_by_family')],
                    },
                ),
                migrations.CreateModel(
                    name='OrderLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('position', models.IntegerField(db_default=1, default=1, verbose_name='position')),
                        ('description', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='description')),
                        ('quantity', models.DecimalField(db_default=1, decimal_places=3, default=1, max_digits=14, verbose_name='quantity')),
                        ('amount_cents', models.BigIntegerField(verbose_name='net amount')),
                        ('cost_cents', models.BigIntegerField(blank=True, null=True, verbose_name='cost of goods')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='customers.order')),
                        ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.product')),
                    ],
                    options={
                        'verbose_name': 'order line',
                        'verbose_name_plural': 'order lines',
                        'ordering': ['position', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('order', 'position'), name='order_line_position_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ProductEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.CharField(max_length=40, verbose_name='number')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('family', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='family')),
                        ('price_cents', models.BigIntegerField(blank=True, null=True, verbose_name='list price')),
                        ('cost_cents', models.BigIntegerField(blank=True, null=True, verbose_name='cost')),
                        ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='sold')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.product')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ProfileFact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('label', models.CharField(max_length=80, verbose_name='what')),
                        ('value', models.CharField(max_length=500, verbose_name='fact')),
                        ('told_on', models.DateField(verbose_name='told on')),
                        ('source', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='told by')),
                        ('use_in_talk', models.BooleanField(db_default=True, default=True, verbose_name='use in talk')),
                        ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='customers.customer')),
                        ('confidence', models.CharField(choices=[('sure', 'told or seen'), ('likely', 'likely'), ('guess', 'a guess')], db_default='sure', default='sure', max_length=6, verbose_name='how sure')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='facts', to='customers.person', verbose_name='told by')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='holds until')),
                        ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='no longer so since')),
                        ('kind', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='facts', to='customers.factkind', verbose_name='kind')),
                    ],
                    options={
                        'verbose_name': 'profile fact',
                        'verbose_name_plural': 'profile facts',
                        'ordering': ['label', '-told_on', '-id'],
                        'indexes': [models.Index(fields=['customer', 'label', '-told_on'], name='fact_of_customer')],
                    },
                ),
                migrations.CreateModel(
                    name='ProfileFactEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('label', models.CharField(max_length=80, verbose_name='what')),
                        ('value', models.CharField(max_length=500, verbose_name='fact')),
                        ('told_on', models.DateField(verbose_name='told on')),
                        ('source', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='told by')),
                        ('use_in_talk', models.BooleanField(db_default=True, default=True, verbose_name='use in talk')),
                        ('asked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.profilefact')),
                        ('confidence', models.CharField(choices=[('sure', 'told or seen'), ('likely', 'likely'), ('guess', 'a guess')], db_default='sure', default='sure', max_length=6, verbose_name='how sure')),
                        ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.person', verbose_name='told by')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='holds until')),
                        ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='no longer so since')),
                        ('kind', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.factkind', verbose_name='kind')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='PurchaseDay',
                    fields=[
                        ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='purchase_days', to='customers.customer')),
                        ('pk', models.CompositePrimaryKey('customer', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('day', models.DateField()),
                        ('amount_cents', models.BigIntegerField()),
                        ('cost_cents', models.BigIntegerField()),
                        ('orders', models.IntegerField()),
                        ('lines', models.IntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['day'], name='purchase_day_by_day')],
                    },
                ),
                migrations.CreateModel(
                    name='RollupWatermark',
                    fields=[
                        ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                        ('orders_until', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_rollup_watermark')],
                    },
                ),
                migrations.CreateModel(
                    name='ContactPointEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('phone', 'phone'), ('email', 'e-mail'), ('web', 'web')], max_length=6, verbose_name='kind')),
                        ('value', models.CharField(max_length=254, verbose_name='address or number')),
                        ('value_normal', models.CharField(editable=False, max_length=254)),
                        ('is_valid', models.BooleanField(db_default=True, default=True, verbose_name='works')),
                        ('proven_on', models.DateField(blank=True, null=True, verbose_name='last proven')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.contactpoint')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.person')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='CostRate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('work', models.CharField(choices=[('call', 'call'), ('mail', 'mail'), ('visit', 'visit'), ('chat', 'chat'), ('order', 'handling an order'), ('freight', 'freight'), ('return', 'handling a return'), ('complaint', 'handling a complaint')], max_length=10, verbose_name='work')),
                        ('cents_per_minute', models.BigIntegerField(default=0, verbose_name='a minute')),
                        ('cents_each', models.BigIntegerField(default=0, verbose_name='each')),
                        ('valid_from', models.DateField(verbose_name='from')),
                        ('valid_to', models.DateField(blank=True, null=True, verbose_name='to')),
                    ],
                    options={
                        'verbose_name': 'cost rate',
                        'verbose_name_plural': 'cost rates',
                        'ordering': ['work', '-valid_from'],
                        'constraints': [models.UniqueConstraint(fields=('work', 'valid_from'), name='cost_rate_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CostRateEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('work', models.CharField(choices=[('call', 'call'), ('mail', 'mail'), ('visit', 'visit'), ('chat', 'chat'), ('order', 'handling an order'), ('freight', 'freight'), ('return', 'handling a return'), ('complaint', 'handling a complaint')], max_length=10, verbose_name='work')),
                        ('cents_per_minute', models.BigIntegerField(default=0, verbose_name='a minute')),
                        ('cents_each', models.BigIntegerField(default=0, verbose_name='each')),
                        ('valid_from', models.DateField(verbose_name='from')),
                        ('valid_to', models.DateField(blank=True, null=True, verbose_name='to')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.costrate')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='PurchaseState',
                    fields=[
                        ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='purchase_state', serialize=False, to='customers.customer')),
                        ('purchase_days', models.IntegerField()),
                        ('first_day', models.DateField(null=True)),
                        ('last_day', models.DateField(null=True)),
                        ('sum_ln_gap', models.FloatField()),
                        ('sum_gap_squared', models.FloatField()),
                        ('amount_cents', models.BigIntegerField()),
                        ('cost_cents', models.BigIntegerField()),
                        ('positive_amount_cents', models.BigIntegerField()),
                        ('orders', models.IntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name='TouchedCustomer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('customer_id', models.BigIntegerField()),
                    ],
                    options={
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='CustomerNeed',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('evidence', models.CharField(max_length=300, verbose_name='evidence')),
                        ('source', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='told by')),
                        ('noted_on', models.DateField(verbose_name='on')),
                        ('is_met', models.BooleanField(blank=True, null=True, verbose_name='we meet it')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='customers.customer')),
                        ('noted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('need', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='customers.need', verbose_name='need')),
                    ],
                    options={
                        'verbose_name': 'need of a customer',
                        'verbose_name_plural': 'needs of customers',
                        'ordering': ['need__name'],
                        'constraints': [models.UniqueConstraint(fields=('customer', 'need'), name='customer_need_once'), models.CheckConstraint(condition=models.Q(('evidence', ''), _negated=True), name='customer_need_has_evidence')],
                    },
                ),
                migrations.CreateModel(
                    name='Need',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('name', models.CharField(max_length=80, unique=True, verbose_name='need')),
                        ('description', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='how one knows it')),
                        ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='in use')),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'need',
                        'verbose_name_plural': 'needs',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='CustomerNeedEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('evidence', models.CharField(max_length=300, verbose_name='evidence')),
                        ('source', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='told by')),
                        ('noted_on', models.DateField(verbose_name='on')),
                        ('is_met', models.BooleanField(blank=True, null=True, verbose_name='we meet it')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('noted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.customerneed')),
                        ('need', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.need', verbose_name='need')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='NeedEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('name', models.CharField(max_length=80, verbose_name='need')),
                        ('description', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='how one knows it')),
                        ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='in use')),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.need')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Potential',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('yearly_cents', models.BigIntegerField(verbose_name='sales a year that we could have')),
                        ('evidence', models.CharField(help_text='What they did or said that shows it.', max_length=300, verbose_name='evidence')),
                        ('noted_on', models.DateField(verbose_name='on')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='potentials', to='customers.customer')),
                        ('noted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'potential',
                        'verbose_name_plural': 'potentials',
                        'ordering': ['-noted_on', '-id'],
                        'indexes': [models.Index(fields=['customer', '-noted_on', '-id'], name='potential_of_customer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('yearly_cents__gte', 0)), name='potential_not_below_zero'), models.CheckConstraint(condition=models.Q(('evidence', ''), _negated=True), name='potential_has_evidence')],
                    },
                ),
                migrations.CreateModel(
                    name='PotentialEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('yearly_cents', models.BigIntegerField(verbose_name='sales a year that we could have')),
                        ('evidence', models.CharField(help_text='What they did or said that shows it.', max_length=300, verbose_name='evidence')),
                        ('noted_on', models.DateField(verbose_name='on')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('noted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.potential')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='WalletEstimate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('total_cents', models.BigIntegerField(verbose_name='spends a year, all suppliers')),
                        ('low_cents', models.BigIntegerField(verbose_name='at least')),
                        ('high_cents', models.BigIntegerField(verbose_name='at most')),
                        ('confidence', models.CharField(choices=[('low', 'low: a guess'), ('medium', 'medium: pieced together'), ('high', 'high: told or shown to us')], default='medium', max_length=6, verbose_name='how sure')),
                        ('source', models.CharField(max_length=150, verbose_name='where it comes from')),
                        ('estimated_on', models.DateField(verbose_name='as of')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wallet_estimates', to='customers.customer')),
                        ('estimated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'estimate of the spend',
                        'verbose_name_plural': 'estimates of the spend',
                        'ordering': ['-estimated_on', '-id'],
                        'indexes': [models.Index(fields=['customer', '-estimated_on', '-id'], name='wallet_of_customer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('low_cents__gt', 0), ('low_cents__lte', models.F('total_cents')), ('total_cents__lte', models.F('high_cents'))), name='wallet_range_holds_total')],
                    },
                ),
                migrations.CreateModel(
                    name='WalletEstimateEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('total_cents', models.BigIntegerField(verbose_name='spends a year, all suppliers')),
                        ('low_cents', models.BigIntegerField(verbose_name='at least')),
                        ('high_cents', models.BigIntegerField(verbose_name='at most')),
                        ('confidence', models.CharField(choices=[('low', 'low: a guess'), ('medium', 'medium: pieced together'), ('high', 'high: told or shown to us')], default='medium', max_length=6, verbose_name='how sure')),
                        ('source', models.CharField(max_length=150, verbose_name='where it comes from')),
                        ('estimated_on', models.DateField(verbose_name='as of')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('estimated_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.walletestimate')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='WalletSupplier',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100, verbose_name='supplier')),
                        ('percent', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='part of the spend, %')),
                        ('estimate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suppliers', to='customers.walletestimate')),
                    ],
                    options={
                        'verbose_name': 'other supplier',
                        'verbose_name_plural': 'other suppliers',
                        'ordering': [models.OrderBy(models.F('percent'), descending=True, nulls_last=True), 'name'],
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('estimate', 'name'), name='wallet_supplier_once'), models.CheckConstraint(condition=models.Q(('percent', None), ('percent__lte', 100), _connector='OR'), name='wallet_supplier_within_all')],
                    },
                ),
                migrations.CreateModel(
                    name='TouchedItems',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('customer_id', models.BigIntegerField()),
                    ],
                    options={
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='PeerCustomer',
                    fields=[
                        ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='customers.customer')),
                        ('industry', models.CharField(max_length=100)),
                        ('band', models.SmallIntegerField()),
                        ('main_family', models.CharField(max_length=100)),
                        ('sales_cents', models.BigIntegerField()),
                    ],
                    options={
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['band', 'industry', 'main_family'], name='peer_by_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='PeerFamily',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('industry', models.CharField(blank=True, max_length=100)),
                        ('band', models.SmallIntegerField()),
                        ('main_family', models.CharField(blank=True, max_length=100)),
                        ('family', models.CharField(max_length=100)),
                        ('peers', models.IntegerField()),
                        ('buyers', models.IntegerField()),
                        ('median_cents', models.BigIntegerField()),
                        ('worked_out_on', models.DateField()),
                    ],
                    options={
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['band', 'industry', 'main_family'], name='peer_family_of_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='BoughtTogether',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('family', models.CharField(max_length=100, verbose_name='family')),
                        ('with_family', models.CharField(max_length=100, verbose_name='with')),
                        ('together', models.IntegerField()),
                        ('orders', models.IntegerField()),
                        ('with_orders', models.IntegerField()),
                        ('baskets', models.IntegerField()),
                        ('product', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.product')),
                        ('with_product', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.product')),
                    ],
                    options={
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['product'], name='bought_with_product')],
                    },
                ),
                migrations.CreateModel(
                    name='PurchaseHistory',
                    fields=[
                        ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='purchase_history', serialize=False, to='customers.customer')),
                        ('days', models.BinaryField()),
                    ],
                ),
                migrations.CreateModel(
                    name='CostPool',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('work', models.CharField(choices=[('call', 'call'), ('mail', 'mail'), ('visit', 'visit'), ('chat', 'chat'), ('order', 'handling an order'), ('freight', 'freight'), ('return', 'handling a return'), ('complaint', 'handling a complaint')], max_length=10, verbose_name='work')),
                        ('driver', models.CharField(choices=[('minutes', 'by minutes'), ('pieces', 'by number')], default='minutes', max_length=7, verbose_name='shared')),
                        ('first_day', models.DateField(verbose_name='from')),
                        ('last_day', models.DateField(verbose_name='to')),
                        ('amount_cents', models.BigIntegerField(verbose_name='actual cost')),
                        ('capacity', models.PositiveIntegerField(blank=True, db_default=0, default=0, verbose_name='paid for, minutes or pieces')),
                        ('note', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='note')),
                        ('driver_total', models.BigIntegerField(default=0, editable=False)),
                        ('customers', models.IntegerField(default=0, editable=False)),
                        ('unassigned_cents', models.BigIntegerField(default=0, editable=False)),
                        ('standard_cents', models.BigIntegerField(default=0, editable=False)),
                        ('allocated_at', models.DateTimeField(editable=False, null=True)),
                        ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'cost pool',
                        'verbose_name_plural': 'cost pools',
                        'ordering': ['-first_day', 'work'],
                        'indexes': [models.Index(fields=['first_day', 'id'], name='cost_pool_by_day')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_cents__gte', 0), ('last_day__gte', models.F('first_day'))), name='cost_pool_days_and_cost')],
                    },
                ),
                migrations.CreateModel(
                    name='CostPoolEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('work', models.CharField(choices=[('call', 'call'), ('mail', 'mail'), ('visit', 'visit'), ('chat', 'chat'), ('order', 'handling an order'), ('freight', 'freight'), ('return', 'handling a return'), ('complaint', 'handling a complaint')], max_length=10, verbose_name='work')),
                        ('driver', models.CharField(choices=[('minutes', 'by minutes'), ('pieces', 'by number')], default='minutes', max_length=7, verbose_name='shared')),
                        ('first_day', models.DateField(verbose_name='from')),
                        ('last_day', models.DateField(verbose_name='to')),
                        ('amount_cents', models.BigIntegerField(verbose_name='actual cost')),
                        ('capacity', models.PositiveIntegerField(blank=True, db_default=0, default=0, verbose_name='paid for, minutes or pieces')),
                        ('note', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='note')),
                        ('entered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.costpool')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='CostPoolShare',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('driver', models.BigIntegerField()),
                        ('cents', models.BigIntegerField()),
                        ('standard_cents', models.BigIntegerField()),
                        ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='cost_shares', to='customers.customer')),
                        ('pool', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='customers.costpool')),
                    ],
                    options={
                        'verbose_name': 'share of a cost pool',
                        'verbose_name_plural': 'shares of a cost pool',
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['pool', 'cents', 'id'], name='cost_share_by_size')],
                        'constraints': [models.UniqueConstraint(fields=('customer', 'pool'), name='cost_share_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportChange',
                    fields=[
                        ('pk', models.CompositePrimaryKey('data_import', 'what', 'row_id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('what', models.CharField(max_length=12)),
                        ('row_id', models.BigIntegerField()),
                        ('before', models.JSONField(null=True)),
                        ('mark', models.BigIntegerField(null=True)),
                        ('refused', models.CharField(blank=True, db_default='', default='', max_length=12)),
                        ('data_import', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.dataimport')),
                    ],
                    options={
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='ImportMapping',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('kind', models.CharField(max_length=20)),
                        ('headers_hash', models.CharField(max_length=64)),
                        ('columns', models.JSONField(default=dict)),
                        ('options', models.JSONField(default=dict)),
                        ('saved_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='saved')),
                        ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'saved mapping',
                        'verbose_name_plural': 'saved mappings',
                        'ordering': ['name'],
                        'indexes': [models.Index(fields=['kind', 'headers_hash'], name='import_mapping_by_headers')],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'name'), name='import_mapping_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Contract',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('started_on', models.DateField(verbose_name='began on')),
                        ('period_months', models.PositiveSmallIntegerField(db_default=12, default=12, verbose_name='renewed every, months')),
                        ('ended_on', models.DateField(blank=True, help_text='Only when it was not renewed; empty while it runs.', null=True, verbose_name='ended on')),
                        ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='contract', to='customers.customer', verbose_name='customer')),
                    ],
                    options={
                        'verbose_name': 'contract',
                        'verbose_name_plural': 'contracts',
                        'constraints': [models.CheckConstraint(condition=models.Q(('period_months__gte', 1), models.Q(('ended_on', None), ('ended_on__gt', models.F('started_on')), _connector='OR')), name='contract_ends_after_it_began')],
                    },
                ),
                migrations.CreateModel(
                    name='ContractEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('started_on', models.DateField(verbose_name='began on')),
                        ('period_months', models.PositiveSmallIntegerField(db_default=12, default=12, verbose_name='renewed every, months')),
                        ('ended_on', models.DateField(blank=True, help_text='Only when it was not renewed; empty while it runs.', null=True, verbose_name='ended on')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.contract')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Tag',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=40, verbose_name='tag')),
                        ('name_folded', models.CharField(editable=False, max_length=80, unique=True)),
                    ],
                    options={
                        'verbose_name': 'tag',
                        'verbose_name_plural': 'tags',
                        'ordering': ['name_folded'],
                    },
                ),
                migrations.CreateModel(
                    name='TagEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=40, verbose_name='tag')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.tag')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='CustomerTag',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tagged_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='since')),
                        ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='customers.customer')),
                        ('tagged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('tag', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='customers', to='customers.tag')),
                    ],
                    options={
                        'verbose_name': 'tag of a customer',
                        'verbose_name_plural': 'tags of customers',
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['tag', 'customer'], name='customer_by_tag')],
                        'constraints': [models.UniqueConstraint(fields=('customer', 'tag'), name='customer_tag_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CustomerTagEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('tagged_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='since')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.customertag')),
                        ('tagged_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('tag', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.tag')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='NewsSeen',
                    fields=[
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='news_seen', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='user')),
                        ('seen_until', models.DateTimeField()),
                    ],
                    options={
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='Note',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('text', models.TextField(max_length=5000, verbose_name='note')),
                        ('mentioned', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, size=None, verbose_name='who is told')),
                        ('told_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='customers.customer')),
                    ],
                    options={
                        'verbose_name': 'note',
                        'verbose_name_plural': 'notes',
                        'ordering': ['-created_at', '-id'],
                        'indexes': [models.Index(fields=['customer', '-created_at', '-id'], name='note_of_customer'), django.contrib.postgres.indexes.GinIndex(fields=['mentioned'], name='note_mentions')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='note_has_text')],
                    },
                ),
                migrations.CreateModel(
                    name='NoteEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('text', models.TextField(max_length=5000, verbose_name='note')),
                        ('mentioned', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, size=None, verbose_name='who is told')),
                        ('told_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.note')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Watch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('moves', models.BooleanField(default=True, verbose_name='moves to another segment')),
                        ('complaints', models.BooleanField(default=True, verbose_name='complains')),
                        ('alerts', models.BooleanField(default=True, verbose_name='has an alert')),
                        ('since', models.DateTimeField(verbose_name='since')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='customers.customer')),
                        ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='watches', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'watch',
                        'verbose_name_plural': 'watches',
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('user', 'customer'), name='watch_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CustomField',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('label', models.CharField(max_length=80, verbose_name='name')),
                        ('kind', models.CharField(choices=[('text', 'text'), ('choice', 'choice'), ('number', 'number'), ('money', 'money'), ('date', 'date'), ('flag', 'yes or no'), ('person', 'colleague'), ('link', 'link')], default='text', max_length=8, verbose_name='kind')),
                        ('about', models.CharField(blank=True, choices=[('', 'every customer'), ('organisation', 'organisations'), ('person', 'persons')], db_default='', default='', max_length=12, verbose_name='for')),
                        ('help_text', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='explanation')),
                        ('options', models.JSONField(blank=True, default=list, verbose_name='choices')),
                        ('position', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                        ('is_protected', models.BooleanField(db_default=False, default=False, verbose_name='no rule may ask it')),
                        ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived')),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'own field',
                        'verbose_name_plural': 'own fields',
                        'ordering': ['position', 'id'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('label'), condition=models.Q(('archived_at', None)), name='custom_field_label_once'), models.CheckConstraint(condition=models.Q(('label', ''), _negated=True), name='custom_field_has_label')],
                    },
                ),
                migrations.CreateModel(
                    name='CustomFieldEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('label', models.CharField(max_length=80, verbose_name='name')),
                        ('kind', models.CharField(choices=[('text', 'text'), ('choice', 'choice'), ('number', 'number'), ('money', 'money'), ('date', 'date'), ('flag', 'yes or no'), ('person', 'colleague'), ('link', 'link')], default='text', max_length=8, verbose_name='kind')),
                        ('about', models.CharField(blank=True, choices=[('', 'every customer'), ('organisation', 'organisations'), ('person', 'persons')], db_default='', default='', max_length=12, verbose_name='for')),
                        ('help_text', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='explanation')),
                        ('options', models.JSONField(blank=True, default=list, verbose_name='choices')),
                        ('position', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                        ('is_protected', models.BooleanField(db_default=False, default=False, verbose_name='no rule may ask it')),
                        ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived')),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.customfield')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='CustomValueSet',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('data', models.JSONField(default=dict)),
                        ('unread', models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                        ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='custom_values', to='customers.customer')),
                    ],
                    options={
                        'verbose_name': 'values of own fields',
                        'verbose_name_plural': 'values of own fields',
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['data'], name='custom_values_data', opclasses=['jsonb_path_ops'])],
                    },
                ),
                migrations.CreateModel(
                    name='CustomValueSetEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('data', models.JSONField(default=dict)),
                        ('unread', models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.customvalueset')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Attachment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('about', models.CharField(blank=True, db_default='', default='', max_length=12)),
                        ('about_id', models.BigIntegerField(db_default=0, default=0)),
                        ('file_name', models.CharField(max_length=200, verbose_name='file name')),
                        ('kind', models.CharField(max_length=12, verbose_name='kind')),
                        ('stored', models.CharField(editable=False, max_length=80, unique=True)),
                        ('bytes', models.BigIntegerField(verbose_name='size')),
                        ('sha256', models.CharField(max_length=64)),
                        ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='added')),
                        ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='customers.customer')),
                    ],
                    options={
                        'verbose_name': 'file',
                        'verbose_name_plural': 'files',
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['customer', '-id'], name='attachment_of_customer'), models.Index(condition=models.Q(('about', ''), _negated=True), fields=['about', 'about_id'], name='attachment_about')],
                    },
                ),
                migrations.CreateModel(
                    name='AttachmentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('about', models.CharField(blank=True, db_default='', default='', max_length=12)),
                        ('about_id', models.BigIntegerField(db_default=0, default=0)),
                        ('file_name', models.CharField(max_length=200, verbose_name='file name')),
                        ('kind', models.CharField(max_length=12, verbose_name='kind')),
                        ('stored', models.CharField(editable=False, max_length=80)),
                        ('bytes', models.BigIntegerField(verbose_name='size')),
                        ('sha256', models.CharField(max_length=64)),
                        ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='added')),
                        ('added_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.attachment')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='CustomerMerge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('merged_at', models.DateTimeField()),
                        ('moved', models.JSONField(default=list)),
                        ('changed', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                        ('undone_at', models.DateTimeField(null=True)),
                        ('gone', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.customer')),
                        ('kept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to='customers.customer')),
                        ('merged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'merge',
                        'verbose_name_plural': 'merges',
                        'ordering': ['-merged_at', '-id'],
                        'permissions': [('merge_customer', 'Merge customers and take a merge apart')],
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['-merged_at'], name='customer_merge_by_time')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('gone',), name='customer_merged_once')],
                    },
                ),
                migrations.CreateModel(
                    name='DuplicateKey',
                    fields=[
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
                        ('pk', models.CompositePrimaryKey('key', 'customer', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('key', models.BigIntegerField()),
                        ('kind', models.SmallIntegerField()),
                    ],
                    options={
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='DuplicatePair',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('percent', models.SmallIntegerField(verbose_name='alike, %')),
                        ('evidence', models.JSONField(default=list)),
                        ('worth_cents', models.BigIntegerField(db_default=0, default=0)),
                        ('weight', models.BigIntegerField(db_default=0, default=0)),
                        ('state', models.CharField(choices=[('open', 'to decide'), ('different', 'two customers'), ('merged', 'merged')], db_default='open', default='open', max_length=9)),
                        ('found_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('later_until', models.DateField(null=True)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('reason', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='why they differ')),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.customer')),
                        ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.customer')),
                    ],
                    options={
                        'verbose_name': 'pair',
                        'verbose_name_plural': 'pairs',
                        'default_permissions': (),
                        'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['weight', 'id'], name='duplicate_pair_queue'), models.Index(fields=['decided_at'], name='duplicate_pair_decided')],
                        'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='duplicate_pair_once'), models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='duplicate_pair_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='DuplicateSearch',
                    fields=[
                        ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                        ('changed_until', models.DateTimeField(null=True)),
                        ('point_id', models.BigIntegerField(default=0)),
                        ('point_event_id', models.BigIntegerField(default=0)),
                        ('searched_at', models.DateTimeField(null=True)),
                        ('customers', models.IntegerField(default=0)),
                        ('milliseconds', models.IntegerField(default=0)),
                        ('whole_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'default_permissions': (),
                        'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_duplicate_search')],
                    },
                ),
                migrations.CreateModel(
                    name='PersonalDataAct',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('export', 'handed out'), ('person', 'person erased'), ('customer', 'customer erased')], max_length=8, verbose_name='what')),
                        ('customer_id', models.BigIntegerField()),
                        ('person_id', models.BigIntegerField(null=True)),
                        ('reason', models.CharField(max_length=300, verbose_name='on whose request')),
                        ('counts', models.JSONField(default=dict)),
                        ('done_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='when')),
                        ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ],
                    options={
                        'verbose_name': 'act on personal data',
                        'verbose_name_plural': 'acts on personal data',
                        'ordering': ['-id'],
                        'permissions': [('handle_personal_data', 'Hand out and erase personal data')],
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='ReferenceVisit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('visited_on', models.DateField(verbose_name='on')),
                        ('for_whom', models.CharField(max_length=200, verbose_name='for whom')),
                        ('booked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reference', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='customers.showroomreference')),
                    ],
                    options={
                        'verbose_name': 'visit to a reference',
                        'verbose_name_plural': 'visits to references',
                        'ordering': ['-visited_on', '-id'],
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('reference', 'visited_on'), name='one_visit_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Referral',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(choices=[('asked', 'asked'), ('given', 'named somebody'), ('declined', 'rather not')], default='asked', max_length=8, verbose_name='outcome')),
                        ('referred_name', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='whom they named')),
                        ('asked_on', models.DateField(verbose_name='asked on')),
                        ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='referrals', to='customers.customer')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.person', verbose_name='who was asked')),
                        ('referred', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='referred_by', to='customers.customer', verbose_name='customer')),
                    ],
                    options={
                        'verbose_name': 'referral',
                        'verbose_name_plural': 'referrals',
                        'ordering': ['-asked_on', '-id'],
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['customer', '-asked_on', '-id'], name='referral_of_customer')],
                    },
                ),
                migrations.CreateModel(
                    name='ReferralEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('state', models.CharField(choices=[('asked', 'asked'), ('given', 'named somebody'), ('declined', 'rather not')], default='asked', max_length=8, verbose_name='outcome')),
                        ('referred_name', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='whom they named')),
                        ('asked_on', models.DateField(verbose_name='asked on')),
                        ('asked_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.person', verbose_name='who was asked')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.referral')),
                        ('referred', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='customer')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ShowroomReference',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('topic', models.CharField(max_length=120, verbose_name='for what')),
                        ('rest_days', models.PositiveIntegerField(verbose_name='days of rest after a visit')),
                        ('willing_since', models.DateField(verbose_name='willing since')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='until')),
                        ('uses', models.PositiveIntegerField(db_default=0, default=0, verbose_name='times used')),
                        ('last_used_on', models.DateField(blank=True, null=True, verbose_name='last used')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='showroom', to='customers.customer')),
                        ('noted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.person', verbose_name='who receives')),
                    ],
                    options={
                        'verbose_name': 'reference',
                        'verbose_name_plural': 'references',
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['topic', 'id'], name='reference_by_topic')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('topic', ''), _negated=True), name='reference_has_topic'), models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('customer', 'topic'), name='reference_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ReferenceVisitEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('visited_on', models.DateField(verbose_name='on')),
                        ('for_whom', models.CharField(max_length=200, verbose_name='for whom')),
                        ('booked_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.referencevisit')),
                        ('reference', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.showroomreference')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ShowroomReferenceEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('topic', models.CharField(max_length=120, verbose_name='for what')),
                        ('rest_days', models.PositiveIntegerField(verbose_name='days of rest after a visit')),
                        ('willing_since', models.DateField(verbose_name='willing since')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='until')),
                        ('uses', models.PositiveIntegerField(db_default=0, default=0, verbose_name='times used')),
                        ('last_used_on', models.DateField(blank=True, null=True, verbose_name='last used')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('noted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.person', verbose_name='who receives')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.showroomreference')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='WantedCompany',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                        ('reason', models.CharField(max_length=300, verbose_name='why')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wanted', to='customers.customer')),
                        ('wanted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'wanted company',
                        'verbose_name_plural': 'wanted companies',
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['-year', '-id'], name='wanted_by_year')],
                        'constraints': [models.UniqueConstraint(fields=('customer', 'year'), name='wanted_once_a_year'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='wanted_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='WantedCompanyEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                        ('reason', models.CharField(max_length=300, verbose_name='why')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.wantedcompany')),
                        ('wanted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Source',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('name', models.CharField(max_length=100, unique=True, verbose_name='source')),
                        ('lawful_basis', models.CharField(max_length=100, verbose_name='lawful basis')),
                        ('received_on', models.DateField(blank=True, null=True, verbose_name='received on')),
                        ('note', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='from whom, for what')),
                        ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn')),
                        ('withdrawn_reason', models.CharField(blank=True, db_default='', default='', editable=False, max_length=300)),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'source',
                        'verbose_name_plural': 'sources',
                        'ordering': ['name'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('lawful_basis', ''), _negated=True)), name='source_has_name_and_basis')],
                    },
                ),
                migrations.CreateModel(
                    name='SourceEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('name', models.CharField(max_length=100, verbose_name='source')),
                        ('lawful_basis', models.CharField(max_length=100, verbose_name='lawful basis')),
                        ('received_on', models.DateField(blank=True, null=True, verbose_name='received on')),
                        ('note', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='from whom, for what')),
                        ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn')),
                        ('withdrawn_reason', models.CharField(blank=True, db_default='', default='', editable=False, max_length=300)),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.source')),
                        ('withdrawn_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='FactKind',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                        ('description', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='what exactly')),
                        ('value_kind', models.CharField(choices=[('text', 'words'), ('number', 'number'), ('date', 'date'), ('flag', 'yes or no')], db_default='text', default='text', max_length=6, verbose_name='told as')),
                        ('worth', models.PositiveSmallIntegerField(db_default=3, default=3, verbose_name='how much it helps, 1 to 5')),
                        ('holds_months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='holds for, months')),
                        ('use_in_talk', models.BooleanField(db_default=True, default=True, verbose_name='use in talk')),
                        ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='in use')),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'kind of fact',
                        'verbose_name_plural': 'kinds of facts',
                        'ordering': ['-worth', 'name'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('worth__gte', 1), ('worth__lte', 5), models.Q(('name', ''), _negated=True)), name='fact_kind_worth')],
                    },
                ),
                migrations.CreateModel(
                    name='FactKindEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('description', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='what exactly')),
                        ('value_kind', models.CharField(choices=[('text', 'words'), ('number', 'number'), ('date', 'date'), ('flag', 'yes or no')], db_default='text', default='text', max_length=6, verbose_name='told as')),
                        ('worth', models.PositiveSmallIntegerField(db_default=3, default=3, verbose_name='how much it helps, 1 to 5')),
                        ('holds_months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='holds for, months')),
                        ('use_in_talk', models.BooleanField(db_default=True, default=True, verbose_name='use in talk')),
                        ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='in use')),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.factkind')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Question',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('text', models.CharField(max_length=200, unique=True, verbose_name='question')),
                        ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None, verbose_name='tags')),
                        ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='in use')),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='customers.factkind', verbose_name='asks for')),
                    ],
                    options={
                        'verbose_name': 'question',
                        'verbose_name_plural': 'questions',
                        'ordering': ['kind', 'text'],
                    },
                ),
                migrations.CreateModel(
                    name='QuestionAsking',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('outcome', models.CharField(choices=[('answered', 'answered'), ('refused', 'would rather not say'), ('put_off', 'not now')], max_length=8, verbose_name='outcome')),
                        ('asked_on', models.DateField(verbose_name='on')),
                        ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='askings', to='customers.customer')),
                        ('fact', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='asking', to='customers.profilefact')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.person')),
                        ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='askings', to='customers.question')),
                    ],
                    options={
                        'verbose_name': 'asked question',
                        'verbose_name_plural': 'asked questions',
                        'ordering': ['-asked_on', '-id'],
                        'indexes': [models.Index(fields=['customer', 'question', 'outcome', '-asked_on'], name='asking_of_customer'), models.Index(fields=['question', 'outcome'], name='asking_by_question')],
                    },
                ),
                migrations.CreateModel(
                    name='QuestionAskingEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('outcome', models.CharField(choices=[('answered', 'answered'), ('refused', 'would rather not say'), ('put_off', 'not now')], max_length=8, verbose_name='outcome')),
                        ('asked_on', models.DateField(verbose_name='on')),
                        ('asked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('fact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.profilefact')),
                        ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.person')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.questionasking')),
                        ('question', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.question')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='QuestionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('text', models.CharField(max_length=200, verbose_name='question')),
                        ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None, verbose_name='tags')),
                        ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='in use')),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('kind', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.factkind', verbose_name='asks for')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.question')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='TradingName',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=300, verbose_name='name')),
                        ('name_folded', models.CharField(editable=False, max_length=600)),
                        ('note', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='where it is used')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trading_names', to='customers.customer')),
                    ],
                    options={
                        'verbose_name': 'trading name',
                        'verbose_name_plural': 'trading names',
                        'ordering': ['name_folded', 'id'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['name_folded'], name='trading_name_trgm', opclasses=['gin_trgm_ops']), models.Index(fields=['name_folded', 'id'], name='trading_name_by_name')],
                        'constraints': [models.UniqueConstraint(fields=('customer', 'name_folded'), name='trading_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='TradingNameEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=300, verbose_name='name')),
                        ('note', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='where it is used')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.tradingname')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customer',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."archived_at" IS DISTINCT FROM (NEW."archived_at") OR OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."domain" IS DISTINCT FROM (NEW."domain") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."industry" IS DISTINCT FROM (NEW."industry") OR OLD."is_informal" IS DISTINCT FROM (NEW."is_informal") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."lawful_basis" IS DISTINCT FROM (NEW."lawful_basis") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."minimum_order_cents" IS DISTINCT FROM (NEW."minimum_order_cents") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."parent_id" IS DISTINCT FROM (NEW."parent_id") OR OLD."pays_by" IS DISTINCT FROM (NEW."pays_by") OR OLD."postcode" IS DISTINCT FROM (NEW."postcode") OR OLD."relation" IS DISTINCT FROM (NEW."relation") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."street" IS DISTINCT FROM (NEW."street") OR OLD."tax_id" IS DISTINCT FROM (NEW."tax_id") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."trading_name" IS DISTINCT FROM (NEW."trading_name"))', func='INSERT INTO "customers_customerevent" ("archived_at", "changed_by_id", "city", "country", "created_at", "created_by_id", "domain", "id", "industry", "is_informal", "kind", "language", "lawful_basis", "merged_into_id", "minimum_order_cents", "name", "number", "owner_id", "parent_id", "pays_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "relation", "since", "source", "stage", "street", "tax_id", "team_id", "trading_name") VALUES (OLD."archived_at", OLD."changed_by_id", OLD."city", OLD."country", OLD."created_at", OLD."created_by_id", OLD."domain", OLD."id", OLD."industry", OLD."is_informal", OLD."kind", OLD."language", OLD."lawful_basis", OLD."merged_into_id", OLD."minimum_order_cents", OLD."name", OLD."number", OLD."owner_id", OLD."parent_id", OLD."pays_by", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."postcode", OLD."relation", OLD."since", OLD."source", OLD."stage", OLD."street", OLD."tax_id", OLD."team_id", OLD."trading_name"); RETURN NULL;', hash='850259b2ac8fdccb1372ef069990d1326261b014', operation='UPDATE', pgid='pgtrigger_changed_update_c4016', table='customers_customer', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customer',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_customerevent" ("archived_at", "changed_by_id", "city", "country", "created_at", "created_by_id", "domain", "id", "industry", "is_informal", "kind", "language", "lawful_basis", "merged_into_id", "minimum_order_cents", "name", "number", "owner_id", "parent_id", "pays_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "relation", "since", "source", "stage", "street", "tax_id", "team_id", "trading_name") VALUES (OLD."archived_at", OLD."changed_by_id", OLD."city", OLD."country", OLD."created_at", OLD."created_by_id", OLD."domain", OLD."id", OLD."industry", OLD."is_informal", OLD."kind", OLD."language", OLD."lawful_basis", OLD."merged_into_id", OLD."minimum_order_cents", OLD."name", OLD."number", OLD."owner_id", OLD."parent_id", OLD."pays_by", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."postcode", OLD."relation", OLD."since", OLD."source", OLD."stage", OLD."street", OLD."tax_id", OLD."team_id", OLD."trading_name"); RETURN NULL;', hash='c635effc005311c151e4bdd9553cae911540fa22', operation='DELETE', pgid='pgtrigger_deleted_delete_4afc9', table='customers_customer', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='person',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."influence" IS DISTINCT FROM (NEW."influence") OR OLD."is_main" IS DISTINCT FROM (NEW."is_main") OR OLD."job_title" IS DISTINCT FROM (NEW."job_title") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."left_on" IS DISTINCT FROM (NEW."left_on") OR OLD."moved_from_id" IS DISTINCT FROM (NEW."moved_from_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."seniority" IS DISTINCT FROM (NEW."seniority"))', func='INSERT INTO "customers_personevent" ("changed_by_id", "created_at", "created_by_id", "customer_id", "id", "influence", "is_main", "job_title", "language", "left_on", "moved_from_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seniority") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."customer_id", OLD."id", OLD."influence", OLD."is_main", OLD."job_title", OLD."language", OLD."left_on", OLD."moved_from_id", OLD."name", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."seniority"); RETURN NULL;', hash='5177d7fe7bba01508a1da5dd35e79cd035051ff3', operation='UPDATE', pgid='pgtrigger_changed_update_2a212', table='customers_person', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='person',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_personevent" ("changed_by_id", "created_at", "created_by_id", "customer_id", "id", "influence", "is_main", "job_title", "language", "left_on", "moved_from_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seniority") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."customer_id", OLD."id", OLD."influence", OLD."is_main", OLD."job_title", OLD."language", OLD."left_on", OLD."moved_from_id", OLD."name", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."seniority"); RETURN NULL;', hash='d8d03634ea0de80ce1a057add870d3ea5e2b095f', operation='DELETE', pgid='pgtrigger_deleted_delete_e995e', table='customers_person', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contactpoint',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_contactpointevent" ("customer_id", "id", "is_valid", "kind", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proven_on", "value", "value_normal") VALUES (OLD."customer_id", OLD."id", OLD."is_valid", OLD."kind", OLD."person_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."proven_on", OLD."value", OLD."value_normal"); RETURN NULL;', hash='4c9d2b0b35e8f4e475ee31a979ccaa19fc321e2e', operation='UPDATE', pgid='pgtrigger_changed_update_0fab1', table='customers_contactpoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contactpoint',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_contactpointevent" ("customer_id", "id", "is_valid", "kind", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proven_on", "value", "value_normal") VALUES (OLD."customer_id", OLD."id", OLD."is_valid", OLD."kind", OLD."person_id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."proven_on", OLD."value", OLD."value_normal"); RETURN NULL;', hash='3a081a7672f9231606919c6e76de714a1c7cec49', operation='DELETE', pgid='pgtrigger_deleted_delete_351f2', table='customers_contactpoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='product',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_productevent" ("cost_cents", "family", "id", "is_active", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_cents") VALUES (OLD."cost_cents", OLD."family", OLD."id", OLD."is_active", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."price_cents"); RETURN NULL;', hash='c8e402892c47119911d48bbec158c622ff6cb12e', operation='UPDATE', pgid='pgtrigger_changed_update_385aa', table='customers_product', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='product',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_productevent" ("cost_cents", "family", "id", "is_active", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_cents") VALUES (OLD."cost_cents", OLD."family", OLD."id", OLD."is_active", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."price_cents"); RETURN NULL;', hash='eb1d1a39b1c39f55c5c2067570292908e223fb35', operation='DELETE', pgid='pgtrigger_deleted_delete_140a6', table='customers_product', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='profilefact',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_profilefactevent" ("asked_by_id", "confidence", "customer_id", "id", "kind_id", "label", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "told_on", "use_in_talk", "valid_until", "value", "withdrawn_on") VALUES (OLD."asked_by_id", OLD."confidence", OLD."customer_id", OLD."id", OLD."kind_id", OLD."label", OLD."person_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."source", OLD."told_on", OLD."use_in_talk", OLD."valid_until", OLD."value", OLD."withdrawn_on"); RETURN NULL;', hash='3a7b1b600edf493f8c742e23541bbd9b3284c1e4', operation='UPDATE', pgid='pgtrigger_changed_update_21d9f', table='customers_profilefact', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='profilefact',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_profilefactevent" ("asked_by_id", "confidence", "customer_id", "id", "kind_id", "label", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "told_on", "use_in_talk", "valid_until", "value", "withdrawn_on") VALUES (OLD."asked_by_id", OLD."confidence", OLD."customer_id", OLD."id", OLD."kind_id", OLD."label", OLD."person_id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."source", OLD."told_on", OLD."use_in_talk", OLD."valid_until", OLD."value", OLD."withdrawn_on"); RETURN NULL;', hash='5322a4214c7215559bf47aa4549f35e7f861c01e', operation='DELETE', pgid='pgtrigger_deleted_delete_f7923', table='customers_profilefact', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='costrate',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_costrateevent" ("cents_each", "cents_per_minute", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid_from", "valid_to", "work") VALUES (OLD."cents_each", OLD."cents_per_minute", OLD."id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."valid_from", OLD."valid_to", OLD."work"); RETURN NULL;', hash='175b24f1f7a8d4583d78d051d13ede0595a4643b', operation='UPDATE', pgid='pgtrigger_changed_update_83138', table='customers_costrate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='costrate',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_costrateevent" ("cents_each", "cents_per_minute", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid_from", "valid_to", "work") VALUES (OLD."cents_each", OLD."cents_per_minute", OLD."id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."valid_from", OLD."valid_to", OLD."work"); RETURN NULL;', hash='16c1bd44031b97578a0c1886f762cd81a9380c4e', operation='DELETE', pgid='pgtrigger_deleted_delete_713d3', table='customers_costrate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customerneed',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_customerneedevent" ("customer_id", "evidence", "id", "is_met", "need_id", "noted_by_id", "noted_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (OLD."customer_id", OLD."evidence", OLD."id", OLD."is_met", OLD."need_id", OLD."noted_by_id", OLD."noted_on", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."source"); RETURN NULL;', hash='8fdf43488ed5a5b6d2e283f350ef86db8a9818b7', operation='UPDATE', pgid='pgtrigger_changed_update_b8dc8', table='customers_customerneed', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customerneed',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_customerneedevent" ("customer_id", "evidence", "id", "is_met", "need_id", "noted_by_id", "noted_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (OLD."customer_id", OLD."evidence", OLD."id", OLD."is_met", OLD."need_id", OLD."noted_by_id", OLD."noted_on", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."source"); RETURN NULL;', hash='900cf73cc51263574e917167dcb020860e5b7652', operation='DELETE', pgid='pgtrigger_deleted_delete_ecaeb', table='customers_customerneed', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='need',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."name" IS DISTINCT FROM (NEW."name"))', func='INSERT INTO "customers_needevent" ("changed_by_id", "created_at", "created_by_id", "description", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."description", OLD."id", OLD."is_active", OLD."name", _pgh_attach_context(), NOW(), \'changed\', OLD."id"); RETURN NULL;', hash='64e415d4d577188b0d9256fa50c4f47ae59854d6', operation='UPDATE', pgid='pgtrigger_changed_update_986fc', table='customers_need', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='need',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_needevent" ("changed_by_id", "created_at", "created_by_id", "description", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."description", OLD."id", OLD."is_active", OLD."name", _pgh_attach_context(), NOW(), \'deleted\', OLD."id"); RETURN NULL;', hash='9c13b964b6257b55c25ee530205a50270687d592', operation='DELETE', pgid='pgtrigger_deleted_delete_9f1e6', table='customers_need', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='potential',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_potentialevent" ("created_at", "customer_id", "evidence", "id", "noted_by_id", "noted_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "yearly_cents") VALUES (OLD."created_at", OLD."customer_id", OLD."evidence", OLD."id", OLD."noted_by_id", OLD."noted_on", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."yearly_cents"); RETURN NULL;', hash='23b2719dcb5b99ac11ccacad31199e86bfdcd132', operation='UPDATE', pgid='pgtrigger_changed_update_0a8d9', table='customers_potential', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='potential',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_potentialevent" ("created_at", "customer_id", "evidence", "id", "noted_by_id", "noted_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "yearly_cents") VALUES (OLD."created_at", OLD."customer_id", OLD."evidence", OLD."id", OLD."noted_by_id", OLD."noted_on", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."yearly_cents"); RETURN NULL;', hash='1bc39794ba7f0f9e4f04347838bacdf533b5efd3', operation='DELETE', pgid='pgtrigger_deleted_delete_ac838', table='customers_potential', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='walletestimate',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_walletestimateevent" ("confidence", "created_at", "customer_id", "estimated_by_id", "estimated_on", "high_cents", "id", "low_cents", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "total_cents") VALUES (OLD."confidence", OLD."created_at", OLD."customer_id", OLD."estimated_by_id", OLD."estimated_on", OLD."high_cents", OLD."id", OLD."low_cents", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."source", OLD."total_cents"); RETURN NULL;', hash='6e1ce3a7369a783e4e763d40698ff360bfe87ba8', operation='UPDATE', pgid='pgtrigger_changed_update_915ec', table='customers_walletestimate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='walletestimate',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_walletestimateevent" ("confidence", "created_at", "customer_id", "estimated_by_id", "estimated_on", "high_cents", "id", "low_cents", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "total_cents") VALUES (OLD."confidence", OLD."created_at", OLD."customer_id", OLD."estimated_by_id", OLD."estimated_on", OLD."high_cents", OLD."id", OLD."low_cents", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."source", OLD."total_cents"); RETURN NULL;', hash='be6a078b3137d82c27f05f424d6cafcb0eb01d1f', operation='DELETE', pgid='pgtrigger_deleted_delete_ede89', table='customers_walletestimate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='costpool',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount_cents" IS DISTINCT FROM (NEW."amount_cents") OR OLD."capacity" IS DISTINCT FROM (NEW."capacity") OR OLD."driver" IS DISTINCT FROM (NEW."driver") OR OLD."entered_by_id" IS DISTINCT FROM (NEW."entered_by_id") OR OLD."first_day" IS DISTINCT FROM (NEW."first_day") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."last_day" IS DISTINCT FROM (NEW."last_day") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."work" IS DISTINCT FROM (NEW."work"))', func='INSERT INTO "customers_costpoolevent" ("amount_cents", "capacity", "driver", "entered_by_id", "first_day", "id", "last_day", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "work") VALUES (OLD."amount_cents", OLD."capacity", OLD."driver", OLD."entered_by_id", OLD."first_day", OLD."id", OLD."last_day", OLD."note", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."work"); RETURN NULL;', hash='848239233f957365094940f1b311d903806a7622', operation='UPDATE', pgid='pgtrigger_changed_update_d3633', table='customers_costpool', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='costpool',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_costpoolevent" ("amount_cents", "capacity", "driver", "entered_by_id", "first_day", "id", "last_day", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "work") VALUES (OLD."amount_cents", OLD."capacity", OLD."driver", OLD."entered_by_id", OLD."first_day", OLD."id", OLD."last_day", OLD."note", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."work"); RETURN NULL;', hash='078f711ec030f15b81b40a86ff9eb3626fac8786', operation='DELETE', pgid='pgtrigger_deleted_delete_ffec7', table='customers_costpool', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contract',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_contractevent" ("customer_id", "ended_on", "id", "period_months", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (OLD."customer_id", OLD."ended_on", OLD."id", OLD."period_months", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."started_on"); RETURN NULL;', hash='2c61922822d654e19eb18df3e9993064cc2de881', operation='UPDATE', pgid='pgtrigger_changed_update_3ddbc', table='customers_contract', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contract',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_contractevent" ("customer_id", "ended_on", "id", "period_months", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (OLD."customer_id", OLD."ended_on", OLD."id", OLD."period_months", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."started_on"); RETURN NULL;', hash='8c5b72da1a605c78f81147bf4970b21c703434c7', operation='DELETE', pgid='pgtrigger_deleted_delete_f5fda', table='customers_contract', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='tag',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name"))', func='INSERT INTO "customers_tagevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'changed\', OLD."id"); RETURN NULL;', hash='1651746e008cc383912bb8a692339eeb8873a366', operation='UPDATE', pgid='pgtrigger_changed_update_2c249', table='customers_tag', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='tag',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_tagevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'deleted\', OLD."id"); RETURN NULL;', hash='fd29c0ed2fe90755fbafe18fa6eefd4efb73dbb6', operation='DELETE', pgid='pgtrigger_deleted_delete_637fe', table='customers_tag', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customertag',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_customertagevent" ("customer_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tag_id", "tagged_at", "tagged_by_id") VALUES (OLD."customer_id", OLD."id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."tag_id", OLD."tagged_at", OLD."tagged_by_id"); RETURN NULL;', hash='f3eb4b8c3b28df483128f58812bda5a1ad08df52', operation='UPDATE', pgid='pgtrigger_changed_update_0aec7', table='customers_customertag', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customertag',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_customertagevent" ("customer_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tag_id", "tagged_at", "tagged_by_id") VALUES (OLD."customer_id", OLD."id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."tag_id", OLD."tagged_at", OLD."tagged_by_id"); RETURN NULL;', hash='833d01c20b3fc8c8f02680c4b6ac07e4ab6a2749', operation='DELETE', pgid='pgtrigger_deleted_delete_b1514', table='customers_customertag', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='note',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."mentioned" IS DISTINCT FROM (NEW."mentioned") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."told_at" IS DISTINCT FROM (NEW."told_at"))', func='INSERT INTO "customers_noteevent" ("changed_by_id", "created_at", "created_by_id", "customer_id", "id", "mentioned", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "told_at") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."customer_id", OLD."id", OLD."mentioned", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."text", OLD."told_at"); RETURN NULL;', hash='542e16d3ccda54570811c6cc11765556d218f6b6', operation='UPDATE', pgid='pgtrigger_changed_update_8db6b', table='customers_note', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='note',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_noteevent" ("changed_by_id", "created_at", "created_by_id", "customer_id", "id", "mentioned", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "told_at") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."customer_id", OLD."id", OLD."mentioned", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."text", OLD."told_at"); RETURN NULL;', hash='e013829ebc4b32b242507b4b3924004e9fc66a2d', operation='DELETE', pgid='pgtrigger_deleted_delete_c3dd3', table='customers_note', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customfield',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."about" IS DISTINCT FROM (NEW."about") OR OLD."archived_at" IS DISTINCT FROM (NEW."archived_at") OR OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."help_text" IS DISTINCT FROM (NEW."help_text") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_protected" IS DISTINCT FROM (NEW."is_protected") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."options" IS DISTINCT FROM (NEW."options") OR OLD."position" IS DISTINCT FROM (NEW."position"))', func='INSERT INTO "customers_customfieldevent" ("about", "archived_at", "changed_by_id", "created_at", "created_by_id", "help_text", "id", "is_protected", "kind", "label", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (OLD."about", OLD."archived_at", OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."help_text", OLD."id", OLD."is_protected", OLD."kind", OLD."label", OLD."options", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."position"); RETURN NULL;', hash='647c7eed8a35be5c698841fd1bd4377df6c42e8a', operation='UPDATE', pgid='pgtrigger_changed_update_a93e4', table='customers_customfield', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customfield',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_customfieldevent" ("about", "archived_at", "changed_by_id", "created_at", "created_by_id", "help_text", "id", "is_protected", "kind", "label", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (OLD."about", OLD."archived_at", OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."help_text", OLD."id", OLD."is_protected", OLD."kind", OLD."label", OLD."options", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."position"); RETURN NULL;', hash='02a16125f48a50a14cda37756f55cec9a38a364e', operation='DELETE', pgid='pgtrigger_deleted_delete_bd373', table='customers_customfield', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customvalueset',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_customvaluesetevent" ("changed_by_id", "customer_id", "data", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unread") VALUES (OLD."changed_by_id", OLD."customer_id", OLD."data", OLD."id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."unread"); RETURN NULL;', hash='7260892e5611bf300cf2a13122f3c07d2b8b46b1', operation='UPDATE', pgid='pgtrigger_changed_update_c3f37', table='customers_customvalueset', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customvalueset',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_customvaluesetevent" ("changed_by_id", "customer_id", "data", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unread") VALUES (OLD."changed_by_id", OLD."customer_id", OLD."data", OLD."id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."unread"); RETURN NULL;', hash='ec5257693f2cb045136e805ef921858b286c81fc', operation='DELETE', pgid='pgtrigger_deleted_delete_aa4d9', table='customers_customvalueset', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='attachment',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_attachmentevent" ("about", "about_id", "added_at", "added_by_id", "bytes", "customer_id", "file_name", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "stored") VALUES (OLD."about", OLD."about_id", OLD."added_at", OLD."added_by_id", OLD."bytes", OLD."customer_id", OLD."file_name", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."sha256", OLD."stored"); RETURN NULL;', hash='79200e97997e41fe027dd7693ec964266f58ef51', operation='UPDATE', pgid='pgtrigger_changed_update_069a3', table='customers_attachment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='attachment',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_attachmentevent" ("about", "about_id", "added_at", "added_by_id", "bytes", "customer_id", "file_name", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "stored") VALUES (OLD."about", OLD."about_id", OLD."added_at", OLD."added_by_id", OLD."bytes", OLD."customer_id", OLD."file_name", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."sha256", OLD."stored"); RETURN NULL;', hash='f0a4b187e658a0a19ebe9623a5a76cb79535d464', operation='DELETE', pgid='pgtrigger_deleted_delete_0dc8b', table='customers_attachment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='referencevisit',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_referencevisitevent" ("booked_by_id", "for_whom", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_id", "visited_on") VALUES (OLD."booked_by_id", OLD."for_whom", OLD."id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."reference_id", OLD."visited_on"); RETURN NULL;', hash='e41014ae09eb0ff926aaabfa34142bf96b6d4ebd', operation='UPDATE', pgid='pgtrigger_changed_update_28a76', table='customers_referencevisit', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='referencevisit',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_referencevisitevent" ("booked_by_id", "for_whom", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_id", "visited_on") VALUES (OLD."booked_by_id", OLD."for_whom", OLD."id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."reference_id", OLD."visited_on"); RETURN NULL;', hash='2e306290b2c5c5ae37ad3c975b229883f4034c2a', operation='DELETE', pgid='pgtrigger_deleted_delete_3b258', table='customers_referencevisit', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='referral',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_referralevent" ("asked_by_id", "asked_on", "customer_id", "id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "referred_id", "referred_name", "state") VALUES (OLD."asked_by_id", OLD."asked_on", OLD."customer_id", OLD."id", OLD."person_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."referred_id", OLD."referred_name", OLD."state"); RETURN NULL;', hash='10f05c7f9ac09cd080ae953d4588859c16332e2e', operation='UPDATE', pgid='pgtrigger_changed_update_21c7e', table='customers_referral', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='referral',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_referralevent" ("asked_by_id", "asked_on", "customer_id", "id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "referred_id", "referred_name", "state") VALUES (OLD."asked_by_id", OLD."asked_on", OLD."customer_id", OLD."id", OLD."person_id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."referred_id", OLD."referred_name", OLD."state"); RETURN NULL;', hash='85ea0889648afa3608bd7ffacd231cc400dd508d', operation='DELETE', pgid='pgtrigger_deleted_delete_8b9c5', table='customers_referral', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='showroomreference',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_showroomreferenceevent" ("customer_id", "ended_on", "id", "last_used_on", "noted_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rest_days", "topic", "uses", "willing_since") VALUES (OLD."customer_id", OLD."ended_on", OLD."id", OLD."last_used_on", OLD."noted_by_id", OLD."person_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."rest_days", OLD."topic", OLD."uses", OLD."willing_since"); RETURN NULL;', hash='a186f6808a8b71bc4b20cf377c948f57567c3413', operation='UPDATE', pgid='pgtrigger_changed_update_28ed8', table='customers_showroomreference', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='showroomreference',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_showroomreferenceevent" ("customer_id", "ended_on", "id", "last_used_on", "noted_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rest_days", "topic", "uses", "willing_since") VALUES (OLD."customer_id", OLD."ended_on", OLD."id", OLD."last_used_on", OLD."noted_by_id", OLD."person_id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."rest_days", OLD."topic", OLD."uses", OLD."willing_since"); RETURN NULL;', hash='b66bd7238c5ca084fc89bbbfab126c79e8a7b01d', operation='DELETE', pgid='pgtrigger_deleted_delete_d51a4', table='customers_showroomreference', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='wantedcompany',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_wantedcompanyevent" ("customer_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "wanted_by_id", "year") VALUES (OLD."customer_id", OLD."id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."reason", OLD."wanted_by_id", OLD."year"); RETURN NULL;', hash='abaf35523a46ec58e79f4c47d52b34305c9ab75d', operation='UPDATE', pgid='pgtrigger_changed_update_4ed0c', table='customers_wantedcompany', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='wantedcompany',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_wantedcompanyevent" ("customer_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "wanted_by_id", "year") VALUES (OLD."customer_id", OLD."id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."reason", OLD."wanted_by_id", OLD."year"); RETURN NULL;', hash='2ae81afd0b944467c24f3e97260a9cff449c3d79', operation='DELETE', pgid='pgtrigger_deleted_delete_f237b', table='customers_wantedcompany', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='source',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lawful_basis" IS DISTINCT FROM (NEW."lawful_basis") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."received_on" IS DISTINCT FROM (NEW."received_on") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_by_id" IS DISTINCT FROM (NEW."withdrawn_by_id") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))', func='INSERT INTO "customers_sourceevent" ("changed_by_id", "created_at", "created_by_id", "id", "lawful_basis", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_on", "withdrawn_at", "withdrawn_by_id", "withdrawn_reason") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."id", OLD."lawful_basis", OLD."name", OLD."note", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."received_on", OLD."withdrawn_at", OLD."withdrawn_by_id", OLD."withdrawn_reason"); RETURN NULL;', hash='05afcde96c1d70ba008d9d3ee86b3c9d65bc1482', operation='UPDATE', pgid='pgtrigger_changed_update_a1fc6', table='customers_source', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='source',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_sourceevent" ("changed_by_id", "created_at", "created_by_id", "id", "lawful_basis", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_on", "withdrawn_at", "withdrawn_by_id", "withdrawn_reason") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."id", OLD."lawful_basis", OLD."name", OLD."note", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."received_on", OLD."withdrawn_at", OLD."withdrawn_by_id", OLD."withdrawn_reason"); RETURN NULL;', hash='3c72164da50ca9ee86f57d45995c902015c4f190', operation='DELETE', pgid='pgtrigger_deleted_delete_4c4aa', table='customers_source', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='factkind',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."holds_months" IS DISTINCT FROM (NEW."holds_months") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."use_in_talk" IS DISTINCT FROM (NEW."use_in_talk") OR OLD."value_kind" IS DISTINCT FROM (NEW."value_kind") OR OLD."worth" IS DISTINCT FROM (NEW."worth"))', func='INSERT INTO "customers_factkindevent" ("changed_by_id", "created_at", "created_by_id", "description", "holds_months", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "use_in_talk", "value_kind", "worth") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."description", OLD."holds_months", OLD."id", OLD."is_active", OLD."name", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."use_in_talk", OLD."value_kind", OLD."worth"); RETURN NULL;', hash='54f1f812aabf9649c7d18980f8f0e228adf5e380', operation='UPDATE', pgid='pgtrigger_changed_update_5225c', table='customers_factkind', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='factkind',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_factkindevent" ("changed_by_id", "created_at", "created_by_id", "description", "holds_months", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "use_in_talk", "value_kind", "worth") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."description", OLD."holds_months", OLD."id", OLD."is_active", OLD."name", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."use_in_talk", OLD."value_kind", OLD."worth"); RETURN NULL;', hash='c5b3a2b3682a94bddb8b61e22b628a0a996b47ce', operation='DELETE', pgid='pgtrigger_deleted_delete_317a1', table='customers_factkind', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='question',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."kind_id" IS DISTINCT FROM (NEW."kind_id") OR OLD."tags" IS DISTINCT FROM (NEW."tags") OR OLD."text" IS DISTINCT FROM (NEW."text"))', func='INSERT INTO "customers_questionevent" ("changed_by_id", "created_at", "created_by_id", "id", "is_active", "kind_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tags", "text") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."id", OLD."is_active", OLD."kind_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."tags", OLD."text"); RETURN NULL;', hash='432854c72ed23df20504a2be7aa1c38c9b3205de', operation='UPDATE', pgid='pgtrigger_changed_update_a82cd', table='customers_question', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='question',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_questionevent" ("changed_by_id", "created_at", "created_by_id", "id", "is_active", "kind_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tags", "text") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."id", OLD."is_active", OLD."kind_id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."tags", OLD."text"); RETURN NULL;', hash='4793c21dd3d1453438e095fe14dbfe366b1e3db7', operation='DELETE', pgid='pgtrigger_deleted_delete_af0a3', table='customers_question', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='questionasking',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_questionaskingevent" ("asked_by_id", "asked_on", "customer_id", "fact_id", "id", "outcome", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question_id") VALUES (OLD."asked_by_id", OLD."asked_on", OLD."customer_id", OLD."fact_id", OLD."id", OLD."outcome", OLD."person_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."question_id"); RETURN NULL;', hash='4ad3e7d4fd73fbfddd810590429293e61f0ebe82', operation='UPDATE', pgid='pgtrigger_changed_update_5e337', table='customers_questionasking', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='questionasking',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_questionaskingevent" ("asked_by_id", "asked_on", "customer_id", "fact_id", "id", "outcome", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question_id") VALUES (OLD."asked_by_id", OLD."asked_on", OLD."customer_id", OLD."fact_id", OLD."id", OLD."outcome", OLD."person_id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."question_id"); RETURN NULL;', hash='92105f1817616190e102ce26c64a382dcd10e295', operation='DELETE', pgid='pgtrigger_deleted_delete_45baa', table='customers_questionasking', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='tradingname',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."note" IS DISTINCT FROM (NEW."note"))', func='INSERT INTO "customers_tradingnameevent" ("customer_id", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."customer_id", OLD."id", OLD."name", OLD."note", _pgh_attach_context(), NOW(), \'changed\', OLD."id"); RETURN NULL;', hash='fc3923990433db0dc412bbd8f239b3f82e640c23', operation='UPDATE', pgid='pgtrigger_changed_update_0683c', table='customers_tradingname', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='tradingname',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_tradingnameevent" ("customer_id", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."customer_id", OLD."id", OLD."name", OLD."note", _pgh_attach_context(), NOW(), \'deleted\', OLD."id"); RETURN NULL;', hash='7cabb108bc1a3848b38bb941cf69740c07ae09c9', operation='DELETE', pgid='pgtrigger_deleted_delete_bbde2', table='customers_tradingname', when='AFTER')),
                ),
                migrations.RunSQL(
                    sql=TABLES,
                    reverse_sql=NO_TABLES,
                    state_operations=[migrations.CreateModel(
                        name='ItemDay',
                        fields=[
                            ('pk', models.CompositePrimaryKey('customer', 'product', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                            ('amount_cents', models.BigIntegerField()),
                            ('cost_cents', models.BigIntegerField()),
                            ('quantity_milli', models.BigIntegerField()),
                            ('day', models.DateField()),
                            ('lines', models.IntegerField()),
                            ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='item_days', to='customers.customer')),
                            ('product', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.product')),
                        ],
                        options={
                            'default_permissions': (),
                        },
                    ), migrations.CreateModel(
                        name='ItemRhythm',
                        fields=[
                            ('pk', models.CompositePrimaryKey('customer', 'product', blank=True, editable=False, primary_key=True, serialize=False)),
                            ('purchase_days', models.IntegerField()),
                            ('first_day', models.DateField()),
                            ('last_day', models.DateField()),
                            ('at_risk_from', models.DateField()),
                            ('lost_from', models.DateField()),
                            ('sum_gap_squared', models.FloatField()),
                            ('amount_cents', models.BigIntegerField()),
                            ('quantity_milli', models.BigIntegerField()),
                            ('weekly_cents', models.BigIntegerField()),
                            ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='item_rhythms', to='customers.customer')),
                            ('product', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.product')),
                        ],
                        options={
                            'default_permissions': (),
                        },
                    )],
                ),
                migrations.RunSQL(
                    sql=NOTE_ORDERS,
                    reverse_sql=FORGET_ORDERS,
                ),
                migrations.RunSQL(
                    sql=NOTE_LINES,
                    reverse_sql=FORGET_LINES,
                ),
                migrations.RunSQL(
                    sql=KEEP_UNPACKED,
                    reverse_sql='',
                ),
            ],
        ),
    ]
