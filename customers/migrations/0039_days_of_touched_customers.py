"""Of whom orders came in, their days are noted too: the rollup then reads these days anew, and not all orders of a
customer, which lie on as many pages. Whoever has orders that return others, whose days lie elsewhere, is found by a
small index and is still read whole; so is everybody whose orders were changed or removed."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

NOTE_ORDERS = """
CREATE OR REPLACE FUNCTION customers_note_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO customers_touchedcustomer ({columns}) SELECT DISTINCT {values} FROM rows_after;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO customers_touchedcustomer (customer_id) SELECT DISTINCT customer_id FROM rows_before;
    ELSE
        INSERT INTO customers_touchedcustomer (customer_id)
        SELECT customer_id FROM rows_before UNION SELECT customer_id FROM rows_after;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0038_customers_by_kind'),
    ]

    operations = [
        migrations.AddField(
            model_name='touchedcustomer',
            name='day',
            field=models.DateField(null=True),
        ),
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(
                condition=models.Q(('returns__isnull', False)), fields=['customer'], name='order_returning'
            ),
        ),
        migrations.RunSQL(
            NOTE_ORDERS.format(
                columns="customer_id, day", values="customer_id, CASE WHEN returns_id IS NULL THEN day END"
            ),
            NOTE_ORDERS.format(columns="customer_id", values="customer_id"),
        ),
    ]
