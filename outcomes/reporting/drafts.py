"""Writing an update: kept as a draft or handed in, and never over what somebody else wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.evidence.files import public_evidence_text
from outcomes.models import ENDED_STATUSES, CommitmentParty, ProgressUpdate
from outcomes.reporting import submission
from outcomes.reporting.forms import TEXT_FIELDS, EvidenceForm, UpdateForm
from participants.models import User

VERSION_FIELD = "version"  # of a form: which text it was opened with
MAX_EVIDENCE_FILES = 20  # of one update: what one person looks through
CARRIED_FIELDS = ["status", "completion", "obstacles", "next_steps"]


@dataclass(frozen=True)
class FieldDifference:
    """One field of two texts that do not say the same."""

    label: str
    stored: str
    own: str


@dataclass(frozen=True)
class ReportDraft:
    """What lies before somebody who reports: the text that is being written, and the last one."""

    party: CommitmentParty
    unapproved: ProgressUpdate | None
    latest: ProgressUpdate | None  # approved

    @property
    def version(self) -> str:
        """Stands in the form, and tells whether what is stored is still the same."""
        stored = self.unapproved or self.latest
        return f"{stored.pk}.{stored.revision}" if stored else "0"

    @property
    def can_report_no_change(self) -> bool:
        """Whether nothing can be new since the party's report: it was the last one, none is begun.

        Where another party has reported since, to repeat the old status would turn it back.
        """
        last = self.party.commitment.latest_update_id
        return self.latest is not None and self.latest.pk == last and self.unapproved is None


@dataclass(frozen=True)
class SaveResult:
    """What became of a form: stored, or refused with what the author is to look at."""

    form: UpdateForm
    evidence: EvidenceForm
    is_saved: bool = False
    is_conflict: bool = False  # somebody else stored something since the form was opened
    differences: list[FieldDifference] = field(default_factory=list)


def draft_for(party: CommitmentParty) -> ReportDraft:
    """What is stored for a party now."""
    updates = ProgressUpdate.objects.filter(party=party)
    return ReportDraft(
        party=party, unapproved=updates.unapproved().first(), latest=updates.approved().first()
    )


def form_for(draft: ReportDraft, *, at: datetime) -> UpdateForm:
    """The form as it is opened: with the text that was begun, else with what was said last."""
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
    """Keeps what was sent as a draft, or hands it in.

    Where another text was stored since the form was opened, nothing is: both are to be shown.
    """
    # Files are looked into before anything is locked: it takes as long as they want.
    evidence = EvidenceForm(data, files)
    if evidence.is_given:
        evidence.is_valid()
    other_public_text = []
    if submitting and (unapproved := draft_for(party).unapproved):
        remaining = unapproved.evidence.exclude(pk__in=_evidence_ids_to_remove(data))
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
    # Of two at the same time the second waits here, and then sees what the first stored.
    CommitmentParty.objects.select_for_update().get(pk=party.pk)
    draft = draft_for(party)
    stored = draft.unapproved or draft.latest
    stored_values = _display_values(UpdateForm(instance=stored)) if stored else {}
    update = draft.unapproved or ProgressUpdate(commitment_id=party.commitment_id, party=party)
    previous_state, update.state = (
        update.state,
        ProgressUpdate.State.DRAFT,
    )  # as which it may lack something
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
        # The same form sent twice finds its own text.
        if (
            draft.unapproved
            and not differences
            and previous_state == target_state
            and _has_evidence(draft.unapproved, evidence)
        ):
            return SaveResult(form, evidence, is_saved=True)
        return SaveResult(form, evidence, is_conflict=True, differences=differences)
    # Both are asked, so that all that is wrong is said at once.
    evidence_is_valid = not evidence.is_given or _can_add_evidence(evidence, update, data)
    if not form.is_valid() or not evidence_is_valid:
        return SaveResult(form, evidence)
    update = form.save(commit=False)
    update.author = by
    if submitting:
        submission.submit_text(update, at=at)
    else:
        update.save_draft()
    for row in update.evidence.filter(pk__in=_evidence_ids_to_remove(data)):
        row.delete()
    if evidence.is_given:
        evidence.save_to(update)
    return SaveResult(form, evidence, is_saved=True)


@transaction.atomic
def report_no_change(
    party: CommitmentParty, *, version: str, by: User | None, at: datetime
) -> bool:
    """Hands in that nothing is new since the party's last approved report.

    False where there is none, or something else was stored since the page was opened.
    """
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
        # What ends needs a source again; it was approved once, and no other word is written.
        reason=last.reason if last.status in ENDED_STATUSES else "",
        source=last.source if last.status in ENDED_STATUSES else "",
        has_no_personal_details=True,
        author=by,
    )
    update.full_clean()
    submission.submit_text(update, at=at)
    return True


@transaction.atomic
def discard_draft(party: CommitmentParty, *, version: str) -> bool:
    """Throws away a draft that was never handed in.

    False where there is none, or something else was stored since the page was opened.
    """
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
    """Whether what is given as evidence stands there already."""
    title = str(evidence["title"].value() or "")
    return not evidence.is_given or update.evidence.filter(title=title).exists()


def _can_add_evidence(
    evidence: EvidenceForm, update: ProgressUpdate, data: Mapping[str, Any]
) -> bool:
    remaining = (
        update.evidence.exclude(pk__in=_evidence_ids_to_remove(data)).count() if update.pk else 0
    )
    if evidence.is_valid() and remaining >= MAX_EVIDENCE_FILES:
        evidence.add_error("title", _("There is much evidence here already. Take some away first."))
    return not evidence.errors


def _evidence_ids_to_remove(data: Mapping[str, Any]) -> list[int]:
    """Which evidence is to be taken away."""
    getlist = getattr(data, "getlist", None)
    return (
        [int(key) for key in getlist("remove") if key.isascii() and key.isdigit() and len(key) < 19]
        if getlist
        else []
    )


def _with_default_day(data: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """What was sent, as of today where no day was given."""
    if data.get("reported_on"):
        return data
    values = {name: data[name] for name in data}
    return {**values, "reported_on": at.date().isoformat()}


def _display_values(form: UpdateForm) -> dict[str, tuple[str, str]]:
    """What each field of a form says, as a person reads it."""
    found = {}
    for name in ["status", "completion", "reported_on", *TEXT_FIELDS]:
        value = form[name].value()
        shown = "" if value is None else str(value)
        if isinstance(form.fields[name], forms.TypedChoiceField):
            field_of: Any = form.fields[name]
            shown = str({str(key): label for key, label in field_of.choices}.get(shown, shown))
        elif hasattr(value, "year"):
            shown = value.isoformat()
        found[name] = (str(form[name].label), shown.replace("\r\n", "\n").strip())
    return found
