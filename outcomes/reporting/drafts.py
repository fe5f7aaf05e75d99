"""Drafts of progress updates, with conflict detection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from outcomes.evidence.files import public_evidence_text
from outcomes.models import ENDED_STATUSES, CommitmentParty, Evidence, ProgressUpdate, own_voice
from outcomes.reporting.forms import EvidenceForm, UpdateForm
from participants.models import User
from roundtable.web.row_keys import row_key

VERSION_FIELD = "version"  # form field with `ReportDraft.version`
MAX_EVIDENCE_FILES = 20  # per update; a co-chair must be able to check them all
CARRIED_FIELDS = ["status", "completion", "obstacles", "next_steps"]


@dataclass(frozen=True)
class FieldDifference:
    """A field with different values in the stored and the sent text."""

    label: str
    stored: str
    own: str


@dataclass(frozen=True)
class ReportDraft:
    """The party's own unapproved update, and its latest approved one.

    What others entered for the party is not among them.
    """

    party: CommitmentParty
    unapproved: ProgressUpdate | None
    latest: ProgressUpdate | None  # approved

    @property
    def version(self) -> str:
        """Identifies the stored text; the form sends it back to detect conflicts."""
        stored = self.unapproved or self.latest
        return f"{stored.pk}.{stored.revision}" if stored else "0"

    @property
    def can_report_no_change(self) -> bool:
        """Whether the party's report is the latest and no draft exists."""
        if self.latest is None or self.latest.is_placeholder or self.unapproved is not None:
            return False
        # If another party reported since, repeating the old status would undo its report.
        last = self.party.commitment.latest_update_id
        return self.latest.is_of_member or self.latest.pk == last


@dataclass(frozen=True)
class SaveResult:
    """Result of a save; on a conflict, `differences` are for the author to compare."""

    form: UpdateForm
    evidence: EvidenceForm
    is_saved: bool = False
    is_conflict: bool = False  # the stored text changed after the form was opened
    differences: list[FieldDifference] = field(default_factory=list)


def draft_for(party: CommitmentParty) -> ReportDraft:
    updates = ProgressUpdate.objects.of_party().filter(party=party)
    return ReportDraft(
        party=party, unapproved=updates.unapproved().first(), latest=updates.approved().first()
    )


def form_for(draft: ReportDraft, *, at: datetime) -> UpdateForm:
    """Contains the draft, or values from the latest report."""
    if draft.unapproved:
        return UpdateForm(instance=draft.unapproved)
    last = draft.latest
    carried = {name: getattr(last, name) for name in CARRIED_FIELDS} if last else {}
    return UpdateForm(initial={"reported_on": at.date(), **carried})


def save_report(
    party: CommitmentParty,
    data: Mapping[str, Any],
    files: Mapping[str, Any],
    *,
    submitting: bool,
    by: User | None,
    at: datetime,
) -> SaveResult:
    """Saves nothing if the stored text changed in the meantime."""
    # Check files before locking rows: it can take long.
    evidence = EvidenceForm(data, files)
    if evidence.is_given:
        evidence.is_valid()
    other_public_text = []
    if submitting and (unapproved := draft_for(party).unapproved):
        remaining = _remaining_evidence(unapproved, data)
        other_public_text = [public_evidence_text(row) for row in remaining]
    if submitting:
        other_public_text += evidence.public_texts()
    return _save_report(
        party, data, evidence, other_public_text, submitting=submitting, by=by, at=at
    )


