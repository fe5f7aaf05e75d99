"""iCalendar feeds of meetings, due dates and milestones.

UIDs are permanent, and SEQUENCE counts versions, so that calendar programs replace moved entries.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import icalendar
from django import forms
from django.conf import settings
from django.db.models import Case, F, QuerySet, When
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from outcomes.changes.scope import scope_of
from outcomes.changes.topics import Topic, absolute_url
from outcomes.commitments.queries import Disputes, findings_shown
from outcomes.commitments.status import status_words
from outcomes.models import ENDED_STATUSES, Commitment, Milestone, years_before
from roundtable.models import Event

MAX_CALENDAR_ENTRIES = 200  # of each kind: meetings, commitments and milestones
REFRESH_INTERVAL = timedelta(hours=12)
MAX_SUMMARY_LENGTH = 100
END = b"END:VCALENDAR\r\n"
MAX_LINE_BYTES = 75
_CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class CalendarForm(forms.Form):
    """Which days; what else is in the address is ignored, since calendar programs add to it."""

    year = forms.IntegerField(required=False, min_value=1900, max_value=9999)
    page = forms.IntegerField(required=False, min_value=1, max_value=1000)


@dataclass(frozen=True)
class Days:
    """What of all that has a day is in a calendar."""

    on: date
    year: int | None = None
    page: int = 1

    def of(self, rows: "QuerySet[Any]", field: str = "due_on") -> "QuerySet[Any]":
        """Of a year in order; else what is not over, the next first, then the latest."""
        if self.year:
            first = (self.page - 1) * MAX_CALENDAR_ENTRIES
            found = rows.filter(**{f"{field}__year": self.year}).order_by(field, "pk")
            return found[first : first + MAX_CALENDAR_ENTRIES]
        next_day = Case(When(**{f"{field}__gte": self.on}, then=F(field)))
        nearest = rows.order_by(next_day.asc(nulls_last=True), f"-{field}", "pk")
        return nearest[:MAX_CALENDAR_ENTRIES]

    def due(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Without a year, not what was due more than one year ago."""
        return self.of(rows if self.year else rows.filter(due_on__gte=years_before(self.on, 1)))


def topic_calendar(topic: Topic, days: Days) -> bytes:
    scope = scope_of(topic.row, topic.is_demonstration)
    entries = chain(
        meetings(scope.events, days), due_dates(scope.commitments, scope.milestones, days)
    )
    has_meetings = topic.row is None or isinstance(topic.row, Event)
    name = _("%s: meetings and due dates") if has_meetings else _("%s: due dates")
    name %= topic.name
    if days.year:
        name += f" ({days.year})"
    return build_calendar(name, topic.path, entries)


def build_calendar(name: str, path: str, entries: Iterable[bytes]) -> bytes:
    """`path` is that of the page about the same."""
    found = icalendar.Calendar()
    found.add("version", "2.0")
    found.add("prodid", "-//Roundtable//Due dates and milestones//EN")
    found.add("method", "PUBLISH")
    found.add("name", _without_control_characters(name))
    found.add("x-wr-calname", _without_control_characters(name))
    found.add("url", absolute_url(path))
    found.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "PT12H")
    words: bytes = found.to_ical()
    return words.removesuffix(END) + b"".join(entries) + END


def meetings(events: "QuerySet[Event]", days: Days) -> Iterator[bytes]:
    shown = ("starts_on", "ends_on", "title", "venue", "city", "country")
    for event in _with_version_counts(days.of(events, "starts_on"), *shown):
        text = event.title
        if event.is_demonstration:
            text += "\n\n" + _("Made up for the demonstration.")
        place = ", ".join(filter(None, (event.venue, event.city, event.country.name)))
        yield _entry(
            event,
            uid=event.slug,
            summary=event.title,
            description=text,
            first=event.starts_on,
            last=event.ends_on,
            recorded_at=datetime.combine(event.starts_on, time(), UTC),
            url=event.get_absolute_url(),
            more=[f"LOCATION:{_text(_one_line(place))}"] if place else [],
        )


