"""Acts of people are read newest first, of everybody or of one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0002_absence_history"), ("pghistory", "0007_auto_20250421_0444")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX history_act_newest ON pghistory_context (created_at DESC, id DESC)",
            "DROP INDEX history_act_newest",
        ),
        migrations.RunSQL(
            "CREATE INDEX history_act_of_person ON pghistory_context ((metadata -> 'user'), created_at DESC, id DESC)",
            "DROP INDEX history_act_of_person",
        ),
    ]
