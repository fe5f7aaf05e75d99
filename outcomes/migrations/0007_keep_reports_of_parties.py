"""Reports that a party is known to have submitted stay its own; the others become recorded.

Known is: the author was the party's focal point or took part for it, and had no rights at the desk,
where reports were also entered. The demonstration, which ships with the portal, reads as before.
"""

import hashlib
import json
from collections import defaultdict

from django.db import migrations

BATCH = 2000


def keep_reports(apps, schema_editor):
    ProgressUpdate = apps.get_model("outcomes", "ProgressUpdate")
    Grant = apps.get_model("participants", "Grant")
    User = apps.get_model("participants", "User")
    editors = set(
        Grant.objects.filter(role__in=["cochair", "editor"]).values_list("event", "user")
    )
    operators = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
    represents = _representatives(apps)
    rows = ProgressUpdate.objects.select_related("commitment__event", "party")
    changed = []
    for row in rows.prefetch_related("evidence").order_by("pk").iterator(chunk_size=BATCH):
        event, author = row.commitment.event, row.author_id
        works_at_desk = author in operators or (event.pk, author) in editors
        if event.is_demonstration:
            is_of_party = True
        elif author is None:
            # No one but the party's next focal point could read this draft.
            is_of_party = row.state == "draft"
        else:
            # Only co-chairs could approve what was not submitted before.
            was_entered = row.approved_at is not None and row.submitted_at == row.approved_at
            known = represents["party", row.party_id] | represents[
                event.pk, row.party.organisation_id
            ]
            is_of_party = author in known and not (works_at_desk or was_entered)
        row.reported_by = "party" if is_of_party else "recorded"
        row.party_hash = _content_hash(row) if is_of_party else ""
        row.submitter_unknown = not is_of_party and row.state == "approved"
        changed.append(row)
        if len(changed) == BATCH:
            _store(ProgressUpdate, changed)
            changed = []
    _store(ProgressUpdate, changed)
    _copy_latest(apps, reported_by="party")


def _store(model, rows):
    model.objects.bulk_update(rows, ["reported_by", "party_hash", "submitter_unknown"], BATCH // 4)


def _representatives(apps):
    """Accounts of those who spoke for a party, or took part for its organisation."""
    found = defaultdict(set)
    parties = apps.get_model("outcomes", "CommitmentParty").objects.filter(
        focal_point__user__isnull=False, focal_point_accepted_at__isnull=False
    )
    for party, user in parties.values_list("pk", "focal_point__user"):
        found["party", party].add(user)
    # Links are kept, so they show earlier focal points.
    links = apps.get_model("outcomes", "ReportLink").objects.filter(delegate__user__isnull=False)
    for party, user in links.values_list("party", "delegate__user"):
        found["party", party].add(user)
    participations = apps.get_model("participants", "Participation").objects.filter(
        confirmed_at__isnull=False, delegate__user__isnull=False
    )
    for event, organisation, user in participations.values_list(
        "event", "organisation", "delegate__user"
    ):
        found[event, organisation].add(user)
    return found


def _content_hash(row):
    words = (row.status, row.text, row.obstacles, row.next_steps, row.reason, row.source)
    evidence = [
        (one.title, one.url, str(one.dated_on), one.key)
        for one in sorted(row.evidence.all(), key=lambda one: one.pk)
    ]
    content = [
        row.party_id,
        row.reported_on.isoformat(),
        row.completion,
        row.is_unchanged,
        *(text.replace("\r\n", "\n").replace("\r", "\n") for text in words),
        evidence,
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _copy_latest(apps, reported_by):
    """Copies the latest report to each commitment; without `reported_by`, from all of them."""
    ProgressUpdate = apps.get_model("outcomes", "ProgressUpdate")
    Commitment = apps.get_model("outcomes", "Commitment")
    latest, recorded = {}, {}
    approved = ProgressUpdate.objects.filter(state="approved")
    columns = ("commitment", "pk", "status", "reported_on", "reported_by")
    for commitment, pk, status, day, voice in approved.order_by(
        "reported_on", "recorded_at", "pk"
    ).values_list(*columns):
        if reported_by in (None, voice):
            latest[commitment] = (pk, status, day)
        else:
            recorded[commitment] = pk
    changed = []
    for row in Commitment.objects.filter(pk__in=approved.values("commitment")).iterator():
        row.latest_update_id, row.latest_status, row.latest_reported_on = latest.get(
            row.pk, (None, "", None)
        )
        row.latest_recorded_update_id = recorded.get(row.pk)
        changed.append(row)
    Commitment.objects.bulk_update(
        changed,
        ["latest_update", "latest_status", "latest_reported_on", "latest_recorded_update"],
        BATCH // 4,
    )


def count_all_again(apps, schema_editor):
    _copy_latest(apps, reported_by=None)


class Migration(migrations.Migration):

    dependencies = [
        ("outcomes", "0006_reports_of_parties"),
        ("participants", "0013_propose_entries_about_people"),
    ]

    operations = [
        migrations.RunPython(keep_reports, count_all_again),
    ]
