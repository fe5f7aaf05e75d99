"""The public rows that a change log covers."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from outcomes.models import Assessment, Commitment, Milestone, Outcome, Response, Statement, Theme
from participants.models import Organisation
from roundtable.models import Event

M = TypeVar("M", bound=Model)
ChangeTarget = Event | Theme | Organisation | Outcome | Commitment


@dataclass(frozen=True)
class FoundCommitments:
    """What the filters of a list find."""

    pk: str  # the filters, as a query string
    ids: list[int]


@dataclass(frozen=True)
class Scope:
    """Querysets of the public rows that a change log covers."""

    events: "QuerySet[Event]"
    statements: "QuerySet[Statement]"
    outcomes: "QuerySet[Outcome]"
    commitments: "QuerySet[Commitment]"
    milestones: "QuerySet[Milestone]"
    organisations: "QuerySet[Organisation]"
    responses: "QuerySet[Response]"
    assessments: "QuerySet[Assessment]"
    is_whole: bool = False  # the whole portal

    def of_commitments(self, rows: "QuerySet[M]") -> "QuerySet[M]":
        """Those of the rows that belong to its commitments."""
        return rows.filter(self.is_one_of(self.commitments, "commitment"))

    def is_one_of(self, found: "QuerySet[Any]", field: str) -> Q:
        """Whether the field names one of the rows of this scope that were found.

        Of the whole portal, the database looks at each when it comes to it. A list of all would
        have 100,000 rows.
        """
        found = found.order_by()
        if self.is_whole:
            return Q(Exists(found.filter(pk=OuterRef(field))))
        return Q((f"{field}__in", found.values("pk")))


def scope_of(
    about: ChangeTarget | FoundCommitments | None, is_demonstration: bool = False
) -> Scope:
    """Of the whole portal, and of a theme, only what is in the record or in the demonstration."""
    events = Event.objects.published()
    statements = Statement.objects.published()
    outcomes = Outcome.objects.published()
    commitments = Commitment.objects.published()
    organisations: QuerySet[Organisation] = Organisation.objects.published()
    responses = Response.objects.published()
    if about is None or isinstance(about, Theme):
        outcomes = outcomes.filter(statement__event__is_demonstration=is_demonstration)
        commitments = commitments.filter(event__is_demonstration=is_demonstration)
    if about is None:
        return Scope(
            events.filter(is_demonstration=is_demonstration),
            statements.filter(event__is_demonstration=is_demonstration),
            outcomes,
            commitments,
            Milestone.objects.filter(Exists(commitments.filter(pk=OuterRef("commitment")))),
            organisations.filter(is_demonstration=is_demonstration),
            responses.filter(organisation__is_demonstration=is_demonstration),
            Assessment.objects.published().filter(
                commitment__event__is_demonstration=is_demonstration
            ),
            is_whole=True,
        )
    outcomes, commitments = (
        outcomes.filter(_outcomes(about)),
        commitments.filter(pk__in=Commitment.objects.filter(_commitments(about)).values("pk")),
    )
    is_organisation = isinstance(about, Organisation)
    by_organisation = Q(organisation=about.pk) if is_organisation else Q(pk__in=[])
    return Scope(
        events=events.filter(pk=about.pk) if isinstance(about, Event) else events.none(),
        statements=(
            statements.filter(event=about) if isinstance(about, Event) else statements.none()
        ),
        outcomes=outcomes,
        commitments=commitments,
        milestones=Milestone.objects.filter(commitment__in=commitments.order_by().values("pk")),
        organisations=_organisations(about, organisations),
        responses=responses.filter(
            Q(outcome__in=outcomes.order_by().values("pk")) | by_organisation
        ),
        assessments=Assessment.objects.published().filter(
            Q(commitment__in=commitments.order_by().values("pk")) | by_organisation
        ),
    )


def _outcomes(about: Any) -> Q:
    if isinstance(about, Event):
        return Q(statement__event=about)
    if isinstance(about, Theme):
        through = Outcome.themes.through.objects.filter(theme=about)
        return Q(pk__in=through.values("outcome"))
    if isinstance(about, Outcome):
        return Q(pk=about.pk) | Q(parent=about.pk)
    return Q(pk__in=[])


def _commitments(about: Any) -> Q:
    if isinstance(about, Event):
        return Q(event=about)
    if isinstance(about, Theme):
        return Q(outcomes__in=Outcome.objects.published().filter(_outcomes(about)))
    if isinstance(about, Outcome):
        return Q(outcomes=about) | Q(outcomes__parent=about)
    if isinstance(about, Organisation):
        return Q(parties__organisation=about)
    if isinstance(about, FoundCommitments):
        return Q(pk__among=about.ids)
    return Q(pk=about.pk)


def _organisations(about: Any, rows: "QuerySet[Organisation]") -> "QuerySet[Organisation]":
    if isinstance(about, Event):
        return rows.filter(pk__in=about.roles.order_by().values("organisation"))
    return rows.filter(pk=about.pk) if isinstance(about, Organisation) else rows.none()
