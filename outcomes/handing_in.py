"""Between who writes a text and who approves it: handing it in, and the letters that say so.

A letter says where to look and nothing of the text, which may name somebody still.
"""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from outcomes.digests import takes_letters
from outcomes.models import Assessment, Offer, ProgressUpdate, Response, State
from outcomes.reporting import report_link
from participants.accounts import mailbox_of
from participants.letters import hide_url_of, write_to_cochairs
from participants.models import Delegate, User
from participants.permissions import rights_of
from roundtable.mailing import post
from roundtable.models import Event

Written = Response | Offer | Assessment | ProgressUpdate


def event_of(row: Written) -> Event:
    """The roundtable that a text belongs to."""
    if isinstance(row, ProgressUpdate | Assessment):
        return row.commitment.event
    return row.event if isinstance(row, Offer) else row.outcome.statement.event


def hand_in(row: Written, *, at: datetime) -> None:
    """Hands a text in for approval, and writes to the co-chairs that something waits.

    However much is handed in, they get one letter an hour for each kind of text. Raises
    ValidationError where the author has not ticked that it names nobody.
    """
    row.submit(at=at)
    event, kind = event_of(row), row._meta.model_name
    write_to_cochairs(
        event,
        cause=f"waiting {kind} {event.pk} {at:%Y-%m-%dT%H}",
        template="outcomes/mail/waiting",
        context={"event": event, "url": _waiting_url(row)},
        at=at,
    )


def tell_author(row: Written, *, at: datetime) -> None:
    """Writes to who goes on with a text that it was sent back; what to change stands there.

    That is its author; of an update whose author handed the task over, who answers for it now.
    Nobody who hides or is gone gets a letter.
    """
    person, path = _who_goes_on(row, at)
    mailbox = mailbox_of(person) if person else ""
    delegate = Delegate.objects.filter(user=person).first() if person else None
    if not mailbox or (delegate and not takes_letters(delegate)):
        return
    url = path and f"{settings.PORTAL_URL}{path}"
    post(
        cause=f"sent back {row._meta.model_name} {row.pk} {row.revision}",
        to=mailbox,
        template="outcomes/mail/sent_back",
        context={
            "event": event_of(row),
            "url": url or report_link(row.party, at=at),  # type: ignore[union-attr]
            "hide_url": hide_url_of(mailbox),
        },
        at=at,
    )


def _waiting_url(row: Written) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist"
    return f"{settings.PORTAL_URL}{reverse(name)}?state__exact={State.SUBMITTED}"


def _who_goes_on(row: Written, at: datetime) -> tuple[User | None, str]:
    """Who changes a text, and on which page; an empty path is the link without signing in."""
    author = row.author
    if isinstance(row, Response):
        point = row.outcome
        return author, reverse("my-answer", args=[point.statement.event.slug, point.number])
    if isinstance(row, Assessment):
        return author, reverse("my-assessment", args=[row.commitment.reference])
    if isinstance(row, Offer):
        return author, reverse("my-offer", args=[row.pk])
    rights = rights_of(author, at.date()) if author else None
    focal_point = row.party.focal_point if row.party.focal_point_accepted_at else None
    asked = focal_point.user if focal_point else None
    if rights and rights.may_edit(row.commitment.event_id) and asked != author:
        return author, reverse("admin:outcomes_progressupdate_change", args=[row.pk])
    return asked, ""
