from django.db import migrations
from django.db.models import Exists, OuterRef


def propose_unaccepted(apps, schema_editor):
    """Of people with an account, what no one ever confirmed and they never accepted.

    They accepted what was there when they answered the invitation to the same roundtable.
    """
    accepted = apps.get_model("participants", "Invitation").objects.filter(
        delegate=OuterRef("delegate"),
        event=OuterRef("event"),
        answer="agreed",
        answered_at__gte=OuterRef("entered_at"),
    )
    rows = apps.get_model("participants", "Participation").objects.filter(
        ~Exists(accepted), delegate__user__isnull=False, took_effect_at=None
    )
    proposals = apps.get_model("participants", "Proposal").objects
    for row in list(rows.order_by("pk")):
        proposals.create(
            delegate_id=row.delegate_id,
            kind="participation",
            event_id=row.event_id,
            organisation_id=row.organisation_id,
            capacity=row.capacity,
            nomination=row.nomination,
            proposed_at=row.entered_at,
        )
        row.delete()


def delete_proposed(apps, schema_editor):
    """Only for the way back: the earlier version has no such proposals."""
    apps.get_model("participants", "Proposal").objects.filter(kind="participation").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("participants", "0025_propose_participations"),
    ]

    operations = [migrations.RunPython(propose_unaccepted, delete_proposed)]
