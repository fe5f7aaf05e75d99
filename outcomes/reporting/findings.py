"""What a co-chair looks at before an update is shown to everyone."""

from dataclasses import dataclass

from outcomes.evidence.files import words_of
from outcomes.models import Editorial, Evidence, ProgressUpdate, State
from outcomes.reporting.pii_scan import contact_details_in, names_in
from participants.permissions import Rights


@dataclass(frozen=True)
class Findings:
    """What points at people in an update; no names for its own author."""

    details: list[str]
    names: list[str]
    is_author: bool
    unread: list[Evidence]  # files that could not be looked into


def findings(update: ProgressUpdate, rights: Rights) -> Findings | None:
    """What points at people in it; None for who does not decide about it, or nothing is left to.

    Whoever wrote it last is told no names: to write some and look would be a way to ask the portal
    whom it knows.
    """
    if not _decides(rights, update, update.commitment.event_id):
        return None
    told = [update.text, update.obstacles, update.next_steps, update.reason, update.source]
    unread = []
    for row in update.evidence.all():
        told += [row.title, row.url]
        if row.file:
            in_file = words_of(row)
            told.append(in_file or "")
            unread += [row] if in_file is None else []
    return _found("\n".join(told), update, rights, unread)


def findings_in(text: str, row: Editorial, event: int, rights: Rights) -> Findings | None:
    """The same for a text of another kind, of a roundtable."""
    return _found(text, row, rights, []) if _decides(rights, row, event) else None


def _decides(rights: Rights, row: Editorial, event: int) -> bool:
    return row.state == State.SUBMITTED and rights.may_decide(event)


def _found(text: str, row: Editorial, rights: Rights, unread: list[Evidence]) -> Findings:
    is_author = row.author_id == rights.user.pk
    names = [] if is_author else names_in(text)
    return Findings(contact_details_in(text), names, is_author, unread)
