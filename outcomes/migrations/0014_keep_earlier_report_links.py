"""Links to report and to stop emails that were sent before keys were random keep working."""

import hashlib
import json
from datetime import timedelta

from django.conf import settings
from django.db import migrations
from django.utils import timezone
from django.utils.crypto import salted_hmac

LIFETIME = timedelta(days=730)


def former_hash(content):
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def keep_links(apps, schema_editor):
    EmailLink = apps.get_model("participants", "EmailLink")
    EmailAddress = apps.get_model("account", "EmailAddress")
    ReportLink = apps.get_model("outcomes", "ReportLink")
    Subscription = apps.get_model("outcomes", "Subscription")
    now = timezone.now()
    for row in ReportLink.objects.select_related("delegate__user").iterator():
        user = row.delegate.user
        address = user and EmailAddress.objects.filter(user_id=user.pk, email=user.email).first()
        EmailLink.objects.create(
            key_hash=former_hash([row.pk, row.created_at.isoformat()]),
            purpose="report",
            user=user,
            delegate=row.delegate,
            address=address,
            target_id=row.party_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
    for user in Subscription.objects.order_by().values_list("user", flat=True).distinct():
        for secret in dict.fromkeys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)):
            pseudonym = salted_hmac(
                "participants.accounts.addresses", str(user), secret=secret, algorithm="sha256"
            )
            EmailLink.objects.create(
                key_hash=former_hash(pseudonym.hexdigest()[:20]),
                purpose="unsubscribe",
                user_id=user,
                created_at=now,
                expires_at=now + LIFETIME,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("outcomes", "0013_undertaken_by_offers"),
        ("participants", "0018_random_keys_of_links"),
    ]

    operations = [migrations.RunPython(keep_links, migrations.RunPython.noop)]
