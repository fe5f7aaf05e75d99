"""Imports commitments: unchanged and new ones in bulk, changed ones one by one."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Model, Prefetch
from django.utils.translation import gettext as _

from outcomes.datasets.tables import COMMITMENTS
from outcomes.imports.records.errors import Mistake
from outcomes.imports.records.new_records import NewRecord, insert_records
from outcomes.imports.records.results import ImportReport, RowResult, differs, to_file_text
from outcomes.imports.records.validation import FileEntry
from outcomes.models import Commitment, CommitmentParty, CommitmentState, Outcome
from outcomes.reporting.focal_points import ask_focal_point
from outcomes.reporting.publication import must_be_withdrawn, publish_released, withdraw
from outcomes.sources.comparisons import may_be_released
from outcomes.sources.hashes import undertaking_hash
from participants.models import Group, Organisation
from roundtable.database.statistics import count_rows
from roundtable.history.versions import ADDED, add_versions
from roundtable.models import Event

PARTY_ROLES = {"leads": CommitmentParty.Role.LEAD, "partners": CommitmentParty.Role.PARTNER}
BATCH_SIZE = 500
Parties = Mapping[str, Group | Organisation]


class CommitmentImporter:
    """The stored commitments of a roundtable, and new ones for a bulk insert."""

    def __init__(
        self, references: Collection[str], event: Event, parties: Parties, report: ImportReport
    ) -> None:
        """`references` are those of the file."""
        self.event, self.parties, self.report = event, parties, report
        points = Prefetch("outcomes", Outcome.objects.select_related("statement"))
        rows = event.commitments.all()
        if report.is_part:
            rows = rows.filter(reference__in=references)
        rows = rows.prefetch_related(points, "parties__organisation", "parties__group")
        if not report.is_preview:
            # A party may accept one at the same time.
            rows = rows.select_for_update(no_key=True)
        self.stored = {row.reference: row for row in rows}
        others = Commitment.objects.exclude(event=event)
        others = others.filter(reference__startswith=f"{event.code}-C")
        self.used_references = set(others.values_list("reference", flat=True))
        self.new_records: list[NewRecord] = []
        self.public_at_once: list[NewRecord] = []  # those of them that may be
        self.valid_parties: set[tuple[int | None, int | None, str]] = set()

    def count_unchanged(
        self, entry: FileEntry, row: Commitment, answered_outcomes: list[Outcome] | None
    ) -> bool:
        """False if the entry differs from the stored row."""
        if any(differs(row, name, value) for name, value in entry.values.items()):
            return False
        event_outcomes = {
            point for point in row.outcomes.all() if point.statement.event_id == self.event.pk
        }
        given_roles = {role for key, role in PARTY_ROLES.items() if key in entry.lists}
        stored_parties = {
            (body.slug, party.role): party
            for party in row.parties.all()
            if not party.is_member
            and party.role in given_roles
            and (body := party.organisation or party.group)
        }
        file_parties = list(_parties_of_entry(entry, self.parties))
        if answered_outcomes is not None and event_outcomes != set(answered_outcomes):
            return False
        if stored_parties.keys() != {(body.slug, role) for _key, role, body in file_parties}:
            return False
        self.report.add_row(entry.location, RowResult.UNCHANGED, str(row))
        for key, role, body in file_parties:
            location = f"{entry.location}.{key}"
            party = stored_parties[body.slug, role]
            self.report.add_row(location, RowResult.UNCHANGED, str(party))
        return True

    def add(self, entry: FileEntry, answered_outcomes: list[Outcome] | None) -> bool:
        """Registers a new entry for the bulk insert; False if it must be stored on its own."""
        if entry.values["reference"] in self.used_references:
            return False
        row = Commitment(event=self.event, **entry.values)
        if self.report.reject_incomplete(row, entry) or entry.invalid:
            self.report.reject_forbidden_changes(row, entry.location, entry.values)
            return True
        parties = [
            (key, CommitmentParty(commitment=row, role=role, **party_link(body)))
            for key, role, body in _parties_of_entry(entry, self.parties)
        ]
        mistakes_before = len(self.report.mistakes)
        self.report.reject_forbidden_changes(row, entry.location, entry.values)
        self.report.validate(row, entry.location, are_valid=entry.values)
        if row.is_letter:
            self.report.validate_constraints(row, entry.location)
        for key, party in parties:
            self._validate_party(party, f"{entry.location}.{key}")
        if len(self.report.mistakes) > mistakes_before:
            return True
        outcomes = [point.pk for point in answered_outcomes or ()]
        parts: list[Model] = [party for _key, party in parties]
        record = NewRecord(entry.location, row, parts, outcomes)
        self.new_records.append(record)
        if self.event.is_demonstration or may_be_released(row.reference):
            self.public_at_once.append(record)
        changes = tuple(
            (name, "", to_file_text(value))
            for name, value in entry.values.items()
            if to_file_text(value)
        )
        self.report.add_row(entry.location, RowResult.ADDED, str(row), changes)
        for key, party in parties:
            role = ("role", "", to_file_text(party.role))
            self.report.add_row(f"{entry.location}.{key}", RowResult.ADDED, str(party), (role,))
        return True

    def _validate_party(self, party: CommitmentParty, location: str) -> None:
        """A new party is valid in each new commitment, or in none."""
        known = (party.organisation_id, party.group_id, party.role)
        if known in self.valid_parties:
            return
        mistakes_before = len(self.report.mistakes)
        self.report.validate(party, location)
        if len(self.report.mistakes) == mistakes_before:
            self.valid_parties.add(known)

    def save_new(self) -> None:
        # A preview has no use for drafts: no report can be about one.
        new = self.public_at_once if self.report.is_preview else self.new_records
        insert_records(new)
        if len(new) > BATCH_SIZE:
            count_rows(Commitment)
            count_rows(CommitmentParty)
        add_versions((record.row for record in new), ADDED)


def _parties_of_entry(
    entry: FileEntry, parties: Parties
) -> Iterator[tuple[str, CommitmentParty.Role, Group | Organisation]]:
    """Each party that was not refused, with its key and role; others have their own mistake."""
    for key, role in PARTY_ROLES.items():
        for slug in entry.lists.get(key, []):
            body = parties.get(slug)
            if body is not None and body.pk is not None:
                yield key, role, body


def party_link(body: Group | Organisation) -> dict[str, Any]:
    """The field of a row that names it."""
    return {"group" if isinstance(body, Group) else "organisation": body}


KEYS_BY_ROLE = {str(role): key for key, role in PARTY_ROLES.items()}


def apply_commitments(
    entries: list[FileEntry],
    event: Event,
    *,
    parties: Parties,
    outcomes: Mapping[str, Outcome],
    report: ImportReport,
) -> set[str]:
    """Returns the references of new commitments, and of others with mistakes."""
    uncertain = {entry.word("reference") for entry in entries if entry.invalid}
    if not entries:
        # Without a lock on the stored ones, for which others would wait.
        _publish_released(event, report)
        return uncertain
    file_references = {entry.word("reference") for entry in entries}
    importer = CommitmentImporter(file_references, event, parties, report)
    by = report.by.user if report.by else None
    for entry in entries:
        if "reference" not in entry.values:
            continue
        stored = importer.stored.get(entry.values["reference"])
        if stored is None:
            uncertain.add(entry.values["reference"])
        answered_outcomes = (
            [outcomes[n] for n in entry.lists["outcomes"] if n in outcomes]
            if "outcomes" in entry.lists
            else None
        )
        if any(row.pk is None for row in answered_outcomes or ()):
            answered_outcomes = None  # the mistake is reported at the point
        if (
            importer.count_unchanged(entry, stored, answered_outcomes)
            if stored
            else importer.add(entry, answered_outcomes)
        ):
            continue
        before = stored.text.split() if stored else None
        earlier_hash = undertaking_hash(stored) if stored else ""
        was_public = bool(stored and stored.is_public)
        is_draft = stored is None or stored.state == CommitmentState.DRAFT
        compared = [word for word in entry.values.items() if word[0] in COMMITMENTS.compared]
        if stored and not is_draft and any(differs(stored, *word) for word in compared):
            withdraw(stored, by=by)
        commitment = report.store_entry(stored or Commitment(), entry, event=event)
        if commitment.pk is None:
            continue
        if before is not None and commitment.text.split() != before:
            _ask_focal_points_again(commitment, report)
        if answered_outcomes is not None:
            # A file names only points of its own roundtable; links to other points are kept.
            answered_outcomes += commitment.outcomes.exclude(statement__event=event)
            report.set_links(commitment, entry.location, "outcomes", answered_outcomes)
        _apply_parties(entry, commitment, parties, report)
        changed = Commitment.objects.get(pk=commitment.pk)  # with its new parties and points
        if stored and must_be_withdrawn(changed, earlier_hash):
            withdraw(changed, by=by)
            changed.save()
        if stored and was_public and not changed.is_public:
            text = _(
                "This changes a public commitment. It is a draft until two organisations compared "
                "it with its source again."
            )
            report.notes.append(Mistake(entry.location, text))
    importer.save_new()
    _publish_released(event, report)
    public = {entry.location for entry in entries if entry.word("reference") in report.published}
    report.new_records += [row for row in importer.new_records if row.location not in public]
    for reference in importer.stored:
        if reference not in file_references:
            report.kept.append(_("commitment %s") % reference)
    return uncertain


def _publish_released(event: Event, report: ImportReport) -> None:
    if report.at and not report.mistakes:
        report.published |= publish_released(event, at=report.at)


def _ask_focal_points_again(commitment: Commitment, report: ImportReport) -> None:
    # They accepted the earlier text, not this one.
    assert report.at is not None
    for party in commitment.parties.filter(focal_point_accepted_at__isnull=False):
        ask_focal_point(party, party.focal_point, at=report.at)
        report.kept.append(
            _("a focal point of %s, who is asked again because its text changed")
            % commitment.reference
        )


def _apply_parties(
    entry: FileEntry,
    commitment: Commitment,
    parties: Parties,
    report: ImportReport,
) -> None:
    stored_ids = []
    for key, role, body in _parties_of_entry(entry, parties):
        link = party_link(body)
        row = commitment.parties.filter(**link).first() or CommitmentParty()
        given = {"commitment": commitment, "role": role, **link}
        stored_ids.append(report.store(row, f"{entry.location}.{key}", given).pk)
    # A file does not name the members of groups.
    missing = commitment.parties.without_members().exclude(pk__in=[pk for pk in stored_ids if pk])
    given_roles = [role for key, role in PARTY_ROLES.items() if key in entry.lists]
    for row in missing.filter(role__in=given_roles):
        if row.focal_point_id or row.updates.exists() or row.disputes.exists():
            report.kept.append(
                _("party %(party)s of %(reference)s, which has updates, disputes or a focal point")
                % {"party": row, "reference": commitment.reference}
            )
        else:
            report.remove([row], f"{entry.location}.{KEYS_BY_ROLE[row.role]}")
