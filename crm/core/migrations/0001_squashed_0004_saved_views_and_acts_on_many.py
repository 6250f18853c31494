"""All tables of the app in one step, as the migrations that it replaces (gone since; installations know them by name) made them."""

import crm.core.migration_operations
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

HISTORY_INDEXES = """
CREATE INDEX history_act_newest ON pghistory_context (created_at DESC, id DESC);
CREATE INDEX history_act_of_person ON pghistory_context ((metadata -> 'user'), created_at DESC, id DESC);
"""
NO_HISTORY_INDEXES = "DROP INDEX history_act_newest; DROP INDEX history_act_of_person;"


class Migration(migrations.Migration):

    replaces = [('core', '0001_initial'), ('core', '0002_absence_history'), ('core', '0003_recent_changes_index'), ('core', '0004_saved_views_and_acts_on_many')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        crm.core.migration_operations.CreateTogether(
            operations=[
                django.contrib.postgres.operations.TrigramExtension(
                ),
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                        ('name', models.CharField(max_length=150, verbose_name='name')),
                        ('job_title', models.CharField(blank=True, max_length=100, verbose_name='job title')),
                        ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                        ('role', models.CharField(choices=[('rep', 'sales rep'), ('manager', 'manager'), ('admin', 'admin'), ('guardian', 'guardian, quality'), ('executive', 'executive'), ('viewer', 'viewer')], default='rep', max_length=12, verbose_name='role')),
                        ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                        ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='joined')),
                        ('last_seen_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last seen')),
                        ('time_zone', models.CharField(blank=True, max_length=50, verbose_name='time zone')),
                        ('theme', models.CharField(blank=True, choices=[('', 'as the system'), ('light', 'light'), ('dark', 'dark')], default='', max_length=5, verbose_name='theme')),
                        ('density', models.CharField(choices=[('compact', 'compact'), ('normal', 'normal'), ('roomy', 'roomy')], default='normal', max_length=8, verbose_name='density')),
                        ('single_keys', models.BooleanField(default=True, verbose_name='single-key shortcuts')),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='members', to='core.team', verbose_name='team')),
                    ],
                    options={
                        'verbose_name': 'colleague',
                        'verbose_name_plural': 'colleagues',
                        'ordering': ['name'],
                        'permissions': [('manage_users', 'Invite colleagues, change their role, deactivate them'), ('run_jobs', 'See nightly jobs and run them again'), ('change_settings', 'Change business settings'), ('view_history', 'See the history of a record')],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once')],
                    },
                ),
                migrations.CreateModel(
                    name='BusinessSetting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=60, unique=True)),
                        ('value', models.JSONField()),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'setting',
                        'verbose_name_plural': 'settings',
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='BusinessSettingEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('key', models.CharField(max_length=60)),
                        ('value', models.JSONField()),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('changed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='core.businesssetting')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='JobRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=40, verbose_name='kind')),
                        ('key', models.CharField(max_length=100, verbose_name='key')),
                        ('due_at', models.DateTimeField(verbose_name='due')),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='waiting', max_length=10, verbose_name='state')),
                        ('lease_until', models.DateTimeField(blank=True, null=True)),
                        ('attempt', models.PositiveIntegerField(default=0, verbose_name='attempt')),
                        ('done', models.BigIntegerField(default=0, verbose_name='done')),
                        ('total', models.BigIntegerField(default=0, verbose_name='of')),
                        ('params', models.JSONField(blank=True, default=dict)),
                        ('checkpoint', models.JSONField(blank=True, default=dict)),
                        ('result', models.JSONField(blank=True, default=dict)),
                        ('error', models.TextField(blank=True, verbose_name='error')),
                        ('cancel_asked', models.BooleanField(default=False)),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                        ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'job',
                        'verbose_name_plural': 'jobs',
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['due_at', 'id'], name='job_open'), models.Index(fields=['kind', '-id'], name='job_kind_latest')],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'key', 'due_at'), name='job_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Team',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                        ('managers', models.ManyToManyField(blank=True, related_name='managed_teams', to=settings.AUTH_USER_MODEL, verbose_name='managers')),
                    ],
                    options={
                        'verbose_name': 'team',
                        'verbose_name_plural': 'teams',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='TeamEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='core.team')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='UserEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                        ('name', models.CharField(max_length=150, verbose_name='name')),
                        ('job_title', models.CharField(blank=True, max_length=100, verbose_name='job title')),
                        ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                        ('role', models.CharField(choices=[('rep', 'sales rep'), ('manager', 'manager'), ('admin', 'admin'), ('guardian', 'guardian, quality'), ('executive', 'executive'), ('viewer', 'viewer')], default='rep', max_length=12, verbose_name='role')),
                        ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                        ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='joined')),
                        ('time_zone', models.CharField(blank=True, max_length=50, verbose_name='time zone')),
                        ('theme', models.CharField(blank=True, choices=[('', 'as the system'), ('light', 'light'), ('dark', 'dark')], default='', max_length=5, verbose_name='theme')),
                        ('density', models.CharField(choices=[('compact', 'compact'), ('normal', 'normal'), ('roomy', 'roomy')], default='normal', max_length=8, verbose_name='density')),
                        ('single_keys', models.BooleanField(default=True, verbose_name='single-key shortcuts')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
                        ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.team', verbose_name='team')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Absence',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('first_day', models.DateField(verbose_name='first day')),
                        ('last_day', models.DateField(verbose_name='last day')),
                        ('stand_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='stand-in')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='who is away')),
                    ],
                    options={
                        'verbose_name': 'absence',
                        'verbose_name_plural': 'absences',
                        'constraints': [models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='absence_days_in_order')],
                        'indexes': [models.Index(fields=['first_day', 'id'], name='absence_by_first_day'), models.Index(fields=['last_day', 'id'], name='absence_by_last_day')],
                    },
                ),
                migrations.CreateModel(
                    name='AbsenceEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('first_day', models.DateField(verbose_name='first day')),
                        ('last_day', models.DateField(verbose_name='last day')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='core.absence')),
                        ('stand_in', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='stand-in')),
                        ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who is away')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='BulkAct',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('list_name', models.CharField(max_length=40)),
                        ('action', models.CharField(max_length=40)),
                        ('choices', models.JSONField(default=dict)),
                        ('query', models.TextField(blank=True, default='')),
                        ('words', models.CharField(max_length=300)),
                        ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('is_gathered', models.BooleanField(default=False)),
                        ('rows', models.IntegerField(default=0)),
                        ('changed', models.IntegerField(default=0)),
                        ('same', models.IntegerField(default=0)),
                        ('refused', models.IntegerField(default=0)),
                        ('restored', models.IntegerField(default=0)),
                        ('kept', models.IntegerField(default=0)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun')),
                        ('undo_job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun')),
                    ],
                    options={
                        'verbose_name': 'act on many',
                        'verbose_name_plural': 'acts on many',
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['by', '-id'], name='bulk_act_by')],
                    },
                ),
                migrations.CreateModel(
                    name='BulkRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('row_id', models.BigIntegerField()),
                        ('state', models.CharField(choices=[('w', 'waiting'), ('c', 'changed'), ('s', 'was so already'), ('r', 'left as it was'), ('u', 'taken back'), ('k', 'changed since, kept')], db_default='w', default='w', max_length=1)),
                        ('before', models.JSONField(null=True)),
                        ('after', models.JSONField(null=True)),
                        ('note', models.CharField(blank=True, db_default='', default='', max_length=200)),
                        ('act', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.bulkact')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['act', 'state', 'row_id'], name='bulk_row_by_state')],
                        'constraints': [models.UniqueConstraint(fields=('act', 'row_id'), name='bulk_row_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SavedView',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('list_name', models.CharField(max_length=40)),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('audience', models.CharField(choices=[('private', 'only me'), ('team', 'my team'), ('all', 'everybody')], db_default='private', default='private', max_length=7, verbose_name='for')),
                        ('query', models.TextField(blank=True, db_default='', default='', verbose_name='filters and order')),
                        ('columns', models.JSONField(blank=True, default=list, verbose_name='columns')),
                        ('default_roles', models.JSONField(blank=True, default=list, verbose_name='opens first for')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='taken away')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team')),
                    ],
                    options={
                        'verbose_name': 'saved view',
                        'verbose_name_plural': 'saved views',
                        'ordering': ['name', 'id'],
                        'permissions': [('share_view', "Share a view with everybody, and make it a role's first")],
                        'indexes': [models.Index(fields=['list_name', 'name'], name='saved_view_of_list')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('owner', 'list_name', 'name'), name='saved_view_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ListColumns',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('list_name', models.CharField(max_length=40)),
                        ('columns', models.JSONField(default=list)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('view', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.savedview')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'list_name', 'view'), name='list_columns_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='SavedViewEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('list_name', models.CharField(max_length=40)),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('audience', models.CharField(choices=[('private', 'only me'), ('team', 'my team'), ('all', 'everybody')], db_default='private', default='private', max_length=7, verbose_name='for')),
                        ('query', models.TextField(blank=True, db_default='', default='', verbose_name='filters and order')),
                        ('columns', models.JSONField(blank=True, default=list, verbose_name='columns')),
                        ('default_roles', models.JSONField(blank=True, default=list, verbose_name='opens first for')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='taken away')),
                        ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='core.savedview')),
                        ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.team')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='user',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."density" IS DISTINCT FROM (NEW."density") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."job_title" IS DISTINCT FROM (NEW."job_title") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."single_keys" IS DISTINCT FROM (NEW."single_keys") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."theme" IS DISTINCT FROM (NEW."theme") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone"))', func='INSERT INTO "core_userevent" ("density", "email", "id", "is_active", "is_superuser", "job_title", "joined_at", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role", "single_keys", "team_id", "theme", "time_zone") VALUES (OLD."density", OLD."email", OLD."id", OLD."is_active", OLD."is_superuser", OLD."job_title", OLD."joined_at", OLD."name", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."phone", OLD."role", OLD."single_keys", OLD."team_id", OLD."theme", OLD."time_zone"); RETURN NULL;', hash='9b4dffe81e4d856a9fb1a0f8a6e63956be27960f', operation='UPDATE', pgid='pgtrigger_changed_update_d76fd', table='core_user', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='user',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_userevent" ("density", "email", "id", "is_active", "is_superuser", "job_title", "joined_at", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role", "single_keys", "team_id", "theme", "time_zone") VALUES (OLD."density", OLD."email", OLD."id", OLD."is_active", OLD."is_superuser", OLD."job_title", OLD."joined_at", OLD."name", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."phone", OLD."role", OLD."single_keys", OLD."team_id", OLD."theme", OLD."time_zone"); RETURN NULL;', hash='77262b37c577ccd03aeeb30224a3928717cc76df', operation='DELETE', pgid='pgtrigger_deleted_delete_79beb', table='core_user', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='businesssetting',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "core_businesssettingevent" ("changed_at", "changed_by_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "value") VALUES (OLD."changed_at", OLD."changed_by_id", OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."value"); RETURN NULL;', hash='b1fffb3d8d3cdd6128cfbfa6b304b7931d5544a0', operation='UPDATE', pgid='pgtrigger_changed_update_306e9', table='core_businesssetting', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='businesssetting',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_businesssettingevent" ("changed_at", "changed_by_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "value") VALUES (OLD."changed_at", OLD."changed_by_id", OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."value"); RETURN NULL;', hash='15f1b9e06613f6af013bc250a1a3ba01a7cce3d0', operation='DELETE', pgid='pgtrigger_deleted_delete_4f171', table='core_businesssetting', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='team',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "core_teamevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'changed\', OLD."id"); RETURN NULL;', hash='1b1c2cede8d5b7fc30e948da7045dc54e4dc5e18', operation='UPDATE', pgid='pgtrigger_changed_update_abf40', table='core_team', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='team',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_teamevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'deleted\', OLD."id"); RETURN NULL;', hash='38671ae8b6360127368bddf8486cb6a9d281f6ff', operation='DELETE', pgid='pgtrigger_deleted_delete_fe2f6', table='core_team', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='absence',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "core_absenceevent" ("first_day", "id", "last_day", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stand_in_id", "user_id") VALUES (OLD."first_day", OLD."id", OLD."last_day", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."stand_in_id", OLD."user_id"); RETURN NULL;', hash='c5b2d9b7beb34ecac1d2a9b43dbeb960a08bfea5', operation='UPDATE', pgid='pgtrigger_changed_update_aa333', table='core_absence', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='absence',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_absenceevent" ("first_day", "id", "last_day", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stand_in_id", "user_id") VALUES (OLD."first_day", OLD."id", OLD."last_day", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."stand_in_id", OLD."user_id"); RETURN NULL;', hash='b08367329d459d7550c8c266e57767e1e1eb5e2a', operation='DELETE', pgid='pgtrigger_deleted_delete_faa5d', table='core_absence', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='savedview',
                    trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "core_savedviewevent" ("audience", "columns", "created_at", "default_roles", "id", "list_name", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "removed_at", "team_id") VALUES (OLD."audience", OLD."columns", OLD."created_at", OLD."default_roles", OLD."id", OLD."list_name", OLD."name", OLD."owner_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."query", OLD."removed_at", OLD."team_id"); RETURN NULL;', hash='7e0ad28fe31b19352a5f452fa73e574da7c575a4', operation='UPDATE', pgid='pgtrigger_changed_update_f507e', table='core_savedview', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='savedview',
                    trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_savedviewevent" ("audience", "columns", "created_at", "default_roles", "id", "list_name", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "removed_at", "team_id") VALUES (OLD."audience", OLD."columns", OLD."created_at", OLD."default_roles", OLD."id", OLD."list_name", OLD."name", OLD."owner_id", _pgh_attach_context(), NOW(), \'deleted\', OLD."id", OLD."query", OLD."removed_at", OLD."team_id"); RETURN NULL;', hash='ac2619d1a5e17f4bef2a3693b8aaa01ca4710642', operation='DELETE', pgid='pgtrigger_deleted_delete_912cc', table='core_savedview', when='AFTER')),
                ),
                migrations.RunSQL(
                    sql=HISTORY_INDEXES,
                    reverse_sql=NO_HISTORY_INDEXES,
                ),
            ],
        ),
    ]
