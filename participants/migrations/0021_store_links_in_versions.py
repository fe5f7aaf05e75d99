import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0020_ask_again_about_a_new_notice'),
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
