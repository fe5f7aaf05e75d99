"""The portal as of an earlier day.

A commitment counts from the day on which everyone could first read it here (`recorded_at`), and a
party from the day on which it was recorded as one, so that a number cited on that day can be found
again. A report counts from the day that it is about, even if it was approved later. A party that
was removed is absent from all days, because it may never have agreed.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import (
    Count,
    Exists,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    CommitmentState,
    Outcome,
    ProgressUpdate,
    Response,
)
from roundtable.filters.query_forms import QueryForm
from roundtable.models import Event

EARLIEST_DAY = date(1900, 1, 1)


@dataclass(frozen=True)
class StatusColumns:
    """Names of the columns with the status and the day of the party's last report.

    And with the number of members of a group that reported; `is_recorded` is the condition that
    others recorded something about the commitment.
    """

    status: str
    reported_on: str
    members: str
    is_recorded: Q

    @property
    def is_only_recorded(self) -> Q:
        return self.is_recorded & Q((self.status, ""))

    @property
    def is_only_by_members(self) -> Q:
        return Q((f"{self.members}__gt", 0), (self.status, ""))


CURRENT_COLUMNS = StatusColumns(
    "latest_status",
    "latest_reported_on",
    "members_reporting",
    Q(latest_recorded_update__isnull=False),
)
AS_OF_COLUMNS = StatusColumns(
    "status_as_of", "reported_on_as_of", "members_reporting_as_of", Q(is_recorded_as_of=True)
)


def status_columns_for(day: date | None) -> StatusColumns:
    return CURRENT_COLUMNS if day is None else AS_OF_COLUMNS


def as_of(commitments: QuerySet[Commitment], day: date | None) -> QuerySet[Commitment]:
    """The commitments of that day, annotated with their status on it; None means today.

    Each voice keeps its own past: what others recorded sets no status.
    """
    if day is None:
        return commitments
    published = ProgressUpdate.objects.approved().filter(commitment=OuterRef("pk"))
    updates = updates_as_of(published.setting_status(), day)
    of_members = updates_as_of(published.of_members(), day).order_by().values("commitment")
    annotated: QuerySet[Commitment] = existing_as_of(commitments, day).annotate(
        status_as_of=Coalesce(Subquery(updates.values("status")[:1]), Value("")),
        reported_on_as_of=Subquery(updates.values("reported_on")[:1]),
        members_reporting_as_of=Coalesce(
            Subquery(of_members.values(number=Count("party", distinct=True))), 0
        ),
        is_recorded_as_of=Exists(updates_as_of(published.recorded(), day)),
    )
    return annotated


def existing_as_of(commitments: QuerySet[Commitment], day: date | None) -> QuerySet[Commitment]:
    return commitments.filter(recorded_at__lt=end_of(day)) if day else commitments


def parties_as_of(
    parties: QuerySet[CommitmentParty], day: date | None
) -> QuerySet[CommitmentParty]:
    return parties.filter(recorded_at__lt=end_of(day)) if day else parties


def with_counted_parties(
    commitments: QuerySet[Commitment], day: date | None
) -> QuerySet[Commitment]:
    """Joins the parties of that day as `counted_parties`, without members of groups."""
    direct = (CommitmentParty.Role.LEAD, CommitmentParty.Role.PARTNER)
    condition = Q(parties__role__in=direct)
    if day:
        condition &= Q(parties__recorded_at__lt=end_of(day))
    joined = FilteredRelation("parties", condition=condition)
    found: QuerySet[Commitment] = commitments.annotate(counted_parties=joined)
    return found


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def end_of(day: date) -> datetime:
    return start_of(day + timedelta(days=1))


def withdrawn_since(reference: str, day: date | None) -> Commitment | None:
    """A commitment that everyone could read on that day, or some day, and that is no longer public.

    Its earlier wording stays hidden: what was changed may have named a person.
    """
    drafts = Commitment.objects.filter(reference=reference, event__is_public=True)
    drafts = drafts.exclude(state=CommitmentState.PUBLIC).select_related("event")
    row = as_of(drafts, day).first()
    if row is None or day is None:
        return row if row and row.was_public else None
    past = row.history.filter(history_date__date__lte=day)
    then = past.order_by("-history_date", "-history_id").first()
    return row if then and then.state == CommitmentState.PUBLIC else None


def updates_as_of(updates: QuerySet[ProgressUpdate], day: date | None) -> QuerySet[ProgressUpdate]:
    return updates.filter(reported_on__lte=day) if day else updates


def responses_as_of(responses: QuerySet[Response], day: date | None) -> QuerySet[Response]:
    return responses.filter(answered_on__lte=day) if day else responses


def assessments_as_of(assessments: QuerySet[Assessment], day: date | None) -> QuerySet[Assessment]:
    if day is None:
        return assessments
    return assessments.filter(assessed_on__lte=day, commitment__recorded_at__lt=end_of(day))


class AsOfField(forms.DateField):
    """A day in ISO format, as in the query string."""

    def __init__(self) -> None:
        super().__init__(
            label=_("As of"),
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": _("Enter the day like this: 2019-06-01.")},
        )


def check_as_of_day(day: date | None, today: date) -> date | None:
    """Raises ValidationError for a day in the future or before EARLIEST_DAY."""
    if day and day > today:
        raise forms.ValidationError(_("That day is in the future. Choose today or an earlier day."))
    if day and day < EARLIEST_DAY:
        raise forms.ValidationError(_("There is no information for that day. Choose a later day."))
    return day


class DayForm(QueryForm):
    """A form with a field `as_of`."""

    def __init__(self, data: Any, today: date | None) -> None:
        super().__init__(data)
        self.today = today

    def clean_as_of(self) -> date | None:
        assert self.today
        return check_as_of_day(self.cleaned_data["as_of"], self.today)

    @property
    def day(self) -> date | None:
        """The chosen day; None for today or an invalid day."""
        day: date | None = self.cleaned_data.get("as_of")
        return day

    def check_begun(self, first: date) -> None:
        if self.day and self.day < first:
            words = _("The roundtable began on %s. Choose that day or later.")
            self.add_error("as_of", words % date_format(first))

    def check_added(self, first: date) -> None:
        if self.day and self.day < first:
            words = _("This commitment was added to this portal on %s. Choose that day or later.")
            self.add_error("as_of", words % date_format(first))


class RecordDayForm(DayForm):
    """The day that a file about a record describes."""

    as_of = AsOfField()

    def check(self, row: object) -> None:
        """The day must not be before the record."""
        if isinstance(row, Commitment):
            self.check_added(row.recorded_on)
        elif isinstance(row, Outcome):
            self.check_begun(row.statement.event.starts_on)
        elif isinstance(row, Event):
            self.check_begun(row.starts_on)


class AsOfForm(RecordDayForm):
    """The day of a detail page; ignores other query parameters."""

    def __init__(self, data: QueryDict, today: date) -> None:
        asked = QueryDict(mutable=True)
        for name in self.base_fields.keys() & data.keys():
            asked.setlist(name, data.getlist(name))
        super().__init__(asked, today)

    @property
    def day(self) -> date | None:
        return super().day if self.is_valid() else None

    def render_errors(self, request: HttpRequest) -> HttpResponse:
        return render(request, "outcomes/changes/as_of_invalid.html", {"form": self}, status=400)


def last_meeting_before(event: Event, day: date) -> date | None:
    """Start of the series' latest public meeting before `day`, else of `event` if in the past."""
    earlier = Event.objects.published().filter(series=event.series_id, starts_on__lt=day)
    last = earlier.order_by("-starts_on").values_list("starts_on", flat=True).first()
    return last or (event.starts_on if event.starts_on <= day else None)


def as_of_context(day: date | None) -> dict[str, Any]:
    return {"as_of": day, "as_of_query": f"?as_of={day.isoformat()}" if day else ""}
