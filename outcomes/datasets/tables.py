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
    Corrigendum,
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
        "code slug title starts_on ends_on time_zone city country venue",
        Column("summary", width=80),
        "is_public is_demonstration",
        SOURCE,
    ),
    identifier="slug",
    found_by=("code", "slug"),
    is_list=False,
    not_cited=f"code slug time_zone is_public is_demonstration {SOURCE}",
)

THEMES = Dataset(
    Theme,
    columns(
        Column("slug", synonyms="code id"), Column("name", synonyms="theme topic title"), "source"
    ),
    identifier="slug",
    is_shared=True,
    not_cited="slug",
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
        ),
        Column("short_name", synonyms="acronym abbreviation short"),
        Column("kind", synonyms="type category constituency"),
        Column("country", synonyms="countrycode iso iso2"),
        Column("site", synonyms="website url web homepage"),
        Column("description", width=50),
        Column("role_mailbox", synonyms="email mailbox contact officeemail"),
    ),
    identifier="slug",
    is_shared=True,
    not_cited="slug role_mailbox",  # the log of corrections never shows an email address
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
_SENTENCE = columns(Column("text", width=80), "place_in_source classified_by_portal")
# A statement is compared by its words; the rest is what the portal adds to them.
_NOT_CITED, _NOT_COMPARED = "number classified_by_portal", "place_in_source classified_by_portal"

POINTS = Dataset(
    Outcome,
    columns(
        _NUMBER,
        "kind",
        *_SENTENCE,
        Column("themes", is_list=True, help=_("Short names of themes.")),
        Column(
            "addressees",
            is_list=True,
            help=_("Short names of the groups and organisations that the point speaks to."),
        ),
    ),
    identifier="number",
    not_cited=_NOT_CITED,
    not_compared=f"kind {_NOT_COMPARED}",
)

LEAD_INS = Dataset(
    Outcome,
    columns(_NUMBER, *_SENTENCE),
    identifier="number",
    not_cited=_NOT_CITED,
    not_compared=_NOT_COMPARED,
    tables={"points": POINTS},
)

# No signatures: only people sign, in the portal.
STATEMENTS = Dataset(
    Statement,
    columns(
        "language title",
        Column("introduction", width=80),
        "state adoption",
        SOURCE,
    ),
    is_list=False,
    not_cited=f"language state adoption {SOURCE}",
    not_compared="state adoption source_retrieved_on",  # none is in the source
    tables={"lead_ins": LEAD_INS},
)

COMMITMENTS = Dataset(
    Commitment,
    columns(
        Column("reference", synonyms="ref id number no code commitmentno"),
        Column(
            "text",
            synonyms="commitment action suggestedaction actiontext description recommendation "
            "pledge promise undertaking mandate whatwillbedone",
            width=80,
        ),
        Column(
            "place_in_source",
            synonyms="area section chapter page placeinthesource year reportyear",
        ),
        Column("due_on", synonyms="due duedate deadline bywhen targetdate by"),
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
        "source_kind",
        Column("source_title", synonyms="source document"),
        "source_url source_dated_on",
    ),
    identifier="reference",
    not_cited="reference is_open",
    not_compared="is_open",  # the portal only lets others offer to join
)

# Parties are in the file as lists of their commitment.
PARTIES = Dataset(CommitmentParty, columns("role"))

MILESTONES = Dataset(
    Milestone,
    columns("title due_on reached_on"),
    not_cited="reached_on",  # an entry of its own in the log of changes
    not_compared="reached_on",  # not agreed, but what happened afterwards
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
        Column("status", synonyms="state implementation"),
        "completion",
        Column(
            "text",
            synonyms="progress whatwasdone description update report",
            width=80,
        ),
        Column("obstacles", synonyms="challenges difficulties whatstandsintheway"),
        Column("next_steps", synonyms="next whatisnext nextstep plans"),
        "reason source received_on has_no_personal_details",
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
    # The page of review shows the day apart.
    not_cited="reference party reported_on of_that_day has_no_personal_details state",
)

RESPONSES = Dataset(Response, columns("stance text source answered_on"), not_cited="answered_on")

ASSESSMENTS = Dataset(
    Assessment, columns("finding text source assessed_on"), not_cited="assessed_on"
)

OFFERS = Dataset(Offer, columns("text due_on is_open"))

OFFERED_MILESTONES = Dataset(OfferedMilestone, columns("title due_on"))

# People enter it in the portal.
CORRIGENDA = Dataset(Corrigendum, columns("reason source hides_previous_text"))