def due_dates(
    commitments: "QuerySet[Commitment]", milestones: "QuerySet[Milestone]", days: Days
) -> Iterator[bytes]:
    disputes = Disputes(days.on)
    due = days.due(commitments).prefetch_related("event", findings_shown())
    rows = _with_version_counts(due, "due_on", "text", "latest_status")
    sentences = disputes.of_commitments(row.pk for row in rows)
    # Once: to look up each sentence for each row takes as long as to read the rows.
    ended, is_due = _("%(reference)s (%(state)s): %(text)s"), _("%(reference)s is due: %(text)s")
    status = _("Status: %s")
    for row in rows:
        state = status_words(row)
        yield _due_entry(
            row,
            row,
            uid=row.reference,
            title=ended if row.status in ENDED_STATUSES else is_due,
            state=state,
            words=row.text,
            description=f"{row.text}\n\n{status % state}",
            dispute=sentences.get(row.pk, ""),
        )
    steps = days.due(milestones).select_related("commitment").prefetch_related("commitment__event")
    rows = _with_version_counts(steps, "due_on", "title", "reached_on")
    sentences = disputes.of_commitments(row.commitment_id for row in rows)
    reached = _("%(reference)s, reached: %(text)s")
    awaited = _("%(reference)s, milestone: %(text)s")
    for milestone in rows:
        yield _due_entry(
            milestone,
            milestone.commitment,
            uid=f"{milestone.commitment.reference}-milestone-{milestone.pk}",
            title=reached if milestone.reached_on else awaited,
            words=milestone.title,
            description=f"{milestone.title}\n\n{milestone.commitment.text}",
            dispute=sentences.get(milestone.commitment_id, ""),
        )


def _due_entry(
    row: Any,
    commitment: Commitment,
    *,
    uid: str,
    title: str,
    words: str,
    description: str,
    dispute: str,
    state: str = "",
) -> bytes:
    text = words
    if len(words) > MAX_SUMMARY_LENGTH:  # it takes long
        text = Truncator(words).chars(MAX_SUMMARY_LENGTH)
    values = {"reference": commitment.reference, "state": state, "text": text}
    if dispute:
        description += f"\n\n{dispute}"
    if commitment.event.is_demonstration:
        description += "\n\n" + _("Made up for the demonstration.")
    return _entry(
        row,
        uid=uid,
        summary=title % values,
        description=description,
        first=row.due_on,
        last=row.due_on,
        recorded_at=commitment.recorded_at,
        url=commitment.get_absolute_url(),
        more=["TRANSP:TRANSPARENT"],  # a due date does not make anyone busy
    )


def _entry(
    row: Any,
    *,
    uid: str,
    summary: str,
    description: str,
    first: date,
    last: date,
    recorded_at: datetime,
    url: str,
    more: list[str],
) -> bytes:
    """`recorded_at` is for a row without a history. The library takes thirty times as long."""
    # The time of the last change, not now: an unchanged calendar keeps the same bytes and ETag.
    changed_at = f"{(row.changed_at or recorded_at).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(_uid(uid))}",
        f"SUMMARY:{_text(_one_line(summary))}",
        f"DESCRIPTION:{_text(_without_control_characters(description))}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTSTAMP:{changed_at}",
        f"LAST-MODIFIED:{changed_at}",
        f"SEQUENCE:{max(row.versions - 1, 0)}",
        f"URL:{absolute_url(url)}",
        *more,
        "END:VEVENT",
        "",
    ]
    if last < date.max:
        lines.insert(5, f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}")
    return b"\r\n".join(map(_folded, lines))


def _text(value: str) -> str:
    for letter, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(letter, escaped)
    return value


def _folded(line: str) -> bytes:
    """No letter is divided."""
    rest, parts = line.encode(), []
    while len(rest) > MAX_LINE_BYTES:
        end = MAX_LINE_BYTES
        while rest[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(rest[:end])
        rest = b" " + rest[end:]
    return b"\r\n".join([*parts, rest])


def _uid(name: str) -> str:
    return f"{name}@{urlsplit(settings.PORTAL_URL).hostname}"


def _one_line(text: str) -> str:
    return " ".join(_without_control_characters(text).split())


def _with_version_counts(rows: "QuerySet[Any]", *fields: str) -> list[Any]:
    """The rows in the order of their days, with `versions` and `changed_at` from their history."""
    found = sorted(rows, key=lambda row: (getattr(row, fields[0]), row.pk))
    # Only the shown fields count: other changes may be hidden, and a number would reveal them.
    history: Any = rows.model.history.model.objects
    versions: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for pk, at, *words in (
        history.filter(id__in=[row.pk for row in found])
        .order_by("history_date", "history_id")
        .values_list("id", "history_date", *fields)
    ):
        if not versions[pk] or versions[pk][-1][1] != words:
            versions[pk].append((at, words))
    for row in found:
        row.versions = len(versions[row.pk])
        row.changed_at = versions[row.pk][-1][0] if versions[row.pk] else None
    return found


def _without_control_characters(text: str) -> str:
    return _CONTROL_CHARACTERS.sub(" ", text.replace("\r\n", "\n"))
