import hashlib
import json
from datetime import UTC

from django.db import migrations

from roundtable.audit.seals import seal

PURPOSE = "end of the log"
SUM_MODULUS = 2**256


def seal_end(apps, schema_editor):
    """The entries keep their hashes. The seal of the end covers them and the log keys as found."""
    head = apps.get_model("roundtable", "AuditHead").objects.filter(pk=1).first()
    if head is None:
        return
    proofs = list(apps.get_model("roundtable", "AuditKey").objects.values_list("signature", flat=True))
    numbers = [int(hashlib.sha256(proof.encode()).hexdigest(), 16) for proof in proofs]
    head.plain_through, head.key_count = head.sequence, len(proofs)
    head.key_sum = f"{sum(numbers) % SUM_MODULUS:064x}"
    content = [
        head.sequence,
        head.chain_hash,
        head.pruned_through,
        head.pruned_hash,
        head.plain_through,
        head.key_count,
        head.key_sum,
    ]
    head.seal = seal(PURPOSE, content)
    head.save()


def hash_without_key(apps, schema_editor):
    """Gives later entries the hashes that release 0.1.0 checks."""
    head = apps.get_model("roundtable", "AuditHead").objects.filter(pk=1).first()
    if head is None or head.sequence == head.plain_through:
        return
    entries = apps.get_model("roundtable", "AuditEntry").objects.order_by("sequence")
    start = max(head.plain_through, head.pruned_through)
    last = entries.filter(sequence=start).first()
    previous = last.chain_hash if last else head.pruned_hash
    for entry in entries.filter(sequence__gt=start).iterator():
        content = [
            previous,
            entry.sequence,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.actor,
            entry.organisation,
            entry.action,
            entry.subject,
            entry.detail,
        ]
        text = json.dumps(content, ensure_ascii=False)
        previous = entry.chain_hash = hashlib.sha256(text.encode()).hexdigest()
        entry.save()
    head.chain_hash = previous
    head.save()


class Migration(migrations.Migration):

    dependencies = [
        ('roundtable', '0005_seal_the_log'),
    ]

    operations = [
        migrations.RunPython(seal_end, hash_without_key),
    ]
