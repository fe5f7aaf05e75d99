"""The portal's admin: entered by grant, signed in to with a code like every page."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from participants.permissions import may_enter_admin


class PortalAdminSite(admin.AdminSite):
    """Django's admin for operators, co-chairs, editors and readers."""

    site_header = _("Roundtable: co-chairs' desk")
    site_title = _("Roundtable")
    index_title = _("What do you want to work on?")
    login_template = None

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever holds a grant today, and operators."""
        return may_enter_admin(request.user)
