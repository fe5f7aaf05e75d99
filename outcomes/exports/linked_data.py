"""Public records in the words of schema.org, as JSON-LD."""

from typing import Any

from outcomes.changes.scope import ChangeTarget
from outcomes.changes.topics import absolute_url
from outcomes.models import Commitment, Outcome
from participants.models import Organisation, OrganisationKind
from roundtable.models import Event


def linked_data(row: ChangeTarget, summary: str) -> dict[str, Any]:
    """What search engines and reference managers read of a page; nothing that it does not show."""
    if isinstance(row, Event):
        found = _event(row)
    elif isinstance(row, Organisation):
        found = _organisation(row)
    elif isinstance(row, Outcome):
        found = _point(row)
    else:
        assert isinstance(row, Commitment)
        found = _commitment(row) | {"description": summary}
    url = absolute_url(row.get_absolute_url())
    given = {"@context": "https://schema.org", "@id": url, "url": url, **found}
    return {name: value for name, value in given.items() if value}


def _event(row: Event) -> dict[str, Any]:
    place = {
        "@type": "Place",
        "name": row.venue or row.city or row.country.name,
        "address": {
            "@type": "PostalAddress",
            "addressLocality": row.city,
            "addressCountry": str(row.country),
        },
    }
    return {
        "@type": "Event",
        "name": row.title,
        "description": row.summary,
        "startDate": row.starts_on.isoformat(),
        "endDate": row.ends_on.isoformat(),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": place if place["name"] else None,
        "organizer": _named("Organization", row.series.name, row.series.site),
    }


def _organisation(row: Organisation) -> dict[str, Any]:
    is_government = row.kind == OrganisationKind.GOVERNMENT
    return {
        "@type": "GovernmentOrganization" if is_government else "Organization",
        "name": row.name,
        "alternateName": row.short_name,
        "description": row.description,
        "sameAs": row.site,
    }


def _point(row: Outcome) -> dict[str, Any]:
    statement = row.statement
    return {
        "@type": "CreativeWork",
        "name": f"{row.number}, {statement.event}",
        "text": row.text,
        "position": row.number,
        "inLanguage": statement.language,
        "isPartOf": {
            "@type": "CreativeWork",
            "name": statement.title,
            **_of_event(statement.event),
        },
    }


def _commitment(row: Commitment) -> dict[str, Any]:
    return {
        "@type": "CreativeWork",
        "name": row.reference,
        "identifier": row.reference,
        "text": row.text,
        "datePublished": row.recorded_on.isoformat(),
        "author": [
            _named("Organization", party.public_name, "")
            for party in row.parties.all()
            if row.is_undertaken and not party.is_member
        ],
        "isPartOf": {"@type": "Event", "name": row.event.title, **_of_event(row.event)},
    }


def _of_event(event: Event) -> dict[str, str]:
    return {"url": absolute_url(event.get_absolute_url())}


def _named(kind: str, name: str, url: str) -> dict[str, str]:
    return {"@type": kind, "name": name, **({"url": url} if url else {})}
