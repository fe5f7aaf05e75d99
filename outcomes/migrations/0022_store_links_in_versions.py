import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0021_find_days_of_parties'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalcommitment',
            name='rows',
            field=models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AddField(
            model_name='historicalcommitment',
            name='taken_out',
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='historicalmilestone',
            name='rows',
            field=models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AddField(
            model_name='historicalmilestone',
            name='taken_out',
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='historicaloutcome',
            name='rows',
            field=models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AddField(
            model_name='historicaloutcome',
            name='taken_out',
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='historicalstatement',
            name='rows',
            field=models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AddField(
            model_name='historicalstatement',
            name='taken_out',
            field=models.JSONField(editable=False, null=True),
        ),
    ]
