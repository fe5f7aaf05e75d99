from django.db import migrations

# Triggers noted in them what index to read again; see `remove_earlier()` in database/triggers.py.
TABLES = ("outcomes_changed_commitment", "participants_changed_delegate")


class Migration(migrations.Migration):

    dependencies = [
        ('roundtable', '0010_html_of_emails_from_text'),
    ]

    operations = [
        migrations.RunSQL(f'DROP TABLE IF EXISTS {table}', migrations.RunSQL.noop)
        for table in TABLES
    ]
