"""Between who writes a text and who approves it: handing it in, and the letters that say so.

A letter says where to look and nothing of the text, which may name somebody still.
"""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from outcomes.models import Assessment, Offer, ProgressUpdate, Response, State
from outcomes.reporting.focal_points import seats_of
from outcomes.reporting.links import report_link
from outcomes.reporting.request_emails import takes_letters
from participants.accounts.addresses import mailbox_of
from participants.accounts.emails import hide_url_of, write_to_cochairs
from participants.models import Delegate, Participation, User
from participants.permissions import rights_of
from roundtable.mail.queue import post
from roundtable.models import Event

Written = Response | Offer | Assessment | ProgressUpdate
# By which way each kind of text belongs to a roundtable.
EVENT_OF: dict[type[Any], tuple[str, ...]] = {
    ProgressUpdate: ("commitment__event",),
    Response: ("outcome__statement__event",),
    Offer: ("commitment__event", "outcome__statement__event"),
    Assessment: ("commitment__event",),
}


def event_of(row: Written) -> Event:
    """The roundtable that a text belongs to."""
    if isinstance(row, ProgressUpdate | Assessment):
        return row.commitment.event
    return row.event if isinstance(row, Offer) else row.outcome.statement.event


def hand_in(row: Written, *, at: datetime) -> None:
    """Hands a text in for approval, and writes to the co-chairs where nothing else waited.

    Where something does, they know. The same text is told of once an hour at most, however often
    it is taken back. Raises ValidationError where the author has not ticked that it names nobody.
    """
    row.submit(at=at)
    event = event_of(row)
    if waiting(type(row), event).exclude(pk=row.pk).exists():
        return
    _tell_cochairs(
        event, [row], cause=f"waiting {row._meta.model_name} {row.pk} {at:%Y-%m-%dT%H}", at=at
    )


def waiting(kind: type[Any], event: Event) -> QuerySet[Any]:
    """The texts of one kind that wait for the co-chairs of a roundtable, the oldest first."""
    belongs = reduce(or_, (Q((way, event)) for way in EVENT_OF[kind]))
    found: QuerySet[Any] = kind.objects.filter(belongs, state=State.SUBMITTED)
    return found.order_by("submitted_at")


def remind_cochairs(*, at: datetime) -> int:
    """Writes to co-chairs where a text has waited for a day, once a week; of how many roundtables.

    So nothing that was handed in stays untold, whatever became of the letter about it.
    """
    year, week, _day = at.date().isocalendar()
    told = 0
    for event in Event.objects.order_by("pk"):
        oldest = [waiting(kind, event).first() for kind in EVENT_OF]
        old = [row for row in oldest if row and row.submitted_at < at - timedelta(days=1)]
        if old:
            told += _tell_cochairs(event, old, cause=f"waits {event.pk} {year}-{week}", at=at)
    return told


def tell_author(row: Written, *, at: datetime) -> None:
    """Writes to who goes on with a text that it was sent back; what to change stands there.

    That is its author; where that person no longer speaks for the organisation, or handed the task
    over, whoever does now. Nobody who hides or is gone gets a letter.
    """
    for person, path in _who_goes_on(row, at):
        mailbox = mailbox_of(person)
        delegate = Delegate.objects.filter(user=person).first()
        if not mailbox or (delegate and not takes_letters(delegate)):
            continue
        url = path and f"{settings.PORTAL_URL}{path}"
        post(
            cause=f"sent back {row._meta.model_name} {row.pk} {row.revision} {person.pk}",
            to=mailbox,
            template="outcomes/mail/sent_back",
            context={
                "event": event_of(row),
                "url": url or report_link(row.party, at=at),  # type: ignore[union-attr]
                "hide_url": hide_url_of(mailbox),
            },
            at=at,
        )


def _tell_cochairs(event: Event, rows: list[Any], *, cause: str, at: datetime) -> bool:
    """Whether a letter was queued: one line for each kind of these texts."""
    lists = [(row._meta.verbose_name_plural, _waiting_url(row)) for row in rows]
    context = {"event": event, "lists": lists}
    template = "outcomes/mail/waiting"
    return bool(write_to_cochairs(event, cause=cause, template=template, context=context, at=at))


def _waiting_url(row: Written) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist"
    return f"{settings.PORTAL_URL}{reverse(name)}?state__exact={State.SUBMITTED}"


def _who_goes_on(row: Written, at: datetime) -> list[tuple[User, str]]:
    """Who changes a text, and on which page; an empty path is the link without signing in."""
    if isinstance(row, ProgressUpdate):
        return _who_reports_on(row, at)
    event = event_of(row)
    if isinstance(row, Response):
        path = reverse("my-answer", args=[event.slug, row.outcome.number])
    elif isinstance(row, Assessment):
        path = reverse("my-assessment", args=[row.commitment.reference])
    else:
        path = reverse("my-offer", args=[row.pk])
    parts = Participation.objects.confirmed().filter(event=event, organisation=row.organisation)
    users = User.objects.filter(delegate__in=parts.values("delegate")).order_by("pk")
    speaking = [
        user
        for user in users
        if seats_of(user, at.date()).filter(event=event, organisation=row.organisation).exists()
    ]
    author = [user for user in speaking if user.pk == row.author_id]
    return [(user, path) for user in author or speaking]


def _who_reports_on(row: ProgressUpdate, at: datetime) -> list[tuple[User, str]]:
    author = row.author
    rights = rights_of(author, at.date()) if author else None
    focal_point = row.party.focal_point if row.party.focal_point_accepted_at else None
    asked = focal_point.user if focal_point else None
    if author and rights and rights.may_edit(row.commitment.event_id) and asked != author:
        return [(author, reverse("admin:outcomes_progressupdate_change", args=[row.pk]))]
    return [(asked, "")] if asked else []
