"""Admin of roundtables and series; here because it needs grants, unlike the roundtable app."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.datasets.tables import DOCUMENTS
from outcomes.imports.admin import UploadsMixin
from outcomes.imports.workbook_admin import WorkbookMixin
from outcomes.models import Document, Outcome, StatementVersion
from outcomes.site.next_roundtable import last_roundtables
from outcomes.statements.emails import tell_participants_of_public_event
from participants.admin_base.base import GrantScopedAdmin, GrantScopedInline
from participants.admin_base.fields import request_permissions
from participants.admin_base.history import HistoryAdmin
from participants.models import EventRole, RecordedCount
from participants.permissions import has_two_holders, role_needs_confirmation
from roundtable.models import Event, Series

ROLE_NEEDS_CONFIRMATION = _(
    "Other organisations confirm who is co-chair or co-host. Use “Request other co-chairs or "
    "co-hosts” above."
)
ROLE_OF_NEW = _(
    "Other organisations confirm who is co-chair or co-host. Save the roundtable without them "
    "first. Then its page leads to where you request them."
)


class EventRoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Co-chairs and co-hosts are entered here only where no two organisations could confirm."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_decided = self.instance.pk is None or {"role", "organisation"} & set(self.changed_data)
        roles = [cleaned.get("role", ""), self.initial.get("role", "")]
        event, today = getattr(self.instance, "event", None), timezone.localdate()
        if (
            event is not None  # a new roundtable
            and self.has_changed()
            and is_decided
            and any(role_needs_confirmation(event, role, today) for role in roles)
        ):
            raise ValidationError(ROLE_NEEDS_CONFIRMATION)
        return cleaned


class EventRoleFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """The same for roles that are removed, and for a new roundtable."""

    def clean(self) -> None:
        super().clean()
        today = timezone.localdate()
        decided = list(self.deleted_forms)
        is_new = self.instance.pk is None
        if is_new:
            decided += [form for form in self.forms if form.has_changed()]
        if any(
            role_needs_confirmation(self.instance, form.instance.role, today) for form in decided
        ):
            raise ValidationError(ROLE_OF_NEW if is_new else ROLE_NEEDS_CONFIRMATION)


class EventRoleInline(GrantScopedInline):
    """Roles of organisations at the roundtable."""

    model = EventRole
    form = EventRoleForm
    formset = EventRoleFormSet
    fields = [("organisation", "role"), "represented_by", "source_wording", "source"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organisation", "event")


class RecordedCountInline(GrantScopedInline):
    """Recorded numbers of participants, with sources."""

    model = RecordedCount
    fields = [("kind", "number"), "source_wording", "source"]


class DocumentInline(GrantScopedInline):
    """Documents about the roundtable outside the portal."""

    model = Document
    fields = DOCUMENTS.fields


@admin.register(Event)
class EventAdmin(UploadsMixin, WorkbookMixin, HistoryAdmin):
    """Admin of roundtables; only operators add or delete one."""

    event_path = "pk"
    operator_only = ("add", "delete")
    change_list_template = "outcomes/site/admin/event_change_list.html"
    fieldsets = [
        (
            None,
            {
                "fields": ["title", "summary", "is_public"],
                "description": _("This appears at the top of the roundtable's page."),
            },
        ),
        (
            _("When and where"),
            {
                "fields": [
                    ("starts_on", "ends_on"),
                    "time_zone",
                    "venue",
                    ("city", "country"),
                ],
                "description": _(
                    "Leave a field empty if the information is not recorded. The page then says so."
                ),
            },
        ),
        (
            _("Source of these facts"),
            {
                "fields": ["source_title", "source_url", "source_retrieved_on"],
                "description": _("Readers use this source to check the information."),
            },
        ),
        (
            _("Managed by operators"),
            {
                "fields": ["series", "code", "slug", "is_demonstration"],
                "description": _("Other people cite these, so they rarely change."),
            },
        ),
    ]
    inlines = [EventRoleInline, RecordedCountInline, DocumentInline]
    list_display = ["title", "code", "starts_on", "city", "is_public", "public_page"]
    list_filter = ["is_public", "is_demonstration"]
    date_hierarchy = "starts_on"
    search_fields = ["title", "code", "city"]
    search_help_text = _("Title, code or city")
    operator_only_fields = ("series", "code", "slug", "is_demonstration")

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        if obj and is_event_cited(obj):
            fields += ["code", "slug"]
        if obj and not self.has_decide_permission(request, obj):
            fields.append("is_public")
        return fields

    def is_published(self, row: Event) -> bool:
        return bool(row.is_public)

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "is_public" in form.changed_data:
            tell_participants_of_public_event(obj, at=timezone.now())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_import = request_permissions(request).can_edit_any
        more = {**(extra_context or {}), "may_import": may_import}
        return super().changelist_view(request, more)

    def row_context(self, request: HttpRequest, row: Event) -> dict[str, Any]:
        addresses = {
            "preview": "" if row.is_public else row.get_absolute_url(),
            "brief": reverse("event-brief", args=[row.slug]),
            "workbook": reverse("admin:roundtable_event_workbook", args=[row.pk]),
            "csvs": reverse("admin:roundtable_event_csvs", args=[row.pk]),
        }
        if self.has_change_permission(request, row) and has_two_holders(row, timezone.localdate()):
            name = "admin:participants_organisationchange_role"
            addresses["role_change"] = reverse(name, args=[row.pk])
        if last_roundtables(request_permissions(request)).filter(pk=row.pk).exists():
            addresses["next"] = reverse("admin:start_next", args=[row.pk])
        if self.has_decide_permission(request, row):
            name = "admin:roundtable_event_people_workbook"
            addresses["people_workbook"] = reverse(name, args=[row.pk])
        return addresses


def is_event_cited(event: Event) -> bool:
    """Whether others can cite its code or URL: it is public or has numbered content."""
    numbered = Outcome.objects.filter(statement__event=event).exclude(number="")
    versions = StatementVersion.objects.filter(statement__event=event)
    return event.is_public or numbered.exists() or event.commitments.exists() or versions.exists()


@admin.register(Series)
class SeriesAdmin(GrantScopedAdmin):
    """Series of roundtables, which only operators edit."""

    event_path = None
    operator_only = ("add", "change", "delete")
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "site"],
                "description": _("The process that holds the roundtables. An operator edits it."),
            },
        )
    ]
    list_display = ["name", "site"]
    search_fields = ["name"]

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        return rows.filter(pk__in=Event.objects.filter(pk__in=events).values("series"))

    def has_view_permission(self, request: HttpRequest, obj: Series | None = None) -> bool:
        permissions = request_permissions(request)
        if obj is None or permissions.is_operator:
            return True
        return bool(obj.events.filter(pk__in=permissions.readable).exists())
