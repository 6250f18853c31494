"""What came of hearing a need: what changed because of it, or why nothing does."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0039_days_of_touched_customers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='customerneed',
            name='changed_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='customerneed',
            name='deleted_delete',
        ),
        migrations.AddField(
            model_name='customerneed',
            name='answer',
            field=models.CharField(blank=True, choices=[('', 'nothing yet'), ('changed', 'something changed'), ('declined', 'nothing changes, with a reason')], db_default='', default='', max_length=8, verbose_name='what came of it'),
        ),
        migrations.AddField(
            model_name='customerneed',
            name='answer_text',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='what, or why not'),
        ),
        migrations.AddField(
            model_name='customerneed',
            name='answered_on',
            field=models.DateField(blank=True, null=True, verbose_name='answered'),
        ),
        migrations.AddField(
            model_name='customerneedevent',
            name='answer',
            field=models.CharField(blank=True, choices=[('', 'nothing yet'), ('changed', 'something changed'), ('declined', 'nothing changes, with a reason')], db_default='', default='', max_length=8, verbose_name='what came of it'),
        ),
        migrations.AddField(
            model_name='customerneedevent',
            name='answer_text',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='what, or why not'),
        ),
        migrations.AddField(
            model_name='customerneedevent',
            name='answered_on',
            field=models.DateField(blank=True, null=True, verbose_name='answered'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerneed',
            trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_customerneedevent" ("answer", "answer_text", "answered_on", "customer_id", "evidence", "id", "is_met", "need_id", "noted_by_id", "noted_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (OLD."answer", OLD."answer_text", OLD."answered_on", OLD."customer_id", OLD."evidence", OLD."id", OLD."is_met", OLD."need_id", OLD."noted_by_id", OLD."noted_on", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."source"); RETURN NULL;', hash='35cdc3cffc777daa7b2cfdde41f4add401364a88', operation='UPDATE', pgid='pgtrigger_changed_update_b8dc8', table='customers_customerneed', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerneed',
            trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_customerneedevent" ("answer", "answer_text", "answered_on", "customer_id", "evidence", "id", "is_met", "need_id", "noted_by_id", "noted_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (OLD."answer", OLD."answer_text", OLD."answered_on", OLD."customer_id", OLD."evidence", OLD."id", OLD."is_met", OLD."need_id", OLD."noted_by_id", OLD."noted_on", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."source"); RETURN NULL;', hash='75938c02617cfd549aa7822441d8b28c25d3d319', operation='DELETE', pgid='pgtrigger_deleted_delete_ecaeb', table='customers_customerneed', when='AFTER')),
        ),
        AddConstraintNotValid(
            model_name='customerneed',
            constraint=models.CheckConstraint(condition=models.Q(('answer', ''), models.Q(('answer_text', ''), _negated=True), _connector='OR'), name='customer_need_answer_has_words'),
        ),
    ]
