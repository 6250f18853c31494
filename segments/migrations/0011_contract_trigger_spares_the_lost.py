from django.db import migrations

KEY = "contract-used-less"
BOTH = [
    {"metric": "relation", "operator": "is", "value": "contract"},
    {"metric": "fall", "operator": "at_least", "value": 0.4},
]
AS_DELIVERED_BEFORE = {"all": BOTH}
AS_DELIVERED = {"all": [*BOTH, {"not": {"metric": "risk", "operator": "is", "value": "lost"}}]}


def spare_the_lost(apps, schema_editor):
    """Who is lost is not asked "before the renewal"; a condition that somebody changed stays as he made it."""
    triggers = apps.get_model("segments", "Trigger").objects.filter(key=KEY, criteria=AS_DELIVERED_BEFORE)
    triggers.update(criteria=AS_DELIVERED)


class Migration(migrations.Migration):
    """A data step of one row: companies that began before get the condition that new ones begin with."""

    dependencies = [
        ("segments", "0010_open_membership_tells_segment"),
    ]

    operations = [
        migrations.RunPython(spare_the_lost, migrations.RunPython.noop),
    ]
