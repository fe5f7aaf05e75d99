"""What can be found: for each kind of record its words, and the rows that they come from.

Each kind is a query for what everyone may read, so nothing else is in the index. The same query
fills the index and moves it: it runs in triggers of the database, so it uses no function that
Django adds to a connection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.models import (
    Aggregate,
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    TextField,
    URLField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Replace, Substr
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outcomes.datasets import tables
from outcomes.datasets.columns import Dataset
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Document,
    Evidence,
    ImplementationStatus,
    Milestone,
    Outcome,
    OutcomeAddressee,
    ProgressUpdate,
    RelatedText,
    Response,
    Statement,
    Theme,
)
from participants.models import (
    EventRole,
    Group,
    Organisation,
    OrganisationChange,
    OrganisationKind,
    SlugRedirect,
)
from roundtable.database.row_triggers import Changed, Rows, Touch
from roundtable.database.row_triggers import ids_of as _of
from roundtable.models import Event, Series


class CountryName(models.Model):
    """The English name of a country, for the index. `migrate` makes and fills the table."""

    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        apps = Apps()
        app_label = "outcomes"
        db_table = "outcomes_search_country"

    def __str__(self) -> str:
        return self.name


class Words(Func):
    """Several texts, one after the other."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()

    def __init__(self, *texts: str | Combinable) -> None:
        super().__init__(*(Coalesce(text, Value("")) for text in texts))


class JoinedWords(Aggregate):
    """The texts of several rows, one after the other."""

    template = "%(function)s(%(expressions)s, ' ')"
    function = "STRING_AGG"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Without an order, the words of a row move when the database changes its plan.
        template = "%(function)s(%(expressions)s, ' ' ORDER BY %(expressions)s)"
        sql, parameters = self.as_sql(compiler, connection, template=template, **context)
        return sql, (*parameters, *parameters)


@dataclass(frozen=True)
class Kind:
    """A kind of record in the index."""

    number: int  # part of the index; never use one for another kind
    name: str
    section: "Section"
    rows: Rows
    # What is in the record, or in the demonstration.
    scope: Callable[[bool], Q | Exists]
    # A reference finds first. In `around` are the words of what the record belongs to.
    reference: Combinable
    title: Combinable
    body: Combinable
    around: Combinable
    touches: tuple[Touch, ...]

    def query(self) -> Rows:
        """The id of each row and its four texts, in the columns `found_id` and so on."""
        columns = {
            "found_id": F("pk"),
            "found_reference": Words(self.reference),
            "found_title": Words(self.title),
            "found_body": Words(self.body),
            "found_around": Words(self.around),
        }
        found: Rows = self.rows.order_by().annotate(**columns).values_list(*columns)
        return found

    def outside(self, is_demonstration: bool) -> Rows:
        """The ids of what is in the other scope only."""
        rows: Rows = self.rows.model._base_manager.order_by()
        rows = rows.filter(self.scope(not is_demonstration), ~self.scope(is_demonstration))
        found: Rows = rows.annotate(found_id=F("pk")).values_list("found_id")
        return found


def _scope(*paths: str) -> Callable[[bool], Q]:
    """Of a row from which one of the paths leads to what is made up or not."""
    return lambda is_demonstration: Q(
        *((f"{path}is_demonstration", is_demonstration) for path in paths), _connector=Q.OR
    )


@dataclass(frozen=True)
class Section:
    """A part of the page of results."""

    name: str  # in the address
    title: str | Promise


ROUNDTABLES = Section("roundtable", _("Roundtables"))
POINTS = Section("point", _("Outcomes"))
COMMITMENTS = Section("commitment", _("Commitments"))
REPORTS = Section("report", _("Reports on commitments"))
RESPONSES = Section("response", _("Answers to recommendations"))
ASSESSMENTS = Section("assessment", _("Assessments"))
DOCUMENTS = Section("document", _("Documents"))
THEMES = Section("theme", _("Themes"))
ORGANISATIONS = Section("organisation", _("Organisations"))


