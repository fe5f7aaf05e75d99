from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0015_delete_reportlink'),
    ]

    operations = [
        migrations.AddField(
            model_name='statementversion',
            name='seal',
            field=models.CharField(default='', editable=False, help_text='HMAC-SHA-256 of this version, with a key that is not in the database.', max_length=64, verbose_name='seal'),
        ),
    ]
