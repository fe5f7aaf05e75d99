import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roundtable', '0006_seal_earlier_entries'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalevent',
            name='rows',
            field=models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AddField(
            model_name='historicalevent',
            name='taken_out',
            field=models.JSONField(editable=False, null=True),
        ),
    ]
