"""Value types of the change log."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.commitments.status import with_findings
from roundtable.text.diff import DiffSegment, diff_words

MAX_WORDING_LENGTH = 300  # of each wording in an email
CONTEXT_LENGTH = 60  # characters before the first difference


class ChangeKind(TextChoices):
    """Kind of a change."""

    STATEMENT = "statement", gettext_lazy("Statement published")
    UPDATE = "update", gettext_lazy("Update")
    RESPONSE = "response", gettext_lazy("Answer")
    ASSESSMENT = "assessment", gettext_lazy("Assessment")
    COMMITMENT = "commitment", gettext_lazy("Commitment recorded")
    JOINED = "joined", gettext_lazy("Party joined")
    MILESTONE = "milestone", gettext_lazy("Milestone reached")
    CORRECTION = "correction", gettext_lazy("Text corrected")


@dataclass(frozen=True)
class Change:
    """One public change, with display values."""

    at: datetime
    kind: ChangeKind
    key: str  # stable ID, such as update-12 or commitment-7-30-text
    reference: str  # BP2018-C1, or the number of a point; may be empty
    subject: str  # text of the changed object
    field: str  # label of the changed field
    before: str
    after: str
    url: str
    by: str = ""  # the party, addressee or assessor, or the co-chairs; never a person
    day: date | None = None  # the day that the report is about
    text: str = ""  # the approved text
    event: str = ""
    is_demonstration: bool = False
    commitment: int = 0  # primary key of the commitment that it is about
    update: int = 0  # of the report
    disputes: tuple[str, ...] = ()  # who does not recognise these texts
    findings: tuple[str, ...] = ()  # what assessors found, beside a reported status

    @property
    def state(self) -> str:
        """What is true after it, and beside a status what assessors found."""
        return with_findings(self.after, self.findings)

    def diff(self) -> tuple[list[DiffSegment], list[DiffSegment]]:
        """Before and after in segments; only a correction has its different words marked."""
        if self.kind != ChangeKind.CORRECTION:
            return diff_words(self.before, "")[0], diff_words("", self.after)[1]
        return diff_words(self.before, self.after)


def shortened(change: Change) -> Change:
    """With only the beginning of what differs, and some words before it."""
    pairs = zip(change.before, change.after, strict=False)
    first_difference = next((n for n, (old, new) in enumerate(pairs) if old != new), 0)
    start = max(first_difference - CONTEXT_LENGTH, 0)
    before, after = (
        ("…" if start else "") + Truncator(text[start:]).chars(MAX_WORDING_LENGTH)
        for text in (change.before, change.after)
    )
    return replace(change, before=before, after=after)


def correction_sentence(change: Change) -> str:
    """From what to what, with “(deleted)” in place of words that no one may read."""
    values = {"field": capfirst(change.field), "before": change.before, "after": change.after}
    if not change.before:
        return _("%(field)s: empty before, now “%(after)s”.") % values
    if not change.after:
        return _("%(field)s: “%(before)s” before, now empty.") % values
    return _("%(field)s: “%(before)s” is now “%(after)s”.") % values
