from django.db import migrations

from outcomes.imports.storage import seal_stored


def seal_files(apps, schema_editor):
    """If it is interrupted, it goes on where it was."""
    seal_stored()


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0032_undo_and_recipes'),
    ]

    operations = [
        migrations.RunPython(seal_files, migrations.RunPython.noop),
    ]
