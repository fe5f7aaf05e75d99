"""Admin of commitments and their parties."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, URLPattern, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from outcomes.commitments.admin_filters import AttentionFilter
from outcomes.commitments.admin_formsets import PartyForm, PartyFormSet
from outcomes.commitments.proposal_views import propose_commitment
from outcomes.commitments.queries import findings_shown
from outcomes.commitments.related_admin import (
    MilestoneInline,
    RelatedTextInline,
    redact_offers,
)
from outcomes.commitments.status import status_words
from outcomes.datasets.tables import COMMITMENTS, PARTIES
from outcomes.models import Commitment, CommitmentParty, Dispute, Outcome
from outcomes.models.point_numbers import take_points
from outcomes.reporting.actions_admin import end
from outcomes.reporting.disputes import open_disputes
from outcomes.reporting.focal_points import ask_focal_point
from outcomes.reporting.publication import day_of_publication, withdraw_if_changed
from outcomes.sources.comparisons import obstacle_to_comparing
from outcomes.sources.hashes import undertaking_hash
from participants.admin_base.base import GrantScopedInline, RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter
from participants.admin_base.history import HistoryAdmin
from participants.admin_base.lists import split_search
from participants.admin_base.spreadsheets import SafeExportMixin
from participants.display_names import display_name
from participants.models import Participation
from participants.permissions import visible_people

# What no form changes.
PUBLICATION_FIELDS = ["state", "basis", "parties_told_at", "proposed_at", "recorded_at"]
PARTY_NAMES = ("organisation", "group")
SOURCE_FIELDS = (
    *("source_kind", "source_title", "source_url", "source_dated_on", "consent"),
    *("place_in_source", "outcomes", "due_on", "is_open"),
)


class CommitmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A commitment with points of its own roundtable."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points: Any = self.fields.get("outcomes")
        if points is None:
            return
        if self.instance.pk:
            points.queryset = points.queryset.filter(statement__event=self.instance.event_id)
        else:
            points.queryset = points.queryset.select_related("statement__event")
            points.label_from_instance = lambda point: f"{point.statement.event.code}: {point}"

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        event = cleaned.get("event") or (self.instance.event if self.instance.pk else None)
        points = cleaned.get("outcomes") or Outcome.objects.none()
        if event and any(point.statement.event_id != event.pk for point in points):
            raise ValidationError({"outcomes": _("Choose points of this roundtable.")})
        return cleaned


class PartyInline(GrantScopedInline):
    """Parties and their focal points."""

    model = CommitmentParty
    form = PartyForm
    formset = PartyFormSet
    fields = [
        ("organisation", "group"),
        *PARTIES.fields,
        ("focal_point", "focal_point_accepted_at"),
        "given_back",
    ]
    readonly_fields = ["focal_point_accepted_at", "given_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        related = ("organisation", "group", "focal_point", "commitment__event")
        return rows.select_related(*related).prefetch_related("handovers")

    @admin.display(description=_("returned"))
    def given_back(self, row: CommitmentParty) -> str:
        last = next(iter(row.handovers.all()), None) if row.pk and not row.focal_point_id else None
        if last is None:
            return "–"
        return f"{date_format(last.handed_over_at)} {last.suggestion}".strip()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        field = formset.form.base_fields.get("focal_point")
        if field is not None and obj is not None:
            permissions = request_permissions(request)
            took_part = Participation.objects.filter(event=obj.event_id).values("delegate")
            field.queryset = visible_people(permissions).filter(
                Q(pk__in=took_part) | Q(pk__in=obj.parties.values("focal_point"))
            )
            names = ((row.pk, display_name(row, permissions)) for row in field.queryset)
            field.choices = [("", "---------"), *names]
        return formset


@admin.register(Commitment)
class CommitmentAdmin(SafeExportMixin, HistoryAdmin):
    """Admin of commitments."""

    event_path = "event"
    waits_in_queue = True
    form = CommitmentForm
    fieldsets = [
        (
            None,
            {
                "fields": ["publication", "disputes", "event", "reference", "text"],
                "description": _(
                    "What a public source says that the parties will do, in its words. Everyone "
                    "can read it after two organisations compared it with the source. Or propose "
                    "it to its parties: everyone can read it after each of them accepted it. If it "
                    "is changed, it is a draft again."
                ),
            },
        ),
        (
            _("Source and due date"),
            {
                "fields": [
                    *SOURCE_FIELDS,
                    *COMMITMENTS.others("reference", "text", *SOURCE_FIELDS),
                ],
                "description": _("Leave a field empty if the information is not recorded."),
            },
        ),
        (
            _("Progress reports"),
            {
                "fields": ["status_label"],
                "description": _("The party's own report with the latest date sets this status."),
            },
        ),
    ]
    readonly_fields = ["status_label", "publication", "disputes"]
    locked_fields = ("event",)
    inlines = [PartyInline, MilestoneInline, RelatedTextInline]
    list_display = [
        "reference",
        "text",
        "roundtable",
        "state",
        "is_disputed",
        "due_on",
        "status_label",
        "public_page",
    ]
    list_display_links = ["reference", "text"]
    list_filter = [AttentionFilter, "state", EventFilter]
    list_select_related = ["event", "latest_update"]
    date_hierarchy = "due_on"
    actions = [end]
    search_fields = ["reference", "text"]  # and names of parties, see get_search_results
    search_help_text = _("Reference, text, name of a party, or number of a point")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        points, words = take_points(search_term)
        for word, point in [*points, *((word, None) for word in split_search(words))]:
            parties = CommitmentParty.objects.filter(organisation__name__icontains=word)
            matches = (
                Q(reference__icontains=word)
                | Q(text__icontains=word)
                | Q(pk__in=parties.values("commitment"))
            )
            if point is not None:
                answered = Outcome.objects.filter(point).order_by()
                matches |= Q(pk__in=answered.values("commitments"))
            queryset = queryset.filter(matches)
        return queryset, False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Commitment]:
        marked: QuerySet[Any] = self.visible_rows(request).annotate(
            is_disputed=Exists(open_disputes(OuterRef("pk")))
        )
        return marked.prefetch_related(findings_shown())

    def get_readonly_fields(self, request: HttpRequest, obj: Commitment | None = None) -> list[str]:
        # Others cite the reference, so only an operator can change it.
        fields = super().get_readonly_fields(request, obj)
        return (
            [*fields, "reference"]
            if obj and not request_permissions(request).is_operator
            else fields
        )

    def get_urls(self) -> list[URLPattern]:
        pages: RowPages = {
            "compare/": ("compare", self.compare_view),
            "propose/": ("propose", self.propose_view),
        }
        return [*self.row_urls(pages), *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The address of earlier emails."""
        return redirect("admin:decide_one", "commitment", self.row_or_404(request, object_id).pk)

    def decision_details(self, request: HttpRequest, row: Any) -> tuple[str, dict[str, Any]]:
        user = request_permissions(request).user
        context = {
            "row": row,
            "public_on": day_of_publication(row),
            "is_disputed": Dispute.objects.open().about_commitment(row).exists(),
            "obstacle": obstacle_to_comparing(row, user, timezone.now()),
        }
        return "outcomes/commitments/admin/_comparison.html", context

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def propose_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        if request.method == "POST" and not self.has_change_permission(request, row):
            raise PermissionDenied
        return propose_commitment(request, row)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_field_queryset(db, db_field, request)
        # Lead-ins are not complete sentences, so commitments answer points only.
        return rows.filter(parent__isnull=False) if db_field.name == "outcomes" else rows

    def save_model(self, request: HttpRequest, obj: Commitment, form: Any, change: bool) -> None:
        if change:
            # Locked, because a party may accept it at the same time.
            stored = Commitment.objects.select_for_update().get(pk=obj.pk)
            for name in PUBLICATION_FIELDS:
                setattr(obj, name, getattr(stored, name))
            form.earlier_hash = undertaking_hash(stored)
            self._withdraw_if_changed(request, obj, form)
        super().save_model(request, obj, form, change)

    def _withdraw_if_changed(self, request: HttpRequest, row: Commitment, form: Any) -> bool:
        by = request_permissions(request).user
        is_withdrawn = withdraw_if_changed(row, form.earlier_hash, by=by)
        if is_withdrawn:
            text = _(
                "This commitment is a draft again. It is public after two organisations compared "
                "it with its source, and its parties are told; or after its parties accepted it."
            )
            self.message_user(request, text, messages.WARNING)
        return is_withdrawn

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            row = Commitment.objects.get(pk=form.instance.pk)  # with its new parties and points
            if self._withdraw_if_changed(request, row, form):
                row.save(update_fields=PUBLICATION_FIELDS)
        # Focal points accept a text, so ask them again when it changes. Compare words only:
        # browsers send different line ends.
        before, after = (
            str(text).split() for text in (form.initial.get("text"), form.instance.text)
        )
        if change and "text" in form.changed_data and before != after:
            for party in form.instance.parties.filter(focal_point_accepted_at__isnull=False):
                ask_focal_point(party, party.focal_point, at=timezone.now())

    def redact_words(self, model: Any, pk: int, *, all_words: bool) -> set[str]:
        removed = super().redact_words(model, pk, all_words=all_words)
        redact_offers(removed)
        return removed

    def has_delete_permission(self, request: HttpRequest, obj: Commitment | None = None) -> bool:
        # What everyone can read, or could, does not disappear at the wish of one account.
        is_kept = obj is not None and (
            obj.is_public or obj.was_public or open_disputes(obj.pk).exists()
        )
        return super().has_delete_permission(request, obj) and not is_kept

    def is_cited(self, row: Commitment) -> bool:
        return bool(row.updates.approved().exists())

    def is_published(self, row: Commitment) -> bool:
        return bool(row.is_public and row.event.is_public)

    def public_url_of(self, row: Commitment) -> str:
        try:
            return super().public_url_of(row)
        except NoReverseMatch:  # the form has a mistake in the reference
            return ""

    @admin.display(description=_("roundtable"), ordering="event__code")
    def roundtable(self, row: Commitment) -> str:
        return row.event.code

    @admin.display(description=_("public"))
    def publication(self, row: Commitment) -> str:
        if row.is_public:
            return str(row.get_basis_display())
        if not row.pk:
            return str(_("Not yet"))
        compare = reverse("admin:decide_one", args=["commitment", row.pk])
        propose = reverse("admin:outcomes_commitment_propose", args=[row.pk])
        if row.is_proposed:
            return format_html('<a href="{}">{}</a>', propose, _("Proposed to its parties"))
        return format_html(
            '{}: <a href="{}">{}</a> {} <a href="{}">{}</a>',
            _("Not yet"),
            compare,
            _("compare with the source"),
            _("or"),
            propose,
            _("propose to the parties"),
        )

    @admin.display(description=_("disputed"))
    def is_disputed(self, row: Any) -> str:
        return str(_("Yes")) if row.is_disputed else "–"

    @admin.display(description=_("texts not recognised"))
    def disputes(self, row: Commitment) -> str:
        """Only the party can withdraw what it said."""
        found = open_disputes(row.pk) if row.pk else Dispute.objects.none()
        rows = found.select_related(
            *(f"{path}{name}" for path in ("party__", "update__party__") for name in PARTY_NAMES)
        )
        lines = [
            _(
                "%(party)s does not recognise %(text)s (%(day)s). Everyone reads "
                "this from %(until)s."
            )
            % {
                "party": dispute.text_party,
                "text": _("the report of %s") % date_format(dispute.update.reported_on)
                if dispute.update
                else _("the commitment"),
                "day": date_format(dispute.disputed_on),
                "until": date_format(dispute.public_from),
            }
            for dispute in rows
        ]
        return format_html_join("\n", "{}<br>", ((line,) for line in lines)) or "–"

    @admin.display(description=_("status"))
    def status_label(self, row: Commitment) -> str:
        return status_words(row)
