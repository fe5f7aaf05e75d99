from django.db import migrations

import roundtable.database.sealed


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0040_seal_contact_details'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delegate',
            name='about',
            field=roundtable.database.sealed.SealedField(blank=True, bound_to='handle', help_text='A few sentences about what others can ask you.', max_length=600, verbose_name='about'),
        ),
        migrations.AlterField(
            model_name='introduction',
            name='message',
            field=roundtable.database.sealed.SealedField(blank=True, bound_to='handle', help_text='What both people should know before they answer. Do not write any address here.', max_length=600, verbose_name='reason for the introduction'),
        ),
    ]
