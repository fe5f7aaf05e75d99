from django.db import migrations

from roundtable.database.sealed import seal_stored


class Migration(migrations.Migration):

    # If it is interrupted, it goes on where it was.
    atomic = False

    dependencies = [
        ('roundtable', '0013_sealed_emails'),
    ]

    operations = [
        migrations.RunPython(
            seal_stored(
                'roundtable',
                'queuedemail',
                'recipient',
                'subject',
                'text',
                'unsubscribe_url',
                'reply_to',
            ),
            migrations.RunPython.noop,
        ),
    ]
