"""Which rows of a table the filters of its page find; lists, files and the API share the forms."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from outcomes.commitments.as_of import DayForm
from outcomes.commitments.filters import CommitmentFilterForm, EventListForm, OutcomeFilterForm
from outcomes.exports.reading import Table
from outcomes.exports.tables import (
    COMMITMENTS,
    ORGANISATIONS,
    POINTS,
    REPORTS,
    RESPONSES,
    ROUNDTABLES,
)
from participants.organisations.forms import OrganisationFilterForm
from roundtable.filters.facet_index import ids_of_bits
from roundtable.filters.query_forms import ListForm


@dataclass(frozen=True)
class Listing:
    """A table with the form of its page."""

    table: Table
    page: str  # the URL name of the page that has the same filters
    form_class: type[ListForm]
    event: str  # leads from a row to what is a demonstration or not
    # Those of the rows of the record, or of the demonstration, that a valid form finds.
    narrow: Callable[[Any, QuerySet[Any]], QuerySet[Any]]
    # The filter by organisation, which may name it by a former short name.
    organisation_field: str = ""

    def form(self, data: QueryDict) -> Any:
        form_class: Any = self.form_class
        if issubclass(form_class, CommitmentFilterForm):
            return form_class(data, timezone.localdate())
        return form_class(data)

    def all_rows(self, is_demonstration: bool, day: date | None = None) -> QuerySet[Any]:
        """Of the record or of the demonstration, in the order of the table."""
        scope = {f"{self.event}is_demonstration": is_demonstration}
        return self.table.rows(day).filter(**scope)

    def rows(self, form: Any) -> QuerySet[Any]:
        """What a valid form finds, in the order of the table."""
        day = form.day if isinstance(form, DayForm) else None
        return self.narrow(form, self.all_rows(form.is_demonstration, day))

    def ids(self, form: Any) -> Iterable[int]:
        """Of what a valid form finds, in the order of the page."""
        if self.table is COMMITMENTS:
            found: Iterable[int] = form.found_ids(self.table.rows(form.day))
            return found
        return self.rows(form).values_list("pk", flat=True).iterator()


def _found_commitments(form: CommitmentFilterForm, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(pk__among=_found_ids(form)) if form.is_filtered else rows


def _reports_on_found(form: CommitmentFilterForm, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(commitment__pk__among=_found_ids(form)) if form.is_filtered else rows


def _found_ids(form: CommitmentFilterForm) -> list[int]:
    return [*ids_of_bits(form.index_rows)]


def _responses_to_found(form: OutcomeFilterForm, rows: QuerySet[Any]) -> QuerySet[Any]:
    if not form.is_filtered:
        return rows
    points = form.narrow(form.points()).order_by()
    return rows.filter(outcome__in=points.values("pk"))


LISTINGS = {
    listing.table.kind: listing
    for listing in (
        Listing(ROUNDTABLES, "event-list", EventListForm, "", lambda form, rows: rows),
        Listing(
            POINTS,
            "outcome-list",
            OutcomeFilterForm,
            "statement__event__",
            OutcomeFilterForm.narrow,
            organisation_field="addressee",
        ),
        Listing(
            COMMITMENTS,
            "commitment-list",
            CommitmentFilterForm,
            "event__",
            _found_commitments,
            organisation_field="party",
        ),
        Listing(
            REPORTS,
            "commitment-list",
            CommitmentFilterForm,
            "commitment__event__",
            _reports_on_found,
            organisation_field="party",
        ),
        Listing(
            RESPONSES,
            "outcome-list",
            OutcomeFilterForm,
            "outcome__statement__event__",
            _responses_to_found,
            organisation_field="addressee",
        ),
        Listing(
            ORGANISATIONS,
            "organisation-list",
            OrganisationFilterForm,
            "",
            OrganisationFilterForm.narrow,
        ),
    )
}
