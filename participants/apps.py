"""Django's registration of the participants."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ParticipantsConfig(AppConfig):
    """The app that holds people, organisations and what they share."""

    name = "participants"
    verbose_name = _("Participants")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the checks, which need the models."""
        autodiscover_modules("checks")
