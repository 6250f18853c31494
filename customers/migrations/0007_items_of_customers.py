"""Rollups of items by customer. The two large tables are plain: no keys to check, one index by customer.

Triggers note customers whose order lines were changed or removed; new lines come with their order, which is noted
already, or from an import, which notes them itself: a join for every line of a large load would be too dear.
"""

import django.db.models.deletion
from django.db import migrations, models

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


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0006_wallet_needs_and_potential'),
    ]

    operations = [
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
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLES, NO_TABLES)],
            state_operations=[
        migrations.CreateModel(
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
        ),
        migrations.CreateModel(
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
        ),
            ],
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
        migrations.RunSQL(NOTE_LINES, FORGET_LINES),
    ]
