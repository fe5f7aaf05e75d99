"""App configuration."""

from importlib import import_module
from typing import ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from roundtable.cache.private_part import PrivatePart


class OutcomesConfig(AppConfig):
    """The app for statements, commitments and progress reports."""

    name = "outcomes"
    verbose_name = _("Outcomes")
    default_auto_field = "django.db.models.BigAutoField"
    # See RoundtableConfig.
    never_public: ClassVar[dict[str, str]] = {
        "CalendarAddress": "the secret address of someone's calendar",
        "Reminder": "emails that were sent",
        "Subscription": "what someone follows",
        "Upload": "files that are being imported",
    }
    partly_public: ClassVar[dict[str, PrivatePart]] = {
        # What was ever public was submitted.
        "ProgressUpdate": PrivatePart(
            "reports before they are submitted",
            rows="{row}.state = 'draft' AND {row}.submitted_at IS NULL",
        ),
    }

    def ready(self) -> None:
        # It registers who may still get a request to report that waits to be sent.
        import_module("outcomes.reporting.rounds")
        # It registers what two organisations agree on.
        import_module("outcomes.organisations.changes")
        # Models can be read only now.
        index = import_module("outcomes.search.index")
        pre_migrate.connect(index.uninstall, sender=self)
        post_migrate.connect(index.install, sender=self)
        import_module("outcomes.search.checks")
