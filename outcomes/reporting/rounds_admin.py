"""Admin of reporting rounds."""

import hashlib
import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outcomes.models import Commitment, CommitmentParty, ReportingRound
from outcomes.reporting.actions import open_round, parties_to_remind, remind_rounds
from outcomes.reporting.rounds import (
    commitments_of,
    parties_not_asked,
    parties_to_ask,
    round_status,
    with_counts,
)
from participants.admin_base.action_preview import render_action_preview
from participants.admin_base.base import GrantScopedAdmin
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter
from participants.admin_base.site import render_page


class ReportingRoundForm(forms.ModelForm):  # type: ignore[type-arg]
    """Title, due date and commitments of a new round."""

    references = forms.CharField(
        label=_("Commitments"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Enter references such as BP2018-C1, separated by commas or one per line. "
            "Leave empty to ask about all commitments of this roundtable that have not "
            "ended."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.opened_at = self.instance.opened_at or timezone.now()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("event"):
            return cleaned
        found = Commitment.objects.public().not_ended().filter(event=cleaned["event"])
        references = re.split(r"[\s,;]+", cleaned.get("references", "").upper())
        if wanted_references := {word for word in references if word}:
            found = found.filter(reference__in=wanted_references)
            missing = wanted_references - set(found.values_list("reference", flat=True))
            if missing:
                words = ", ".join(sorted(missing))
                raise ValidationError(
                    {
                        "references": gettext(
                            "%s: not a commitment of this roundtable, or it has ended. Correct "
                            "or delete this reference."
                        )
                        % words
                    }
                )
        cleaned["commitments"] = found
        return cleaned


@admin.register(ReportingRound)
class ReportingRoundAdmin(GrantScopedAdmin):
    """Admin of reporting rounds; an open round cannot be edited."""

    event_path = "event"
    unavailable = ("change",)
    operator_only = ("delete",)  # unanswered rounds are public
    form = ReportingRoundForm
    change_form_template = "outcomes/reporting/admin/reporting_round_change_form.html"
    list_display = ["title", "event", "due_on", "opened_at", "answered"]
    list_filter = [EventFilter]
    list_select_related = ["event"]
    search_fields = ["title"]
    search_help_text = _("Words in the occasion")
    actions = ["ask_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportingRound]:
        return with_counts(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: ReportingRound | None = None) -> Any:
        request_fields = ["event", "title", "due_on"]
        return (
            [*request_fields, "opened_at", "answered"] if obj else [*request_fields, "references"]
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["opened_at", "answered"] if obj else []

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_field_queryset(db, db_field, request)
        permissions = request_permissions(request)
        return rows if permissions.is_operator else rows.filter(pk__in=permissions.decidable)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request_permissions(request).can_decide_any

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        party_count = open_round(
            reporting_round=obj,
            commitments=form.cleaned_data["commitments"],
            by=request_permissions(request).user,
            at=timezone.now(),
        )
        text = ngettext(
            "%d party is asked to report.", "%d parties are asked to report.", party_count
        )
        self.message_user(request, text % party_count, messages.SUCCESS)
        if others := len(self._not_asked(obj)):
            text = ngettext(
                "%d party is not asked. The page of the round says why.",
                "%d parties are not asked. The page of the round says why.",
                others,
            )
            self.message_user(request, text % others, messages.WARNING)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lists whom the round asks, and whom it cannot; opens it once that was shown."""
        if request.method == "POST" and self.has_add_permission(request):
            form = self.get_form(request)(request.POST)
            if form.is_valid():
                commitments, on = form.cleaned_data["commitments"], timezone.localdate()
                asked = list(parties_to_ask(on).filter(commitment__in=commitments.order_by()))
                ids = [party.pk for party in asked]
                shown = hashlib.sha256(repr(ids).encode()).hexdigest()
                if not asked or request.POST.get("confirmed") != shown:
                    not_asked = parties_not_asked(commitments, asked=ids, on=on)
                    context = {
                        "title": gettext("Ask these parties to report?"),
                        "form": form,
                        "asked": asked,
                        "not_asked": not_asked,
                        "number_of_parties": len(asked) + len(not_asked),
                        "shown": shown,
                    }
                    template = "outcomes/reporting/admin/reporting_round_preview.html"
                    return render_page(request, ReportingRound, template, context)
        return super().add_view(request, form_url, extra_context)

    def _not_asked(self, row: ReportingRound) -> list[tuple[CommitmentParty, str]]:
        asked = row.requests.values_list("party", flat=True)
        return parties_not_asked(commitments_of(row), asked=asked, on=timezone.localdate())

    def row_context(self, request: HttpRequest, row: ReportingRound) -> dict[str, Any]:
        found = round_status(row)
        is_unanswered = found.asked > found.answered
        may_ask_again = is_unanswered and self.has_decide_permission(request, row)
        return {
            "standing": found,
            "may_ask_again": may_ask_again,
            "not_asked": self._not_asked(row),
        }

    @admin.display(description=_("answered"))
    def answered(self, row: ReportingRound) -> str:
        numbers: Any = row
        if not numbers.asked:
            return gettext("No one was asked")
        return gettext("%(answered)d of %(asked)d") % {
            "answered": numbers.replied,
            "asked": numbers.asked,
        }

    @admin.action(description=_("Ask the remaining parties again"), permissions=["decide"])
    def ask_again(
        self, request: HttpRequest, queryset: QuerySet[ReportingRound]
    ) -> HttpResponse | None:
        permissions, now = request_permissions(request), timezone.now()
        rows = [
            row for row in queryset.select_related("event") if permissions.may_decide(row.event_id)
        ]
        if "confirmed" not in request.POST:
            lines = [
                (str(party), f"{party.commitment.reference} · {row}")
                for row in rows
                for party in parties_to_remind(row, now)
            ]
            if lines:
                return render_action_preview(
                    self,
                    request,
                    title=gettext("Ask these parties again?"),
                    explanation=gettext(
                        "Each focal point gets one email with a link to report. It is sent in ten "
                        "minutes. You can cancel it until then."
                    ),
                    column_titles=(gettext("Party"), gettext("Commitment and reporting round")),
                    rows=lines,
                    selected_ids=[row.pk for row in rows],
                    action="ask_again",
                    button=gettext("Ask again"),
                )
        party_count = remind_rounds(rounds=rows, by=permissions.user, at=now)
        if not party_count:
            text = gettext(
                "No one is asked again. All have answered, want no reminders, or were asked "
                "again today. Or you are not a co-chair of this roundtable."
            )
            self.message_user(request, text, messages.WARNING)
            return None
        text = ngettext(
            "We will ask %d party again in ten minutes. Until then, you can cancel the "
            "email under “Emails on hold”.",
            "We will ask %d parties again in ten minutes. Until then, you can cancel the "
            "emails under “Emails on hold”.",
            party_count,
        )
        self.message_user(request, text % party_count, messages.SUCCESS)
        return None
