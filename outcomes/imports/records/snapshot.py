"""Exports the content of a roundtable file; importing it again changes nothing."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from outcomes.commitments.queries import disputes_shown
from outcomes.datasets.columns import Dataset
from outcomes.datasets.tables import LEAD_INS, POINTS, ROLES
from outcomes.imports.records.commitments import KEYS_BY_ROLE
from outcomes.imports.records.format import TABLES
from outcomes.imports.records.people import current_affiliations
from outcomes.imports.records.reports import updates_by_key
from outcomes.imports.records.statement import numbered_outcomes
from outcomes.models import Outcome, ProgressUpdate, Statement, Theme
from participants.models import Delegate, Group, Organisation, Participation
from roundtable.models import Event
from roundtable.text.diff import normalise_newlines

Content = dict[str, Any]


def event_content(event: Event, *, people: "models.QuerySet[Delegate] | None" = None) -> Content:
    """The tables of the roundtable file, without empty values.

    Delegates are included only if they are among `people`, and never with an email address. Points
    without a number get the number that publishing would give them.
    """
    statement = Statement.objects.filter(event=event).first()
    outcomes = numbered_outcomes(statement) if statement else {}
    content: Content = {
        "series": _table_content(TABLES["series"], event.series),
        "event": _table_content(TABLES["event"], event),
        "themes": _table_contents("themes", _themes(event)),
        "groups": _table_contents("groups", _rows_named_by_event(event, Group)),
        "organisations": [_organisation(row, event) for row in _organisations(event, people)],
        "counts": _table_contents("counts", event.recorded_counts.order_by("pk")),
        "documents": _table_contents("documents", event.documents.order_by("pk")),
    }
    if statement:
        content["statement"] = _table_content(TABLES["statement"], statement) | {
            "lead_ins": _lead_ins(outcomes)
        }
    content["commitments"] = _commitments(event, outcomes)
    if people is not None:
        content["delegates"] = _delegates(event, people)
    content["updates"] = _updates(event)
    return {name: found for name, found in content.items() if found}


def dispute_rows(event: Event, on: date) -> list[Content]:
    """Which texts of the file their parties do not recognise; no import reads this."""
    commitments = event.commitments.values_list("pk", flat=True)
    updates = ProgressUpdate.objects.filter(commitment__event=event).values_list("pk", flat=True)
    return [
        {
            "reference": row.text_party.commitment.reference,
            "reported_on": row.update.reported_on if row.update else None,
            "text": row.sentence,
        }
        for row in disputes_shown(on, commitments=commitments, updates=updates)
    ]


def _table_content(table: Dataset, row: models.Model) -> Content:
    found = {name: _file_value(getattr(row, name)) for name in table.fields}
    return {name: value for name, value in found.items() if value not in ("", None)}


def _file_value(value: Any) -> Any:
    if isinstance(value, bool | int) or value is None or hasattr(value, "isoformat"):
        return value
    return normalise_newlines(str(getattr(value, "code", value) or ""))


def _table_contents(name: str, rows: Iterable[models.Model]) -> list[Content]:
    return [_table_content(TABLES[name], row) for row in rows]


def _organisation(row: Organisation, event: Event) -> Content:
    roles = event.roles.filter(organisation=row).order_by("pk")
    found = _table_content(TABLES["organisations"], row)
    return found | ({"roles": [_table_content(ROLES, role) for role in roles]} if roles else {})


def _themes(event: Event) -> "models.QuerySet[Theme]":
    return Theme.objects.filter(outcomes__statement__event=event).distinct().order_by("slug")


def _organisations(event: Event, people: "models.QuerySet[Delegate] | None") -> Any:
    named = _rows_named_by_event(event, Organisation, "roles__event")
    if people is None:
        return named
    participations = Participation.objects.filter(event=event, delegate__in=people)
    represented = Organisation.objects.filter(pk__in=participations.values("organisation"))
    return named | represented.order_by("slug")


def _rows_named_by_event(event: Event, kind: type[Any], *also: str) -> Any:
    lookups = {
        "addressed_by__outcome__statement__event",
        "commitment_parties__commitment__event",
        *also,
    }
    found = models.Q()
    for way in lookups:
        found |= models.Q(pk__in=kind.objects.filter(**{way: event}).values("pk"))
    return kind.objects.filter(found).order_by("slug")


def _lead_ins(outcomes: dict[str, Outcome]) -> list[Content]:
    found: list[Content] = []
    for number, row in outcomes.items():
        if row.parent_id is None:
            found.append(_table_content(LEAD_INS, row) | {"number": number, "points": []})
        else:
            found[-1]["points"].append(_point(row, number))
    return found


def _point(point: Outcome, number: str) -> Content:
    addressees = point.addressees.select_related("group", "organisation").order_by("pk")
    lists = {
        "themes": [theme.slug for theme in point.themes.order_by("slug")],
        "addressees": [
            party.slug for row in addressees if (party := row.group or row.organisation)
        ],
    }
    filled = {name: words for name, words in lists.items() if words}
    return _table_content(POINTS, point) | {"number": number} | filled


def _commitments(event: Event, outcomes: dict[str, Outcome]) -> list[Content]:
    numbers = {row.pk: number for number, row in outcomes.items()}
    found = []
    for commitment in event.commitments.order_by("pk"):
        lists: dict[str, list[str]] = {
            "outcomes": sorted(
                numbers[row.pk] for row in commitment.outcomes.all() if row.pk in numbers
            ),
            **{key: [] for key in KEYS_BY_ROLE.values()},
        }
        parties = commitment.parties.without_members().select_related("group", "organisation")
        for row in parties.order_by("pk"):
            if party := row.group or row.organisation:
                lists[KEYS_BY_ROLE[row.role]].append(party.slug)
        filled = {name: words for name, words in lists.items() if words}
        found.append(_table_content(TABLES["commitments"], commitment) | filled)
    return found


def _delegates(event: Event, people: "models.QuerySet[Delegate]") -> list[Content]:
    # An import keeps people who are missing from the file.
    participations = event.participations.filter(delegate__in=people).order_by("pk")
    affiliations = current_affiliations(participations)
    found = []
    for participation in participations.select_related("delegate", "organisation"):
        affiliation = affiliations.get(
            (participation.delegate.handle, participation.organisation_id)
        )
        row = {
            "handle": participation.delegate.handle,
            "name": participation.delegate.name,
            "name_latin": participation.delegate.name_latin,
            "organisation": participation.organisation.slug,
            "capacity": participation.capacity,
            "post": affiliation.post if affiliation else "",
        }
        found.append({name: normalise_newlines(text) for name, text in row.items() if text})
    return found


def _updates(event: Event) -> list[Content]:
    found = []
    table = TABLES["updates"]
    own_fields = [name for name in table.fields if table.is_stored(name)]
    for (reference, party, _day), rows in updates_by_key(event).items():
        for number, row in enumerate(rows, start=1):
            values = {name: _file_value(getattr(row, name)) for name in own_fields}
            identity = {"reference": reference, "party": party, "state": str(row.state)}
            twice = {"of_that_day": number} if number > 1 else {}
            filled = {name: value for name, value in values.items() if value not in ("", None)}
            found.append(identity | twice | filled)
    return found
