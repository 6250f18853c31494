from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('segments', '0009_segment_in_scores'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('customer',), include=('segment', 'since'), name='one_membership_open'),
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='one_open_membership',
        ),
    ]
