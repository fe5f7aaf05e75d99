"""The public tables that anyone can take away as a file. People are in none.

A row has the columns of its dataset and what the portal knows besides.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outcomes.changes.topics import absolute_url
from outcomes.commitments.as_of import (
    as_of,
    existing_as_of,
    parties_as_of,
    responses_as_of,
    status_columns_for,
    updates_as_of,
)
from outcomes.commitments.charts import NO_UPDATE
from outcomes.commitments.queries import Disputes, number_of
from outcomes.datasets import tables as datasets
from outcomes.datasets.columns import Dataset
from outcomes.exports.reading import (
    NO_PARTY,
    IDs,
    Known,
    Parties,
    Read,
    Row,
    ValuesByID,
    in_batches,
)
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Evidence,
    Outcome,
    OutcomeAddressee,
    ProgressUpdate,
    Response,
)
from participants.models import EventRole, Organisation
from roundtable.models import Event

Words = Mapping[str, str | Promise]  # by column


class ColumnType(StrEnum):
    """What a column contains."""

    STRING = "string"
    DATE = "date"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    LIST = "list"  # of short names, numbers or addresses


@dataclass(frozen=True)
class FileColumn:
    """A column of a file, with what it contains in words."""

    name: str
    help: str | Promise
    type: ColumnType = ColumnType.STRING


@dataclass(frozen=True)
class Table:
    """A table of files."""

    kind: str  # of its rows, as in the names of addresses
    name: str  # in the names of files
    title: str | Promise
    columns: tuple[FileColumn, ...]
    # All rows that are public, in the order of the page; on an earlier day, if it is given.
    rows: Callable[[date | None], QuerySet[Any]]
    # What reads those of the rows with some IDs that are public, in the order of the IDs. The first
    # day is today; the second, if it is given, the earlier day that the file is about.
    reader: Callable[[date, date | None], Read]

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @cached_property
    def booleans(self) -> list[int]:
        return [
            place for place, column in enumerate(self.columns) if column.type is ColumnType.BOOLEAN
        ]

    def batches(self, ids: IDs, on: date, day: date | None) -> Iterator[list[Row]]:
        yield from in_batches(self.reader(on, day), ids, self.booleans)

    def read(self, ids: IDs, on: date, day: date | None) -> list[Row]:
        return [row for rows in self.batches(ids, on, day) for row in rows]


def _described(dataset: Dataset, words: Words) -> list[FileColumn]:
    """Columns of the dataset, in these words.

    Without words, those of the dataset, which are for authors.
    """
    found = []
    for name, help_text in words.items():
        if name in dataset.lists:
            kind, own = ColumnType.LIST, dataset.column(name).help
        else:
            field = dataset.get_field(name)
            of_class = (kind for known, kind in TYPE_OF_FIELD.items() if isinstance(field, known))
            kind, own = next(of_class, ColumnType.STRING), field.help_text
        found.append(FileColumn(name, help_text or own, kind))
    return found


TYPE_OF_FIELD = {
    models.DateField: ColumnType.DATE,
    models.BooleanField: ColumnType.BOOLEAN,
    models.IntegerField: ColumnType.INTEGER,
}
EXPORTED_ON = FileColumn("exported_on", _("The day on which the file was made."), ColumnType.DATE)
FILTERS = FileColumn("filters", _("The filters of the file, in words. Empty if it has all rows."))
PLACE = [
    FileColumn("roundtable", _("The short name of the roundtable, as in its address.")),
    FileColumn(
        "is_demonstration", _("Whether it is made up for the demonstration."), ColumnType.BOOLEAN
    ),
    FileColumn("url", _("The permanent address of its page.")),
]
DISPUTE = FileColumn(
    "dispute", _("Which party does not recognise this text as its own. Empty if none says so.")
)


# Roundtables

EVENT_FIELDS: Words = {
    "slug": _("The short name of the roundtable, as in its address."),
    "code": _("The references of its commitments begin with it."),
    "title": "",
    "starts_on": "",
    "ends_on": "",
    "time_zone": "",
    "city": _("The city where it met. Empty if not recorded."),
    "country": _("The country where it met, as two letters. Empty if not recorded."),
    "venue": _("The building, for example. Empty if not recorded."),
    "summary": _("Two or three sentences in the portal's own words."),
    "source_title": "",
    "source_url": _("The address of this source. Empty if not recorded."),
    "source_retrieved_on": "",
}


def _event_reader(on: date, day: date | None) -> Read:
    points = Outcome.objects.published().filter(parent__isnull=False)
    query = ValuesByID(
        Event.objects.published(),
        *EVENT_FIELDS,
        "series__name",
        number_of(points, "statement__event"),
        number_of(existing_as_of(Commitment.objects.public(), day), "event"),
        "is_demonstration",
    )
    address = absolute_url(reverse("event-list"))

    def read(ids: IDs) -> Iterator[Row]:
        for _pk, *values in query.in_order(ids):
            yield [*values, f"{address}{values[0]}/"]

    return read


ROUNDTABLES = Table(
    "event",
    "roundtables",
    _("Roundtables"),
    (
        *_described(datasets.ROUNDTABLES, EVENT_FIELDS),
        FileColumn("series", _("The process that holds the roundtable.")),
        FileColumn("points", _("How many points its statement has."), ColumnType.INTEGER),
        FileColumn("commitments", _("How many commitments were made there."), ColumnType.INTEGER),
        *PLACE[1:],
    ),
    lambda day: Event.objects.published().order_by("-starts_on", "code"),
    _event_reader,
)

# Points

POINT_FIELDS: Words = {
    "number": _("Its number in the statement, for example 1.a."),
    "kind": "",
    "text": "",
    "place_in_source": _("Where the source has it, for example: first list, first item."),
    "classified_by_portal": _(
        "Whether the portal chose the kind and the addressees, because the source does not name "
        "them."
    ),
}


def _point_reader(on: date, day: date | None) -> Read:
    existing = existing_as_of(Commitment.objects.published(), day).order_by()
    query = ValuesByID(
        Outcome.objects.published(),
        *POINT_FIELDS,
        number_of(existing, "outcomes"),
        "parent",
        "parent__number",
        "parent__text",
        "statement__event__slug",
        "statement__event__is_demonstration",
    )
    themes = ValuesByID(
        Outcome.themes.through._default_manager.order_by("theme__slug"),
        "theme__slug",
        key="outcome",
    )
    addressees = ValuesByID(
        OutcomeAddressee.objects.order_by("pk"), "organisation", "group", key="outcome"
    )
    parties = Parties()
    address = absolute_url(reverse("outcome-list"))

    def read(ids: IDs) -> Iterator[Row]:
        points = [*query.in_order(ids)]
        lead_ins = {lead_in for *_others, lead_in, _n, _t, _e, _d in points if lead_in}
        themes_of, named = themes.lists(ids), parties.by_row(addressees([*ids, *lead_ins]))
        for pk, *own, commitments, lead_in, number, text, event, is_demonstration in points:
            spoken_to = [*named.get(pk, ()), *named.get(lead_in, ())]
            if not lead_in:
                commitments = existing.filter(outcomes__parent=pk).distinct().count()
            yield [
                *own,
                number or "",
                text or "",
                themes_of.get(pk, []),
                [slug for slug, _name in spoken_to if slug],
                [name for _slug, name in spoken_to],
                commitments,
                event,
                is_demonstration,
                f"{address}{event}/{own[0]}/",
            ]

    return read


POINTS = Table(
    "outcome",
    "points",
    _("Points"),
    (
        *_described(datasets.POINTS, POINT_FIELDS),
        FileColumn("lead_in", _("The number of its lead-in, the sentence that it completes.")),
        FileColumn("lead_in_text", _("The lead-in, exactly as agreed.")),
        *_described(datasets.POINTS, {"themes": "", "addressees": ""}),
        FileColumn(
            "addressee_names",
            _("The names of those to whom it or its lead-in speaks."),
            ColumnType.LIST,
        ),
        FileColumn(
            "commitments",
            _("How many commitments answer it; of a lead-in, its points."),
            ColumnType.INTEGER,
        ),
        *PLACE,
    ),
    lambda day: Outcome.objects.published().points(),
    _point_reader,
)

# Commitments

COMMITMENT_FIELDS: dict[str, str | Promise] = {
    "reference": "",
    "text": "",
    "due_on": _("The day on which it is due. Empty if none is recorded."),
    "is_open": _("Whether other organisations can offer to join it."),
    "place_in_source": _("Where the source has it, for example: introduction."),
    "source_kind": _("“document” or “letter”; a letter or email itself stays private."),
    "source_title": _(
        "The document that contains it, or the reference of the letter. Empty if it is the source "
        "of the statement."
    ),
    "source_url": "",
    "source_dated_on": _("The date of this source. Empty if not recorded."),
}
COMMITMENT_FIELDS |= dict.fromkeys(datasets.COMMITMENTS.others(*COMMITMENT_FIELDS), "")


def commitment_reader(
    on: date, day: date | None, among: QuerySet[Commitment] | None = None
) -> Read:
    """Reads those that are public, unless the desk names others."""
    columns = status_columns_for(day)
    rows = Commitment.objects.published() if among is None else among
    query = ValuesByID(
        as_of(rows, day),
        *COMMITMENT_FIELDS,
        "basis",
        columns.status,
        Cast(columns.reported_on, TextField()),
        "event__slug",
        "event__is_demonstration",
    )
    sides = ValuesByID(
        parties_as_of(CommitmentParty.objects.without_members(), day).order_by("role", "pk"),
        "organisation",
        "group",
        "role",
        key="commitment",
    )
    found = ValuesByID(Assessment.objects.newest(day), "finding", key="commitment")
    parties = Parties()
    answers = ValuesByID(
        Commitment.outcomes.through._default_manager.order_by("outcome"),
        "outcome",
        key="commitment",
    )
    numbers = ValuesByID(Outcome.objects.published(), "number")
    themes = ValuesByID(
        Outcome.themes.through._default_manager.order_by("theme__slug"),
        "theme__slug",
        key="outcome",
    )

    def read_points(ids: list[int]) -> dict[int, tuple[str, list[str]]]:
        themes_of = themes.lists(ids)
        return {pk: (number, themes_of.get(pk, [])) for pk, number in numbers(ids)}

    points = Known(read_points)
    disputes = Disputes(day or on)
    address = absolute_url(reverse("commitment-list"))

    def read(ids: IDs) -> Iterator[Row]:
        leads, partners, names = parties.by_side(sides(ids))
        answered = answers(ids)
        known = points.of(point for _pk, point in answered)
        numbers_of: dict[int, list[str]] = {}
        themes_of: dict[int, list[str]] = {}
        for pk, point in answered:
            if public := known[point]:
                number, slugs = public
                if number not in (given := numbers_of.setdefault(pk, [])):
                    given.append(number)
                given = themes_of.setdefault(pk, [])
                given += [slug for slug in slugs if slug not in given]
        sentences, findings_of = disputes.of_commitments(ids), found.lists(ids)
        for (
            pk,
            reference,
            *own,
            basis,
            status,
            reported_on,
            event,
            is_demonstration,
        ) in query.in_order(ids):
            yield [
                reference,
                *own,
                basis,
                status or NO_UPDATE,
                reported_on,
                findings_of.get(pk, []),
                leads.get(pk, []),
                partners.get(pk, []),
                names.get(pk, []),
                numbers_of.get(pk, []),
                themes_of.get(pk, []),
                sentences.get(pk, ""),
                event,
                is_demonstration,
                f"{address}{reference.lower()}/",
            ]

    return read


COMMITMENTS = Table(
    "commitment",
    "commitments",
    _("Commitments"),
    (
        *_described(datasets.COMMITMENTS, COMMITMENT_FIELDS),
        FileColumn(
            "basis", _("Whether a party undertook it in this portal, or it is recorded elsewhere.")
        ),
        FileColumn("status", _("The status that its party last reported, or “no-update”.")),
        FileColumn("reported_on", _("The day that this report is about."), ColumnType.DATE),
        FileColumn(
            "findings",
            _(
                "What each independent assessor last found, latest first. It may contradict the "
                "status. Empty if none is recorded."
            ),
            ColumnType.LIST,
        ),
        *_described(datasets.COMMITMENTS, {"leads": "", "partners": ""}),
        FileColumn("parties", _("The names of all leads and partners."), ColumnType.LIST),
        *_described(datasets.COMMITMENTS, {"outcomes": ""}),
        FileColumn("themes", _("Short names of the themes of these points."), ColumnType.LIST),
        DISPUTE,
        *PLACE,
    ),
    lambda day: as_of(Commitment.objects.published(), day).order_by("-event__starts_on", "pk"),
    commitment_reader,
)

# Reports

REPORT_FIELDS: Words = {
    "reported_on": _("The day that the report describes."),
    "status": "",
    "completion": _(
        "How much is done, in percent, in steps of 25. Empty if the party does not say."
    ),
    "text": _("What was done."),
    "obstacles": _("What is difficult."),
    "next_steps": "",
    "reason": _("Why the commitment ends without being fulfilled."),
    "source": _("Where this can be read: an address, or the name of a document."),
}


def _public_reports(day: date | None) -> QuerySet[ProgressUpdate]:
    commitments = existing_as_of(Commitment.objects.published(), day).order_by()
    reports = ProgressUpdate.objects.published().filter(commitment__in=commitments.values("pk"))
    return updates_as_of(reports, day).order_by("commitment", "-reported_on", "-recorded_at", "-pk")


def _report_reader(on: date, day: date | None) -> Read:
    query = ValuesByID(
        _public_reports(day).order_by(),
        "party__organisation",
        "party__group",
        "commitment__reference",
        "reported_by",
        *REPORT_FIELDS,
        "is_unchanged",
        "in_place_of",
        "commitment__event__slug",
        "commitment__event__is_demonstration",
    )
    evidence = ValuesByID(Evidence.objects.published().order_by("pk"), "url", "key", key="update")
    disputes, parties = Disputes(day or on), Parties()
    address = absolute_url(reverse("commitment-list"))

    def read(ids: IDs) -> Iterator[Row]:
        sentences = disputes.of_updates(ids)
        links: dict[int, list[str]] = {}
        for report, url, key in evidence(ids):
            links.setdefault(report, []).append(
                url or absolute_url(reverse("evidence-file", args=[key]))
            )
        rows = [*query.in_order(ids)]
        party_of = parties.by_row(rows)
        for pk, _organisation, _group, reference, voice, *own, in_place_of, event, made_up in rows:
            [party] = party_of.get(pk, NO_PARTY)
            yield [
                reference,
                *party,
                voice,
                *own,
                in_place_of is not None,
                links.get(pk, []),
                sentences.get(pk, ""),
                event,
                made_up,
                f"{address}{reference.lower()}/",
            ]

    return read


REPORTS = Table(
    "report",
    "reports",
    _("Reports"),
    (
        *_described(datasets.REPORTS, {"reference": "", "party": ""}),
        FileColumn("party_name", _("The name of the party.")),
        FileColumn(
            "voice",
            _(
                "“party” if these are the party's own words, “member” if a member of a group "
                "reports for itself, “recorded” if others recorded it from a source."
            ),
        ),
        *_described(datasets.REPORTS, REPORT_FIELDS),
        FileColumn(
            "is_unchanged",
            _("Whether the party reported that nothing is new."),
            ColumnType.BOOLEAN,
        ),
        FileColumn(
            "is_being_revised",
            _("Whether the party is revising it. Its status counts; its text is hidden."),
            ColumnType.BOOLEAN,
        ),
        FileColumn("evidence", _("Addresses of public evidence."), ColumnType.LIST),
        DISPUTE,
        *PLACE[:2],
        FileColumn("url", _("The permanent address of the commitment.")),
    ),
    _public_reports,
    _report_reader,
)

# Responses

RESPONSE_FIELDS: Words = {
    "stance": "",
    "text": _("The answer in the organisation's own words."),
    "source": _("Where this can be read: an address, or the name of a document."),
    "answered_on": _("The day of the answer."),
}


def _public_responses(day: date | None) -> QuerySet[Response]:
    latest_first = F("outcome__statement__event__starts_on").desc()
    rows = responses_as_of(Response.objects.published(), day)
    return rows.order_by(latest_first, "outcome", "-answered_on", "-pk")


def _response_reader(on: date, day: date | None) -> Read:
    query = ValuesByID(
        _public_responses(day).order_by(),
        "organisation",
        "outcome__number",
        *RESPONSE_FIELDS,
        "outcome__statement__event__slug",
        "outcome__statement__event__is_demonstration",
    )
    parties = Parties()
    address = absolute_url(reverse("outcome-list"))

    def read(ids: IDs) -> Iterator[Row]:
        rows = [*query.in_order(ids)]
        party_of = parties.by_row([(pk, organisation, None) for pk, organisation, *_rest in rows])
        for pk, _organisation, number, *own, event, is_demonstration in rows:
            [party] = party_of.get(pk, NO_PARTY)
            yield [
                number,
                *party,
                *own,
                event,
                is_demonstration,
                f"{address}{event}/{number}/",
            ]

    return read


RESPONSES = Table(
    "response",
    "responses",
    _("Answers to recommendations"),
    (
        FileColumn("number", _("The number of the recommendation.")),
        FileColumn("organisation", _("The short name of the organisation that answers.")),
        FileColumn("organisation_name", _("The name of the organisation.")),
        *_described(datasets.RESPONSES, RESPONSE_FIELDS),
        *PLACE[:2],
        FileColumn("url", _("The permanent address of the recommendation.")),
    ),
    _public_responses,
    _response_reader,
)

# Organisations

# Without the role mailbox: each is on the page of its organisation, and no file has all of them.
ORGANISATION_FIELDS: Words = {
    "slug": _("The short name of the organisation, as in its address."),
    "name": "",
    "short_name": _("The name people use, for example IFRC. Empty if there is none."),
    "kind": _("What kind of organisation it is."),
    "country": _("Its country, as two letters. Empty if it has none."),
    "site": _("Its website."),
    "description": _("One or two sentences."),
}


def organisation_reader(
    on: date, day: date | None, among: QuerySet[Organisation] | None = None
) -> Read:
    """Reads those that are public, unless the desk names others."""
    rows = Organisation.objects.published() if among is None else among
    query = ValuesByID(rows, *ORGANISATION_FIELDS, "is_demonstration")
    begun = Q(event__starts_on__lte=day) if day else Q()
    roles = ValuesByID(
        EventRole.objects.filter(begun, event__is_public=True).order_by(
            "-event__starts_on", "event__code", "role"
        ),
        Concat("event__slug", Value(" "), "role"),
        key="organisation",
    )
    address = absolute_url(reverse("organisation-list"))

    def read(ids: IDs) -> Iterator[Row]:
        roles_of = roles.lists(ids)
        for pk, *own, is_demonstration in query.in_order(ids):
            yield [*own, roles_of.get(pk, []), is_demonstration, f"{address}{own[0]}/"]

    return read


ORGANISATIONS = Table(
    "organisation",
    "organisations",
    _("Organisations"),
    (
        *_described(datasets.ORGANISATIONS, ORGANISATION_FIELDS),
        FileColumn(
            "roundtables",
            _("Short names of its roundtables, each with its role there."),
            ColumnType.LIST,
        ),
        *PLACE[1:],
    ),
    lambda day: Organisation.objects.published().order_by("name", "pk"),
    organisation_reader,
)

TABLES = {
    table.kind: table
    for table in (ROUNDTABLES, POINTS, COMMITMENTS, REPORTS, RESPONSES, ORGANISATIONS)
}
