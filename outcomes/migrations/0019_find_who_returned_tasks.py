from django.db import migrations

PREFIX = "participants.user:"


def find_from_log(apps, schema_editor):
    """From the log, who returned each task. The words of people who are erased since are emptied."""
    entries = apps.get_model("roundtable", "AuditEntry").objects.filter(action="give task back")
    keys = apps.get_model("roundtable", "AuditKey").objects.filter(subject__startswith=PREFIX)
    delegates = apps.get_model("participants", "Delegate").objects
    for row in apps.get_model("outcomes", "Handover").objects.exclude(suggestion=""):
        found = entries.filter(at=row.handed_over_at, detail=row.party.commitment.reference)
        actors = set(found.exclude(actor="").values_list("actor", flat=True))
        if len(actors) != 1:
            continue
        key = keys.filter(key__in=actors).first()
        if key is None:
            row.suggestion = ""
        else:
            row.returned_by = delegates.filter(user=key.subject.removeprefix(PREFIX)).first()
        row.save()


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0018_handover_returned_by'),
        ('roundtable', '0006_seal_earlier_entries'),
    ]

    operations = [
        migrations.RunPython(find_from_log, migrations.RunPython.noop),
    ]
