"""What a customer sent back is asked for on his value page: without an index of its own that reads all his orders."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0030_customers_under_contract")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                fields=["customer", "day"], name="order_returned_of", condition=models.Q(amount_cents__lt=0)
            ),
        ),
    ]
