from django.db import migrations
from django.db.models import F


def mark_offers(apps, schema_editor):
    """An organisation that offered exactly this text entered the commitment itself."""
    commitments = apps.get_model("outcomes", "Commitment").objects.filter(
        event__is_demonstration=False,
        state="public",
        basis="recorded",
        source_title="",
        source_url="",
        place_in_source="",
    )
    offered = commitments.filter(
        offers__state="approved",
        offers__outcome__isnull=False,
        offers__organisation=F("parties__organisation"),
        offers__text=F("text"),
        parties__role="lead",
    )
    numbers = list(offered.values_list("pk", flat=True))
    apps.get_model("outcomes", "Commitment").objects.filter(pk__in=numbers).update(
        basis="undertaken"
    )


def record_all(apps, schema_editor):
    """The earlier release undertakes only what it published itself; nothing is lost."""


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0012_keep_place_of_revised_reports")]

    operations = [migrations.RunPython(mark_offers, record_all)]
