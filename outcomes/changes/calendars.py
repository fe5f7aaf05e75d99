"""iCalendar feeds of meetings, due dates and milestones.

UIDs are permanent, and SEQUENCE counts versions, so that calendar programs replace moved entries.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from outcomes.changes.scope import scope_of
from outcomes.changes.topics import Topic, absolute_url
from outcomes.commitments.queries import Disputes, findings_shown
from outcomes.commitments.status import status_words
from outcomes.models import ENDED_STATUSES, Commitment, Milestone, years_before
from roundtable.models import Event

MAX_CALENDAR_ENTRIES = 1000  # of each kind: meetings, commitments and milestones
REFRESH_INTERVAL = timedelta(hours=12)
MAX_SUMMARY_LENGTH = 100
END = b"END:VCALENDAR\r\n"
_CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def topic_calendar(topic: Topic, on: date) -> bytes:
    scope = scope_of(topic.row)
    entries = chain(meetings(scope.events), due_dates(scope.commitments, scope.milestones, on))
    has_meetings = topic.row is None or isinstance(topic.row, Event)
    name = _("%s: meetings and due dates") if has_meetings else _("%s: due dates")
    return build_calendar(name % topic.name, topic.path, entries)


def build_calendar(name: str, path: str, entries: Iterable[icalendar.Event]) -> bytes:
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
    # One entry after the other, so that thousands are not in memory at once.
    return words.removesuffix(END) + b"".join(entry.to_ical() for entry in entries) + END


def meetings(events: "QuerySet[Event]") -> Iterator[icalendar.Event]:
    """The newest come first."""
    shown = ("starts_on", "ends_on", "title", "venue", "city", "country")
    for event in _with_version_counts(events[:MAX_CALENDAR_ENTRIES], *shown):
        text = event.title
        if event.is_demonstration:
            text += "\n\n" + _("Made up for the demonstration.")
        entry = icalendar.Event()
        entry.add("uid", _uid(event.slug))
        entry.add("summary", _one_line(event.title))
        entry.add("description", _without_control_characters(text))
        _add_days(entry, event.starts_on, event.ends_on)
        if place := ", ".join(filter(None, (event.venue, event.city, event.country.name))):
            entry.add("location", _one_line(place))
        _add_version(entry, event, datetime.combine(event.starts_on, time(), UTC))
        entry.add("url", absolute_url(event.get_absolute_url()))
        yield entry


def due_dates(
    commitments: "QuerySet[Commitment]", milestones: "QuerySet[Milestone]", on: date
) -> Iterator[icalendar.Event]:
    """Of commitments and milestones due later than one year before `on`."""
    since, disputes = years_before(on, 1), Disputes(on)
    due = commitments.filter(due_on__gte=since).select_related("event").order_by("due_on", "pk")
    due = due.prefetch_related(findings_shown())
    rows = _with_version_counts(due[:MAX_CALENDAR_ENTRIES], "due_on", "text", "latest_status")
    sentences = disputes.of_commitments(row.pk for row in rows)
    for row in rows:
        state = status_words(row)
        ended = _("%(reference)s (%(state)s): %(text)s")
        yield _entry(
            row,
            row,
            uid=row.reference,
            title=ended if row.status in ENDED_STATUSES else _("%(reference)s is due: %(text)s"),
            state=state,
            words=row.text,
            description=f"{row.text}\n\n" + _("Status: %s") % state,
            dispute=sentences.get(row.pk, ""),
        )
    steps = milestones.filter(due_on__gte=since).select_related("commitment__event")
    steps = steps.order_by("due_on", "pk")
    rows = _with_version_counts(steps[:MAX_CALENDAR_ENTRIES], "due_on", "title", "reached_on")
    sentences = disputes.of_commitments(row.commitment_id for row in rows)
    for milestone in rows:
        reached = _("%(reference)s, reached: %(text)s")
        yield _entry(
            milestone,
            milestone.commitment,
            uid=f"{milestone.commitment.reference}-milestone-{milestone.pk}",
            title=reached if milestone.reached_on else _("%(reference)s, milestone: %(text)s"),
            words=milestone.title,
            description=f"{milestone.title}\n\n{milestone.commitment.text}",
            dispute=sentences.get(milestone.commitment_id, ""),
        )


def _entry(
    row: Any,
    commitment: Commitment,
    *,
    uid: str,
    title: str,
    words: str,
    description: str,
    dispute: str,
    state: str = "",
) -> icalendar.Event:
    text = Truncator(words).chars(MAX_SUMMARY_LENGTH)
    values = {"reference": commitment.reference, "state": state, "text": text}
    if dispute:
        description += f"\n\n{dispute}"
    if commitment.event.is_demonstration:
        description += "\n\n" + _("Made up for the demonstration.")
    entry = icalendar.Event()
    entry.add("uid", _uid(uid))
    entry.add("summary", _one_line(title % values))
    entry.add("description", _without_control_characters(description))
    _add_days(entry, row.due_on, row.due_on)
    _add_version(entry, row, commitment.recorded_at)
    entry.add("url", absolute_url(commitment.get_absolute_url()))
    entry.add("transp", "TRANSPARENT")  # a due date does not make anyone busy
    return entry


def _add_version(entry: icalendar.Event, row: Any, recorded_at: datetime) -> None:
    """`recorded_at` is for a row without a history."""
    # The time of the last change, not now: an unchanged calendar keeps the same bytes and ETag.
    changed_at = row.changed_at or recorded_at
    entry.add("dtstamp", changed_at)
    entry.add("last-modified", changed_at)
    entry.add("sequence", max(row.versions - 1, 0))


def _uid(name: str) -> str:
    return f"{name}@{urlsplit(settings.PORTAL_URL).hostname}"


def _one_line(text: str) -> str:
    return " ".join(_without_control_characters(text).split())


def _add_days(entry: icalendar.Event, first: date, last: date) -> None:
    entry.add("dtstart", first)
    if last < date.max:
        entry.add("dtend", last + timedelta(days=1))


def _with_version_counts(rows: "QuerySet[Any]", *fields: str) -> list[Any]:
    """Sets `versions` and `changed_at` on each row, from its history."""
    found = list(rows)
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
