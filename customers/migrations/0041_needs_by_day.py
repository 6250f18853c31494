"""Needs in the order in which they were heard; and their answers proven, beside the work of the day."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0040_needs_answered'),
    ]

    operations = [
        ValidateConstraint(model_name='customerneed', name='customer_need_answer_has_words'),
        AddIndexConcurrently(
            model_name='customerneed',
            index=models.Index(fields=['noted_on', 'id'], name='customer_need_by_day'),
        ),
    ]
