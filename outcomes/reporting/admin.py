"""Progress updates and their evidence."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from outcomes.commitments.admin_filters import ReportAgeFilter
from outcomes.evidence.files import download
from outcomes.models import Commitment, CommitmentParty, EditorialState, Evidence, ProgressUpdate
from outcomes.reporting.actions import approve_updates, request_update_changes
from outcomes.reporting.findings import pii_in_update
from outcomes.reporting.submission import submit_text
from participants.admin_base.base import GrantScopedAdmin, GrantScopedInline
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter, PendingFilter
from participants.admin_base.lists import split_search
from participants.permissions import EventPermissions


class EvidenceInlineForm(forms.ModelForm):  # type: ignore[type-arg]
    """Evidence by its address; where a file was given, that one stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = self.fields.get("url")
        if address is not None:
            address.required = not self.instance.file
            address.disabled = bool(self.instance.file)


class EvidenceInline(GrantScopedInline):
    """What the update rests on."""

    model = Evidence
    form = EvidenceInlineForm
    fields = ["title", "url", "stored_file", "dated_on", "is_public"]
    readonly_fields = ["stored_file"]

    @admin.display(description=_("file"), empty_value="–")
    def stored_file(self, row: Evidence) -> str | None:
        """A link to the file, which opens it whether it is public or not."""
        if not row.file:
            return None
        address = reverse("admin:outcomes_progressupdate_evidence", args=[row.update_id, row.key])
        return format_html('<a href="{}">{}</a>', address, _("Save the file"))


class ProgressUpdateForm(forms.ModelForm):  # type: ignore[type-arg]
    """An update at the desk, which never overwrites what its author wrote meanwhile."""

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where it was stored anew since the page was opened."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stored = ProgressUpdate.objects.filter(pk=self.instance.pk).first()
        if stored and self.data.get("opened") != str(stored.revision):
            raise ValidationError(
                gettext(
                    "Somebody stored this after you opened it. Nothing of yours is stored yet. "
                    "What was done reads now: “%s” Compare, then save again."
                )
                % stored.text
            )
        return cleaned


class ReviewNoteForm(ActionForm):
    """What to change, beside the action that asks for it."""

    note = forms.CharField(
        label=_("What to change"),
        required=False,
        widget=forms.TextInput(attrs={"size": 30}),
    )


def with_opened_revision(request: HttpRequest, rows: Iterable[Any]) -> list[Any]:
    """Rows to decide about; one whose page was open as it was then, so that changes are noticed."""
    row_id, _dot, revision = request.POST.get("version", "").partition(".")
    found = list(rows)
    for row in found:
        if str(row.pk) == row_id:
            row.revision = int(revision) if revision.isdecimal() else -1
    return found


