"""The public tables that anyone can take away as a file. People are in none.

A row has the columns of its dataset and what the portal knows besides.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from django.db import models
from django.db.models import F, Q, QuerySet
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
    ORGANISATION,
    PARTY,
    ColumnType,
    FileColumn,
    Row,
    Table,
    grouped,
    party_of,
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


TYPE_OF_FIELD = {
    models.DateField: ColumnType.DATE,
    models.BooleanField: ColumnType.BOOLEAN,
    models.IntegerField: ColumnType.INTEGER,
}


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


def _read_roundtables(ids: list[int], on: date, day: date | None) -> Iterator[Row]:
    points = Outcome.objects.published().filter(parent__isnull=False)
    commitments = existing_as_of(Commitment.objects.public(), day)
    address = absolute_url(reverse("event-list"))
    rows = Event.objects.published().filter(pk__among=ids)
    for row in rows.values(
        "pk",
        *EVENT_FIELDS,
        "series__name",
        "is_demonstration",
        number_of_points=number_of(points, "statement__event"),
        number_of_commitments=number_of(commitments, "event"),
    ).iterator():
        yield row | {
            "series": row["series__name"],
            "points": row["number_of_points"],
            "commitments": row["number_of_commitments"],
            "url": f"{address}{row['slug']}/",
        }


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
    _read_roundtables,
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


def _read_points(ids: list[int], on: date, day: date | None) -> Iterator[Row]:
    existing = existing_as_of(Commitment.objects.published(), day).order_by()
    points = Outcome.objects.published().filter(pk__among=ids)
    theme_links = Outcome.themes.through._default_manager.filter(outcome__pk__among=ids)
    themes = grouped(
        theme_links.order_by("theme__slug").values("outcome", "theme__slug"), "outcome"
    )
    spoken_to = Q(outcome__pk__among=ids) | Q(outcome__in=points.values("parent"))
    addressees = grouped(
        OutcomeAddressee.objects.filter(spoken_to).order_by("pk").values("outcome", *PARTY),
        "outcome",
    )
    address = absolute_url(reverse("outcome-list"))
    for row in points.values(
        "pk",
        *POINT_FIELDS,
        "parent",
        "parent__number",
        "parent__text",
        "statement__event__slug",
        "statement__event__is_demonstration",
        number_of_commitments=number_of(existing, "outcomes"),
    ).iterator():
        pk, lead_in, event = row["pk"], row["parent"], row["statement__event__slug"]
        named = [*map(party_of, [*addressees[pk], *addressees[lead_in]])]
        answers = row["number_of_commitments"]
        if not lead_in:
            answers = existing.filter(outcomes__parent=pk).distinct().count()
        yield row | {
            "lead_in": row["parent__number"] or "",
            "lead_in_text": row["parent__text"] or "",
            "themes": [theme["theme__slug"] for theme in themes[pk]],
            "addressees": [slug for slug, _name in named if slug],
            "addressee_names": [name for _slug, name in named],
            "commitments": answers,
            "roundtable": event,
            "is_demonstration": row["statement__event__is_demonstration"],
            "url": f"{address}{event}/{row['number']}/",
        }


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
    _read_points,
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


def read_commitments(
    ids: list[int], on: date, day: date | None, among: QuerySet[Commitment] | None = None
) -> Iterator[Row]:
    """Those that are public, unless the desk names others."""
    columns = status_columns_for(day)
    of_these = Q(commitment__pk__among=ids)
    sides = parties_as_of(CommitmentParty.objects.without_members(), day).filter(of_these)
    parties = grouped(
        sides.order_by("role", "pk").values("commitment", "role", *PARTY), "commitment"
    )
    newest = Assessment.objects.newest(day).filter(of_these)
    findings = grouped(newest.values("commitment", "finding"), "commitment")
    answered = Outcome.objects.published().filter(commitments__pk__among=ids)
    points = grouped(
        answered.order_by("pk", "themes__slug").values("commitments", "number", "themes__slug"),
        "commitments",
    )
    disputes = Disputes(day or on).of_commitments(ids)
    address = absolute_url(reverse("commitment-list"))
    rows = as_of(Commitment.objects.published() if among is None else among, day)
    found = rows.filter(pk__among=ids).values(
        "pk",
        *COMMITMENT_FIELDS,
        "basis",
        columns.status,
        columns.reported_on,
        "event__slug",
        "event__is_demonstration",
    )
    for row in found.iterator():
        pk = row["pk"]
        named = [
            (side["role"] == CommitmentParty.Role.LEAD, *party_of(side)) for side in parties[pk]
        ]
        yield row | {
            "status": row[columns.status] or NO_UPDATE,
            "reported_on": row[columns.reported_on],
            "findings": [one["finding"] for one in findings[pk]],
            "leads": [slug for is_lead, slug, _name in named if is_lead and slug],
            "partners": [slug for is_lead, slug, _name in named if not is_lead and slug],
            "parties": [name for _is_lead, _slug, name in named],
            "outcomes": _distinct(point["number"] for point in points[pk]),
            "themes": _distinct(point["themes__slug"] for point in points[pk]),
            "dispute": disputes.get(pk, ""),
            "roundtable": row["event__slug"],
            "is_demonstration": row["event__is_demonstration"],
            "url": f"{address}{row['reference'].lower()}/",
        }


def _distinct(words: Iterable[str | None]) -> list[str]:
    """In their order, without None."""
    return list(dict.fromkeys(filter(None, words)))


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
    read_commitments,
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


def _read_reports(ids: list[int], on: date, day: date | None) -> Iterator[Row]:
    files = Evidence.objects.published().filter(update__pk__among=ids).order_by("pk")
    evidence = grouped(files.values("update", "url", "key"), "update")
    disputes = Disputes(day or on).of_updates(ids)
    address = absolute_url(reverse("commitment-list"))
    rows = _public_reports(day).order_by().filter(pk__among=ids)
    for row in rows.values(
        "pk",
        *(f"party__{name}" for name in PARTY),
        "commitment__reference",
        "reported_by",
        *REPORT_FIELDS,
        "is_unchanged",
        "in_place_of",
        "commitment__event__slug",
        "commitment__event__is_demonstration",
    ).iterator():
        party, party_name = party_of(row, "party__")
        reference = row["commitment__reference"]
        yield row | {
            "reference": reference,
            "party": party,
            "party_name": party_name,
            "voice": row["reported_by"],
            "is_being_revised": row["in_place_of"] is not None,
            "evidence": [
                link["url"] or absolute_url(reverse("evidence-file", args=[link["key"]]))
                for link in evidence[row["pk"]]
            ],
            "dispute": disputes.get(row["pk"], ""),
            "roundtable": row["commitment__event__slug"],
            "is_demonstration": row["commitment__event__is_demonstration"],
            "url": f"{address}{reference.lower()}/",
        }


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
    _read_reports,
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


def _read_responses(ids: list[int], on: date, day: date | None) -> Iterator[Row]:
    address = absolute_url(reverse("outcome-list"))
    rows = _public_responses(day).order_by().filter(pk__among=ids)
    for row in rows.values(
        "pk",
        *ORGANISATION,
        "outcome__number",
        *RESPONSE_FIELDS,
        "outcome__statement__event__slug",
        "outcome__statement__event__is_demonstration",
    ).iterator():
        organisation, name = party_of(row)
        number, event = row["outcome__number"], row["outcome__statement__event__slug"]
        yield row | {
            "number": number,
            "organisation": organisation,
            "organisation_name": name,
            "roundtable": event,
            "is_demonstration": row["outcome__statement__event__is_demonstration"],
            "url": f"{address}{event}/{number}/",
        }


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
    _read_responses,
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


def read_organisations(
    ids: list[int], on: date, day: date | None, among: QuerySet[Organisation] | None = None
) -> Iterator[Row]:
    """Those that are public, unless the desk names others."""
    begun = Q(event__starts_on__lte=day) if day else Q()
    public = EventRole.objects.filter(begun, event__is_public=True, organisation__pk__among=ids)
    latest_first = public.order_by("-event__starts_on", "event__code", "role")
    roles = grouped(latest_first.values("organisation", "event__slug", "role"), "organisation")
    address = absolute_url(reverse("organisation-list"))
    rows = Organisation.objects.published() if among is None else among
    found = rows.filter(pk__among=ids).values("pk", *ORGANISATION_FIELDS, "is_demonstration")
    for row in found.iterator():
        yield row | {
            "roundtables": [f"{one['event__slug']} {one['role']}" for one in roles[row["pk"]]],
            "url": f"{address}{row['slug']}/",
        }


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
    read_organisations,
)

TABLES = {
    table.kind: table
    for table in (ROUNDTABLES, POINTS, COMMITMENTS, REPORTS, RESPONSES, ORGANISATIONS)
}
