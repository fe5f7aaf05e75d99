"""Writing an update: kept as a draft or handed in, and never over what somebody else wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.evidence.files import shown_words
from outcomes.models import ENDED, CommitmentParty, ProgressUpdate
from outcomes.reporting import submission
from outcomes.reporting.forms import WORDS, EvidenceForm, UpdateForm
from participants.models import User

SEEN = "seen"  # of a form: which text it was opened with
MOST_EVIDENCE = 20  # of one update: what one person looks through
CARRIED_ON = ["status", "step", "obstacles", "next_steps"]


@dataclass(frozen=True)
class Difference:
    """One field of two texts that do not say the same."""

    label: str
    stored: str
    own: str


@dataclass(frozen=True)
class Desk:
    """What lies before somebody who reports: the text that is being written, and the last one."""

    party: CommitmentParty
    open: ProgressUpdate | None
    latest: ProgressUpdate | None  # approved

    @property
    def seen(self) -> str:
        """Stands in the form, and tells whether what is stored is still the same."""
        stored = self.open or self.latest
        return f"{stored.pk}.{stored.revision}" if stored else "0"

    @property
    def may_say_nothing_new(self) -> bool:
        """Whether nothing can be new since the party's report: it was the last one, none is begun.

        Where another party has reported since, to repeat the old status would turn it back.
        """
        last = self.party.commitment.latest_update_id
        return self.latest is not None and self.latest.pk == last and self.open is None


@dataclass(frozen=True)
class Written:
    """What became of a form: stored, or refused with what the author is to look at."""

    form: UpdateForm
    evidence: EvidenceForm
    is_stored: bool = False
    is_changed: bool = False  # somebody else stored something since the form was opened
    differences: list[Difference] = field(default_factory=list)


def desk_of(party: CommitmentParty) -> Desk:
    """What is stored for a party now."""
    updates = ProgressUpdate.objects.filter(party=party)
    return Desk(party=party, open=updates.open().first(), latest=updates.approved().first())


def form_of(desk: Desk, *, at: datetime) -> UpdateForm:
    """The form as it is opened: with the text that was begun, else with what was said last."""
    if desk.open:
        return UpdateForm(instance=desk.open)
    last = desk.latest
    carried = {name: getattr(last, name) for name in CARRIED_ON} if last else {}
    return UpdateForm(initial={"reported_on": at.date(), **carried})


def write(
    party: CommitmentParty,
    sent: Mapping[str, Any],
    files: Mapping[str, Any],
    *,
    hand_in: bool,
    by: User | None,
    at: datetime,
) -> Written:
    """Keeps what was sent as a draft, or hands it in.

    Where another text was stored since the form was opened, nothing is: both are to be shown.
    """
    # Files are looked into before anything is locked: it takes as long as they want.
    evidence = EvidenceForm(sent, files)
    if evidence.is_given:
        evidence.is_valid()
    also_read = []
    if hand_in and (begun := desk_of(party).open):
        stays = begun.evidence.exclude(pk__in=_numbers(sent))
        also_read = [shown_words(row) for row in stays]
    if hand_in:
        also_read += evidence.words()
    return _write(party, sent, evidence, also_read, hand_in=hand_in, by=by, at=at)


@transaction.atomic
def _write(
    party: CommitmentParty,
    sent: Mapping[str, Any],
    evidence: EvidenceForm,
    also_read: list[str],
    *,
    hand_in: bool,
    by: User | None,
    at: datetime,
) -> Written:
    # Of two at the same time the second waits here, and then sees what the first stored.
    CommitmentParty.objects.select_for_update().get(pk=party.pk)
    desk = desk_of(party)
    stored = desk.open or desk.latest
    before = _readable(UpdateForm(instance=stored)) if stored else {}
    update = desk.open or ProgressUpdate(commitment_id=party.commitment_id, party=party)
    was, update.state = update.state, ProgressUpdate.State.DRAFT  # as which it may lack something
    update.recorded_at = at
    update.is_unchanged = False
    form = UpdateForm(_with_a_day(sent, at), instance=update, hand_in=hand_in)
    form.also_read = also_read
    if sent.get(SEEN) != desk.seen:
        own = _readable(form)
        differences = [
            Difference(label, before.get(name, ("", ""))[1], text)
            for name, (label, text) in own.items()
            if before.get(name, ("", ""))[1] != text
        ]
        wanted = ProgressUpdate.State.SUBMITTED if hand_in else ProgressUpdate.State.DRAFT
        # The same form sent twice finds its own text.
        if desk.open and not differences and was == wanted and _has(desk.open, evidence):
            return Written(form, evidence, is_stored=True)
        return Written(form, evidence, is_changed=True, differences=differences)
    # Both are asked, so that all that is wrong is said at once.
    is_right = not evidence.is_given or _may_be_added(evidence, update, sent)
    if not form.is_valid() or not is_right:
        return Written(form, evidence)
    update = form.save(commit=False)
    update.author = by
    if hand_in:
        submission.hand_in(update, at=at)
    else:
        update.keep()
    for row in update.evidence.filter(pk__in=_numbers(sent)):
        row.delete()
    if evidence.is_given:
        evidence.store(update)
    return Written(form, evidence, is_stored=True)


@transaction.atomic
def say_nothing_new(party: CommitmentParty, *, seen: str, by: User | None, at: datetime) -> bool:
    """Hands in that nothing is new since the party's last approved report.

    False where there is none, or something else was stored since the page was opened.
    """
    CommitmentParty.objects.select_for_update().get(pk=party.pk)
    desk = desk_of(party)
    if not desk.may_say_nothing_new or desk.latest is None or desk.seen != seen:
        return False
    last = desk.latest
    update = ProgressUpdate(
        commitment_id=party.commitment_id,
        party=party,
        reported_on=max(at.date(), last.reported_on),
        recorded_at=at,
        status=last.status,
        step=last.step,
        is_unchanged=True,
        # What ends needs a source again; it was approved once, and no other word is written.
        reason=last.reason if last.status in ENDED else "",
        source=last.source if last.status in ENDED else "",
        names_nobody=True,
        author=by,
    )
    update.full_clean()
    submission.hand_in(update, at=at)
    return True


@transaction.atomic
def discard(party: CommitmentParty, *, seen: str) -> bool:
    """Throws away a draft that was never handed in.

    False where there is none, or something else was stored since the page was opened.
    """
    CommitmentParty.objects.select_for_update().get(pk=party.pk)
    desk = desk_of(party)
    draft = desk.open
    if draft is None or desk.seen != seen:
        return False
    if draft.state != ProgressUpdate.State.DRAFT or draft.submitted_at:
        return False
    draft.take_away()
    return True


def _has(update: ProgressUpdate, evidence: EvidenceForm) -> bool:
    """Whether what is given as evidence stands there already."""
    title = str(evidence["title"].value() or "")
    return not evidence.is_given or update.evidence.filter(title=title).exists()


def _may_be_added(evidence: EvidenceForm, update: ProgressUpdate, sent: Mapping[str, Any]) -> bool:
    stays = update.evidence.exclude(pk__in=_numbers(sent)).count() if update.pk else 0
    if evidence.is_valid() and stays >= MOST_EVIDENCE:
        evidence.add_error("title", _("There is much evidence here already. Take some away first."))
    return not evidence.errors


def _numbers(sent: Mapping[str, Any]) -> list[int]:
    """Which evidence is to be taken away."""
    getlist = getattr(sent, "getlist", None)
    return (
        [int(key) for key in getlist("remove") if key.isascii() and key.isdigit() and len(key) < 19]
        if getlist
        else []
    )


def _with_a_day(sent: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """What was sent, as of today where no day was given."""
    if sent.get("reported_on"):
        return sent
    values = {name: sent[name] for name in sent}
    return {**values, "reported_on": at.date().isoformat()}


def _readable(form: UpdateForm) -> dict[str, tuple[str, str]]:
    """What each field of a form says, as a person reads it."""
    found = {}
    for name in ["status", "step", "reported_on", *WORDS]:
        value = form[name].value()
        shown = "" if value is None else str(value)
        if isinstance(form.fields[name], forms.TypedChoiceField):
            field_of: Any = form.fields[name]
            shown = str({str(key): label for key, label in field_of.choices}.get(shown, shown))
        elif hasattr(value, "year"):
            shown = value.isoformat()
        found[name] = (str(form[name].label), shown.replace("\r\n", "\n").strip())
    return found
