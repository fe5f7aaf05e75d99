"""What organisations wrote, for co-chairs to approve or to send back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outcomes.contributions.review import approve_texts, request_text_changes
from outcomes.models import Assessment, Offer, OfferedMilestone, Response
from outcomes.models.editorial import EditorialState
from outcomes.reporting.admin import ReviewNoteForm, with_opened_revision
from outcomes.reporting.findings import pii_in_text
from outcomes.reporting.pii_scan import find_contact_details
from outcomes.reporting.submission import event_of
from participants.admin_base.base import GrantScopedAdmin, GrantScopedInline
from participants.admin_base.filters import EventFilter, PendingFilter
from participants.permissions import EventPermissions


class ContributionAdmin(GrantScopedAdmin):
    """Texts of organisations: read, approved or sent back here, and written by them alone."""

    text_fields: tuple[str, ...] = ("text", "source")  # which everyone is going to read
    change_form_template = "outcomes/admin/review_change_form.html"
    actions = ["approve", "send_back"]
    action_form = ReviewNoteForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What was handed in: a draft is its author's."""
        return super().get_queryset(request).exclude(state=EditorialState.DRAFT)

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        """Those that were handed in."""
        rows = rows.filter(state=EditorialState.SUBMITTED)
        return (
            rows if permissions.is_operator else self.limit_to_events(rows, permissions.decidable)
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: an organisation writes for itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a co-chair asks for changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what was sent back is shown to nobody."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The text; for who decides about it, what points at people in it, and the decision."""
        row, permissions, found = (
            self.get_object(request, object_id),
            self.permissions_of(request),
            None,
        )
        if row:
            found = pii_in_text(self.public_text(row), row, event_of(row).pk, permissions)
        more = {**(extra_context or {}), "findings": found, "send_back_action": "send_back"}
        return super().change_view(request, object_id, form_url, more)

    def public_text(self, row: Any) -> str:
        """All that everyone is going to read."""
        return "\n".join(str(getattr(row, name)) for name in self.text_fields)

    @admin.display(description=_("looks private"))
    def contact_details(self, row: Any) -> str:
        """E-mail addresses and phone numbers in it, one a line."""
        found = find_contact_details(self.public_text(row))
        return format_html_join("\n", "<bdi>{}</bdi><br>", ((words,) for words in found)) or "–"

    @admin.action(description=_("Approve"), permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Shows the chosen ones to everyone."""
        self._decide(request, queryset, "")

    @admin.action(description=_("Ask for changes"), permissions=["decide"])
    def send_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Sends the chosen ones back with a note."""
        self._decide(request, queryset, request.POST.get("note", ""))

    def _decide(self, request: HttpRequest, queryset: QuerySet[Any], note: str) -> None:
        rows, by, at = (
            with_opened_revision(request, queryset),
            self.permissions_of(request).user,
            timezone.now(),
        )
        is_send_back = request.POST.get("action") == "send_back"
        try:
            done = (
                request_text_changes(rows=rows, note=note, by=by, at=at)
                if is_send_back
                else approve_texts(rows=rows, by=by, at=at)
            )
        except ValidationError as mistake:
            self.message_user(request, " ".join(mistake.messages), messages.ERROR)
            return
        if number := len(done):
            text = (
                ngettext("%d text was sent back.", "%d texts were sent back.", number)
                if is_send_back
                else ngettext("%d text is approved.", "%d texts are approved.", number)
            )
            self.message_user(request, text % number, messages.SUCCESS)
        if skipped := len(rows) - number:
            text = ngettext(
                "%d stays as it is: that was done before, or you are no co-chair of its "
                "roundtable.",
                "%d stay as they are: that was done before, or you are no co-chair of their "
                "roundtable.",
                skipped,
            )
            self.message_user(request, text % skipped, messages.WARNING)


REVIEW_FIELDSET: Any = (
    _("On its way to being shown"),
    {
        "fields": ["contact_details", "state", "note", "submitted_at", "approved_at"],
        "description": _(
            "Only its organisation changes it. A co-chair approves it or asks for changes, on this "
            "page or in the list."
        ),
    },
)


@admin.register(Response)
class ResponseAdmin(ContributionAdmin):
    """Answers of addressees to recommendations of the viewer's roundtables."""

    event_path = "outcome__statement__event"
    fieldsets = [
        (
            None,
            {
                "fields": ["outcome", "organisation", "stance", "text", "source", "answered_on"],
                "description": _("What an addressee answers to a recommendation."),
            },
        ),
        REVIEW_FIELDSET,
    ]
    list_display = ["number", "organisation", "stance", "answered_on", "state", "public_page"]
    list_filter = [PendingFilter, "state", "stance", EventFilter]
    list_select_related = ["outcome__statement__event", "organisation"]
    search_fields = ["organisation__name", "text"]
    search_help_text = _("Name of the organisation, or words of the answer")

    def is_published(self, row: Any) -> bool:
        """Where it is approved and its roundtable public."""
        return bool(row.is_approved and row.outcome.statement.event.is_public)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page of the recommendation, which shows it."""
        if obj is None or not self.is_published(obj):
            return None
        address: str = obj.outcome.get_absolute_url()
        return address or None

    @admin.display(description=_("point"), ordering="outcome__number")
    def number(self, row: Response) -> str:
        """The number of the point."""
        return f"{row.outcome.statement.event.code} {row.outcome.number}"


class OfferedStepInline(GrantScopedInline):
    """The steps that are offered."""

    model = OfferedMilestone
    fields = ["title", "due_on"]


@admin.register(Offer)
class OfferAdmin(ContributionAdmin):
    """Commitments that are offered at the viewer's roundtables, and requests to join one."""

    text_fields = ("text",)
    fieldsets = [
        (
            None,
            {
                "fields": ["outcome", "commitment", "organisation", "text", "due_on", "is_open"],
                "description": _(
                    "Approved, it becomes a commitment with the next reference; without a point, "
                    "its organisation becomes a partner of the open commitment."
                ),
            },
        ),
        REVIEW_FIELDSET,
    ]
    inlines = [OfferedStepInline]
    list_display = ["organisation", "text", "subject", "state", "public_page"]
    list_filter = [PendingFilter, "state", "is_open", EventFilter]
    list_select_related = ["organisation", "commitment__event", "outcome__statement__event"]
    search_fields = ["organisation__name", "text"]
    search_help_text = _("Name of the organisation, or words of the offer")

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        """Those under a point of these roundtables, or to join a commitment of theirs."""
        to_join = Q(outcome=None, commitment__event__in=events)
        return rows.filter(Q(outcome__statement__event__in=events) | to_join)

    def event_id_of(self, row: Any) -> int:
        """The number of the roundtable of the point or of the commitment."""
        return event_of(row).pk

    def public_text(self, row: Any) -> str:
        """With the steps."""
        return "\n".join([row.text, *(step.title for step in row.milestones.all())])

    def is_published(self, row: Any) -> bool:
        """Where it was accepted and its roundtable is public."""
        return bool(row.is_approved and row.event.is_public)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page of the commitment."""
        if obj is None or not self.is_published(obj):
            return None
        address: str = obj.commitment.get_absolute_url()
        return address

    @admin.display(description=_("point or commitment"))
    def subject(self, row: Offer) -> str:
        """What it is offered under, or asks to join."""
        return row.outcome.number if row.outcome else str(row.commitment)


@admin.register(Assessment)
class AssessmentAdmin(ContributionAdmin):
    """What organisations found about commitments of the viewer's roundtables."""

    event_path = "commitment__event"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "commitment",
                    "organisation",
                    "finding",
                    "text",
                    "source",
                    "assessed_on",
                ],
                "description": _("What an organisation that is not a party found."),
            },
        ),
        REVIEW_FIELDSET,
    ]
    list_display = ["reference", "organisation", "finding", "assessed_on", "state", "public_page"]
    list_filter = [PendingFilter, "state", "finding", EventFilter]
    list_select_related = ["commitment__event", "organisation"]
    search_fields = ["commitment__reference", "organisation__name", "text"]
    search_help_text = _("Reference, name of the organisation, or words of the assessment")

    def is_published(self, row: Any) -> bool:
        """Where it is approved and its roundtable public."""
        return bool(row.is_approved and row.commitment.event.is_public)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page of the commitment, which shows it."""
        if obj is None or not self.is_published(obj):
            return None
        address: str = obj.commitment.get_absolute_url()
        return address

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def reference(self, row: Assessment) -> str:
        """The reference of the commitment."""
        return row.commitment.reference
