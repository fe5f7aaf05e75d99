"""Rounds of reporting: a co-chair opens one, sees who answered, and asks the rest again."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.action_preview import preview
from outcomes.models import Commitment, ReportingRound
from outcomes.reporting.actions import nudge, open_round, whom_to_nudge
from outcomes.reporting.rounds import standing, with_numbers
from participants.admin_base.base import GrantedAdmin
from participants.admin_base.filters import EventFilter
from roundtable.mail.batches import Batch, hold


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is asked for, by when, and about which commitments."""

    references = forms.CharField(
        label=_("Commitments"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "References such as BP2018-C1, with commas or on lines of their own. Leave empty to "
            "ask about all of this roundtable that have not ended."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.opened_at = self.instance.opened_at or timezone.now()

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a reference that is none, or of another roundtable."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("event"):
            return cleaned
        found = Commitment.objects.not_ended().filter(event=cleaned["event"])
        written = re.split(r"[\s,;]+", cleaned.get("references", "").upper())
        if wanted := {word for word in written if word}:
            found = found.filter(reference__in=wanted)
            missing = wanted - set(found.values_list("reference", flat=True))
            if missing:
                words = ", ".join(sorted(missing))
                raise ValidationError(
                    {
                        "references": gettext(
                            "%s: no commitment of this roundtable that has not ended. Correct it "
                            "or take it out."
                        )
                        % words
                    }
                )
        cleaned["commitments"] = found
        return cleaned


@admin.register(ReportingRound)
class ReportingRoundAdmin(GrantedAdmin):
    """Rounds of the viewer's roundtables; once opened, one stays as it was asked."""

    event_path = "event"
    form = RoundForm
    change_form_template = "admin/round.html"
    list_display = ["title", "event__code", "due_on", "opened_at", "answered"]
    list_filter = [EventFilter]
    list_select_related = ["event"]
    search_fields = ["title"]
    search_help_text = _("Words of the occasion")
    actions = ["ask_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With how many answered."""
        return with_numbers(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The question, and once it is asked, when that was."""
        asked = ["event", "title", "due_on"]
        return [*asked, "opened_at", "answered"] if obj else [*asked, "references"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What is told of an opened round."""
        return ["opened_at", "answered"] if obj else []

    def offered(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Roundtables that the viewer decides about."""
        rows = super().offered(db_field, request)
        mine = self.rights_of(request)
        return rows if mine.is_operator else rows.filter(pk__in=mine.decidable)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Co-chairs."""
        return self.rights_of(request).decides_somewhere

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: people have been asked."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators: a round that stays unanswered is told to everyone."""
        return self.rights_of(request).is_operator

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Opens it: each accepted focal point gets one letter."""
        asked = open_round(
            reporting_round=obj,
            commitments=form.cleaned_data["commitments"],
            by=self.rights_of(request).user,
            at=timezone.now(),
        )
        text = ngettext("%d party is asked.", "%d parties are asked.", asked)
        level = messages.SUCCESS if asked else messages.WARNING
        if not asked:
            text = gettext("Nobody is asked: no focal point of these commitments has accepted yet.")
        self.message_user(request, text % asked if asked else text, level)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The round with who has answered, and the button that asks the rest again."""
        row = self.get_object(request, object_id)
        more = dict(extra_context or {})
        if row is not None:
            found = standing(row)
            mine = self.rights_of(request)
            left = found.asked - found.answered
            more |= {
                "standing": found,
                "may_ask_again": mine.may_decide(row.event_id) and left > 0,
            }
        return super().change_view(request, object_id, form_url, more)

    @admin.display(description=_("answered"))
    def answered(self, row: ReportingRound) -> str:
        """How many of those asked have answered."""
        numbers: Any = row
        if not numbers.asked:
            return gettext("Nobody was asked")
        return gettext("%(answered)d of %(asked)d") % {
            "answered": numbers.replied,
            "asked": numbers.asked,
        }

    @admin.action(description=_("Ask the rest again"), permissions=["decide"])
    def ask_again(
        self, request: HttpRequest, queryset: QuerySet[ReportingRound]
    ) -> HttpResponse | None:
        """Says who would be asked, then holds one more letter for each; one a day."""
        mine, now = self.rights_of(request), timezone.now()
        rows = [row for row in queryset.select_related("event") if mine.may_decide(row.event_id)]
        if "confirmed" not in request.POST:
            lines = [
                (str(party), f"{party.commitment.reference} · {row}")
                for row in rows
                for party in whom_to_nudge(row, now)
            ]
            if lines:
                return preview(
                    self,
                    request,
                    title=gettext("Ask these parties again?"),
                    says=gettext(
                        "Each focal point gets one letter with a link to report. It leaves in ten "
                        "minutes and can be called off until then."
                    ),
                    heads=(gettext("Party"), gettext("Commitment and round")),
                    lines=lines,
                    numbers=[row.pk for row in rows],
                    action="ask_again",
                    button=gettext("Ask again"),
                )
        asked = 0
        with transaction.atomic():
            batches: dict[int, Batch] = {}  # one for a roundtable: it is called off as a whole
            reached: set[int] = set()
            for row in rows:
                batch = batches.get(row.event_id)
                if batch is None:
                    batch = hold(event=row.event, act=Batch.Act.REMIND, at=now)
                    batches[row.event_id] = batch
                number = nudge(reporting_round=row, by=mine.user, at=now, batch=batch)
                asked += number
                if number:
                    reached.add(row.event_id)
            # Even where it has no letter: who hides gets none, and nobody is to see that.
            for event_id, batch in batches.items():
                if event_id not in reached:
                    batch.delete()
        if not asked:
            text = gettext(
                "Nobody is asked again: all have answered, want no reminders, or were asked again "
                "today; or you are no co-chair of this roundtable."
            )
            self.message_user(request, text, messages.WARNING)
            return None
        text = ngettext(
            "%d party is asked again in ten minutes. Until then the letter can be called off, "
            "under “Mail on hold”.",
            "%d parties are asked again in ten minutes. Until then the letters can be called off, "
            "under “Mail on hold”.",
            asked,
        )
        self.message_user(request, text % asked, messages.SUCCESS)
        return None
