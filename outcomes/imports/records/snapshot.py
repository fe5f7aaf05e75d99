"""From what is stored to the content of a roundtable file: loading it again changes nothing."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.db import models

from outcomes.imports.records.commitments import KEYS
from outcomes.imports.records.format import LEAD_INS, POINTS, ROLES, TABLES, Table
from outcomes.imports.records.people import workplaces
from outcomes.imports.records.reports import reported_at
from outcomes.models import Outcome, Statement, Theme
from outcomes.models.statement import letters
from participants.models import Group, Organisation
from roundtable.models import Event
from roundtable.text_diff import plain_lines

Content = dict[str, Any]


def content_of(event: Event, *, people: bool = False) -> Content:
    """The tables of a roundtable's file; what is empty is left out, as a file does.

    Who took part is in it only where that is asked for, and never where to write to anybody.

    Points without a number get the one that publishing would give them.
    """
    statement = Statement.objects.filter(event=event).first()
    lead_ins = _lead_ins(statement) if statement else []
    content: Content = {
        "series": _table(TABLES["series"], event.series),
        "event": _table(TABLES["event"], event),
        "themes": [_table(TABLES["themes"], row) for row in _themes(event)],
        "groups": [_table(TABLES["groups"], row) for row in _named(event, Group)],
        "organisations": [_organisation(row, event) for row in _organisations(event, people)],
        "counts": _tables("counts", event.recorded_counts.order_by("pk")),
        "documents": _tables("documents", event.documents.order_by("pk")),
    }
    if statement:
        content["statement"] = _table(TABLES["statement"], statement) | {"lead_ins": lead_ins}
    content["commitments"] = _commitments(event, lead_ins)
    if people:
        content["delegates"] = _delegates(event)
    content["updates"] = _updates(event)
    return {name: found for name, found in content.items() if found}


def _table(table: Table, row: models.Model) -> Content:
    found = {name: _plain(getattr(row, name)) for name in table.fields}
    return {name: value for name, value in found.items() if value not in ("", None)}


def _plain(value: Any) -> Any:
    """The value of a field as a file writes it: a word for a choice, a code for a country."""
    if isinstance(value, bool | int) or value is None or hasattr(value, "isoformat"):
        return value
    return plain_lines(str(getattr(value, "code", value) or ""))


def _tables(name: str, rows: Iterable[models.Model]) -> list[Content]:
    return [_table(TABLES[name], row) for row in rows]


def _organisation(row: Organisation, event: Event) -> Content:
    roles = event.roles.filter(organisation=row).order_by("pk")
    found = _table(TABLES["organisations"], row)
    return found | ({"roles": [_table(ROLES, role) for role in roles]} if roles else {})


def _themes(event: Event) -> "models.QuerySet[Theme]":
    return Theme.objects.filter(outcomes__statement__event=event).distinct().order_by("slug")


def _organisations(event: Event, people: bool) -> Any:
    return _named(event, Organisation, "roles__event", *(["participations__event"] * people))


def _named(event: Event, kind: type[Any], *also: str) -> Any:
    """Groups or organisations that the roundtable names, in whatever way."""
    ways = {
        "addressed_by__outcome__statement__event",
        "commitment_parties__commitment__event",
        *also,
    }
    found = models.Q()
    for way in ways:
        found |= models.Q(pk__in=kind.objects.filter(**{way: event}).values("pk"))
    return kind.objects.filter(found).order_by("slug")


def _lead_ins(statement: Statement) -> list[Content]:
    found = []
    rows = list(statement.outcomes.lead_ins().order_by("position", "pk"))
    for lead_in, number in zip(rows, _numbers(rows, (str(n) for n in count(1))), strict=True):
        points = list(lead_in.points.order_by("position", "pk"))
        ours = _numbers(points, (f"{number}.{letters(n)}" for n in count()))
        found.append(
            _table(LEAD_INS, lead_in)
            | {
                "number": number,
                "pk": lead_in.pk,
                "points": [_point(point, own) for point, own in zip(points, ours, strict=True)],
            }
        )
    return found


def _numbers(rows: list[Outcome], possible: Iterable[str]) -> list[str]:
    taken = {row.number for row in rows}
    free = (number for number in possible if number not in taken)
    return [row.number or next(free) for row in rows]


def _point(point: Outcome, number: str) -> Content:
    addressees = point.addressees.select_related("group", "organisation").order_by("pk")
    lists = {
        "themes": [theme.slug for theme in point.themes.order_by("slug")],
        "addressees": [
            party.slug for row in addressees if (party := row.group or row.organisation)
        ],
    }
    filled = {name: words for name, words in lists.items() if words}
    return _table(POINTS, point) | {"number": number, "pk": point.pk} | filled


def _commitments(event: Event, lead_ins: list[Content]) -> list[Content]:
    sentences = [row for lead_in in lead_ins for row in (lead_in, *lead_in["points"])]
    numbers = {row.pop("pk"): row["number"] for row in sentences}
    found = []
    for commitment in event.commitments.order_by("pk"):
        lists: dict[str, list[str]] = {
            "outcomes": sorted(
                numbers[row.pk] for row in commitment.outcomes.all() if row.pk in numbers
            ),
            **{key: [] for key in KEYS.values()},
        }
        for row in commitment.parties.select_related("group", "organisation").order_by("pk"):
            if party := row.group or row.organisation:
                lists[KEYS[row.role]].append(party.slug)
        filled = {name: words for name, words in lists.items() if words}
        found.append(_table(TABLES["commitments"], commitment) | filled)
    return found


def _delegates(event: Event) -> list[Content]:
    # Whoever hides, or is protected, stands in no file; a file that lacks them changes nothing.
    parts = event.participations.filter(
        delegate__erased_at=None, delegate__paused_at=None, delegate__is_protected=False
    ).order_by("pk")
    posts = workplaces(parts)
    found = []
    for part in parts.select_related("delegate", "organisation"):
        work = posts.get((part.delegate.handle, part.organisation_id))
        row = {
            "handle": part.delegate.handle,
            "name": part.delegate.name,
            "name_latin": part.delegate.name_latin,
            "organisation": part.organisation.slug,
            "capacity": part.capacity,
            "post": work.post if work else "",
        }
        found.append({name: plain_lines(text) for name, text in row.items() if text})
    return found


def _updates(event: Event) -> list[Content]:
    found = []
    table = TABLES["updates"]
    own = [name for name in table.fields if name not in table.elsewhere]
    for (reference, party, _day), rows in reported_at(event).items():
        for number, row in enumerate(rows, start=1):
            values = {name: _plain(getattr(row, name)) for name in own}
            named = {"reference": reference, "party": party, "state": str(row.state)}
            twice = {"of_that_day": number} if number > 1 else {}
            filled = {name: value for name, value in values.items() if value not in ("", None)}
            found.append(named | twice | filled)
    return found
