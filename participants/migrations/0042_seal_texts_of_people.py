from django.db import migrations

from roundtable.database.sealed import seal_stored


class Migration(migrations.Migration):

    # If it is interrupted, it goes on where it was.
    atomic = False

    dependencies = [
        ('participants', '0041_sealed_texts_of_people'),
    ]

    operations = [
        migrations.RunPython(
            seal_stored('participants', 'delegate', 'about'), migrations.RunPython.noop
        ),
        migrations.RunPython(
            seal_stored('participants', 'introduction', 'message'), migrations.RunPython.noop
        ),
    ]
