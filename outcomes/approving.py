"""What a co-chair looks at before an update is shown to everyone."""

from dataclasses import dataclass

from outcomes.models import ProgressUpdate
from outcomes.naming import contact_details_in, names_in
from participants.permissions import Rights


@dataclass(frozen=True)
class Findings:
    """What points at people in an update; no names for its own author."""

    details: list[str]
    names: list[str]
    is_author: bool


def findings(update: ProgressUpdate, rights: Rights) -> Findings | None:
    """What points at people in it; None for who does not decide about it, or nothing is left to.

    Whoever wrote it last is told no names: to write some and look would be a way to ask the portal
    whom it knows.
    """
    waits = update.state == ProgressUpdate.State.SUBMITTED
    if not waits or not rights.may_decide(update.commitment.event_id):
        return None
    text = words_of(update)
    is_author = update.author_id == rights.user.pk
    return Findings(contact_details_in(text), [] if is_author else names_in(text), is_author)


def words_of(update: ProgressUpdate) -> str:
    """All that everyone would read of it, its evidence included."""
    told = [update.text, update.obstacles, update.next_steps, update.reason, update.source]
    shown = [f"{row.title}\n{row.url}" for row in update.evidence.all()]
    return "\n".join([*told, *shown])
