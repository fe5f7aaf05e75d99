"""Statements with their lead-ins and points, points by themselves, and themes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outcomes.actions import publish_statements
from outcomes.admin.formsets import OnceFormSet
from outcomes.admin.related import RelatedTextInline
from outcomes.models import Outcome, OutcomeAddressee, Statement, Theme
from participants.admin.base import GrantedAdmin, GrantedInline, OperatorAdmin
from participants.admin.filters import EventFilter

KINDS_OF_POINTS = [
    (kind.value, kind.label) for kind in Outcome.Kind if kind != Outcome.Kind.LEAD_IN
]


class LeadInForm(forms.ModelForm):  # type: ignore[type-arg]
    """A sentence that introduces points."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = Outcome.Kind.LEAD_IN


class PointForm(forms.ModelForm):  # type: ignore[type-arg]
    """A point beneath a lead-in of the same statement."""

    kind = forms.ChoiceField(
        label=_("kind"), choices=[("", "---------"), *KINDS_OF_POINTS], help_text=_("What it is.")
    )


class SentenceInline(GrantedInline):
    """Sentences of the statement, in their order."""

    model = Outcome
    readonly_fields = ["number"]
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """None once it is published: its numbers are cited."""
        may_add = super().has_add_permission(request, obj)
        return may_add and (obj is None or not is_frozen(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """None once it is published, save by an operator."""
        may_delete = super().has_delete_permission(request, obj)
        if obj is None or self.parent().rights_of(request).is_operator:
            return may_delete
        return may_delete and not is_frozen(obj)


class LeadInInline(SentenceInline):
    """Sentences that introduce points."""

    form = LeadInForm
    verbose_name = _("lead-in")
    verbose_name_plural = _("lead-ins")
    fields = [("number", "position"), "text", "place_in_source"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lead-ins alone."""
        return super().get_queryset(request).filter(parent=None).order_by("position", "pk")


class PointInline(SentenceInline):
    """The points themselves."""

    form = PointForm
    verbose_name = _("point")
    verbose_name_plural = _("points")
    fields = [
        ("number", "position"),
        ("parent", "kind"),
        "text",
        "place_in_source",
        "classified_by_portal",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Points alone, in the order of the statement."""
        points = super().get_queryset(request).filter(parent__isnull=False)
        return points.order_by("parent__position", "parent_id", "position", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Once it is published, each point stays under its lead-in: its number says so."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "parent"] if obj is not None and is_frozen(obj) else fields

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Offers the lead-ins of this statement; each point stands under one."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        parent = formset.form.base_fields.get("parent")
        if parent is not None:
            parent.queryset = obj.outcomes.lead_ins()
            parent.choices = [("", "---------"), *((row.pk, str(row)) for row in parent.queryset)]
            parent.required = True
        return formset


def is_frozen(statement: Statement) -> bool:
    """Whether others may cite its numbers."""
    return statement.state == Statement.State.PUBLISHED


@admin.register(Statement)
class StatementAdmin(GrantedAdmin):
    """The agreed text of the viewer's roundtables."""

    event_path = "event"
    fieldsets = [
        (
            None,
            {
                "fields": ["event", "title", "language", "introduction"],
                "description": _(
                    "Write the agreed text word for word. Store the lead-ins first; then the "
                    "points can be put beneath them. Once published, numbers stay as they are "
                    "and no point is added."
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
                "description": _("A co-chair publishes it: in the list, choose it and the action."),
            },
        ),
    ]
    readonly_fields = ["state", "adoption", "published_at"]
    settled_fields = ("event",)
    list_display = ["title", "event", "state", "published_at", "public_page"]
    list_filter = ["state", EventFilter]
    list_select_related = ["event"]
    search_fields = ["title", "event__title"]
    search_help_text = _("Title of the statement or the roundtable")
    actions = ["publish"]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Points stand beneath lead-ins, so these come first."""
        if obj is None or not obj.outcomes.lead_ins().exists():
            return [LeadInInline]
        return [LeadInInline, PointInline]

    def is_cited(self, row: Any) -> bool:
        """Once it is published."""
        return is_frozen(row)

    def is_published(self, row: Any) -> bool:
        """Where it and its roundtable are public."""
        return is_frozen(row) and row.event.is_public

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page of the roundtable, which holds the text."""
        if obj is None or not self.is_published(obj):
            return None
        address: str = obj.event.get_absolute_url()
        return address

    @admin.action(description=_("Publish, as its source records"), permissions=["decide"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Statement]) -> None:
        """Publishes the chosen statements, and gives their points numbers."""
        rows = list(queryset.select_related("event"))
        user = self.rights_of(request).user
        try:
            done = publish_statements(statements=rows, by=user, at=timezone.now())
        except ValidationError as problem:
            self.message_user(request, " ".join(problem.messages), messages.ERROR)
            return
        if done:
            text = ngettext("%d statement is published.", "%d statements are published.", len(done))
            self.message_user(request, text % len(done), messages.SUCCESS)
        if left := len(rows) - len(done):
            text = ngettext(
                "%d stays as it is: it is published already, or you are no co-chair of its "
                "roundtable.",
                "%d stay as they are: they are published already, or you are no co-chair of "
                "their roundtable.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)


class AddresseeInline(GrantedInline):
    """To whom the point speaks."""

    model = OutcomeAddressee
    formset = OnceFormSet
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
            kind.choices = KINDS_OF_POINTS
        elif kind is not None:
            kind.disabled = True


@admin.register(Outcome)
class OutcomeAdmin(GrantedAdmin):
    """Lead-ins and points by themselves; they are added in their statement."""

    event_path = "statement__event"
    form = OutcomeForm
    fieldsets = [
        (
            None,
            {
                "fields": ["statement", "parent", "number", "text", "place_in_source"],
                "description": _("Where it stands, and its words. Numbers that are cited stay."),
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
    formfield_overrides = {}
    inlines = [AddresseeInline, RelatedTextInline]
    list_display = ["number", "text", "kind", "roundtable", "public_page"]
    list_display_links = ["number", "text"]
    list_filter = ["kind", EventFilter]
    list_select_related = ["statement__event", "parent"]
    search_fields = ["text", "number"]
    search_help_text = _("Words of the point, or its number")
    ordering = ["-statement__event__starts_on", "number", "pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: it is added in its statement."""
        return False

    def is_cited(self, row: Any) -> bool:
        """Once its statement is published."""
        return is_frozen(row.statement)

    def is_published(self, row: Any) -> bool:
        """Where its statement is."""
        return is_frozen(row.statement) and row.statement.event.is_public

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
