"""Admin of statements, points and themes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.admin_formsets import UniquePartyFormSet
from outcomes.commitments.related_admin import RelatedTextInline
from outcomes.models import Corrigendum, Outcome, OutcomeAddressee, Statement, Theme
from outcomes.models.point_numbers import take_points
from outcomes.statements.agreement import FINISHED_STATES
from outcomes.statements.agreement_admin import AGREEMENT_PAGES
from outcomes.statements.corrigenda_admin import CORRIGENDUM_PAGES
from outcomes.statements.drafting import KIND_CHOICES
from outcomes.statements.drafting_admin import TEXT_PAGES, may_edit_text
from outcomes.statements.emails_admin import EMAIL_PAGES
from outcomes.statements.queue import Texts
from outcomes.statements.source_admin import SOURCE_PAGES, text_details
from outcomes.statements.themes_admin import change_themes
from participants.admin_base.base import GrantScopedAdmin, GrantScopedInline
from participants.admin_base.filters import EventFilter
from participants.admin_base.history import HistoryAdmin
from participants.decisions.listed import register

register(Texts())


def is_statement_published(statement: Statement) -> bool:
    return statement.state == Statement.State.PUBLISHED


@admin.register(Statement)
class StatementAdmin(HistoryAdmin):
    """Admin of statements; the text has its own pages."""

    event_path = "event"
    waits_in_queue = True
    fieldsets = [
        (
            None,
            {
                "fields": ["event", "title", "language", "introduction"],
                "description": _(
                    "Write the introduction, lead-ins and points on the page “The text”. The text"
                    " is agreed, signed and published on the page “Agreement”."
                ),
            },
        ),
        (
            _("Source of the text"),
            {
                "fields": ["source_title", "source_url", "source_retrieved_on"],
                "description": _("Readers use this source to check the information."),
            },
        ),
        (
            _("State"),
            {
                "fields": ["state", "adoption", "published_at"],
                "description": _("You change the state on the page “Agreement”."),
            },
        ),
    ]
    readonly_fields = ["state", "adoption", "published_at"]
    locked_fields = ("event",)
    list_display = ["title", "event", "state_with_correction", "published_at", "public_page"]
    list_filter = ["state", EventFilter]
    list_select_related = ["event"]
    search_fields = ["title", "event__title"]
    search_help_text = _("Title of the statement or the roundtable")
    change_form_template = "outcomes/statements/admin/statement_change_form.html"

    def get_urls(self) -> list[URLPattern]:
        pages = TEXT_PAGES | AGREEMENT_PAGES | CORRIGENDUM_PAGES | SOURCE_PAGES | EMAIL_PAGES
        return [*self.row_urls(pages), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        unfinished = Corrigendum.objects.exclude(state__in=FINISHED_STATES)
        found = Prefetch("corrigenda", unfinished, to_attr="unfinished_corrigenda")
        return super().get_queryset(request).prefetch_related(found)

    @admin.display(description=_("state"), ordering="state")
    def state_with_correction(self, row: Any) -> str:
        address = reverse("admin:outcomes_statement_agreement", args=[row.pk])
        links = (
            (address, _("Correction: %s") % found.get_state_display())
            for found in row.unfinished_corrigenda
        )
        link = format_html_join("", '<br><a href="{}">{}</a>', links)
        return format_html("{}{}", row.get_state_display(), link)

    def get_readonly_fields(self, request: HttpRequest, obj: Statement | None = None) -> list[str]:
        # Title and language belong to the text that is agreed, so they are fixed after the draft.
        fields = super().get_readonly_fields(request, obj)
        if obj is not None and obj.state != Statement.State.DRAFT:
            fields += ["title", "language"]
        return fields if may_edit_text(request, obj) else [*fields, "introduction"]

    def response_add(
        self, request: HttpRequest, obj: Statement, post_url_continue: str | None = None
    ) -> HttpResponse:
        super().response_add(request, obj, post_url_continue)
        return redirect(reverse("admin:outcomes_statement_text", args=[obj.pk]))

    def has_delete_permission(self, request: HttpRequest, obj: Statement | None = None) -> bool:
        # Versions are kept permanently, so a circulated text cannot be deleted.
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and (obj is None or not obj.versions.exists())

    def save_model(self, request: HttpRequest, obj: Statement, form: Any, change: bool) -> None:
        if change:
            # Save only this form's fields: other pages may have just changed the state.
            stored = Statement.objects.select_for_update().get(pk=obj.pk)
            for name in ("state", "adoption", "published_at"):
                setattr(obj, name, getattr(stored, name))
            if stored.state != Statement.State.DRAFT:
                obj.title, obj.language = stored.title, stored.language
            if not may_edit_text(request, stored):
                obj.introduction = stored.introduction
        super().save_model(request, obj, form, change)

    def decision_details(self, request: HttpRequest, row: Any) -> tuple[str, dict[str, Any]]:
        return text_details(request, row)

    def is_cited(self, row: Statement) -> bool:
        return is_statement_published(row)

    def is_published(self, row: Statement) -> bool:
        return is_statement_published(row) and row.event.is_public

    def public_url_of(self, row: Statement) -> str:
        return row.event.get_absolute_url()


class AddresseeInline(GrantScopedInline):
    """Addressees of a point."""

    model = OutcomeAddressee
    formset = UniquePartyFormSet
    fields = [("organisation", "group")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organisation", "group")


class OutcomeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A lead-in or a point; neither can change into the other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields.get("kind")
        if kind is not None and self.instance.parent_id:
            kind.choices = KIND_CHOICES
        elif kind is not None:
            kind.disabled = True


@admin.register(Outcome)
class OutcomeAdmin(HistoryAdmin):
    """Admin of lead-ins and points; they are added in their statement."""

    event_path = "statement__event"
    unavailable = ("add",)
    change_form_template = "outcomes/statements/admin/outcome_change_form.html"
    form = OutcomeForm
    fieldsets = [
        (
            None,
            {
                "fields": ["statement", "parent", "number", "text", "place_in_source"],
                "description": _("Edit this text on the page “The text” of its statement."),
            },
        ),
        (
            _("Classification"),
            {
                "fields": ["kind", "themes", "classified_by_portal"],
                "description": _(
                    "If the source does not state the classification, mark it as classified by "
                    "this portal."
                ),
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
    search_help_text = _("Text or number of the point")
    ordering = ["-statement__event__starts_on", "number", "pk"]
    actions = [change_themes]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        points, words = take_points(search_term)
        for written, point in points:
            queryset = queryset.filter(
                Q(text__icontains=written) | Q(number__icontains=written) | point
            )
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, words)
        return found

    def has_delete_permission(self, request: HttpRequest, obj: Outcome | None = None) -> bool:
        is_draft = obj is None or obj.statement.state == Statement.State.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Outcome | None = None) -> list[str]:
        # Text is edited in the statement as one document, which detects conflicts.
        fields = super().get_readonly_fields(request, obj)
        statement = obj.statement if obj else None
        return fields if may_edit_text(request, statement) else [*fields, "text"]

    def is_cited(self, row: Outcome) -> bool:
        return is_statement_published(row.statement)

    def is_published(self, row: Outcome) -> bool:
        return is_statement_published(row.statement) and row.statement.event.is_public

    @admin.display(description=_("roundtable"), ordering="statement__event__starts_on")
    def roundtable(self, row: Outcome) -> str:
        return str(row.statement.event)


@admin.register(Theme)
class ThemeAdmin(GrantScopedAdmin):
    """Themes, which all roundtables share."""

    event_path = None
    operator_only = ("add", "change", "delete")
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "source"],
                "description": _(
                    "All roundtables share these, so only an operator can change them."
                ),
            },
        )
    ]
    list_display = ["name", "source"]
    search_fields = ["name"]
