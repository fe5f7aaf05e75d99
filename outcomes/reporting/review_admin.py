"""Admin of texts that a co-chair reviews: approve, or ask for a change."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outcomes.models import EditorialState
from outcomes.reporting.findings import PiiFindings
from outcomes.reporting.review import approve_texts, request_text_changes
from participants.admin_base.base import GrantScopedAdmin
from participants.permissions import EventPermissions


class ReviewNoteForm(ActionForm):
    """The note field beside the action that requests a change."""

    note = forms.CharField(
        label=_("What to change"),
        required=False,
        widget=forms.TextInput(attrs={"size": 30}),
    )


class ReviewedAdmin(GrantScopedAdmin):
    """Base admin of texts in the editorial workflow."""

    change_form_template = "outcomes/admin/review_change_form.html"
    actions = ["approve", "ask_for_changes"]
    action_form = ReviewNoteForm

    def findings(self, request: HttpRequest, row: Any) -> PiiFindings | None:
        """Possible personal data, for people who may decide about the text."""
        raise NotImplementedError

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        rows = rows.filter(state=EditorialState.SUBMITTED)
        return (
            rows if permissions.is_operator else self.limit_to_events(rows, permissions.decidable)
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        found = self.findings(request, row) if row else None
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "findings": found}
        )

    @admin.action(description=_("Approve"), permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        rows = _with_opened_revision(request, queryset)
        by = self.permissions_of(request).user
        try:
            done = len(approve_texts(rows=rows, by=by, at=timezone.now()))
        except ValidationError as mistake:
            self.message_user(request, " ".join(mistake.messages), messages.ERROR)
            return
        text = ngettext("%d text is approved.", "%d texts are approved.", done)
        self._report_result(request, text, done, len(rows))

    @admin.action(description=_("Ask for a change"), permissions=["decide"])
    def ask_for_changes(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        rows = _with_opened_revision(request, queryset)
        by, note = self.permissions_of(request).user, request.POST.get("note", "")
        try:
            done = len(request_text_changes(rows=rows, note=note, by=by, at=timezone.now()))
        except ValidationError as mistake:
            self.message_user(request, " ".join(mistake.messages), messages.ERROR)
            return
        text = ngettext(
            "You asked for a change to %d text.", "You asked for a change to %d texts.", done
        )
        self._report_result(request, text, done, len(rows))

    def _report_result(self, request: HttpRequest, text: str, done: int, chosen: int) -> None:
        if done:
            self.message_user(request, text % done, messages.SUCCESS)
        if skipped := chosen - done:
            text = ngettext(
                "%d was not changed. This was already done, or you are not a co-chair of its "
                "roundtable.",
                "%d were not changed. This was already done, or you are not a co-chair of "
                "their roundtable.",
                skipped,
            )
            self.message_user(request, text % skipped, messages.WARNING)


def _with_opened_revision(request: HttpRequest, rows: Iterable[Any]) -> list[Any]:
    """Sets the revision that the user opened on the row of the open page."""
    row_id, _dot, revision = request.POST.get("version", "").partition(".")
    found = list(rows)
    for row in found:
        if str(row.pk) == row_id:
            row.revision = int(revision) if revision.isdecimal() else -1
    return found
