from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roundtable', '0008_order_of_roundtables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The name of the command.', max_length=60, unique=True, verbose_name='command')),
                ('last_run_at', models.DateTimeField(help_text='What the clock said when the command last ran.', verbose_name='last run')),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
            },
        ),
    ]
