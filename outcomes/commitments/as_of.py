"""What had been reported by a day: the rule, and the form that asks for the day.

A report counts from the day that it is true for, whenever it was approved since. Only what anyone
may read today is looked back at.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from outcomes.models import Assessment, Commitment, ProgressUpdate, Response
from roundtable.models import Event
from roundtable.query_forms import QueryForm

EARLIEST_DAY = date(1900, 1, 1)


@dataclass(frozen=True)
class StatusColumns:
    """Where a query finds the status of a commitment, and the day it was last reported."""

    status: str
    reported_on: str


CURRENT_COLUMNS = StatusColumns("latest_status", "latest_reported_on")
AS_OF_COLUMNS = StatusColumns("status_as_of", "reported_on_as_of")


def status_columns_for(day: date | None) -> StatusColumns:
    """The columns of commitments that come from `as_of`."""
    return CURRENT_COLUMNS if day is None else AS_OF_COLUMNS


def as_of(commitments: QuerySet[Commitment], day: date | None) -> QuerySet[Commitment]:
    """The same commitments with the status that they had by that day; None is today."""
    if day is None:
        return commitments
    updates = updates_as_of(
        ProgressUpdate.objects.approved().filter(commitment=OuterRef("pk")), day
    )
    annotated: QuerySet[Commitment] = commitments.annotate(
        status_as_of=Coalesce(Subquery(updates.values("status")[:1]), Value("")),
        reported_on_as_of=Subquery(updates.values("reported_on")[:1]),
    )
    return annotated


def existing_as_of(commitments: QuerySet[Commitment], day: date | None) -> QuerySet[Commitment]:
    """Those of roundtables that had begun by that day."""
    return commitments.filter(event__starts_on__lte=day) if day else commitments


def updates_as_of(updates: QuerySet[ProgressUpdate], day: date | None) -> QuerySet[ProgressUpdate]:
    """The updates that are true for that day or an earlier one."""
    return updates.filter(reported_on__lte=day) if day else updates


def responses_as_of(responses: QuerySet[Response], day: date | None) -> QuerySet[Response]:
    """The answers that had been given by that day."""
    return responses.filter(answered_on__lte=day) if day else responses


def assessments_as_of(assessments: QuerySet[Assessment], day: date | None) -> QuerySet[Assessment]:
    """The findings that are true for that day or an earlier one."""
    return assessments.filter(assessed_on__lte=day) if day else assessments


class AsOfField(forms.DateField):
    """A day to look back to, as it stands in an address: 2019-06-01."""

    def __init__(self) -> None:
        super().__init__(
            label=_("As of"),
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": _("Write the day like 2019-06-01.")},
        )


def check_as_of_day(day: date | None, today: date) -> date | None:
    """Raises ValidationError for a day that has not come yet, or that nothing is known of."""
    if day and day > today:
        raise forms.ValidationError(_("That day has not come yet. Choose today or an earlier day."))
    if day and day < EARLIEST_DAY:
        raise forms.ValidationError(_("Nothing is known of that day. Choose a later one."))
    return day


def check_event_begun(day: date, first: date) -> None:
    """Raises ValidationError for a day before the one on which the roundtable began."""
    if day < first:
        words = _("The roundtable began on %s. Choose that day or later.")
        raise forms.ValidationError(words % date_format(first))


class AsOfForm(QueryForm):
    """The day that a page of one thing is asked for; what else stands in the address is let be."""

    as_of = AsOfField()

    def __init__(self, data: QueryDict, today: date) -> None:
        asked = QueryDict(mutable=True)
        asked.setlist("as_of", data.getlist("as_of"))
        super().__init__(asked if "as_of" in data else QueryDict())
        self.today = today

    def clean_as_of(self) -> date | None:
        """Raises ValidationError for a day that cannot be looked back to."""
        return check_as_of_day(self.cleaned_data["as_of"], self.today)

    @property
    def day(self) -> date | None:
        """The day that is asked for; None for today, and where there is a mistake."""
        return self.cleaned_data["as_of"] if self.is_valid() else None

    def check_begun(self, first: date) -> None:
        """Adds the mistake that the day lies before the roundtable."""
        if day := self.day:
            try:
                check_event_begun(day, first)
            except forms.ValidationError as mistake:
                self.add_error("as_of", mistake)

    def render_errors(self, request: HttpRequest) -> HttpResponse:
        """A page that says what is wrong with the day, and shows nothing else."""
        return render(request, "outcomes/changes/as_of_invalid.html", {"form": self}, status=400)


def last_meeting_before(event: Event, day: date) -> date | None:
    """The day on which the last public meeting of the event's series before that day began.

    Where none came before, it is the day of the event itself; None where that is to come.
    """
    earlier = Event.objects.published().filter(series=event.series_id, starts_on__lt=day)
    last = earlier.order_by("-starts_on").values_list("starts_on", flat=True).first()
    return last or (event.starts_on if event.starts_on <= day else None)


def as_of_context(day: date | None) -> dict[str, Any]:
    """For templates: the day, and what keeps it in an address; nothing for today."""
    return {"as_of": day, "as_of_query": f"?as_of={day.isoformat()}" if day else ""}
