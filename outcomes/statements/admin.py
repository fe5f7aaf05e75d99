"""Statements with their lead-ins and points, points by themselves, and themes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.admin_formsets import UniquePartyFormSet
from outcomes.commitments.bulk_admin import ThemeActionAdmin
from outcomes.commitments.related_admin import RelatedTextInline
from outcomes.models import Outcome, OutcomeAddressee, Statement, Theme
from outcomes.statements.agreement_admin import AgreementMixin
from outcomes.statements.corrigenda_admin import CorrigendumMixin
from outcomes.statements.drafting_admin import DraftingMixin, may_edit_text
from outcomes.statements.signing import statements_to_sign
from participants.admin_base.base import GrantScopedAdmin, GrantScopedInline, OperatorAdmin
from participants.admin_base.filters import EventFilter, PendingFilter
from participants.permissions import EventPermissions

POINT_KIND_CHOICES = [
    (kind.value, kind.label) for kind in Outcome.Kind if kind != Outcome.Kind.LEAD_IN
]


def is_statement_published(statement: Statement) -> bool:
    """Whether others may cite its numbers."""
    return statement.state == Statement.State.PUBLISHED


@admin.register(Statement)
class StatementAdmin(DraftingMixin, AgreementMixin, CorrigendumMixin, GrantScopedAdmin):
    """The agreed text of the viewer's roundtables; its words stand on pages of their own."""

    event_path = "event"
    fieldsets = [
        (
            None,
            {
                "fields": ["event", "title", "language", "introduction"],
                "description": _(
                    "Introduction, lead-ins and points are written on the page “The text”, and "
                    "agreed, signed and published on the page “Agreement”."
                ),
            },
        ),
        (
            _("Where the text comes from"),
            {
                "fields": ["source_title", "source_url", "source_retrieved_on"],
                "description": _("Readers follow this to check."),
            },
        ),
        (
            _("State"),
            {
                "fields": ["state", "adoption", "published_at"],
                "description": _("Each step is taken on the page “Agreement”."),
            },
        ),
    ]
    readonly_fields = ["state", "adoption", "published_at"]
    locked_fields = ("event",)
    list_display = ["title", "event", "state", "published_at", "public_page"]
    list_filter = [PendingFilter, "state", EventFilter]
    list_select_related = ["event"]
    search_fields = ["title", "event__title"]
    search_help_text = _("Title of the statement or the roundtable")
    change_form_template = "outcomes/statements/admin/statement_change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Its words, title and language among them, are settled once it goes round."""
        fields = super().get_readonly_fields(request, obj)
        if obj is not None and obj.state != Statement.State.DRAFT:
            fields += ["title", "language"]
        return fields if may_edit_text(request, obj) else [*fields, "introduction"]

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Leads on to the page where its words are written."""
        super().response_add(request, obj, post_url_continue)
        return redirect(reverse("admin:outcomes_statement_text", args=[obj.pk]))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As elsewhere, while it is a draft that never went round: versions are kept for good."""
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and (obj is None or not obj.versions.exists())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Stores what the form asks alone; its steps are taken elsewhere, perhaps just now."""
        if change:
            stored = Statement.objects.select_for_update().get(pk=obj.pk)
            for name in ("state", "adoption", "published_at"):
                setattr(obj, name, getattr(stored, name))
            if stored.state != Statement.State.DRAFT:
                obj.title, obj.language = stored.title, stored.language
            if not may_edit_text(request, stored):
                obj.introduction = stored.introduction
        super().save_model(request, obj, form, change)

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        """Those of which a text waits for the viewer's signature."""
        return rows.filter(pk__in=statements_to_sign(permissions.user, timezone.now()).values("pk"))

    def is_cited(self, row: Any) -> bool:
        """Once it is published."""
        return is_statement_published(row)

    def is_published(self, row: Any) -> bool:
        """Where it and its roundtable are public."""
        return is_statement_published(row) and row.event.is_public

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page of the roundtable, which holds the text."""
        if obj is None or not self.is_published(obj):
            return None
        address: str = obj.event.get_absolute_url()
        return address


class AddresseeInline(GrantScopedInline):
    """To whom the point speaks."""

    model = OutcomeAddressee
    formset = UniquePartyFormSet
    fields = [("organisation", "group")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the names."""
        return super().get_queryset(request).select_related("organisation", "group")


class OutcomeForm(forms.ModelForm):  # type: ignore[type-arg]
    """One sentence; a lead-in stays one, and a point never becomes one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields.get("kind")
        if kind is not None and self.instance.parent_id:
            kind.choices = POINT_KIND_CHOICES
        elif kind is not None:
            kind.disabled = True


@admin.register(Outcome)
class OutcomeAdmin(ThemeActionAdmin):
    """Lead-ins and points by themselves; they are added in their statement."""

    event_path = "statement__event"
    form = OutcomeForm
    fieldsets = [
        (
            None,
            {
                "fields": ["statement", "parent", "number", "text", "place_in_source"],
                "description": _("Its words are written in the statement, as one document."),
            },
        ),
        (
            _("Classification"),
            {
                "fields": ["kind", "themes", "classified_by_portal"],
                "description": _("What the source does not say itself is marked as the portal's."),
            },
        ),
    ]
    readonly_fields = ["statement", "parent", "number"]
    inlines = [AddresseeInline, RelatedTextInline]
    list_display = ["number", "text", "kind", "roundtable", "public_page"]
    list_display_links = ["number", "text"]
    list_filter = ["kind", EventFilter]
    list_select_related = ["statement__event", "parent"]
    search_fields = ["text", "number"]
    search_help_text = _("Words of the point, or its number")
    ordering = ["-statement__event__starts_on", "number", "pk"]
    actions = ["change_themes"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: it is added in its statement."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As elsewhere, while its statement is a draft; what goes round or is published stays."""
        is_draft = obj is None or obj.statement.state == Statement.State.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Its words are written in the statement, as one document."""
        fields = super().get_readonly_fields(request, obj)
        return fields if may_edit_text(request, obj and obj.statement) else [*fields, "text"]

    def is_cited(self, row: Any) -> bool:
        """Once its statement is published."""
        return is_statement_published(row.statement)

    def is_published(self, row: Any) -> bool:
        """Where its statement is."""
        return is_statement_published(row.statement) and row.statement.event.is_public

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Themes as boxes to tick: no modifier key is needed."""
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("roundtable"), ordering="statement__event__starts_on")
    def roundtable(self, row: Outcome) -> str:
        """The roundtable that agreed it."""
        return row.statement.event.title


@admin.register(Theme)
class ThemeAdmin(OperatorAdmin):
    """Themes, which all roundtables share."""

    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "source"],
                "description": _("All roundtables share these, so an operator keeps them."),
            },
        )
    ]
    list_display = ["name", "source"]
    search_fields = ["name"]
