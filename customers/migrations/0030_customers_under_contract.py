from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Every night asks who has a contract; with this index it no longer reads every customer's row for it."""

    atomic = False

    dependencies = [
        ("customers", "0029_sorted_own_fields"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("relation", "contract")), fields=["id"], name="customer_under_contract"
            ),
        ),
    ]
