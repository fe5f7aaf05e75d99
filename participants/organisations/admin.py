"""Admin of organisations, and of the groups that statements address."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.decorators import method_decorator
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from participants.admin_base.base import GrantScopedAdmin, RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.history import HistoryAdmin
from participants.admin_base.site import render_page
from participants.admin_base.spreadsheets import SafeExportMixin
from participants.models import Group, Organisation
from participants.models.organisation import UNUSABLE_SLUG, distinct_slug
from participants.organisations.archive import set_archived
from participants.organisations.emails import tell_of_mailbox_change
from participants.participation.confirmation import void_changed_confirmations
from participants.permissions import (
    affects_audiences,
    has_settled_name,
    may_edit_organisation,
    visible_organisations,
)
from roundtable.history.versions import MAX_REASON_LENGTH
from roundtable.models import Event


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """An organisation; the message about its web address does not tell of hidden ones."""

    class Meta:
        error_messages = {"slug": {"unique": UNUSABLE_SLUG}}


class ArchiveForm(forms.Form):
    """Why an organisation is archived or restored."""

    step = forms.ChoiceField(
        choices=[("archive", _("Archive")), ("restore", _("Restore"))], widget=forms.HiddenInput
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON_LENGTH,
        help_text=_(
            "For example: it no longer exists. The history keeps it. Do not name any person."
        ),
    )


@admin.register(Organisation)
class OrganisationAdmin(SafeExportMixin, HistoryAdmin):
    """Organisations that the viewer may see."""

    form = OrganisationForm
    # People exclude organisations, so they are archived. A delete button that is sometimes missing
    # would tell who is excluded.
    unavailable = ("delete",)
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "short_name", "kind", "country", "is_name_published"],
                "description": _(
                    "Basic facts about the organisation. Everyone can see all of them, unless its "
                    "name is not published."
                ),
            },
        ),
        (
            _("How to contact the organisation"),
            {
                "fields": ["site", "description", "role_mailbox"],
                "description": _(
                    "Never enter a person's own address. People share their own contact details "
                    "themselves."
                ),
            },
        ),
        (
            _("Web address in this portal"),
            {
                "fields": ["slug", "is_demonstration"],
                "description": _(
                    "After others link to it, the short name does not change. Unless an operator "
                    "chooses it, the portal makes it from the name, with four letters or digits."
                ),
            },
        ),
    ]
    list_display = ["name", "short_name", "kind", "country", "archived_at", "public_page"]
    list_filter = ["kind"]
    search_fields = ["name", "short_name"]
    search_help_text = _("Name or short name")
    prepopulated_fields = {"slug": ["name"]}
    operator_only_fields = ("is_demonstration",)
    change_form_template = "participants/organisations/admin/organisation_change_form.html"

    def visible_rows(self, request: HttpRequest) -> QuerySet[Organisation]:
        public = Organisation.objects.published().filter(pk=OuterRef("pk"))
        return (
            visible_organisations(request_permissions(request))
            .annotate(is_public=Exists(public))
            .order_by("name")
        )

    def choices(self, request: HttpRequest) -> QuerySet[Organisation]:
        return self.visible_rows(request)

    def has_view_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return obj is None or self.visible_rows(request).filter(pk=obj.pk).exists()

    def has_change_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        permissions = request_permissions(request)
        if obj is None:
            return permissions.can_edit_any
        return may_edit_organisation(permissions, obj)

    def get_urls(self) -> list[URLPattern]:
        pages: RowPages = {"archive/": ("archive", self.archive_view)}
        return [*self.row_urls(pages), *super().get_urls()]

    def row_context(self, request: HttpRequest, row: Organisation) -> dict[str, Any]:
        if not self.has_change_permission(request, row):
            return {}
        addresses = {"archive_url": "admin:participants_organisation_archive"}
        if has_settled_name(row):
            addresses["name_url"] = "admin:participants_organisationchange_name"
        if affects_audiences(row):
            addresses["kind_url"] = "admin:participants_organisationchange_kind"
        if not row.is_name_published:
            addresses["publish_url"] = "admin:participants_organisationchange_publish"
        return {key: reverse(name, args=[row.pk]) for key, name in addresses.items()}

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def archive_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        row = self.row_or_404(request, object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        form = ArchiveForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            archived = form.cleaned_data["step"] == "archive"
            is_done = set_archived(
                organisation=row,
                archived=archived,
                reason=form.cleaned_data["reason"],
                by=request_permissions(request).user,
                at=timezone.now(),
            )
            text = gettext("It is archived.") if archived else gettext("It is restored.")
            if is_done:
                self.message_user(request, text, messages.SUCCESS)
            return redirect("admin:participants_organisation_change", row.pk)
        is_archived = row.archived_at is not None
        context = {
            "title": gettext("Restore this organisation?")
            if is_archived
            else gettext("Archive this organisation?"),
            "original": row,
            "form": form,
        }
        template = "participants/organisations/admin/archive.html"
        return render_page(request, Organisation, template, context)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        is_operator = request_permissions(request).is_operator
        if obj is None:
            return fields if is_operator else [*fields, "slug"]
        # Kind and country decide who is in an audience, who may confirm and who speaks for a party,
        # an organisation at risk is not named, and public texts name their speakers, so no one
        # account changes them. The slug is in public URLs.
        settled = ["kind", "country"] if affects_audiences(obj) else []
        if has_settled_name(obj):
            settled += ["name", "short_name"]
        if not obj.is_name_published:
            settled.append("is_name_published")
        return [*fields, *settled, *([] if is_operator else ["slug"])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Organisation | None = None) -> Any:
        is_chosen = obj is None and request_permissions(request).is_operator
        return self.prepopulated_fields if is_chosen else {}

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        row = super().save_form(request, form, change)
        permissions = request_permissions(request)
        if not change and not permissions.is_operator:
            base = slugify(row.name) or "organisation"
            row.slug = distinct_slug(base, get_random_string(12))
            # Users who edit only demonstrations create made-up organisations.
            row.is_demonstration = not Event.objects.filter(
                pk__in=permissions.editable, is_demonstration=False
            ).exists()
        return row

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"kind", "country"} & set(form.changed_data):
            # They decide who is in an audience.
            void_changed_confirmations(obj.participations.all())
        if change and "role_mailbox" in form.changed_data:
            tell_of_mailbox_change(
                obj,
                former=form.initial["role_mailbox"],
                by=request_permissions(request).user,
                at=timezone.now(),
            )

    def is_published(self, row: Organisation) -> bool:
        known: bool | None = getattr(row, "is_public", None)  # annotated by visible_rows()
        if known is None:
            return Organisation.objects.published().filter(pk=row.pk).exists()
        return known


@admin.register(Group)
class GroupAdmin(GrantScopedAdmin):
    """Groups that statements address, such as governments or CSOs."""

    event_path = None
    operator_only = ("add", "change", "delete")
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "description"],
                "description": _(
                    "All roundtables share these, so only an operator can change them. The name "
                    "and the description of a group that a public text names cannot change."
                ),
            },
        )
    ]
    list_display = ["name", "description"]
    search_fields = ["name", "description"]

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        # Public texts name it: another name is another party.
        is_settled = obj is not None and has_settled_name(obj)
        return [*fields, "name", "description"] if is_settled else fields
