"""App configuration of participants."""

from importlib import import_module
from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipantsConfig(AppConfig):
    """People, organisations and what they share."""

    name = "participants"
    verbose_name = _("Participants")
    default_auto_field = "django.db.models.BigAutoField"
    # See RoundtableConfig.
    never_public: ClassVar[dict[str, str]] = {
        "AccountChange": "who lost a mailbox or a second factor",
        "EmailLink": "keys in emails",
        "HidingCode": "keys on paper",
        "InvitationRequest": "for those who decide; visitors write it",
        "ProviderIdentity": "who signs in with an identity provider",
        "RevealBudget": "how many profiles someone opened today",
    }

    def ready(self) -> None:
        # They register themselves: system checks, which need the models, and the check of who may
        # still receive a queued invitation.
        for name in ("privacy.checks", "onboarding.invitations"):
            import_module(f"participants.{name}")
