"""All tables of the app in one step, as the migrations that it replaces (gone since; installations know them by name) made them."""

import crm.core.migration_operations
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# The database itself keeps the seller of a customer from guarding his open complaints, by whatever path: writing such
# a guardian fails; when a customer gets an owner who guards him, the complaint loses its guardian.
REFUSE = """
CREATE FUNCTION complaints_refuse_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM customers_customer WHERE id = NEW.customer_id AND owner_id = NEW.guardian_id FOR SHARE;
    IF FOUND THEN
        RAISE EXCEPTION 'The seller of a customer cannot guard his complaint.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'guardian_is_not_seller', TABLE = 'complaints_complaint';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guardian_is_not_seller
    BEFORE INSERT OR UPDATE OF guardian_id, customer_id, closed_at ON complaints_complaint
    FOR EACH ROW WHEN (NEW.guardian_id IS NOT NULL AND NEW.closed_at IS NULL)
    EXECUTE FUNCTION complaints_refuse_seller();
"""
NO_REFUSE = "DROP TRIGGER guardian_is_not_seller ON complaints_complaint; DROP FUNCTION complaints_refuse_seller();"

FREE = """
CREATE FUNCTION complaints_free_from_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE complaints_complaint SET guardian_id = NULL, guardian_named_at = NULL
        WHERE customer_id = NEW.id AND guardian_id = NEW.owner_id AND closed_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER seller_is_not_guardian
    AFTER UPDATE OF owner_id ON customers_customer
    FOR EACH ROW WHEN (NEW.owner_id IS NOT NULL AND NEW.owner_id IS DISTINCT FROM OLD.owner_id)
    EXECUTE FUNCTION complaints_free_from_seller();
"""
NO_FREE = "DROP TRIGGER seller_is_not_guardian ON customers_customer; DROP FUNCTION complaints_free_from_seller();"


