"""Reports of parties and independent assessments of a commitment."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Freshness,
    ImplementationStatus,
    ProgressUpdate,
    freshness_of,
    members_of_groups,
)

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


def findings_of(commitment: Commitment) -> list[Assessment]:
    """What each assessor last found, latest first; this is said wherever the status is.

    Lists load it with `findings_shown`, and so does each page that may show an earlier day.
    """
    found: list[Assessment] | None = getattr(commitment, "newest_findings", None)
    if found is None:
        assert not hasattr(commitment, "status_as_of")
        found = list(Assessment.objects.newest().filter(commitment=commitment))
    return found


def finding_labels(findings: Iterable[Assessment]) -> list[str]:
    """Each once, in words."""
    return list(dict.fromkeys(row.get_finding_display() for row in findings))


def with_findings(words: str, labels: Collection[str]) -> str:
    """A status in words, and beside it what assessors found."""
    if not labels:
        return words
    sentence = ngettext(
        "%(status)s; an assessor found: %(findings)s",
        "%(status)s; assessors found: %(findings)s",
        len(labels),
    )
    return sentence % {"status": words, "findings": ", ".join(labels)}


def status_words(commitment: Commitment) -> str:
    """The status and the findings, for places that cannot draw them."""
    words = str(commitment.status.label if commitment.status else _("Never reported on"))
    return with_findings(words, finding_labels(findings_of(commitment)))


@dataclass(frozen=True)
class ReportEntry:
    """A report, and the one before it of the same party."""

    update: ProgressUpdate
    before: ProgressUpdate | None

    @property
    def unchanged_since(self) -> date | None:
        return self.before.reported_on if self.update.is_unchanged and self.before else None

    @property
    def former_status(self) -> str:
        """Empty if the report changes nothing about it."""
        former = self.before.status if self.before else ""
        return "" if former == self.update.status else former


@dataclass(frozen=True)
class PartyReport:
    """A party with its latest report, if any."""

    party: CommitmentParty
    update: ProgressUpdate | None


@dataclass(frozen=True)
class MemberReports:
    """What members of a group that is a party report, each for itself; newest first."""

    total: int  # recorded members
    entries: list[ReportEntry]

    @property
    def latest(self) -> list[ProgressUpdate]:
        found: dict[int, ProgressUpdate] = {}
        for entry in self.entries:
            found.setdefault(entry.update.party_id, entry.update)
        return list(found.values())

    @property
    def statuses(self) -> list[tuple[ImplementationStatus, int]]:
        """By status, how many members last reported it."""
        counts = Counter(update.status for update in self.latest)
        return [(status, counts[status]) for status in ImplementationStatus if counts[status]]


@dataclass(frozen=True)
class CommitmentReports:
    """All reports and the latest findings of a commitment, newest first."""

    latest: ProgressUpdate | None
    freshness: Freshness
    parties: list[PartyReport]
    entries: list[ReportEntry]
    members: MemberReports | None  # None if no group with known members is a party
    recorded: list[ReportEntry]  # what others recorded about the parties
    findings: list[Assessment]

    @property
    def only_members_report(self) -> bool:
        """Whether no party but groups is known, and none of these ever reported as one."""
        are_groups = all(voice.party.group_id for voice in self.parties)
        return self.members is not None and are_groups and self.latest is None

    @property
    def parties_differ(self) -> bool:
        return len({voice.update.status for voice in self.parties if voice.update}) > 1

    @property
    def shared_origin(self) -> str:
        """The origin of all reports of the parties, or empty if it differs."""
        origins = {entry.update.origin for entry in self.entries}
        return origins.pop() if len(origins) == 1 else ""

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
    on: date,
) -> CommitmentReports:
    """`commitment` comes from `with_parties`. Updates are newest first."""
    rows = list(updates)
    entries = _entries([row for row in rows if row.is_of_party and not row.is_of_member])
    latest = entries[0].update if entries else None
    of_party: dict[int, ProgressUpdate] = {}
    for entry in entries:
        of_party.setdefault(entry.update.party_id, entry.update)
    return CommitmentReports(
        latest=latest,
        freshness=freshness_of(latest.reported_on if latest else None, on),
        parties=[PartyReport(party, of_party.get(party.pk)) for party in commitment.parties.all()],
        entries=entries,
        members=_member_reports(commitment, [row for row in rows if row.is_of_member]),
        recorded=_entries([row for row in rows if not row.is_of_party]),
        findings=findings_of(commitment),
    )


def _member_reports(commitment: Commitment, updates: list[ProgressUpdate]) -> MemberReports | None:
    if all(party.group is None for party in commitment.parties.all()):
        return None
    total = members_of_groups(commitment).count()
    return MemberReports(total, _entries(updates)) if total or updates else None


def _entries(updates: list[ProgressUpdate]) -> list[ReportEntry]:
    entries: list[ReportEntry] = []
    before: dict[int, ProgressUpdate] = {}  # of each party, oldest first
    for update in reversed(updates):
        entries.append(ReportEntry(update, before.get(update.party_id)))
        before[update.party_id] = update
    return entries[::-1]


def _contradicts(assessment: Assessment, update: ProgressUpdate) -> bool:
    return assessment.finding in CONTRADICTING_FINDINGS[ImplementationStatus(update.status)]
