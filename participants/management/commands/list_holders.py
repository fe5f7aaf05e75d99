"""Command that lists who can work at the desk, with addresses, for who takes over a portal."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import Grant, User
from roundtable.audit import log as audit


class Command(BaseCommand):
    """Only here: the desk shows no whole sign-in address of anyone."""

    help = "Lists operators, and who has a right at a roundtable, with their sign-in addresses."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        audit.record(action="list holders", at=now)
        for user in User.objects.filter(is_superuser=True, is_active=True).order_by("email"):
            self.stdout.write(f"{user.email}: {_('operator')}")
        grants = Grant.objects.active(timezone.localdate()).filter(user__is_active=True)
        for grant in grants.select_related("user", "event", "on_behalf_of").order_by("event", "pk"):
            words = [grant.event.code, grant.get_role_display(), grant.on_behalf_of]
            self.stdout.write(
                f"{grant.user.email}: {', '.join(str(word) for word in words if word)}"
            )
