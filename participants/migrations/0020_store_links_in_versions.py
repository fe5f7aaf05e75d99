import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0019_provider_identities'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalorganisation',
            name='rows',
            field=models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AddField(
            model_name='historicalorganisation',
            name='taken_out',
            field=models.JSONField(editable=False, null=True),
        ),
    ]
