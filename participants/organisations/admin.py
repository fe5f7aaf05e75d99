"""Organisations, and the groups that statements speak to."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin

from participants.admin_base.base import GrantScopedAdmin, OperatorAdmin
from participants.admin_base.spreadsheets import SAFE_FORMATS, OrganisationResource, SafeExport
from participants.models import Group, Organisation
from participants.permissions import affects_audiences, may_edit_organisation, visible_organisations
from roundtable.models import Event


@admin.register(Organisation)
class OrganisationAdmin(SafeExport, ExportMixin, GrantScopedAdmin):
    """Public organisations and those of the viewer's roundtables."""

    resource_classes = [OrganisationResource]
    formats = SAFE_FORMATS
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "short_name", "kind", "country"],
                "description": _("What the organisation is. All of this is shown to everyone."),
            },
        ),
        (
            _("How to reach it"),
            {
                "fields": ["site", "description", "role_mailbox"],
                "description": _("Never a person's own address: people share theirs themselves."),
            },
        ),
        (
            _("Addresses on this portal"),
            {
                "fields": ["slug", "is_demonstration"],
                "description": _("Once others link to it, the short name stays as it is."),
            },
        ),
    ]
    list_display = ["name", "short_name", "kind", "country", "public_page"]
    list_filter = ["kind"]
    search_fields = ["name", "short_name"]
    search_help_text = _("Name or short name")
    prepopulated_fields = {"slug": ["name"]}
    operator_only_fields = ("is_demonstration",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that the viewer may see."""
        public = Organisation.objects.published().filter(pk=OuterRef("pk"))
        return (
            visible_organisations(self.permissions_of(request))
            .annotate(is_public=Exists(public))
            .order_by("name")
        )

    def choices(self, request: HttpRequest) -> QuerySet[Any]:
        """All that the viewer sees may be attached."""
        return self.get_queryset(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever finds it in the list."""
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Editors of every roundtable that it has to do with."""
        permissions = self.permissions_of(request)
        if obj is None:
            return permissions.can_edit_any
        return may_edit_organisation(permissions, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changing, while no public page names it."""
        may_change = self.has_change_permission(request, obj)
        is_operator = self.permissions_of(request).is_operator
        return may_change and (obj is None or is_operator or not self.is_published(obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What others rely on stays, save by an operator.

        That is the short name in addresses; and what the organisation is, once anybody sat there
        or worked for it: it decides who is inside an audience.
        """
        fields = super().get_readonly_fields(request, obj)
        if obj is None or self.permissions_of(request).is_operator:
            return fields
        settled = ["kind", "country"] if affects_audiences(obj) else []
        return [*fields, "slug", *settled]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The short name follows the name while the organisation is new."""
        return {} if obj else self.prepopulated_fields

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """A new organisation of who works on demonstrations alone is made up."""
        row = super().save_form(request, form, change)
        permissions = self.permissions_of(request)
        if not change and not permissions.is_operator:
            row.is_demonstration = not Event.objects.filter(
                pk__in=permissions.editable, is_demonstration=False
            ).exists()
        return row

    def is_published(self, row: Any) -> bool:
        """Whether it has a page that anyone may open."""
        known: bool | None = getattr(row, "is_public", None)  # the list asked for all at once
        if known is None:
            return Organisation.objects.published().filter(pk=row.pk).exists()
        return known


@admin.register(Group)
class GroupAdmin(OperatorAdmin):
    """Groups that statements speak to: governments, CSOs, participants, co-chairs."""

    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "description"],
                "description": _("All roundtables share these, so an operator keeps them."),
            },
        )
    ]
    list_display = ["name", "description"]
    search_fields = ["name", "description"]
