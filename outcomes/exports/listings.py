"""Which rows of a table the filters of its page find; lists, files and the API share the forms."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from outcomes.commitments.filters import CommitmentFilterForm, OutcomeFilterForm
from outcomes.exports.reading import Table
from outcomes.exports.tables import (
    COMMITMENTS,
    ORGANISATIONS,
    POINTS,
    REPORTS,
    RESPONSES,
    ROUNDTABLES,
)
from outcomes.models import Outcome
from participants.organisations.forms import OrganisationFilterForm
from roundtable.filters.facet_index import ids_of_bits
from roundtable.filters.query_forms import ListForm


@dataclass(frozen=True)
class Listing:
    """A table with the form of its page."""

    table: Table
    page: str  # the URL name of the page that has the same filters
    form_class: type[ListForm]
    # What a valid form finds, in the order of the table.
    rows: Callable[[Any], QuerySet[Any]]
    # The filter by organisation, which may name it by a former short name.
    organisation_field: str = ""

    def form(self, data: QueryDict) -> Any:
        form_class: Any = self.form_class
        if issubclass(form_class, CommitmentFilterForm):
            return form_class(data, timezone.localdate())
        if issubclass(form_class, OrganisationFilterForm):
            return form_class(data, self.table.rows(None))
        return form_class(data)

    def ids(self, form: Any) -> Iterable[int]:
        """Of what a valid form finds, in the order of the page."""
        if self.table is COMMITMENTS:
            found: Iterable[int] = form.found_ids(self.table.rows(form.day))
            return found
        return self.rows(form).values_list("pk", flat=True).iterator()


def _found_commitments(form: CommitmentFilterForm) -> QuerySet[Any]:
    rows = COMMITMENTS.rows(form.day)
    return rows.filter(pk__among=_found_ids(form)) if form.is_filtered else rows


def _reports_on_found(form: CommitmentFilterForm) -> QuerySet[Any]:
    rows = REPORTS.rows(form.day)
    return rows.filter(commitment__pk__among=_found_ids(form)) if form.is_filtered else rows


def _found_ids(form: CommitmentFilterForm) -> list[int]:
    return [*ids_of_bits(form.index_rows)]


def _responses_to_found(form: OutcomeFilterForm) -> QuerySet[Any]:
    rows = RESPONSES.rows(None)
    if not form.is_filtered:
        return rows
    points = form.narrow(Outcome.objects.published().points()).order_by()
    return rows.filter(outcome__in=points.values("pk"))


LISTINGS = {
    listing.table.kind: listing
    for listing in (
        Listing(ROUNDTABLES, "event-list", ListForm, lambda form: ROUNDTABLES.rows(None)),
        Listing(
            POINTS,
            "outcome-list",
            OutcomeFilterForm,
            lambda form: form.narrow(POINTS.rows(None)),
            organisation_field="addressee",
        ),
        Listing(
            COMMITMENTS,
            "commitment-list",
            CommitmentFilterForm,
            _found_commitments,
            organisation_field="party",
        ),
        Listing(
            REPORTS,
            "commitment-list",
            CommitmentFilterForm,
            _reports_on_found,
            organisation_field="party",
        ),
        Listing(
            RESPONSES,
            "outcome-list",
            OutcomeFilterForm,
            _responses_to_found,
            organisation_field="addressee",
        ),
        Listing(
            ORGANISATIONS,
            "organisation-list",
            OrganisationFilterForm,
            lambda form: form.narrow(ORGANISATIONS.rows(None)),
        ),
    )
}
