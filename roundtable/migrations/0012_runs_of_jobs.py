from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roundtable', '0011_no_rows_that_changed'),
    ]

    operations = [
        migrations.AlterField(
            model_name='job',
            name='last_run_at',
            field=models.DateTimeField(help_text='Of commands that a wrong clock must stop: what the clock said then.', null=True, verbose_name='last run with a right clock'),
        ),
        migrations.AddField(
            model_name='job',
            name='started_at',
            field=models.DateTimeField(help_text='When `tick` last started the command.', null=True, verbose_name='last start'),
        ),
        migrations.AddField(
            model_name='job',
            name='done_at',
            field=models.DateTimeField(help_text='When the command last did its work.', null=True, verbose_name='last end without a failure'),
        ),
        migrations.AddField(
            model_name='job',
            name='seconds',
            field=models.FloatField(help_text='How many seconds the last run took; nothing while it runs.', null=True, verbose_name='duration'),
        ),
        migrations.AddField(
            model_name='job',
            name='failure',
            field=models.TextField(blank=True, default='', help_text='Why the last run failed; names no one.', verbose_name='failure'),
            preserve_default=False,
        ),
    ]
