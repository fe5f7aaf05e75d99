"""App configuration of participants."""

from importlib import import_module
from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from roundtable.cache.private_part import PrivatePart


class ParticipantsConfig(AppConfig):
    """People, organisations and what they share."""

    name = "participants"
    verbose_name = _("Participants")
    default_auto_field = "django.db.models.BigAutoField"
    # See RoundtableConfig.
    never_public: ClassVar[dict[str, str]] = {
        "Act": "who asked, stopped or declined what",
        "Bundle": "who asked for what together",
        "AccountChange": "who lost a mailbox or a second factor",
        "Consent": "who agreed to what; a delegate has the time of the last one",
        "ConsentRequest": "who was asked to agree again",
        "EmailLink": "keys in emails",
        "HidingCode": "keys on paper",
        "Introduction": "who can contact whom",
        "Invitation": "who was invited, and what they answered",
        "InvitationRequest": "for those who decide; visitors write it",
        "ProviderIdentity": "who signs in with an identity provider",
        "RevealBudget": "how many profiles someone opened today",
    }
    partly_public: ClassVar[dict[str, PrivatePart]] = {
        "ContactChannel": PrivatePart(
            "contact details for some", rows="{row}.audience <> 'everyone'"
        ),
        "Delegate": PrivatePart(
            "consent of people who are not listed to everyone",
            columns=frozenset({"consented_at", "reviewed_on"}),
            rows="{row}.listed_to <> 'everyone'",
        ),
        "User": PrivatePart("sign-ins", columns=frozenset({"last_login", "password"})),
    }

    def ready(self) -> None:
        # They register themselves: system checks, which need the models, the check of who may
        # still receive a queued invitation, and what two organisations agree on.
        for name in (
            "privacy.checks",
            "onboarding.invitations",
            "accounts.grants",
            "participation.confirmation",
            "participation.closure",
            "participation.delegation_changes",
        ):
            import_module(f"participants.{name}")