def _texts(dataset: Dataset, without: str = "") -> str:
    """The columns whose words find a row. The words of an address do not."""
    return " ".join(
        name
        for name in dataset.free_texts
        if name not in without.split() and not isinstance(dataset.get_field(name), URLField)
    )


def _labels(field: str, choices: Sequence[tuple[Any, Any]]) -> Case:
    """The words of a choice. In English, as the texts are."""
    whens = [When(Q((field, value)), then=Value(str(label))) for value, label in choices if value]
    return Case(*whens, default=Value(""), output_field=TextField())


def _joined(rows: Rows, parent: str, *texts: str | Combinable) -> Subquery:
    """The texts of the rows that belong to the row of the kind."""
    belonging = rows.filter(Q((parent, OuterRef("pk")))).order_by().values(parent)
    return Subquery(belonging.annotate(joined=JoinedWords(Words(*texts))).values("joined"))


def _organisation(path: str = "organisation") -> Case:
    """Its names, unless it does not want its name published."""
    is_named = Q((f"{path}__is_name_published", True))
    names = Words(f"{path}__name", f"{path}__short_name")
    return Case(When(is_named, then=names), default=Value(""), output_field=TextField())


def _party(path: str = "") -> Words:
    """The names of an organisation or of a group."""
    return Words(_organisation(f"{path}organisation"), f"{path}group__name")


def _country(field: str) -> Subquery:
    return Subquery(CountryName._base_manager.filter(code=OuterRef(field)).values("name"))


def _year(field: str) -> Substr:
    return Substr(Cast(field, TextField()), 1, 4)


def _has_points(is_demonstration: bool) -> Exists:
    """Of a theme, which can be in both."""
    made_up = Q(("statement__event__is_demonstration", is_demonstration))
    return Exists(_public_points.filter(made_up, themes=OuterRef("pk")))


def _is_among(rows: Rows, field: str) -> Exists:
    return Exists(rows.filter(pk=OuterRef(field)))


# Without those that have a place of their own, such as a title.
_ROUNDTABLE_TEXTS = _texts(tables.ROUNDTABLES, without="title")
_STATEMENT_TEXTS = _texts(tables.STATEMENTS)
# Not the place in the source: many points are in the same, such as “first list”.
_POINT_TEXTS = _texts(tables.POINTS, without="text place_in_source")
_COMMITMENT_TEXTS = _texts(tables.COMMITMENTS, without="text")
_MILESTONE_TEXTS = _texts(tables.MILESTONES)
_REPORT_TEXTS = _texts(tables.REPORTS)
_RESPONSE_TEXTS = _texts(tables.RESPONSES)
_ASSESSMENT_TEXTS = _texts(tables.ASSESSMENTS)
_DOCUMENT_TEXTS = _texts(tables.DOCUMENTS, without="title")
_THEME_TEXTS = _texts(tables.THEMES, without="name")
_ORGANISATION_TEXTS = _texts(tables.ORGANISATIONS, without="name short_name")
_EVENT = "is_public code"
_NAMES = "name short_name is_name_published"
_POINT = "statement number parent"
_THEMES = Outcome.themes.through
_ANSWERED = Commitment.outcomes.through
_public_commitments = Commitment.objects.published()
_public_points = Outcome.objects.published()
_public_statements = Statement.objects.published()
_parties = CommitmentParty.objects.without_members()

# Not the names from before an organisation let its name be published.
_published_names = OrganisationChange.objects.filter(
    what=OrganisationChange.What.PUBLISH, organisation=OuterRef("organisation")
)
FORMER_NAMES = Words(
    _joined(
        OrganisationChange.objects.filter(
            ~Exists(_published_names.filter(done_at__gte=OuterRef("done_at"))),
            what=OrganisationChange.What.NAME,
            done_at__isnull=False,
        ),
        "organisation",
        "former_name",
    ),
    _joined(
        SlugRedirect.objects.exclude(Exists(_published_names.filter(done_at__isnull=False))),
        "organisation",
        Replace("slug", Value("-"), Value(" ")),
    ),
)


