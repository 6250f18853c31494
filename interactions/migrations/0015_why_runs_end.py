"""Why a process ended before its end stands on it; until now only the task dropped with it said so."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# Of the runs that ended so there are few beside all: nobody waits for it.
REASONS_OF_DROPPED_TASKS = """
UPDATE interactions_processrun r SET end_reason = t.closed_reason
FROM interactions_steprun s JOIN interactions_task t ON t.step_run_id = s.id
WHERE s.run_id = r.id AND s.state = 'open' AND r.state IN ('lost', 'stopped') AND t.closed_reason <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0039_days_of_touched_customers'),
        ('interactions', '0014_win_backs'),
        ('segments', '0011_contract_trigger_spares_the_lost'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='processrun',
            name='changed_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='processrun',
            name='deleted_delete',
        ),
        migrations.AddField(
            model_name='processrun',
            name='end_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='processrun',
            name='lost_because',
            field=models.CharField(blank=True, choices=[('price', 'the price'), ('rival', 'another supplier was preferred'), ('fit', 'what we offered did not fit'), ('time', 'we were too late or too slow'), ('budget', 'no money for it now'), ('need', 'no longer needed'), ('silence', 'no answer any more'), ('other', 'something else')], db_default='', default='', max_length=8, verbose_name='what decided it'),
        ),
        migrations.AddField(
            model_name='processrunevent',
            name='end_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='processrunevent',
            name='lost_because',
            field=models.CharField(blank=True, choices=[('price', 'the price'), ('rival', 'another supplier was preferred'), ('fit', 'what we offered did not fit'), ('time', 'we were too late or too slow'), ('budget', 'no money for it now'), ('need', 'no longer needed'), ('silence', 'no answer any more'), ('other', 'something else')], db_default='', default='', max_length=8, verbose_name='what decided it'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='processrun',
            trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "interactions_processrunevent" ("amount_cents", "customer_id", "end_reason", "ended_at", "expected_on", "fills_shortlist", "id", "key", "lost_because", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "started_by_id", "state", "subject", "version_id") VALUES (OLD."amount_cents", OLD."customer_id", OLD."end_reason", OLD."ended_at", OLD."expected_on", OLD."fills_shortlist", OLD."id", OLD."key", OLD."lost_because", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."started_at", OLD."started_by_id", OLD."state", OLD."subject", OLD."version_id"); RETURN NULL;', hash='26f7184be927a15df0237a10e0d87f992cec1be8', operation='UPDATE', pgid='pgtrigger_changed_update_c8b3b', table='interactions_processrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='processrun',
            trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "interactions_processrunevent" ("amount_cents", "customer_id", "end_reason", "ended_at", "expected_on", "fills_shortlist", "id", "key", "lost_because", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "started_by_id", "state", "subject", "version_id") VALUES (OLD."amount_cents", OLD."customer_id", OLD."end_reason", OLD."ended_at", OLD."expected_on", OLD."fills_shortlist", OLD."id", OLD."key", OLD."lost_because", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."started_at", OLD."started_by_id", OLD."state", OLD."subject", OLD."version_id"); RETURN NULL;', hash='9210eb9890e02469e003a335a7e9b40642876aae', operation='DELETE', pgid='pgtrigger_deleted_delete_9b5da', table='interactions_processrun', when='AFTER')),
        ),
        migrations.RunSQL(REASONS_OF_DROPPED_TASKS, migrations.RunSQL.noop),
    ]
