"""The tables of a roundtable.

A new public field of a model needs a column here; test_datasets.py names what is left out, and why.
Of the tables in no file, the admin and the forms read the fields; links to other rows have no
column.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from outcomes.datasets.columns import Column, Dataset, columns
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Document,
    EditorialState,
    Milestone,
    Offer,
    OfferedMilestone,
    Outcome,
    ProgressUpdate,
    Response,
    Statement,
    Theme,
)
from participants.models import EventRole, Group, Organisation, RecordedCount
from roundtable.models import Event, Series


def reference_field(help_text: Any) -> "models.Field[str, str]":
    return models.CharField(max_length=200, help_text=help_text)


SOURCE = "source_title source_url source_retrieved_on"
WORDING = "source_wording source"

SERIES = Dataset(
    Series, columns("slug name site"), identifier="slug", is_list=False, is_shared=True
)

ROUNDTABLES = Dataset(
    Event,
    columns(
        "code slug",
        Column("title", is_wording=True),
        Column("starts_on", is_wording=True),
        Column("ends_on", is_wording=True),
        "time_zone",
        Column("city", is_wording=True),
        Column("country", is_wording=True),
        Column("venue", is_wording=True),
        Column("summary", is_wording=True, width=80),
        "is_public is_demonstration",
        SOURCE,
    ),
    identifier="slug",
    found_by=("code", "slug"),
    is_list=False,
)

THEMES = Dataset(
    Theme,
    columns(
        Column("slug", synonyms="code id"), Column("name", synonyms="theme topic title"), "source"
    ),
    identifier="slug",
    is_shared=True,
)

GROUPS = Dataset(
    Group,
    columns(
        Column("slug", synonyms="code id"),
        Column("name", synonyms="group title"),
        Column("description", width=50),
        "member_rule",
    ),
    identifier="slug",
    is_shared=True,
)

ROLES = Dataset(EventRole, columns("role represented_by", WORDING), identifier="role")

ORGANISATIONS = Dataset(
    Organisation,
    columns(
        Column("slug", synonyms="code id shortnameinaddresses"),
        Column(
            "name",
            synonyms="organisation organization organisationname organizationname fullname "
            "institution",
            is_wording=True,
        ),
        Column("short_name", synonyms="acronym abbreviation short", is_wording=True),
        Column("kind", synonyms="type category constituency", is_wording=True),
        Column("country", synonyms="countrycode iso iso2", is_wording=True),
        Column("site", synonyms="website url web homepage", is_wording=True),
        Column("description", width=50, is_wording=True),
        Column("role_mailbox", synonyms="email mailbox contact officeemail"),
    ),
    identifier="slug",
    is_shared=True,
    tables={"roles": ROLES},
)

COUNTS = Dataset(
    RecordedCount,
    columns(
        Column("kind", synonyms="type category"),
        Column("number", synonyms="count total howmany"),
        WORDING,
    ),
    identifier="kind",
)

DOCUMENTS = Dataset(
    Document,
    columns(
        Column("title", synonyms="document name"),
        Column("publisher", synonyms="author source by"),
        Column("url", synonyms="link address website"),
        Column("dated_on", synonyms="date dated"),
    ),
    identifier="title",
)

_NUMBER = Column("number", is_required=True)
_SENTENCE = columns(
    Column("text", width=80, is_wording=True),
    Column("place_in_source", is_wording=True),
    "classified_by_portal",
)

POINTS = Dataset(
    Outcome,
    columns(
        _NUMBER,
        Column("kind", is_wording=True),
        *_SENTENCE,
        Column("themes", is_list=True, help=_("Short names of themes.")),
        Column(
            "addressees",
            is_list=True,
            help=_("Short names of the groups and organisations that the point speaks to."),
        ),
    ),
    identifier="number",
)

LEAD_INS = Dataset(
    Outcome, columns(_NUMBER, *_SENTENCE), identifier="number", tables={"points": POINTS}
)

# No signatures: only people sign, in the portal.
STATEMENTS = Dataset(
    Statement,
    columns(
        "language",
        Column("title", is_wording=True),
        Column("introduction", width=80, is_wording=True),
        "state adoption",
        SOURCE,
    ),
    is_list=False,
    tables={"lead_ins": LEAD_INS},
)

COMMITMENTS = Dataset(
    Commitment,
    columns(
        Column("reference", synonyms="ref id number no code commitmentno"),
        Column(
            "text",
            synonyms="commitment action suggestedaction actiontext description recommendation "
            "pledge undertaking whatwillbedone",
            width=80,
            is_wording=True,
        ),
        Column(
            "place_in_source",
            synonyms="area section chapter page placeinthesource year reportyear",
            is_wording=True,
        ),
        Column("due_on", synonyms="due duedate deadline bywhen targetdate by", is_wording=True),
        "is_open",
        Column(
            "outcomes",
            synonyms="points point answers recommendations",
            is_list=True,
            help=_("The numbers of the points that the commitment answers."),
        ),
        Column(
            "leads",
            synonyms="lead leadorganisation country responsible responsibleparty organisation "
            "organization government party who actor",
            is_list=True,
            help=_("Short names of the organisations or groups that are leads."),
        ),
        Column(
            "partners",
            synonyms="partner supportedby with jointlywith",
            is_list=True,
            help=_("Short names of the organisations or groups that are partners."),
        ),
        Column("source_kind", is_wording=True),
        Column("source_title", synonyms="source document", is_wording=True),
        Column("source_url", is_wording=True),
        Column("source_dated_on", is_wording=True),
    ),
    identifier="reference",
)

# Parties are in the file as lists of their commitment.
PARTIES = Dataset(CommitmentParty, columns("role"))

MILESTONES = Dataset(
    Milestone,
    columns(Column("title", is_wording=True), Column("due_on", is_wording=True), "reached_on"),
)

REPORTS = Dataset(
    ProgressUpdate,
    columns(
        Column(
            "reference",
            synonyms="ref commitment commitmentno id",
            field=reference_field(_("The reference of the commitment.")),
        ),
        Column(
            "party",
            synonyms="organisation organization country reportedby by who",
            field=reference_field(_("The short name of the organisation or group that reports.")),
        ),
        Column("reported_on", synonyms="date asof reported reportdate day"),
        Column(
            "of_that_day",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text=_("If a party reported more than once on one day, write 1, 2 and so on."),
            ),
        ),
        Column("status", synonyms="state implementation", is_wording=True),
        Column("completion", is_wording=True),
        Column(
            "text",
            synonyms="progress whatwasdone description update report",
            width=80,
            is_wording=True,
        ),
        Column("obstacles", synonyms="challenges difficulties whatstandsintheway", is_wording=True),
        Column("next_steps", synonyms="next whatisnext nextstep plans", is_wording=True),
        Column("reason", is_wording=True),
        Column("source", is_wording=True),
        Column("received_on", is_wording=True),
        "has_no_personal_details",
        Column(
            "state",
            field=models.CharField(
                blank=True,
                choices=EditorialState.choices,
                default="",
                max_length=16,
                help_text=_(
                    "Do not change it. Another organisation must check the reports that you import."
                ),
            ),
        ),
    ),
    found_by=("reference", "party", "reported_on"),
)

_TEXT, _SOURCE = Column("text", is_wording=True), Column("source", is_wording=True)

RESPONSES = Dataset(
    Response, columns(Column("stance", is_wording=True), _TEXT, _SOURCE, "answered_on")
)

ASSESSMENTS = Dataset(
    Assessment, columns(Column("finding", is_wording=True), _TEXT, _SOURCE, "assessed_on")
)

OFFERS = Dataset(
    Offer, columns(_TEXT, Column("due_on", is_wording=True), Column("is_open", is_wording=True))
)

OFFERED_MILESTONES = Dataset(
    OfferedMilestone, columns(Column("title", is_wording=True), Column("due_on", is_wording=True))
)
