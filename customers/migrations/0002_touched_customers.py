"""The rollup of purchase days learns from the database which customers it must look at again.

Statement triggers with transition tables: one insert for a whole COPY or bulk update, whoever writes the orders.
"""

import django.db.models.deletion
from django.db import migrations, models

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


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="TouchedCustomer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AlterField(
            model_name="purchaseday",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="purchase_days",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="purchasestate",
            name="customer",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="purchase_state",
                serialize=False,
                to="customers.customer",
            ),
        ),
        migrations.RunSQL(NOTE_ORDERS, FORGET_ORDERS),
        migrations.RunSQL(
            "INSERT INTO customers_touchedcustomer (customer_id) SELECT DISTINCT customer_id FROM customers_order",
            migrations.RunSQL.noop,
        ),
    ]
