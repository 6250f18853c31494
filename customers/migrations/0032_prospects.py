"""Who is a prospect among a million customers, without reading them all: there are few, or there would be no customers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0031_returns_of_a_customer")]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(fields=["id"], name="customer_prospects", condition=models.Q(stage="prospect")),
        ),
    ]
