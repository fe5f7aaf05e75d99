"""What one person confirmed before two were required keeps its effect, and says that it was one."""

import hashlib
import json

from django.db import migrations
from django.utils import timezone


def keep_confirmations(apps, schema_editor):
    Participation = apps.get_model("participants", "Participation")
    ParticipationConfirmation = apps.get_model("participants", "ParticipationConfirmation")
    ListClosure = apps.get_model("participants", "ListClosure")
    Grant = apps.get_model("participants", "Grant")
    rows = Participation.objects.filter(confirmed_at__isnull=False).select_related(
        "delegate", "event", "organisation"
    )
    events = set()
    for row in rows.iterator():
        person, organisation = row.delegate, row.organisation
        identity = (
            f"account {person.user_id}"
            if person.user_id
            else f"{person.name} <{person.invitation_email.lower()}>"
        )
        kind, country = organisation.kind, str(organisation.country)
        content = [person.handle, identity, row.event_id, organisation.pk, kind, country]
        grant = Grant.objects.filter(
            user=row.confirmed_by_id, event=row.event_id, on_behalf_of__isnull=False
        ).first()
        ParticipationConfirmation.objects.create(
            participation=row,
            by_id=row.confirmed_by_id,
            capacity="alone",
            on_behalf_of_id=grant.on_behalf_of_id if grant else None,
            confirmed_at=row.confirmed_at,
            has_effect=True,
            content_hash=hashlib.sha256(json.dumps(content).encode()).hexdigest(),
        )
        row.took_effect_at = row.confirmed_at
        row.details_open_on = row.confirmed_at.date()
        row.save(update_fields=["took_effect_at", "details_open_on"])
        if row.event.ends_on < timezone.localdate():
            events.add(row.event_id)
    for event in sorted(events):
        ListClosure.objects.create(event_id=event, closed_at=timezone.now())
    for grant in Grant.objects.iterator():
        grant.effective_on = grant.valid_from
        grant.save(update_fields=["effective_on"])


def name_who_confirmed(apps, schema_editor):
    Participation = apps.get_model("participants", "Participation")
    ParticipationConfirmation = apps.get_model("participants", "ParticipationConfirmation")
    for row in ParticipationConfirmation.objects.order_by("-confirmed_at", "-pk").iterator():
        Participation.objects.filter(pk=row.participation_id, confirmed_at__isnull=False).update(
            confirmed_by=row.by_id
        )


class Migration(migrations.Migration):

    dependencies = [
        ("participants", "0007_confirmations"),
    ]

    operations = [
        migrations.RunPython(keep_confirmations, name_who_confirmed),
    ]
