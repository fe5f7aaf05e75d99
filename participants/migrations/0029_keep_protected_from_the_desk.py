from django.db import migrations
from django.db.models import Q


def keep_protected(apps, schema_editor):
    """Whom the desk did not list before the upgrade, because of what the person chose."""
    people = apps.get_model("participants", "Delegate").objects.filter(
        Q(is_protected=True) | Q(hidden_at__isnull=False) | Q(new_address_agreed_at__isnull=False)
    )
    participations = apps.get_model("participants", "Participation").objects
    participations.filter(delegate__in=people.values("pk")).update(is_protected_from_desk=True)


class Migration(migrations.Migration):

    dependencies = [
        ("participants", '0028_protect_from_the_desk'),
    ]

    operations = [migrations.RunPython(keep_protected, migrations.RunPython.noop)]
