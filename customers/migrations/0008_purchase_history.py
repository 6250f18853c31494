"""All purchase days of a customer in one packed value, which a night reads a million of in one go.

Customers known already are made new by the next ingest.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_items_of_customers")]

    operations = [
        migrations.CreateModel(
            name="PurchaseHistory",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="purchase_history",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("days", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE customers_purchasehistory ALTER COLUMN days SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "INSERT INTO customers_touchedcustomer (customer_id) SELECT DISTINCT customer_id FROM customers_purchaseday",
            migrations.RunSQL.noop,
        ),
    ]
