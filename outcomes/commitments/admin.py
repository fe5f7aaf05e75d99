"""Commitments and their parties."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from import_export import resources
from import_export.admin import ExportMixin
from import_export.fields import Field

from outcomes.commitments.admin_filters import AttentionFilter
from outcomes.commitments.admin_formsets import PartyFormSet
from outcomes.commitments.bulk_admin import EndCommitmentsAdmin
from outcomes.commitments.related_admin import MilestoneInline, RelatedTextInline
from outcomes.models import Commitment, CommitmentParty, Outcome
from participants.admin_base.base import GrantScopedInline
from participants.admin_base.filters import EventFilter
from participants.admin_base.lists import split_search
from participants.admin_base.spreadsheets import SAFE_FORMATS, SafeExport
from participants.models import Delegate, Participation


class CommitmentResource(resources.ModelResource):
    """What is public about a commitment; no person is in it."""

    roundtable = Field("event__code", column_name="roundtable")
    points = Field(column_name="points")
    parties = Field(column_name="parties")
    status = Field(column_name="status")

    class Meta:
        model = Commitment
        fields = [
            "reference",
            "roundtable",
            "text",
            "points",
            "parties",
            "place_in_source",
            "due_on",
            "status",
        ]
        export_order = fields

    def dehydrate_points(self, row: Commitment) -> str:
        """The numbers of the points that it answers."""
        return ", ".join(point.number for point in row.outcomes.all())

    def dehydrate_parties(self, row: Commitment) -> str:
        """Who undertook it."""
        return "; ".join(str(party) for party in row.parties.all())

    def dehydrate_status(self, row: Commitment) -> str:
        """How far it has come; empty without an update."""
        return row.status.value if row.status else ""


class CommitmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A commitment; the points that it answers are of its own roundtable."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points: Any = self.fields.get("outcomes")
        if points is not None and self.instance.pk:
            points.queryset = points.queryset.filter(statement__event=self.instance.event_id)

    def clean(self) -> dict[str, Any] | None:
        """Raises ValidationError for points of another roundtable."""
        cleaned = super().clean() or self.cleaned_data
        event = cleaned.get("event") or (self.instance.event if self.instance.pk else None)
        points = cleaned.get("outcomes") or Outcome.objects.none()
        if event and any(point.statement.event_id != event.pk for point in points):
            raise ValidationError({"outcomes": _("Choose points of this roundtable.")})
        return cleaned


class PartyInline(GrantScopedInline):
    """Who undertook it, and whom one may ask."""

    model = CommitmentParty
    formset = PartyFormSet
    fields = [
        ("organisation", "group"),
        "role",
        ("focal_point", "focal_point_accepted_at"),
        "given_back",
    ]
    readonly_fields = ["focal_point_accepted_at", "given_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the names."""
        rows = super().get_queryset(request)
        related = ("organisation", "group", "focal_point", "commitment__event")
        return rows.select_related(*related).prefetch_related("handovers")

    @admin.display(description=_("given back"))
    def given_back(self, row: CommitmentParty) -> str:
        """When the last focal point gave the task back and whom that one suggested."""
        last = next(iter(row.handovers.all()), None) if row.pk and not row.focal_point_id else None
        if last is None:
            return "–"
        return f"{date_format(last.handed_over_at)} {last.suggestion}".strip()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Offers as focal points those who took part, and who is one already."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        field = formset.form.base_fields.get("focal_point")
        if field is not None and obj is not None:
            took_part = Participation.objects.filter(event=obj.event_id).values("delegate")
            field.queryset = Delegate.objects.filter(
                Q(pk__in=took_part) | Q(pk__in=obj.parties.values("focal_point"))
            )
            field.choices = [("", "---------"), *((row.pk, row.name) for row in field.queryset)]
        return formset


@admin.register(Commitment)
class CommitmentAdmin(SafeExport, ExportMixin, EndCommitmentsAdmin):
    """Commitments of the viewer's roundtables."""

    event_path = "event"
    form = CommitmentForm
    resource_classes = [CommitmentResource]
    formats = SAFE_FORMATS
    fieldsets = [
        (
            None,
            {
                "fields": ["event", "reference", "text"],
                "description": _("What was undertaken, in the words that were agreed."),
            },
        ),
        (
            _("Where it comes from, and until when"),
            {
                "fields": ["outcomes", "place_in_source", "due_on", "is_open"],
                "description": _("Leave empty what is not recorded."),
            },
        ),
        (
            _("How far it has come"),
            {
                "fields": ["status_label"],
                "description": _("The approved progress update of the latest day says so."),
            },
        ),
    ]
    readonly_fields = ["status_label"]
    locked_fields = ("event",)
    inlines = [PartyInline, MilestoneInline, RelatedTextInline]
    list_display = ["reference", "text", "event__code", "due_on", "status_label", "public_page"]
    list_filter = [AttentionFilter, EventFilter]
    list_select_related = ["event", "latest_update"]
    date_hierarchy = "due_on"
    actions = ["end"]
    search_fields = ["reference", "text"]  # and the names of parties, see below
    search_help_text = _("Reference, words, or the name of a party")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Each word in the reference, the text or the name of a party; no row comes twice."""
        for word in split_search(search_term):
            parties = CommitmentParty.objects.filter(organisation__name__icontains=word)
            queryset = queryset.filter(
                Q(reference__icontains=word)
                | Q(text__icontains=word)
                | Q(pk__in=parties.values("commitment"))
            )
        return queryset, False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The reference stays once stored, save by an operator: others cite it."""
        fields = super().get_readonly_fields(request, obj)
        return (
            [*fields, "reference"]
            if obj and not self.permissions_of(request).is_operator
            else fields
        )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Points as boxes to tick; lead-ins are only halves of sentences."""
        kwargs["widget"] = forms.CheckboxSelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.queryset = field.queryset.filter(parent__isnull=False)
        return field

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Asks each focal point anew who accepted other words."""
        super().save_related(request, form, formsets, change)
        # Browsers send line ends in another way: only words count.
        before, after = (
            str(text).split() for text in (form.initial.get("text"), form.instance.text)
        )
        if change and "text" in form.changed_data and before != after:
            for party in form.instance.parties.filter(focal_point_accepted_at__isnull=False):
                party.request_focal_point(party.focal_point)

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the list with all that is written out."""
        rows: QuerySet[Any] = super().get_export_queryset(request)
        return rows.select_related("event", "latest_update").prefetch_related(
            "outcomes", "parties__organisation", "parties__group"
        )

    def is_cited(self, row: Any) -> bool:
        """Once an update is approved."""
        return bool(row.updates.approved().exists())

    def is_published(self, row: Any) -> bool:
        """Where its roundtable is public."""
        return bool(row.event.is_public)

    @admin.display(description=_("status"))
    def status_label(self, row: Commitment) -> str:
        """The status in a word, or that there is none."""
        return str(row.status.label) if row.status else str(_("No update"))
