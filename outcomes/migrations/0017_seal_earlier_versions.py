from datetime import UTC

from django.db import migrations

from roundtable.audit.seals import seal

PURPOSE = "version of a statement"


def written(at):
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""


def seal_versions(apps, schema_editor):
    """Seals each version as it is found."""
    sign_offs = apps.get_model("outcomes", "SignOff").objects.filter(signed_at__isnull=False)
    for row in apps.get_model("outcomes", "StatementVersion").objects.all():
        signed = sign_offs.filter(version=row) if row.published_at else ()
        content = [
            row.statement_id,
            row.corrigendum_id,
            row.number,
            row.sha256,
            written(row.created_at),
            written(row.published_at),
            row.published_before_comparisons,
            sorted([written(sign_off.signed_at), sign_off.sha256] for sign_off in signed),
        ]
        row.seal = seal(PURPOSE, content)
        row.save(update_fields=["seal"])


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0016_statementversion_seal'),
    ]

    operations = [
        migrations.RunPython(seal_versions, migrations.RunPython.noop),
    ]
