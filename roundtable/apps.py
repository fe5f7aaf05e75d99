"""App configuration of roundtables and of the portal's admin."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class RoundtableConfig(AppConfig):
    """The app that contains series and events."""

    default = True
    name = "roundtable"
    verbose_name = _("Roundtables")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("roundtable.checks")  # registers a system check
        import_module("roundtable.converters")
        import_module("roundtable.lookups")


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin, open to people with a grant instead of a staff flag."""

    default = False
    default_site = "outcomes.admin_site.CochairAdminSite"