class Migration(migrations.Migration):

    replaces = [('complaints', '0001_initial'), ('complaints', '0002_initial'), ('complaints', '0003_initial'), ('complaints', '0004_guardian_is_not_seller'), ('complaints', '0005_complaints_by_taken')]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0004_saved_views_and_acts_on_many'),
        ('customers', '0001_squashed_0022_profile_people_and_groups'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        crm.core.migration_operations.CreateTogether(
            operations=[
                migrations.CreateModel(
                    name='Complaint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('kind', models.CharField(choices=[('complaint', 'complaint'), ('question', 'question'), ('request', 'request'), ('suggestion', 'suggestion')], default='complaint', max_length=10, verbose_name='kind')),
                        ('title', models.CharField(max_length=200, verbose_name='in a few words')),
                        ('words', models.TextField(blank=True, db_default='', default='', verbose_name="in the customer's words")),
                        ('wants', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='what they want')),
                        ('cost_to_customer', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='what it costs them')),
                        ('severity', models.PositiveSmallIntegerField(choices=[(1, 'low'), (2, 'medium'), (3, 'high')], default=2, verbose_name='severity')),
                        ('taken_at', models.DateTimeField(verbose_name='taken')),
                        ('guardian_named_at', models.DateTimeField(blank=True, null=True)),
                        ('first_answer_at', models.DateTimeField(blank=True, null=True)),
                        ('remedy', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='remedy agreed')),
                        ('customers_word', models.TextField(blank=True, db_default='', default='', verbose_name="the customer's own word")),
                        ('mended', models.CharField(blank=True, choices=[('yes', 'yes, they say so'), ('part', 'in part'), ('no', 'no'), ('', 'not said')], db_default='', default='', max_length=5, verbose_name='is it mended?')),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('value_cents', models.BigIntegerField(db_default=0, default=0, verbose_name='yearly sales at risk')),
                        ('token', models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='complaints', to='customers.customer', verbose_name='customer')),
                        ('guardian', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='guarded', to=settings.AUTH_USER_MODEL, verbose_name='guardian')),
                        ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.order', verbose_name='order')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.person', verbose_name='who complained')),
                        ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'complaint',
                        'verbose_name_plural': 'complaints',
                        'ordering': ['-taken_at', '-id'],
                        'permissions': [('guard_complaint', 'Be the guardian of a complaint'), ('name_guardian', 'Name another guardian'), ('close_complaint', "Close a complaint with the customer's word")],
                        'indexes': [models.Index(fields=['customer', '-taken_at'], name='complaint_of_customer'), models.Index(condition=models.Q(('closed_at', None)), fields=['taken_at'], name='complaint_open'), models.Index(condition=models.Q(('closed_at', None)), fields=['guardian', 'taken_at'], name='complaint_guarded'), models.Index(fields=['-closed_at'], name='complaint_closed'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('closed_at__isnull', False)), fields=['title'], name='complaint_title_trgm', opclasses=['gin_trgm_ops']), models.Index(fields=['taken_at', 'id'], name='complaint_by_taken')],
                    },
                ),
                migrations.CreateModel(
                    name='Article',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                        ('edit_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('answer', models.TextField(verbose_name='answer')),
                        ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('complaint', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='articles', to='complaints.complaint')),
                    ],
                    options={
                        'verbose_name': 'article',
                        'verbose_name_plural': 'articles',
                        'ordering': ['title'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['title'], name='article_title_trgm', opclasses=['gin_trgm_ops'])],
                    },
                ),
                migrations.CreateModel(
                    name='ClosingAttempt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField()),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('note', models.CharField(blank=True, db_default='', default='', max_length=300)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closing_attempts', to='complaints.complaint')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('complaint', 'day'), name='closing_attempt_once_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='ComplaintEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('taken', 'taken'), ('guardian', 'guardian named'), ('answer', 'answer to the customer'), ('note', 'note'), ('remedy', 'remedy'), ('goodwill', 'goodwill'), ('escalated', 'escalated'), ('attempt', 'attempt to reach the customer'), ('closed', 'closed'), ('reopened', 'opened again')], max_length=10)),
                        ('text', models.TextField(blank=True, db_default='', default='')),
                        ('minutes', models.PositiveIntegerField(db_default=0, default=0, verbose_name='minutes')),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='complaints.complaint')),
                    ],
                    options={
                        'ordering': ['complaint', 'at', 'id'],
                        'indexes': [models.Index(fields=['complaint', 'at'], name='entry_of_complaint')],
                    },
                ),
                migrations.CreateModel(
                    name='Escalation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('clock_day', models.PositiveSmallIntegerField()),
                        ('at', models.DateTimeField()),
                        ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalations', to='complaints.complaint')),
                        ('told', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['clock_day'],
                        'constraints': [models.UniqueConstraint(fields=('complaint', 'clock_day'), name='escalation_once')],
                    },
                ),
                migrations.CreateModel(
                    name='GoodwillGrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('what', models.CharField(max_length=200, verbose_name='what')),
                        ('amount_cents', models.BigIntegerField(verbose_name='amount')),
                        ('granted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='goodwill_grants', to='complaints.complaint')),
                        ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_cents__gt', 0)), name='goodwill_is_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='ArticleEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('answer', models.TextField(verbose_name='answer')),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='complaints.article')),
                        ('complaint', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='complaints.complaint')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ComplaintEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                        ('kind', models.CharField(choices=[('complaint', 'complaint'), ('question', 'question'), ('request', 'request'), ('suggestion', 'suggestion')], default='complaint', max_length=10, verbose_name='kind')),
                        ('title', models.CharField(max_length=200, verbose_name='in a few words')),
                        ('words', models.TextField(blank=True, db_default='', default='', verbose_name="in the customer's words")),
                        ('wants', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='what they want')),
                        ('cost_to_customer', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='what it costs them')),
                        ('severity', models.PositiveSmallIntegerField(choices=[(1, 'low'), (2, 'medium'), (3, 'high')], default=2, verbose_name='severity')),
                        ('taken_at', models.DateTimeField(verbose_name='taken')),
                        ('guardian_named_at', models.DateTimeField(blank=True, null=True)),
                        ('first_answer_at', models.DateTimeField(blank=True, null=True)),
                        ('remedy', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='remedy agreed')),
                        ('customers_word', models.TextField(blank=True, db_default='', default='', verbose_name="the customer's own word")),
                        ('mended', models.CharField(blank=True, choices=[('yes', 'yes, they say so'), ('part', 'in part'), ('no', 'no'), ('', 'not said')], db_default='', default='', max_length=5, verbose_name='is it mended?')),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('value_cents', models.BigIntegerField(db_default=0, default=0, verbose_name='yearly sales at risk')),
                        ('token', models.UUIDField(blank=True, editable=False, null=True)),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='customer')),
                        ('guardian', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='guardian')),
                        ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.order', verbose_name='order')),
                        ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.person', verbose_name='who complained')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='complaints.complaint')),
                        ('taken_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='GoodwillGrantEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('what', models.CharField(max_length=200, verbose_name='what')),
                        ('amount_cents', models.BigIntegerField(verbose_name='amount')),
                        ('granted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('complaint', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='complaints.complaint')),
                        ('granted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='complaints.goodwillgrant')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='complaint',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."closed_by_id" IS DISTINCT FROM (NEW."closed_by_id") OR OLD."cost_to_customer" IS DISTINCT FROM (NEW."cost_to_customer") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."customers_word" IS DISTINCT FROM (NEW."customers_word") OR OLD."first_answer_at" IS DISTINCT FROM (NEW."first_answer_at") OR OLD."guardian_id" IS DISTINCT FROM (NEW."guardian_id") OR OLD."guardian_named_at" IS DISTINCT FROM (NEW."guardian_named_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."mended" IS DISTINCT FROM (NEW."mended") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."remedy" IS DISTINCT FROM (NEW."remedy") OR OLD."severity" IS DISTINCT FROM (NEW."severity") OR OLD."taken_at" IS DISTINCT FROM (NEW."taken_at") OR OLD."taken_by_id" IS DISTINCT FROM (NEW."taken_by_id") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."token" IS DISTINCT FROM (NEW."token") OR OLD."value_cents" IS DISTINCT FROM (NEW."value_cents") OR OLD."wants" IS DISTINCT FROM (NEW."wants") OR OLD."words" IS DISTINCT FROM (NEW."words"))', func='INSERT INTO "complaints_complaintevent" ("changed_by_id", "closed_at", "closed_by_id", "cost_to_customer", "created_at", "created_by_id", "customer_id", "customers_word", "first_answer_at", "guardian_id", "guardian_named_at", "id", "kind", "mended", "order_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remedy", "severity", "taken_at", "taken_by_id", "title", "token", "value_cents", "wants", "words") VALUES (OLD."changed_by_id", OLD."closed_at", OLD."closed_by_id", OLD."cost_to_customer", OLD."created_at", OLD."created_by_id", OLD."customer_id", OLD."customers_word", OLD."first_answer_at", OLD."guardian_id", OLD."guardian_named_at", OLD."id", OLD."kind", OLD."mended", OLD."order_id", OLD."person_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."remedy", OLD."severity", OLD."taken_at", OLD."taken_by_id", OLD."title", OLD."token", OLD."value_cents", OLD."wants", OLD."words"); RETURN NULL;', hash='66f2efefbdc15265d5a5aa753987b492c57cc9e2', operation='UPDATE', pgid='pgtrigger_changed_update_45733', table='complaints_complaint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='complaint',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "complaints_complaintevent" ("changed_by_id", "closed_at", "closed_by_id", "cost_to_customer", "created_at", "created_by_id", "customer_id", "customers_word", "first_answer_at", "guardian_id", "guardian_named_at", "id", "kind", "mended", "order_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remedy", "severity", "taken_at", "taken_by_id", "title", "token", "value_cents", "wants", "words") VALUES (OLD."changed_by_id", OLD."closed_at", OLD."closed_by_id", OLD."cost_to_customer", OLD."created_at", OLD."created_by_id", OLD."customer_id", OLD."customers_word", OLD."first_answer_at", OLD."guardian_id", OLD."guardian_named_at", OLD."id", OLD."kind", OLD."mended", OLD."order_id", OLD."person_id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."remedy", OLD."severity", OLD."taken_at", OLD."taken_by_id", OLD."title", OLD."token", OLD."value_cents", OLD."wants", OLD."words"); RETURN NULL;', hash='c784e6ed9c6062a4da7ecb6f345724ac94887c40', operation='DELETE', pgid='pgtrigger_deleted_delete_934ce', table='complaints_complaint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='article',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answer" IS DISTINCT FROM (NEW."answer") OR OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."complaint_id" IS DISTINCT FROM (NEW."complaint_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."title" IS DISTINCT FROM (NEW."title"))', func='INSERT INTO "complaints_articleevent" ("answer", "changed_by_id", "complaint_id", "created_at", "created_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title") VALUES (OLD."answer", OLD."changed_by_id", OLD."complaint_id", OLD."created_at", OLD."created_by_id", OLD."id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."title"); RETURN NULL;', hash='5243ea1d7d4d3f66b5c3b803468041842ea778bc', operation='UPDATE', pgid='pgtrigger_changed_update_55b7b', table='complaints_article', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='article',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "complaints_articleevent" ("answer", "changed_by_id", "complaint_id", "created_at", "created_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title") VALUES (OLD."answer", OLD."changed_by_id", OLD."complaint_id", OLD."created_at", OLD."created_by_id", OLD."id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."title"); RETURN NULL;', hash='d644ffc98fff1439025d4a269c7f1998e811a8ed', operation='DELETE', pgid='pgtrigger_deleted_delete_43b68', table='complaints_article', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='goodwillgrant',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "complaints_goodwillgrantevent" ("amount_cents", "complaint_id", "granted_at", "granted_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "what") VALUES (OLD."amount_cents", OLD."complaint_id", OLD."granted_at", OLD."granted_by_id", OLD."id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."what"); RETURN NULL;', hash='38485ee787fc47bb812b50939ddcedf5f4c2d5fe', operation='UPDATE', pgid='pgtrigger_changed_update_f2a19', table='complaints_goodwillgrant', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='goodwillgrant',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "complaints_goodwillgrantevent" ("amount_cents", "complaint_id", "granted_at", "granted_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "what") VALUES (OLD."amount_cents", OLD."complaint_id", OLD."granted_at", OLD."granted_by_id", OLD."id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."what"); RETURN NULL;', hash='6cbd27aea9ddf4880089f79ff98b74714af13178', operation='DELETE', pgid='pgtrigger_deleted_delete_4e8bf', table='complaints_goodwillgrant', when='AFTER')),
                ),
                migrations.RunSQL(
                    sql=REFUSE,
                    reverse_sql=NO_REFUSE,
                ),
                migrations.RunSQL(
                    sql=FREE,
                    reverse_sql=NO_FREE,
                ),
            ],
        ),
    ]
