import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0032_names_of_audiences'),
    ]

    operations = [
        migrations.CreateModel(
            name='HidingCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delegate', models.OneToOneField(help_text='Whom the code hides.', on_delete=django.db.models.deletion.CASCADE, related_name='hiding_code', to='participants.delegate', verbose_name='delegate')),
                ('code_hash', models.CharField(help_text='The SHA-256 of the code. The code itself is only on paper.', max_length=64, unique=True, verbose_name='hash of the code')),
                ('made_at', models.DateTimeField(help_text='When the person made the code.', verbose_name='made at')),
            ],
            options={
                'verbose_name': 'paper code',
                'verbose_name_plural': 'paper codes',
            },
        ),
    ]
