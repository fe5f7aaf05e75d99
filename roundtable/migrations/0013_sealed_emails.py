import django.core.validators
import roundtable.database.sealed
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('roundtable', '0012_runs_of_jobs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='queuedemail',
            name='recipient',
            field=roundtable.database.sealed.SealedField(blank=True, bound_to='dedup_key', help_text='Empty after the email is sent, or if no one should receive it.', max_length=254, validators=[django.core.validators.EmailValidator()], verbose_name='to'),
        ),
        migrations.AlterField(
            model_name='queuedemail',
            name='reply_to',
            field=roundtable.database.sealed.SealedField(blank=True, bound_to='dedup_key', help_text='Where answers go. Empty after the email is sent, or if there is no address.', max_length=254, validators=[django.core.validators.EmailValidator()], verbose_name='reply to'),
        ),
        migrations.AlterField(
            model_name='queuedemail',
            name='subject',
            field=roundtable.database.sealed.SealedField(blank=True, bound_to='dedup_key', help_text='A neutral subject line.', max_length=200, verbose_name='subject'),
        ),
        migrations.AlterField(
            model_name='queuedemail',
            name='text',
            field=roundtable.database.sealed.SealedField(blank=True, bound_to='dedup_key', help_text='Empty after the email is sent.', verbose_name='text'),
        ),
        migrations.AlterField(
            model_name='queuedemail',
            name='unsubscribe_url',
            field=roundtable.database.sealed.SealedField(blank=True, bound_to='dedup_key', help_text='For the unsubscribe button of email programs. Empty after the email is sent, or if there is no link.', max_length=500, verbose_name='unsubscribe link'),
        ),
    ]
