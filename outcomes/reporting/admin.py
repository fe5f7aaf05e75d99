"""Admin of progress updates and their evidence."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from outcomes.datasets.tables import REPORTS
from outcomes.evidence.files import download
from outcomes.models import (
    Commitment,
    CommitmentParty,
    EditorialState,
    Evidence,
    Freshness,
    ProgressUpdate,
    ReportedBy,
    freshness_q,
)
from outcomes.reporting.findings import PiiFindings, pii_in_update
from outcomes.reporting.review import may_review
from outcomes.reporting.review_admin import ReviewedAdmin
from outcomes.reporting.submission import tell_parties
from participants.admin_base.base import GrantScopedInline
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import ChoiceFilter, EventFilter
from participants.admin_base.lists import split_search


class ReportAgeFilter(ChoiceFilter):
    """Progress updates by age of the day that they report on."""

    title = _("as of")
    parameter_name = "as-of"
    ages = {
        "year": Freshness.UNDER_A_YEAR,
        "two-years": Freshness.ONE_TO_TWO,
        "before": Freshness.OVER_TWO,
    }
    options = [(value, age.label) for value, age in ages.items()]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(freshness_q(self.ages[value], timezone.localdate(), "reported_on"))


class VoiceFilter(ChoiceFilter):
    """Updates by who reports in them."""

    title = _("reported by")
    parameter_name = "voice"
    options = [
        *ReportedBy.choices,
        ("awaiting", _("edited, waits for the party")),
        ("unknown", _("public before, submitter not known")),
    ]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == "awaiting":
            return queryset.filter(reported_by=ReportedBy.RECORDED).exclude(party_hash="")
        if value == "unknown":
            return queryset.filter(submitter_unknown=True)
        return queryset.filter(reported_by=value)


class EvidenceInlineForm(forms.ModelForm):  # type: ignore[type-arg]
    """Evidence with an editable URL, or with a file that stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = self.fields.get("url")
        if address is not None:
            address.required = not self.instance.file
            address.disabled = bool(self.instance.file)


class EvidenceInline(GrantScopedInline):
    """Evidence of an update."""

    model = Evidence
    form = EvidenceInlineForm
    fields = ["title", "url", "stored_file", "dated_on", "is_public"]
    readonly_fields = ["stored_file"]

    @admin.display(description=_("file"))
    def stored_file(self, row: Evidence) -> str:
        if not row.file:
            return "–"
        address = reverse("admin:outcomes_progressupdate_evidence", args=[row.update_id, row.key])
        return format_html('<a href="{}">{}</a>', address, _("Download the file"))


