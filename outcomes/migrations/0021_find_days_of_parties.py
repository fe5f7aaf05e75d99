import json
from collections import defaultdict

from django.db import migrations
from django.db.models import F, Min, OuterRef, Subquery


def find_days(apps, schema_editor):
    """With its commitment, unless something tells that a party was added later.

    That is a join that was approved, the first act of a member of a group, or the desk's log.
    """
    Commitment = apps.get_model("outcomes", "Commitment")
    CommitmentParty = apps.get_model("outcomes", "CommitmentParty")
    own = Commitment.objects.filter(pk=OuterRef("commitment")).values("recorded_at")
    CommitmentParty.objects.update(recorded_at=Subquery(own))
    days = {**days_of_desk(apps), **days_of_members(apps), **days_of_joins(apps)}
    found = CommitmentParty.objects.in_bulk(list(days))
    late = [row for row in found.values() if days[row.pk] > row.recorded_at]
    for row in late:
        row.recorded_at = days[row.pk]
    CommitmentParty.objects.bulk_update(late, ["recorded_at"], batch_size=500)


def days_of_joins(apps):
    parties = apps.get_model("outcomes", "CommitmentParty").objects.filter(
        commitment__offers__state="approved",
        commitment__offers__approved_at__isnull=False,
        commitment__offers__organisation=F("organisation"),
    )
    found = parties.values_list("pk").annotate(day=Min("commitment__offers__approved_at"))
    return dict(found.order_by())


def days_of_members(apps):
    members = apps.get_model("outcomes", "CommitmentParty").objects.filter(role="member")
    known = members.annotate(day=Min("updates__recorded_at")).order_by()
    found = {}
    for number, accepted, reported in known.values_list("pk", "focal_point_accepted_at", "day"):
        if acts := [at for at in (accepted, reported) if at]:
            found[number] = min(acts)
    return found


def days_of_desk(apps):
    entries = apps.get_model("admin", "LogEntry").objects.filter(
        content_type__app_label="outcomes",
        content_type__model="commitment",
        change_message__contains='"added"',
    )
    added = defaultdict(dict)  # by commitment: the last day on which a name was added
    for number, message, at in entries.order_by("action_time").values_list(
        "object_id", "change_message", "action_time"
    ):
        for name in names_added(message):
            added[number][name] = at
    parties = apps.get_model("outcomes", "CommitmentParty").objects.values_list(
        "pk", "commitment", "organisation__name", "group__name"
    )
    found = {}
    for number, commitment, organisation, group in parties.iterator() if added else ():
        if day := added.get(str(commitment), {}).get(organisation or group):
            found[number] = day
    return found


def names_added(message):
    try:
        parts = json.loads(message)
    except ValueError:
        return []
    found = [part.get("added") for part in parts if isinstance(part, dict)]
    return [one["object"] for one in found if isinstance(one, dict) and one.get("name") == "party"]


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0020_days_of_parties'),
        ('admin', '0003_logentry_add_action_flag_choices'),
    ]

    operations = [
        migrations.RunPython(find_days, migrations.RunPython.noop),
    ]