KINDS = (
    Kind(
        number=1,
        name="roundtable",
        section=ROUNDTABLES,
        rows=Event.objects.published(),
        scope=_scope(""),
        reference=Words("code", _year("starts_on"), _year("ends_on")),
        title=F("title"),
        body=Words(
            *_ROUNDTABLE_TEXTS.split(),
            _country("country"),
            "series__name",
            _joined(_public_statements, "event", *_STATEMENT_TEXTS.split()),
        ),
        around=Words(
            _joined(
                EventRole.objects.filter(organisation__is_name_published=True),
                "event",
                _organisation(),
                "represented_by",
                "source_wording",
            ),
            "source_title",
        ),
        touches=(
            Touch(
                Event,
                f"{_EVENT} title starts_on ends_on country series source_title {_ROUNDTABLE_TEXTS}",
                "id",
            ),
            Touch(Series, "name", _of(Event, "series")),
            Touch(Statement, f"event state {_STATEMENT_TEXTS}", "event_id"),
            Touch(EventRole, "event organisation represented_by source_wording", "event_id"),
            Touch(Organisation, _NAMES, _of(EventRole, "organisation", ids="event")),
        ),
    ),
    Kind(
        number=2,
        name="point",
        section=POINTS,
        rows=_public_points,
        scope=_scope("statement__event__"),
        reference=Words("number", "statement__event__code"),
        title=F("text"),
        body=Words(*_POINT_TEXTS.split(), "parent__text"),
        around=Words(
            _labels("kind", Outcome.Kind.choices),
            _joined(Theme.objects.all(), "outcomes", "name"),
            _joined(OutcomeAddressee.objects.all(), "outcome", _party()),
        ),
        touches=(
            Touch(Outcome, f"{_POINT} text kind {_POINT_TEXTS}", "id"),
            Touch(Outcome, "text", _of(Outcome, "parent")),
            Touch(Statement, "event state", _of(Outcome, "statement")),
            Touch(Event, _EVENT, _of(Outcome, "statement__event")),
            Touch(_THEMES, "outcome theme", "outcome_id"),
            Touch(Theme, "name", _of(_THEMES, "theme", ids="outcome")),
            Touch(OutcomeAddressee, "outcome organisation group", "outcome_id"),
            Touch(Organisation, _NAMES, _of(OutcomeAddressee, "organisation", ids="outcome")),
            Touch(Group, "name", _of(OutcomeAddressee, "group", ids="outcome")),
        ),
    ),
    Kind(
        number=3,
        name="commitment",
        section=COMMITMENTS,
        rows=_public_commitments,
        scope=_scope("event__"),
        reference=F("reference"),
        title=F("text"),
        body=Words(
            *_COMMITMENT_TEXTS.split(),
            _joined(Milestone.objects.all(), "commitment", *_MILESTONE_TEXTS.split()),
        ),
        around=Words(
            _labels("latest_status", ImplementationStatus.choices),
            _joined(_parties, "commitment", _party()),
            _joined(_public_points, "commitments", "number", "themes__name"),
        ),
        touches=(
            Touch(
                Commitment,
                f"event state reference text latest_status {_COMMITMENT_TEXTS}",
                "id",
            ),
            Touch(Event, _EVENT, _of(Commitment, "event")),
            Touch(CommitmentParty, "commitment organisation group role", "commitment_id"),
            Touch(Organisation, _NAMES, _of(CommitmentParty, "organisation", ids="commitment")),
            Touch(Group, "name", _of(CommitmentParty, "group", ids="commitment")),
            Touch(Milestone, f"commitment {_MILESTONE_TEXTS}", "commitment_id"),
            Touch(_ANSWERED, "commitment outcome", "commitment_id"),
            Touch(Outcome, _POINT, _of(_ANSWERED, "outcome", ids="commitment")),
            Touch(Statement, "event state", _of(_ANSWERED, "outcome__statement", ids="commitment")),
            Touch(
                _THEMES,
                "outcome theme",
                _of(_ANSWERED, "outcome", Changed("outcome_id"), ids="commitment"),
            ),
            Touch(Theme, "name", _of(_ANSWERED, "outcome__themes", ids="commitment")),
        ),
    ),
    Kind(
        number=4,
        name="report",
        section=REPORTS,
        rows=ProgressUpdate.objects.published().filter(
            _is_among(_public_commitments, "commitment"), in_place_of=None
        ),
        scope=_scope("commitment__event__"),
        reference=Value(""),
        title=Value(""),
        body=Words(*_REPORT_TEXTS.split()),
        around=Words(
            "commitment__reference",
            _party("party__"),
            _labels("status", ImplementationStatus.choices),
        ),
        touches=(
            Touch(
                ProgressUpdate,
                f"state commitment party in_place_of status {_REPORT_TEXTS}",
                "id",
            ),
            Touch(Commitment, "event state reference", _of(ProgressUpdate, "commitment")),
            Touch(Event, _EVENT, _of(ProgressUpdate, "commitment__event")),
            Touch(CommitmentParty, "organisation group", _of(ProgressUpdate, "party")),
            Touch(Organisation, _NAMES, _of(ProgressUpdate, "party__organisation")),
            Touch(Group, "name", _of(ProgressUpdate, "party__group")),
        ),
    ),
    Kind(
        number=5,
        name="response",
        section=RESPONSES,
        rows=Response.objects.published(),
        scope=_scope("outcome__statement__event__"),
        reference=Value(""),
        title=Value(""),
        body=Words(*_RESPONSE_TEXTS.split()),
        around=Words(
            "outcome__number",
            "outcome__statement__event__code",
            _organisation(),
            _labels("stance", Response.Stance.choices),
        ),
        touches=(
            Touch(Response, f"state outcome organisation stance {_RESPONSE_TEXTS}", "id"),
            Touch(Outcome, _POINT, _of(Response, "outcome")),
            Touch(Statement, "event state", _of(Response, "outcome__statement")),
            Touch(Event, _EVENT, _of(Response, "outcome__statement__event")),
            Touch(Organisation, _NAMES, _of(Response, "organisation")),
        ),
    ),
    Kind(
        number=6,
        name="assessment",
        section=ASSESSMENTS,
        rows=Assessment.objects.published().filter(_is_among(_public_commitments, "commitment")),
        scope=_scope("commitment__event__"),
        reference=Value(""),
        title=Value(""),
        body=Words(*_ASSESSMENT_TEXTS.split()),
        around=Words(
            "commitment__reference",
            _organisation(),
            _labels("finding", Assessment.Finding.choices),
        ),
        touches=(
            Touch(Assessment, f"state commitment organisation finding {_ASSESSMENT_TEXTS}", "id"),
            Touch(Commitment, "event state reference", _of(Assessment, "commitment")),
            Touch(Event, _EVENT, _of(Assessment, "commitment__event")),
            Touch(Organisation, _NAMES, _of(Assessment, "organisation")),
        ),
    ),
    Kind(
        number=7,
        name="document",
        section=DOCUMENTS,
        rows=Document.objects.filter(_is_among(Event.objects.published(), "event")),
        scope=_scope("event__"),
        reference=Value(""),
        title=F("title"),
        body=Words(*_DOCUMENT_TEXTS.split()),
        around=Words("event__title", "event__code", "event__series__name"),
        touches=(
            Touch(Document, f"event title {_DOCUMENT_TEXTS}", "id"),
            Touch(Event, f"{_EVENT} title series", _of(Document, "event")),
            Touch(Series, "name", _of(Document, "event__series")),
        ),
    ),
    Kind(
        number=8,
        name="evidence",
        section=DOCUMENTS,
        rows=Evidence.objects.published().filter(
            _is_among(_public_commitments, "update__commitment")
        ),
        scope=_scope("update__commitment__event__"),
        reference=Value(""),
        title=F("title"),
        body=Value(""),
        around=F("update__commitment__reference"),
        touches=(
            Touch(Evidence, "update title is_public", "id"),
            Touch(ProgressUpdate, "state commitment", _of(Evidence, "update")),
            Touch(Commitment, "event state reference", _of(Evidence, "update__commitment")),
            Touch(Event, _EVENT, _of(Evidence, "update__commitment__event")),
        ),
    ),
    Kind(
        number=9,
        name="related text",
        section=DOCUMENTS,
        rows=RelatedText.objects.filter(
            _is_among(_public_points, "outcome") | _is_among(_public_commitments, "commitment")
        ),
        scope=_scope("outcome__statement__event__", "commitment__event__"),
        reference=Value(""),
        title=F("title"),
        body=Words("quote", "source"),
        around=Words("outcome__number", "commitment__reference"),
        touches=(
            Touch(RelatedText, "outcome commitment title quote source", "id"),
            Touch(Outcome, _POINT, _of(RelatedText, "outcome")),
            Touch(Commitment, "event state reference", _of(RelatedText, "commitment")),
            Touch(Statement, "event state", _of(RelatedText, "outcome__statement")),
            Touch(Event, _EVENT, _of(RelatedText, "outcome__statement__event")),
            Touch(Event, _EVENT, _of(RelatedText, "commitment__event")),
        ),
    ),
    Kind(
        number=10,
        name="theme",
        section=THEMES,
        rows=Theme.objects.filter(Exists(_public_points.filter(themes=OuterRef("pk")))),
        scope=_has_points,
        reference=F("name"),
        title=Value(""),
        body=Words(*_THEME_TEXTS.split()),
        around=Value(""),
        touches=(
            Touch(Theme, f"name {_THEME_TEXTS}", "id"),
            Touch(_THEMES, "outcome theme", "theme_id"),
            Touch(Outcome, _POINT, _of(_THEMES, "outcome", ids="theme")),
            Touch(Statement, "event state", _of(_THEMES, "outcome__statement", ids="theme")),
            Touch(Event, _EVENT, _of(_THEMES, "outcome__statement__event", ids="theme")),
        ),
    ),
    Kind(
        number=11,
        name="organisation",
        section=ORGANISATIONS,
        rows=Organisation.objects.published(),
        scope=_scope(""),
        reference=Words("short_name", "name"),
        title=Value(""),
        body=Words(*_ORGANISATION_TEXTS.split()),
        around=Words(_labels("kind", OrganisationKind.choices), _country("country"), FORMER_NAMES),
        touches=(
            Touch(Organisation, f"{_NAMES} kind country {_ORGANISATION_TEXTS}", "id"),
            Touch(OrganisationChange, "organisation what former_name done_at", "organisation_id"),
            Touch(SlugRedirect, "organisation slug", "organisation_id"),
            Touch(EventRole, "event organisation", "organisation_id"),
            Touch(Event, _EVENT, _of(EventRole, "event", ids="organisation")),
            Touch(Event, _EVENT, _of(CommitmentParty, "commitment__event", ids="organisation")),
            Touch(Event, _EVENT, _of(Assessment, "commitment__event", ids="organisation")),
            Touch(Event, _EVENT, _of(Response, "outcome__statement__event", ids="organisation")),
            Touch(CommitmentParty, "commitment organisation", "organisation_id"),
            Touch(
                Commitment, "event state", _of(CommitmentParty, "commitment", ids="organisation")
            ),
            Touch(Commitment, "event state", _of(Assessment, "commitment", ids="organisation")),
            Touch(Assessment, "state commitment organisation", "organisation_id"),
            Touch(Response, "state outcome organisation", "organisation_id"),
            Touch(Outcome, _POINT, _of(Response, "outcome", ids="organisation")),
            Touch(
                Statement, "event state", _of(Response, "outcome__statement", ids="organisation")
            ),
        ),
    ),
)
SECTIONS = tuple(dict.fromkeys(kind.section for kind in KINDS))


def kinds_of(section: Section) -> list[Kind]:
    """Their numbers follow each other."""
    return [kind for kind in KINDS if kind.section is section]
