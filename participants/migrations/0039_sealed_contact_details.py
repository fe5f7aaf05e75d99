from django.db import migrations

import roundtable.database.sealed


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0038_letters_of_organisations'),
    ]

    operations = [
        # Two equal details of a person do not look equal once they are sealed.
        migrations.RemoveConstraint(
            model_name='contactchannel',
            name='channel_unique',
        ),
        migrations.AlterField(
            model_name='contactchannel',
            name='value',
            field=roundtable.database.sealed.SealedField(bound_to='handle', help_text='Start phone numbers with + and the country code, for example +62 21 5555 0100.', max_length=254, verbose_name='address or number'),
        ),
    ]
