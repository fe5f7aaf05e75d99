"""The public rows that a change log covers."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from outcomes.models import Assessment, Commitment, Milestone, Outcome, Response, Statement, Theme
from participants.models import Organisation
from roundtable.models import Event

ChangeTarget = Event | Theme | Organisation | Outcome | Commitment


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


def scope_of(about: ChangeTarget | None) -> Scope:
    events = Event.objects.published()
    statements = Statement.objects.published()
    outcomes = Outcome.objects.published()
    commitments = Commitment.objects.published()
    organisations: QuerySet[Organisation] = Organisation.objects.published()
    responses = Response.objects.published()
    if about is None:
        return Scope(
            events,
            statements,
            outcomes,
            commitments,
            _milestones(commitments),
            organisations,
            responses,
            Assessment.objects.published(),
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
        milestones=_milestones(commitments),
        organisations=_organisations(about, organisations),
        responses=responses.filter(
            Q(outcome__in=outcomes.order_by().values("pk")) | by_organisation
        ),
        assessments=Assessment.objects.published().filter(
            Q(commitment__in=commitments.order_by().values("pk")) | by_organisation
        ),
    )


def _milestones(commitments: "QuerySet[Commitment]") -> "QuerySet[Milestone]":
    return Milestone.objects.filter(commitment__in=commitments.order_by().values("pk"))


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
    return Q(pk=about.pk)


def _organisations(about: Any, rows: "QuerySet[Organisation]") -> "QuerySet[Organisation]":
    if isinstance(about, Event):
        return rows.filter(pk__in=about.roles.order_by().values("organisation"))
    return rows.filter(pk=about.pk) if isinstance(about, Organisation) else rows.none()