@admin.register(ProgressUpdate)
class ProgressUpdateAdmin(GrantScopedAdmin):
    """Updates of the viewer's roundtables; an approved one stays as everyone reads it."""

    event_path = "commitment__event"
    form = ProgressUpdateForm
    change_form_template = "outcomes/admin/review_change_form.html"
    fieldsets = [
        (
            None,
            {
                "fields": ["commitment", "party", "reported_on", "status", "completion", "text"],
                "description": _("What a party says has become of a commitment, as of a day."),
            },
        ),
        (
            _("What else the party says"),
            {"fields": ["obstacles", "next_steps"]},
        ),
        (
            _("Where the commitment ends"),
            {
                "fields": ["reason", "source"],
                "description": _(
                    "Nothing ends without a source, nor unfulfilled without a reason."
                ),
            },
        ),
        (
            _("On its way to being shown"),
            {
                "fields": [
                    "has_no_personal_details",
                    "state",
                    "note",
                    "recorded_at",
                    "approved_at",
                ],
                "description": _(
                    "A co-chair approves it, on this page or in the list. An approved "
                    "update cannot be changed; ask for changes first."
                ),
            },
        ),
    ]
    readonly_fields = ["state", "note", "recorded_at", "approved_at"]
    locked_fields = ("commitment",)
    inlines = [EvidenceInline]
    list_display = ["reference", "party_name", "reported_on", "status", "state", "public_page"]
    list_filter = [PendingFilter, "state", "status", ReportAgeFilter, EventFilter]
    list_select_related = ["commitment__event", "party__organisation", "party__group"]
    search_fields = ["text"]  # and the reference and the words of the commitment, see below
    search_help_text = _("Reference, or words of the commitment or the update")
    actions = ["approve", "ask_for_changes"]
    action_form = ReviewNoteForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What was handed in, and what oneself has begun: a draft is its author's."""
        own_drafts = Q(author=self.permissions_of(request).user)
        return super().get_queryset(request).filter(~Q(state=EditorialState.DRAFT) | own_drafts)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Each word in the update, or in the reference or the words of its commitment."""
        for word in split_search(search_term):
            matches = Q(reference__icontains=word) | Q(text__icontains=word)
            commitments = Commitment.objects.filter(matches).order_by().values("pk")
            queryset = queryset.filter(Q(text__icontains=word) | Q(commitment__in=commitments))
        return queryset, False

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        """Those that were handed in."""
        rows = rows.filter(state=EditorialState.SUBMITTED)
        return (
            rows if permissions.is_operator else self.limit_to_events(rows, permissions.decidable)
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As elsewhere, unless it is approved: everyone reads what a co-chair read."""
        may_change = super().has_change_permission(request, obj)
        return may_change and (obj is None or not self.is_cited(obj))

    def is_cited(self, row: Any) -> bool:
        """Once it is approved."""
        return bool(row.state == ProgressUpdate.State.APPROVED)

    def is_published(self, row: Any) -> bool:
        """Where it is approved and its roundtable public."""
        return self.is_cited(row) and row.commitment.event.is_public

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page of the commitment, which shows it."""
        if obj is None or not self.is_published(obj):
            return None
        address: str = obj.commitment.get_absolute_url()
        return address

    def get_related_queryset(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Parties to commitments of roundtables that the viewer edits."""
        if db_field.name != "party":
            return super().get_related_queryset(db_field, request)
        permissions = request_permissions(request)
        parties = CommitmentParty.objects.select_related("commitment", "organisation", "group")
        if permissions.is_operator:
            return parties
        return parties.filter(commitment__event__in=permissions.editable)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Once the commitment stands, offers its own parties alone."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        party = form.base_fields.get("party")
        if party is not None and obj is not None:
            party.queryset = party.queryset.filter(commitment=obj.commitment_id)
            party.choices = [("", "---------"), *((row.pk, str(row)) for row in party.queryset)]
        return form

    def choice_label(self, row: Any) -> str:
        """A party with the reference of its commitment: it can be party to several."""
        return (
            f"{row.commitment.reference} · {row}" if isinstance(row, CommitmentParty) else str(row)
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Counts it as changed, so that its author does not overwrite it unseen.

        Whoever changed it is its author now: names are told to nobody who could try some.
        """
        obj.author = self.permissions_of(request).user
        if (
            obj.state in (EditorialState.DRAFT, EditorialState.CHANGE_REQUESTED)
            and not obj.missing_fields()
        ):
            submit_text(obj, at=timezone.now())
        else:
            obj.revision += 1
            super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As elsewhere; what somebody handed in, only who decides about it."""
        permissions = self.permissions_of(request)
        may_delete = super().has_delete_permission(request, obj)
        if obj is None or obj.state == EditorialState.DRAFT or permissions.is_operator:
            return may_delete
        return may_delete and permissions.may_decide(obj.commitment.event_id)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The update; for who decides about it, what points at people in it, and the decision."""
        row = self.get_object(request, object_id)
        found = pii_in_update(row, self.permissions_of(request)) if row else None
        more = {**(extra_context or {}), "findings": found, "send_back_action": "ask_for_changes"}
        return super().change_view(request, object_id, form_url, more)

    def get_urls(self) -> list[Any]:
        """With that of a file, public or not."""
        evidence_path = path(
            "<int:number>/evidence/<slug:key>/",
            self.admin_site.admin_view(self.evidence_view),
            name="outcomes_progressupdate_evidence",
        )
        return [evidence_path, *super().get_urls()]

    @method_decorator(require_safe)
    def evidence_view(self, request: HttpRequest, number: int, key: str) -> HttpResponseBase:
        """A file, for who decides about the update; what is not public is for co-chairs alone."""
        update = get_object_or_404(self.get_queryset(request), pk=number)
        if not self.permissions_of(request).may_decide(update.commitment.event_id):
            raise PermissionDenied
        return download(get_object_or_404(update.evidence.exclude(file=""), key=key))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """The commitment then shows the update before it."""
        obj.delete_with_evidence()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """As for one row."""
        for row in queryset:
            self.delete_model(request, row)

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def reference(self, row: ProgressUpdate) -> str:
        """The reference of the commitment."""
        return row.commitment.reference

    @admin.display(description=_("party"))
    def party_name(self, row: ProgressUpdate) -> str:
        """Who reports."""
        return str(row.party)

    @admin.action(description=_("Approve"), permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: QuerySet[ProgressUpdate]) -> None:
        """Shows the chosen updates to everyone."""
        rows = with_opened_revision(request, queryset.select_related("commitment__event"))
        user = self.permissions_of(request).user
        try:
            done = approve_updates(updates=rows, by=user, at=timezone.now())
        except ValidationError as mistake:
            self.message_user(request, " ".join(mistake.messages), messages.ERROR)
            return
        text = ngettext("%d update is approved.", "%d updates are approved.", len(done))
        self._report_result(request, text, len(done), len(rows))

    @admin.action(description=_("Ask for changes"), permissions=["decide"])
    def ask_for_changes(self, request: HttpRequest, queryset: QuerySet[ProgressUpdate]) -> None:
        """Sends the chosen updates back."""
        rows = with_opened_revision(request, queryset.select_related("commitment__event"))
        user = self.permissions_of(request).user
        note = request.POST.get("note", "")
        try:
            done = request_update_changes(updates=rows, note=note, by=user, at=timezone.now())
        except ValidationError as mistake:
            self.message_user(request, " ".join(mistake.messages), messages.ERROR)
            return
        text = ngettext("%d update was sent back.", "%d updates were sent back.", len(done))
        self._report_result(request, text, len(done), len(rows))

    def _report_result(self, request: HttpRequest, text: str, done: int, chosen: int) -> None:
        if done:
            self.message_user(request, text % done, messages.SUCCESS)
        if skipped := chosen - done:
            text = ngettext(
                "%d stays as it is: that was done before, or you are no co-chair of its "
                "roundtable.",
                "%d stay as they are: that was done before, or you are no co-chair of their "
                "roundtable.",
                skipped,
            )
            self.message_user(request, text % skipped, messages.WARNING)