class ProgressUpdateForm(forms.ModelForm):  # type: ignore[type-arg]
    """Rejects a save if the stored text changed in the meantime."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        party: Any = self.fields.get("party")
        if party is not None and self.instance.pk:
            party.queryset = party.queryset.filter(commitment=self.instance.commitment_id)
            party.choices = [("", "---------"), *((row.pk, str(row)) for row in party.queryset)]
            # What a party submitted is not offered to another party as its words.
            party.disabled = bool(self.instance.party_hash)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stored = ProgressUpdate.objects.filter(pk=self.instance.pk).first()
        if stored and self.data.get("opened") != str(stored.revision):
            raise ValidationError(
                gettext(
                    "Someone saved this after you opened it. Your changes are not saved yet. "
                    "“What was done” now contains: “%s” Compare, then save again."
                )
                % stored.text
            )
        return cleaned


@admin.register(ProgressUpdate)
class ProgressUpdateAdmin(ReviewedAdmin):
    """Admin of progress updates."""

    event_path = "commitment__event"
    unavailable = ()
    day_field = "reported_on"
    series_fields = ("party", "reported_by")
    form = ProgressUpdateForm
    fieldsets = [
        (
            None,
            {
                "fields": ["commitment", "party", "reported_on", "status", "completion", "text"],
                "description": _(
                    "What you record here about a party is not its report and sets no status. "
                    "Enter the source that you took it from."
                ),
            },
        ),
        (
            _("What else the party reports"),
            {"fields": ["obstacles", "next_steps"], "classes": ["collapse"]},
        ),
        (
            _("Where it was taken from"),
            {
                "fields": ["source", "received_on"],
                "description": _(
                    "Enter a source that everyone can read. If the party sent you the text, enter "
                    "the day of its message: we ask the party to confirm the text. Once it has, "
                    "the report is the party's."
                ),
            },
        ),
        (
            _("If the commitment ends"),
            {
                "fields": ["reason"],
                "classes": ["collapse"],
                "description": _(
                    "A commitment cannot end without a source. If it ends unfulfilled, it also "
                    "needs a reason."
                ),
            },
        ),
        (
            _("Review and publication"),
            {
                "fields": [
                    "has_no_personal_details",
                    "reported_by",
                    "state",
                    "note",
                    "recorded_at",
                    "approved_at",
                ],
                "description": _(
                    "Someone of another organisation checks it for personal details, on the page "
                    "“Check and publish” or in the list. You cannot change a checked update. Ask "
                    "for a change first."
                ),
            },
        ),
    ]
    readonly_fields = ["reported_by", "state", "note", "recorded_at", "approved_at"]
    locked_fields = ("commitment",)
    inlines = [EvidenceInline]
    dataset = REPORTS
    list_display = [
        "subject",
        "party_name",
        "reported_by",
        "reported_on",
        "status",
        "state",
        "public_page",
    ]
    list_filter = [VoiceFilter, "state", "status", ReportAgeFilter, EventFilter]
    list_select_related = ["commitment__event", "party__organisation", "party__group"]
    search_fields = ["text"]  # and reference and text of the commitment, see get_search_results
    search_help_text = _("Reference, or words in the commitment or the update")

    def visible_rows(self, request: HttpRequest) -> QuerySet[ProgressUpdate]:
        return super().visible_rows(request).filter(in_place_of=None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What a party submitted, or disputes, does not disappear at the wish of one account.
        is_kept = obj is not None and (obj.party_hash or obj.disputes.open().exists())
        return super().has_delete_permission(request, obj) and not is_kept

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        for word in split_search(search_term):
            matches = Q(reference__icontains=word) | Q(text__icontains=word)
            commitments = Commitment.objects.filter(matches).order_by().values("pk")
            queryset = queryset.filter(Q(text__icontains=word) | Q(commitment__in=commitments))
        return queryset, False

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        if db_field.name != "party":
            return super().get_field_queryset(db, db_field, request)
        permissions = request_permissions(request)
        parties = CommitmentParty.objects.public().select_related(
            "commitment", "organisation", "group"
        )
        if permissions.is_operator:
            return parties
        return parties.filter(commitment__event__in=permissions.editable)

    def choice_label(self, request: HttpRequest, row: Any) -> str:
        # The same organisation can be party to several commitments.
        start = f"{row.commitment.reference} · " if isinstance(row, CommitmentParty) else ""
        return f"{start}{super().choice_label(request, row)}"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # The last editor becomes the author, and authors do not see matched names. Otherwise an
        # editor could test which names the portal knows.
        user = request_permissions(request).user
        obj.author = user
        if not change or form.changed_data:
            obj.record_for_party()
        if (
            obj.state in (EditorialState.DRAFT, EditorialState.CHANGE_REQUESTED)
            and not obj.missing_fields()
        ):
            obj.submit(at=timezone.now())
            tell_parties([obj], at=timezone.now())
        else:
            # A new revision makes the author's open form detect the conflict.
            obj.revision += 1
            super().save_model(request, obj, form, change)
        if obj.state == EditorialState.DRAFT:
            missing = " ".join(str(sentence) for sentence in obj.missing_fields().values())
            text = _("It is saved as a draft, and not submitted yet.")
            self.message_user(request, f"{text} {missing}", messages.WARNING)
        obj.edited_by.add(user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        row = form.instance
        # Evidence is a part of what the party reports.
        if row.is_of_party and any(formset.has_changed() for formset in formsets):
            row.record_for_party()
            row.save()
            tell_parties([row], at=timezone.now())

    def sender_of(self, row: ProgressUpdate) -> CommitmentParty:
        return row.party

    def recorded_from(self, row: ProgressUpdate) -> str:
        return "" if row.is_of_party else row.origin

    def previous_of(self, row: ProgressUpdate) -> Any:
        found = None if row.is_unchanged else super().previous_of(row)
        return None if found is None or found.is_placeholder else found

    def findings(self, request: HttpRequest, row: Any) -> PiiFindings | None:
        return pii_in_update(row, request_permissions(request))

    def get_urls(self) -> list[URLPattern]:
        evidence_path = path(
            "<bounded_int:number>/evidence/<slug:key>/",
            self.admin_site.admin_view(self.evidence_view),
            name="outcomes_progressupdate_evidence",
        )
        return [evidence_path, *super().get_urls()]

    @method_decorator(require_safe)
    def evidence_view(self, request: HttpRequest, number: int, key: str) -> HttpResponseBase:
        update = get_object_or_404(self.get_queryset(request), pk=number)
        # Files may be non-public, so only those who decide about the text can open them.
        rights = request_permissions(request)
        if not (rights.may_decide(update.commitment.event_id) or may_review(rights, update)):
            raise PermissionDenied
        return download(get_object_or_404(update.evidence.exclude(file=""), key=key))

    def delete_model(self, request: HttpRequest, obj: ProgressUpdate) -> None:
        # Also deletes the files and updates the commitment's latest status.
        obj.delete_with_evidence()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def subject(self, row: ProgressUpdate) -> str:
        return self.subject_line(row)

    @admin.display(description=_("party"))
    def party_name(self, row: ProgressUpdate) -> str:
        return str(row.party)
