from django.db import migrations

from roundtable.database.sealed import seal_stored


class Migration(migrations.Migration):

    # If it is interrupted, it goes on where it was.
    atomic = False

    dependencies = [
        ('participants', '0039_sealed_contact_details'),
    ]

    operations = [
        migrations.RunPython(
            seal_stored('participants', 'contactchannel', 'value'), migrations.RunPython.noop
        ),
    ]
