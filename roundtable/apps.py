"""Django's registration of the meeting and of the portal's admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RoundtableConfig(AppConfig):
    """The app that holds series and events."""

    default = True
    name = "roundtable"
    verbose_name = _("Roundtables")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Finds what is asked of letters on hold when they leave."""
        autodiscover_modules("held")


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin, entered by grant instead of by a staff flag."""

    default = False
    default_site = "outcomes.admin_site.CochairAdminSite"
