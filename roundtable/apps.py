"""App configuration of roundtables and of the portal's admin."""

from importlib import import_module
from typing import ClassVar

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import pre_migrate
from django.utils.translation import gettext_lazy as _


class RoundtableConfig(AppConfig):
    """The app that contains series and events."""

    default = True
    name = "roundtable"
    verbose_name = _("Roundtables")
    default_auto_field = "django.db.models.BigAutoField"
    # Models whose rows no page without a session shows, and why. All others count as public, save
    # for the parts in `partly_public`.
    never_public: ClassVar[dict[str, str]] = {
        "AuditKey": "keys of people in the log",
        "AuditHead": "the end of the log",
        "AuditEntry": "for the operator, and for the person whom it is about",
        "IdempotencyKey": "forms that were sent",
        "Job": "when commands ran",
        "LimitCount": "how often something was done; a page that is counted would change itself",
        "CacheEntry": "values of Django's cache",
        "MailBatch": "emails that wait",
        "QueuedEmail": "emails that wait",
    }

    def ready(self) -> None:
        import_module("roundtable.checks")  # registers a system check
        import_module("roundtable.web.converters")
        import_module("roundtable.database.lock_wait")  # for each connection to SQLite
        import_module("roundtable.database.lookups")
        import_module("roundtable.cache.public_stamp")  # installs its triggers after migrations
        triggers = import_module("roundtable.database.triggers")  # has a model
        pre_migrate.connect(triggers.remove_earlier, sender=self)


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin, open to people with a grant instead of a staff flag."""

    default = False
    default_site = "outcomes.admin_site.CochairAdminSite"
