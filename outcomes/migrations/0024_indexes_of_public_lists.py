from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0023_delete_words_taken_out'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='progressupdate',
            name='outcomes_pr_state_7ecdd7_idx',
        ),
        migrations.AddIndex(
            model_name='progressupdate',
            index=models.Index(condition=models.Q(('state', 'submitted')), fields=['submitted_at'], name='update_submitted'),
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(condition=models.Q(('state', 'public')), fields=['event', 'latest_status', 'due_on', 'members_reporting', 'latest_recorded_update'], name='commitment_public_counts'),
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(condition=models.Q(('state', 'public')), fields=['event', 'id'], name='commitment_public_order'),
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(condition=models.Q(('state', 'public')), fields=['due_on', 'id', 'event'], name='commitment_public_due'),
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(condition=models.Q(('state', 'public')), fields=['-latest_reported_on', 'id', 'event'], name='commitment_public_reported'),
        ),
        migrations.AddIndex(
            model_name='progressupdate',
            index=models.Index(condition=models.Q(('state', 'approved'), models.Q(('reported_by', 'recorded'), _negated=True)), fields=['-reported_on', '-recorded_at', '-id'], name='update_newest_of_party'),
        ),
        migrations.AddIndex(
            model_name='progressupdate',
            index=models.Index(condition=models.Q(('in_place_of', None), ('state', 'approved')), fields=['approved_at', 'id'], name='update_newest_checked'),
        ),
        migrations.AddIndex(
            model_name='milestone',
            index=models.Index(fields=['due_on', 'id'], name='milestone_by_due_date'),
        ),
    ]
