"""Reports of parties and independent assessments of a commitment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Freshness,
    ImplementationStatus,
    ProgressUpdate,
    ReportLink,
    freshness_of,
)
from participants.models import Grant, Participation
from participants.permissions import EDITORS

Finding = Assessment.Finding
# Findings that contradict a status. "No evidence available" contradicts nothing: it does not mean
# that nothing was done.
CONTRADICTING_FINDINGS = {
    ImplementationStatus.PLANNING: {Finding.SUBSTANTIAL, Finding.COMPLETE},
    ImplementationStatus.IN_PROGRESS: {Finding.NOT_STARTED, Finding.COMPLETE},
    ImplementationStatus.FULFILLED: {Finding.NOT_STARTED, Finding.LIMITED, Finding.SUBSTANTIAL},
    ImplementationStatus.CLOSED: {Finding.COMPLETE},
    ImplementationStatus.SUPERSEDED: {Finding.COMPLETE},
}


class ReportOrigin(models.TextChoices):
    """Whose words a report contains."""

    PARTY = "party", gettext_lazy("The party's own words, checked for personal details.")
    COCHAIRS = (
        "cochairs",
        gettext_lazy("Recorded by the co-chairs for the party. Checked for personal details."),
    )
    UNKNOWN = (
        "unknown",
        gettext_lazy(
            "What the party reported, or what the co-chairs recorded for it. Checked for personal "
            "details."
        ),
    )


def with_origin(updates: QuerySet[ProgressUpdate]) -> QuerySet[ProgressUpdate]:
    """Annotates approved updates with `origin`, a ReportOrigin.

    Someone who represents the party and also works at the co-chairs' desk could have written as
    either, so the origin of their reports is unknown. So is that of reports without an author.
    """
    author = OuterRef("author")
    event = OuterRef("commitment__event")
    focal_points = CommitmentParty.objects.filter(
        pk=OuterRef("party"), focal_point__user=author, focal_point_accepted_at__isnull=False
    )
    # Links are kept after a handover, so they show earlier focal points.
    links = ReportLink.objects.filter(party=OuterRef("party"), delegate__user=author)
    participations = Participation.objects.confirmed().filter(
        event=event, organisation=OuterRef("party__organisation"), delegate__user=author
    )
    grants = Grant.objects.filter(event=event, user=author, role__in=EDITORS)
    represents_party = Exists(focal_points) | Exists(links) | Exists(participations)
    works_at_desk = Exists(grants) | Q(author__is_superuser=True)
    # Only co-chairs can record an update that is approved without being submitted first.
    is_recorded = Q(submitted_at=F("approved_at"))
    # “Nothing new” repeats the reason of the report before, which a co-chair may have written.
    repeats_reason = Q(is_unchanged=True) & ~Q(reason="")
    return updates.annotate(
        origin=Case(
            When(is_recorded | (works_at_desk & ~represents_party), Value(ReportOrigin.COCHAIRS)),
            When(represents_party & ~works_at_desk & ~repeats_reason, Value(ReportOrigin.PARTY)),
            default=Value(ReportOrigin.UNKNOWN),
        )
    )


@dataclass(frozen=True)
class ReportEntry:
    """A report; `unchanged_since` is the day of the report that it confirms."""

    update: ProgressUpdate
    unchanged_since: date | None

    @property
    def origin(self) -> ReportOrigin:
        return ReportOrigin(self.update.origin)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class PartyReport:
    """A party with its latest report, if any."""

    party: CommitmentParty
    update: ProgressUpdate | None


@dataclass(frozen=True)
class CommitmentReports:
    """All reports and assessments of a commitment, newest first."""

    latest: ProgressUpdate | None
    freshness: Freshness
    parties: list[PartyReport]
    entries: list[ReportEntry]
    findings: list[Assessment]

    @property
    def parties_differ(self) -> bool:
        return len({voice.update.status for voice in self.parties if voice.update}) > 1

    @property
    def shared_origin(self) -> ReportOrigin | None:
        """The origin of all reports, or None if it differs or there is no report."""
        origins = {entry.origin for entry in self.entries}
        return origins.pop() if len(origins) == 1 else None

    @property
    def contradiction(self) -> str:
        """A sentence if an assessor contradicts a party, else empty."""
        said = [voice.update for voice in self.parties if voice.update]
        says = [
            _("%(party)s reports “%(status)s”")
            % {"party": update.party.public_short, "status": update.get_status_display()}
            for update in said
            if any(_contradicts(finding, update) for finding in self.findings)
        ]
        found = [
            _("%(assessor)s found “%(finding)s”")
            % {"assessor": row.organisation.short, "finding": row.get_finding_display()}
            for row in self.findings
            if any(_contradicts(row, update) for update in said)
        ]
        return (
            _("The party and the assessor differ: %s.") % "; ".join([*says, *found])
            if found
            else ""
        )


def commitment_reports(
    commitment: Commitment,
    updates: Iterable[ProgressUpdate],
    assessments: Iterable[Assessment],
    on: date,
) -> CommitmentReports:
    """`commitment` comes from `with_parties`, and `updates` from `with_origin`.

    Updates and assessments are newest first.
    """
    entries = _entries(list(updates))
    latest = entries[0].update if entries else None
    of_party: dict[int, ProgressUpdate] = {}
    for entry in entries:
        of_party.setdefault(entry.update.party_id, entry.update)
    of_assessor: dict[int, Assessment] = {}
    for assessment in assessments:
        of_assessor.setdefault(assessment.organisation_id, assessment)
    return CommitmentReports(
        latest=latest,
        freshness=freshness_of(latest.reported_on if latest else None, on),
        parties=[PartyReport(party, of_party.get(party.pk)) for party in commitment.parties.all()],
        entries=entries,
        findings=list(of_assessor.values()),
    )


def _entries(updates: list[ProgressUpdate]) -> list[ReportEntry]:
    entries: list[ReportEntry] = []
    before: dict[int, date] = {}  # previous report of each party, oldest first
    for update in reversed(updates):
        since = before.get(update.party_id) if update.is_unchanged else None
        entries.append(ReportEntry(update, since))
        before[update.party_id] = update.reported_on
    return entries[::-1]


def _contradicts(assessment: Assessment, update: ProgressUpdate) -> bool:
    return assessment.finding in CONTRADICTING_FINDINGS[ImplementationStatus(update.status)]
