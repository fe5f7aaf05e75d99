"""What one change is, as a plain value."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from roundtable.text_diff import DiffSegment, diff_words


class ChangeKind(TextChoices):
    """What sort of change it is."""

    STATEMENT = "statement", _("Statement published")
    UPDATE = "update", _("Update")
    RESPONSE = "response", _("Answer")
    ASSESSMENT = "assessment", _("Assessment")
    COMMITMENT = "commitment", _("Commitment recorded")
    JOINED = "joined", _("Party joined")
    MILESTONE = "milestone", _("Milestone reached")
    CORRECTION = "correction", _("Text corrected")


@dataclass(frozen=True)
class Change:
    """One thing that changed in public, as people read it."""

    at: datetime
    kind: ChangeKind
    key: str  # the same in every reading, such as update-12 or commitment-7-text
    reference: str  # BP2018-C1, or the number of a point; empty for what has neither
    subject: str  # the words of what changed
    field: str  # what of it changed
    before: str
    after: str
    url: str
    by: str = ""  # the party, addressee or assessor; never a person
    day: date | None = None  # the day that it is true for
    text: str = ""  # the approved words
    event: str = ""
    is_demonstration: bool = False

    def diff(self) -> tuple[list[DiffSegment], list[DiffSegment]]:
        """What was there before and after, with the words marked that differ in a correction."""
        if self.kind != ChangeKind.CORRECTION:
            return diff_words(self.before, "")[0], diff_words("", self.after)[1]
        return diff_words(self.before, self.after)
