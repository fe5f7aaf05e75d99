"""Value types of the change log."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from roundtable.text_diff import DiffSegment, diff_words


class ChangeKind(TextChoices):
    """Kind of a change."""

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

    def diff(self) -> tuple[list[DiffSegment], list[DiffSegment]]:
        """Before and after in segments; only a correction has its different words marked."""
        if self.kind != ChangeKind.CORRECTION:
            return diff_words(self.before, "")[0], diff_words("", self.after)[1]
        return diff_words(self.before, self.after)
