"""The tables and keys of a roundtable file; what a key may hold is what its field may hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import models

from outcomes.models import Commitment, Document, Outcome, Statement, Theme
from participants.models import EventRole, Group, Organisation, RecordedCount
from roundtable.models import Event, Series


@dataclass(frozen=True)
class Table:
    """One table of the file, or a list of such tables."""

    model: type[models.Model]
    fields: tuple[str, ...]
    lists: tuple[str, ...] = ()  # keys that hold lists of words
    tables: "dict[str, Table]" = field(default_factory=dict)
    # The key that names a row in messages, and that two rows may not share.
    identifier: str = ""
    # Words that a file may write where the field itself knows more of them.
    allowed: "dict[str, tuple[str, ...]]" = field(default_factory=dict)
    needs: tuple[str, ...] = ()  # keys that are needed though their field may be empty
    is_list: bool = True
    # Other roundtables have it too: a key that is left out leaves what is stored as it is.
    is_shared: bool = False

    @property
    def keys(self) -> list[str]:
        """Every key that the table may have."""
        return [*self.fields, *self.lists, *self.tables]

    def required(self) -> Iterator[str]:
        """The keys that must be there."""
        for name in self.fields:
            field = self.model._meta.get_field(name)
            assert isinstance(field, models.Field)
            if name in self.needs or not (field.blank or field.has_default()):
                yield name


SOURCE = ("source_title", "source_url", "source_retrieved_on")
WORDED = ("source_wording", "source")
SAID = ("number", "text", "place_in_source", "classified_by_portal")

POINTS = Table(
    Outcome, (*SAID, "kind"), ("themes", "addressees"), identifier="number", needs=("number",)
)
LEAD_INS = Table(Outcome, SAID, tables={"points": POINTS}, identifier="number", needs=("number",))
ROLES = Table(EventRole, ("role", "represented_by", *WORDED), identifier="role")

TABLES = {
    "series": Table(Series, ("slug", "name", "site"), is_list=False, is_shared=True),
    "event": Table(
        Event,
        (
            *("code", "slug", "title", "starts_on", "ends_on", "time_zone", "city", "country"),
            *("venue", "summary", "is_public", "is_demonstration", *SOURCE),
        ),
        is_list=False,
    ),
    "themes": Table(Theme, ("slug", "name", "source"), identifier="slug", is_shared=True),
    "groups": Table(
        Group, ("slug", "name", "description", "made_of"), identifier="slug", is_shared=True
    ),
    "organisations": Table(
        Organisation,
        ("slug", "name", "short_name", "kind", "country", "site", "description", "role_mailbox"),
        tables={"roles": ROLES},
        identifier="slug",
        is_shared=True,
    ),
    "counts": Table(RecordedCount, ("kind", "number", *WORDED), identifier="kind"),
    "documents": Table(Document, ("title", "publisher", "url", "dated_on"), identifier="title"),
    "statement": Table(
        Statement,
        ("language", "title", "introduction", "state", "adoption", *SOURCE),
        tables={"lead_ins": LEAD_INS},
        # What is signed here is signed by people, never by a file.
        allowed={"adoption": (Statement.Adoption.SOURCE.value,)},
        is_list=False,
    ),
    "commitments": Table(
        Commitment,
        ("reference", "text", "place_in_source", "due_on", "is_open"),
        ("outcomes", "leads", "partners"),
        identifier="reference",
    ),
}
NEEDED = ("series", "event")
