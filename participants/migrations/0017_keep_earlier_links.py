"""Links in emails that were sent before keys were random keep working."""

import hashlib
import json
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import migrations
from django.utils import timezone
from django.utils.crypto import salted_hmac

LIFETIME = timedelta(days=730)


def former_hash(content):
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def pseudonyms(user_id):
    """An account in signed links, for each key that may have signed them."""
    for secret in dict.fromkeys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)):
        value = salted_hmac(
            "participants.accounts.addresses", str(user_id), secret=secret, algorithm="sha256"
        )
        yield value.hexdigest()[:20]


def keep_links(apps, schema_editor):
    EmailLink = apps.get_model("participants", "EmailLink")
    Invitation = apps.get_model("participants", "Invitation")
    Delegate = apps.get_model("participants", "Delegate")
    RetentionAction = apps.get_model("participants", "RetentionAction")
    EmailAddress = apps.get_model("account", "EmailAddress")
    now = timezone.now()
    for row in Invitation.objects.filter(answered_at=None).iterator():
        EmailLink.objects.create(
            key_hash=row.token_hash,
            purpose="invitation",
            delegate_id=row.delegate_id,
            target_id=row.pk,
            created_at=row.invited_at,
            expires_at=row.expires_at,
        )
    people = Delegate.objects.filter(user__isnull=False, erased_at=None).select_related("user")
    for person in people.iterator():
        address = EmailAddress.objects.filter(user_id=person.user_id, email=person.user.email)
        since = person.reviewed_on or person.user.joined_at.astimezone(UTC).date()
        asked = RetentionAction.objects.filter(delegate=person, review_started_on=since)
        first = asked.order_by("taken_on").first()
        shared = {"user_id": person.user_id, "delegate_id": person.pk}
        for pseudonym in pseudonyms(person.user_id):
            EmailLink.objects.create(
                key_hash=former_hash([person.handle, pseudonym, person.hide_link_version]),
                purpose="hide",
                created_at=now,
                expires_at=now + LIFETIME,
                **shared,
            )
            if first:
                created_at = datetime.combine(first.taken_on, time.min, UTC)
                EmailLink.objects.create(
                    key_hash=former_hash([person.handle, pseudonym, since.isoformat()]),
                    purpose="review",
                    address=address.first(),
                    created_at=created_at,
                    expires_at=created_at + LIFETIME,
                    **shared,
                )


class Migration(migrations.Migration):
    dependencies = [("participants", "0016_email_links")]

    operations = [migrations.RunPython(keep_links, migrations.RunPython.noop)]
