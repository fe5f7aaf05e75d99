"""The portal's admin site."""

from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from participants.admin_base.fields import find_permissions

PORTAL_APPS = {"roundtable", "participants", "outcomes"}
# No one has a password. The last two would disclose names and addresses of hidden rows.
EXCLUDED_URL_NAMES = {"password_change", "password_change_done", "autocomplete", "view_on_site"}


class PortalAdminSite(admin.AdminSite):
    """Django's admin for operators, co-chairs, editors and readers."""

    site_header = _("Roundtable: co-chairs' desk")
    site_title = _("Roundtable")
    index_title = _("What do you want to work on?")
    login_template = None
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return find_permissions(request) is not None

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        models = (
            model_or_iterable
            if isinstance(model_or_iterable, list | tuple)
            else [model_or_iterable]
        )
        # Libraries register models with sign-in addresses and sessions. Leave those out.
        portal_models = [model for model in models if model._meta.app_label in PORTAL_APPS]
        super().register(portal_models, *args, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            url
            for url in super().get_urls()
            if getattr(url, "name", None) not in EXCLUDED_URL_NAMES
        ]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Do not redirect to the sign-in page: signing in again would not help.
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return update_wrapper(guarded, inner)


def render_page(
    request: HttpRequest,
    model: type[Model],
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page about rows of `model`, in the frame of the admin."""
    frame = {**admin.site.each_context(request), "opts": model._meta}
    return render(request, template, frame | context, status=status)
