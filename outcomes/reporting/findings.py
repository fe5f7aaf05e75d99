"""Personal data that someone checks before a text is published."""

from dataclasses import dataclass

from outcomes.datasets.tables import REPORTS
from outcomes.evidence.files import evidence_file_text
from outcomes.models import EditorialText, Evidence, ProgressUpdate
from outcomes.reporting.pii_scan import find_contact_details, find_names
from outcomes.reporting.review import may_review
from participants.permissions import EventPermissions


@dataclass(frozen=True)
class PiiFindings:
    """Possible personal data in a text.

    `names` is empty for its author, and has only people whom the viewer may see in lists too.
    """

    contact_details: list[str]
    names: list[str]
    is_author: bool
    unreadable_files: list[Evidence]  # files whose text could not be extracted


def pii_in_update(update: ProgressUpdate, rights: EventPermissions) -> PiiFindings | None:
    """None if the user may not check it, or if it is not submitted."""
    if not may_review(rights, update):
        return None
    texts = [getattr(update, name) for name in REPORTS.free_texts]
    unreadable_files = []
    for row in update.evidence.all():
        texts += [row.title, row.url]
        if row.file:
            in_file = evidence_file_text(row)
            texts.append(in_file or "")
            unreadable_files += [row] if in_file is None else []
    return _scan("\n".join(texts), update, rights, unreadable_files)


def pii_in_text(text: str, row: EditorialText, rights: EventPermissions) -> PiiFindings | None:
    """As `pii_in_update`, for other kinds of texts."""
    return _scan(text, row, rights, []) if may_review(rights, row) else None


def _scan(
    text: str, row: EditorialText, rights: EventPermissions, unreadable_files: list[Evidence]
) -> PiiFindings:
    # The last author sees no names: otherwise people could write names to test which ones the
    # portal knows.
    is_author = row.author_id == rights.user.pk
    names = [] if is_author else find_names(text, rights)
    return PiiFindings(find_contact_details(text), names, is_author, unreadable_files)