@transaction.atomic
def _save_report(
    party: CommitmentParty,
    data: Mapping[str, Any],
    evidence: EvidenceForm,
    other_public_text: list[str],
    *,
    submitting: bool,
    by: User | None,
    at: datetime,
) -> SaveResult:
    # Lock: of two simultaneous requests, the second waits and then sees the first one's text.
    CommitmentParty.objects.select_for_update().get(pk=party.pk)
    draft = draft_for(party)
    stored = draft.unapproved or draft.latest
    stored_values = _display_values(UpdateForm(instance=stored)) if stored else {}
    update = draft.unapproved or ProgressUpdate(
        commitment_id=party.commitment_id, party=party, reported_by=own_voice(party)
    )
    previous_state, update.state = (
        update.state,
        ProgressUpdate.State.DRAFT,
    )  # the model allows incomplete drafts
    update.recorded_at = at
    update.is_unchanged = False
    form = UpdateForm(_with_default_day(data, at), instance=update, submitting=submitting)
    form.other_public_text = other_public_text
    if data.get(VERSION_FIELD) != draft.version:
        submitted_values = _display_values(form)
        differences = [
            FieldDifference(label, stored_values.get(name, ("", ""))[1], text)
            for name, (label, text) in submitted_values.items()
            if stored_values.get(name, ("", ""))[1] != text
        ]
        target_state = ProgressUpdate.State.SUBMITTED if submitting else ProgressUpdate.State.DRAFT
        # Not a conflict if the same form was sent twice.
        if (
            draft.unapproved
            and not differences
            and previous_state == target_state
            and _has_evidence(draft.unapproved, evidence)
        ):
            return SaveResult(form, evidence, is_saved=True)
        return SaveResult(form, evidence, is_conflict=True, differences=differences)
    # Validate both forms, so that all errors are shown together.
    evidence_is_valid = not evidence.is_given or _can_add_evidence(evidence, update, data)
    if not form.is_valid() or not evidence_is_valid:
        return SaveResult(form, evidence)
    update = form.save(commit=False)
    update.author = by
    update.save_draft()
    for row in _removed_evidence(update, data):
        row.delete()
    if evidence.is_given:
        evidence.save_to(update)
    if submitting:
        update.claim_for_party()
        update.submit(at=at)
    return SaveResult(form, evidence, is_saved=True)


@transaction.atomic
def report_no_change(
    party: CommitmentParty, *, version: str, by: User | None, at: datetime
) -> bool:
    """Submits an update that confirms the last approved one; false if not possible."""
    CommitmentParty.objects.select_for_update().get(pk=party.pk)
    draft = draft_for(party)
    if not draft.can_report_no_change or draft.latest is None or draft.version != version:
        return False
    last = draft.latest
    update = ProgressUpdate(
        commitment_id=party.commitment_id,
        party=party,
        reported_on=max(at.date(), last.reported_on),
        recorded_at=at,
        status=last.status,
        completion=last.completion,
        is_unchanged=True,
        # An ended status needs a reason and a source; reuse the approved ones.
        reason=last.reason if last.status in ENDED_STATUSES else "",
        source=last.source if last.status in ENDED_STATUSES else "",
        has_no_personal_details=True,
        author=by,
    )
    update.claim_for_party()
    update.full_clean()
    update.submit(at=at)
    return True


@transaction.atomic
def discard_draft(party: CommitmentParty, *, version: str) -> bool:
    """Deletes a draft that was never submitted; false if not possible."""
    CommitmentParty.objects.select_for_update().get(pk=party.pk)
    draft = draft_for(party)
    update = draft.unapproved
    if update is None or draft.version != version:
        return False
    if update.state != ProgressUpdate.State.DRAFT or update.submitted_at:
        return False
    update.delete_with_evidence()
    return True


def _has_evidence(update: ProgressUpdate, evidence: EvidenceForm) -> bool:
    title = str(evidence["title"].value() or "")
    return not evidence.is_given or update.evidence.filter(title=title).exists()


def _can_add_evidence(
    evidence: EvidenceForm, update: ProgressUpdate, data: Mapping[str, Any]
) -> bool:
    remaining = _remaining_evidence(update, data).count() if update.pk else 0
    if evidence.is_valid() and remaining >= MAX_EVIDENCE_FILES:
        evidence.add_error(
            "title", _("This update already has a lot of evidence. Remove some of it first.")
        )
    return not evidence.errors


def _removed_evidence(update: ProgressUpdate, data: Mapping[str, Any]) -> list[Evidence]:
    getlist = getattr(data, "getlist", None)
    keys = set(getlist("remove")) if getlist else set()
    return [row for row in update.evidence.all() if row_key(row) in keys]


def _remaining_evidence(update: ProgressUpdate, data: Mapping[str, Any]) -> QuerySet[Evidence]:
    removed = [row.pk for row in _removed_evidence(update, data)]
    return update.evidence.exclude(pk__in=removed)


def _with_default_day(data: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    if data.get("reported_on"):
        return data
    values = {name: data[name] for name in data}
    return {**values, "reported_on": at.date().isoformat()}


def _display_values(form: UpdateForm) -> dict[str, tuple[str, str]]:
    found = {}
    for name in UpdateForm.Meta.fields:
        if name == "has_no_personal_details":  # confirmed anew for each text
            continue
        value = form[name].value()
        shown = "" if value is None else str(value)
        if isinstance(form.fields[name], forms.TypedChoiceField):
            field_of: Any = form.fields[name]
            shown = str({str(key): label for key, label in field_of.choices}.get(shown, shown))
        elif hasattr(value, "year"):
            shown = value.isoformat()
        found[name] = (str(form[name].label), shown.replace("\r\n", "\n").strip())
    return found
