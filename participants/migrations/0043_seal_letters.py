from django.db import migrations

from participants.models.letter import LETTER_STORAGE


def seal_files(apps, schema_editor):
    """If it is interrupted, it goes on where it was."""
    letters = apps.get_model('participants', 'letter')._base_manager
    rows = letters.using(schema_editor.connection.alias).exclude(file='')
    for name in rows.values_list('file', flat=True):
        LETTER_STORAGE.seal_stored(name)


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0042_seal_texts_of_people'),
    ]

    operations = [
        migrations.RunPython(seal_files, migrations.RunPython.noop),
    ]
