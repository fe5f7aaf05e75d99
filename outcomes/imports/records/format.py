"""The tables and keys of a roundtable file; a value is valid if its model field accepts it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from outcomes.models import (
    Commitment,
    Document,
    EditorialState,
    Outcome,
    ProgressUpdate,
    Statement,
    Theme,
)
from participants.models import (
    Affiliation,
    Delegate,
    EventRole,
    Group,
    Organisation,
    Participation,
    RecordedCount,
)
from roundtable.models import Event, Series


@dataclass(frozen=True)
class TableSpec:
    """One table of the file, or a list of such tables."""

    model: type[models.Model]
    fields: tuple[str, ...]
    lists: tuple[str, ...] = ()  # keys whose value is a list of words
    tables: "dict[str, TableSpec]" = field(default_factory=dict)
    # The key that names a row in messages; its values are unique.
    identifier: str = ""
    # A subset of the choices of a field, where a file may not use all of them.
    allowed: "dict[str, tuple[str, ...]]" = field(default_factory=dict)
    also_required: tuple[str, ...] = ()  # although the model field may be blank
    is_list: bool = True
    # Other roundtables use the rows too: a missing key keeps the stored value.
    is_shared: bool = False
    # Keys that are not stored in `model`, with the field that validates each.
    extra_fields: "dict[str, models.Field[Any, Any]]" = field(default_factory=dict)

    def get_field(self, name: str) -> "models.Field[Any, Any]":
        found = self.extra_fields.get(name) or self.model._meta.get_field(name)
        assert isinstance(found, models.Field)
        return found

    def is_reference(self, name: str) -> bool:
        """Whether a key names another row, so that its text itself is not stored."""
        return name in self.extra_fields and not hasattr(self.extra_fields[name], "model")

    @property
    def keys(self) -> list[str]:
        return [*self.fields, *self.lists, *self.tables]

    def required(self) -> Iterator[str]:
        for name in self.fields:
            field = self.get_field(name)
            if name in self.also_required or not (field.blank or field.has_default()):
                yield name


def _model_field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)
    return found


def _reference_field(help_text: Any) -> "models.Field[Any, Any]":
    return models.CharField(max_length=200, help_text=help_text)


SOURCE_FIELDS = ("source_title", "source_url", "source_retrieved_on")
WORDING_FIELDS = ("source_wording", "source")
OUTCOME_FIELDS = ("number", "text", "place_in_source", "classified_by_portal")

POINT_TABLE = TableSpec(
    Outcome,
    (*OUTCOME_FIELDS, "kind"),
    ("themes", "addressees"),
    identifier="number",
    also_required=("number",),
)
LEAD_IN_TABLE = TableSpec(
    Outcome,
    OUTCOME_FIELDS,
    tables={"points": POINT_TABLE},
    identifier="number",
    also_required=("number",),
)
ROLE_TABLE = TableSpec(EventRole, ("role", "represented_by", *WORDING_FIELDS), identifier="role")

TABLES = {
    "series": TableSpec(Series, ("slug", "name", "site"), is_list=False, is_shared=True),
    "event": TableSpec(
        Event,
        (
            *("code", "slug", "title", "starts_on", "ends_on", "time_zone", "city", "country"),
            *("venue", "summary", "is_public", "is_demonstration", *SOURCE_FIELDS),
        ),
        is_list=False,
    ),
    "themes": TableSpec(Theme, ("slug", "name", "source"), identifier="slug", is_shared=True),
    "groups": TableSpec(
        Group, ("slug", "name", "description", "member_rule"), identifier="slug", is_shared=True
    ),
    "organisations": TableSpec(
        Organisation,
        ("slug", "name", "short_name", "kind", "country", "site", "description", "role_mailbox"),
        tables={"roles": ROLE_TABLE},
        identifier="slug",
        is_shared=True,
    ),
    "counts": TableSpec(RecordedCount, ("kind", "number", *WORDING_FIELDS), identifier="kind"),
    "documents": TableSpec(Document, ("title", "publisher", "url", "dated_on"), identifier="title"),
    "statement": TableSpec(
        Statement,
        ("language", "title", "introduction", "state", "adoption", *SOURCE_FIELDS),
        tables={"lead_ins": LEAD_IN_TABLE},
        # No signatures: only people sign, in the portal.
        is_list=False,
    ),
    "commitments": TableSpec(
        Commitment,
        ("reference", "text", "place_in_source", "due_on", "is_open"),
        ("outcomes", "leads", "partners"),
        identifier="reference",
    ),
    # No contact channels or visibility settings: only the person edits those.
    "delegates": TableSpec(
        Delegate,
        ("handle", "name", "name_latin", "organisation", "capacity", "post", "invitation_email"),
        identifier="handle",
        is_shared=True,
        extra_fields={
            "handle": models.CharField(
                blank=True,
                max_length=10,
                help_text=_(
                    "The code that identifies the person. Leave it empty for a new person."
                ),
            ),
            "organisation": _reference_field(
                _(
                    "The organisation the person represented. Write its short name in web "
                    "addresses, or its name."
                )
            ),
            "capacity": _model_field(Participation, "capacity"),
            "post": _model_field(Affiliation, "post"),
        },
    ),
    "updates": TableSpec(
        ProgressUpdate,
        (
            *("reference", "party", "reported_on", "of_that_day", "status", "completion", "text"),
            *("obstacles", "next_steps", "reason", "source", "has_no_personal_details", "state"),
        ),
        extra_fields={
            "reference": _reference_field(_("The reference of the commitment.")),
            "party": _reference_field(
                _("The short name of the organisation or group that reports.")
            ),
            "of_that_day": models.PositiveSmallIntegerField(
                default=1,
                help_text=_("If a party reported more than once on one day, write 1, 2 and so on."),
            ),
            "state": models.CharField(
                blank=True,
                choices=EditorialState.choices,
                default="",
                max_length=16,
                help_text=_(
                    "Do not change it. A co-chair must approve the reports that you import."
                ),
            ),
        },
    ),
}
REQUIRED_TABLES = ("series", "event")
