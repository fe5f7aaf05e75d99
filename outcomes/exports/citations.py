"""How to cite a record: in a sentence, and for reference managers."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from outcomes.changes.topics import Topic, absolute_url
from outcomes.models import Commitment, Outcome
from roundtable.models import Event
from roundtable.templatetags.portal import event_dates

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# What TeX would not print as it is.
_ESCAPED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "{}%$&#_"},
}


@dataclass(frozen=True)
class Citation:
    """A record in the order in which one cites it."""

    event: Event
    part: str  # of the roundtable; empty for all of it
    address: str
    key: str  # for reference managers

    @property
    def dates(self) -> str:
        return event_dates(self.event)

    def bibtex(self, on: date) -> str:
        """As read on that day."""
        event = self.event
        note = [self.part, _("made up for the demonstration") if event.is_demonstration else ""]
        fields = {
            # Braces around a name keep it whole: it is not that of a person.
            "author": "{" + _escape(event.series.name) + "}",
            "title": "{" + _escape(event.title) + "}",
            "year": str(event.starts_on.year),
            "note": _escape(", ".join(filter(None, note))),
            "url": self.address,
            "urldate": on.isoformat(),
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        lines.insert(3, f"  month = {MONTHS[event.starts_on.month - 1]},")
        return "\n".join([f"@misc{{{self.key},", *lines, "}", ""])


def citation(topic: Topic) -> Citation | None:
    """None of what is part of no roundtable."""
    row, part = topic.row, ""
    if isinstance(row, Outcome):
        event = row.statement.event
        part = (_("point %s") if row.parent_id else _("part %s")) % row.number
    elif isinstance(row, Commitment):
        event, part = row.event, row.reference
    elif isinstance(row, Event):
        event = row
    else:
        return None
    key = re.sub("[^a-z0-9]+", "-", topic.key.lower()).strip("-")
    return Citation(event, part, absolute_url(topic.path), key)


def _escape(text: str) -> str:
    words = " ".join(text.split())
    return "".join(_ESCAPED.get(character, character) for character in words)
