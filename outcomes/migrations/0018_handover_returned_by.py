import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0017_seal_earlier_versions'),
        ('participants', '0019_provider_identities'),
    ]

    operations = [
        migrations.AddField(
            model_name='handover',
            name='returned_by',
            field=models.ForeignKey(blank=True, help_text='The focal point who returned the task. Empty if not known, or erased.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='returned_tasks', to='participants.delegate', verbose_name='returned by'),
        ),
    ]
