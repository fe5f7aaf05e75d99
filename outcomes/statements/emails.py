"""Letters about a text that goes round. None holds a word of it: it is nobody else's to read."""

from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from outcomes.models import Circulation, Reply
from outcomes.reporting.focal_points import speaking_seats
from outcomes.reporting.request_emails import takes_letters
from participants.accounts.emails import write_to, write_to_cochairs
from participants.models import Delegate, Organisation, Participation
from roundtable.models import Event


def speakers(circulation: Circulation, on: date) -> "Iterator[tuple[Delegate, Organisation]]":
    """Who speaks for an organisation that was asked, and may be written to."""
    seats = _speaking(circulation.version.statement.event, on)
    asked = circulation.replies.values("organisation")
    for seat in seats.filter(organisation__in=asked).select_related("delegate__user"):
        if takes_letters(seat.delegate):
            yield seat.delegate, seat.organisation


def able_to_answer(event: Event, on: date) -> set[int]:
    """Numbers of the organisations for which somebody can sign in and answer.

    Who hides counts: whether a person hides is told to nobody.
    """
    return set(_speaking(event, on).values_list("organisation", flat=True))


def _speaking(event: Event, on: date) -> QuerySet[Participation]:
    return speaking_seats(on).filter(event=event, delegate__user__is_active=True)


def tell_asked(circulation: Circulation, *, cause: str, template: str, at: datetime) -> int:
    """Queues a letter for each who speaks for an organisation that was asked; how many."""
    told = 0
    for person, _organisation in speakers(circulation, at.date()):
        letter = write_to(
            person,
            cause=f"{cause} {circulation.pk} {person.pk}",
            template=template,
            context=_context(circulation),
            at=at,
        )
        told += letter is not None
    return told


def tell_silent(circulation: Circulation, *, at: datetime) -> int:
    """Reminds those of organisations that have said nothing that the deadline comes; how many."""
    silent = set(circulation.replies.filter(answer="").values_list("organisation", flat=True))
    told = 0
    for person, organisation in speakers(circulation, at.date()):
        if organisation.pk in silent:
            letter = write_to(
                person,
                cause=f"silence ends {circulation.pk} {person.pk}",
                template="outcomes/mail/circulated",
                context={**_context(circulation), "is_reminder": True},
                at=at,
            )
            told += letter is not None
    return told


def tell_cochairs_of_objection(reply: Reply, *, at: datetime) -> None:
    """Tells the co-chairs that somebody objected; who, and to what, stands at the desk."""
    _tell_cochairs(
        reply.circulation,
        cause=f"objected {reply.circulation_id}",
        template="outcomes/mail/objected",
        at=at,
    )


def tell_cochairs_to_sign(circulation: Circulation, *, at: datetime) -> bool:
    """Tells the co-chairs that silence brought agreement; whether that is new."""
    return _tell_cochairs(
        circulation,
        cause=f"tosign {circulation.pk}",
        template="outcomes/mail/to_sign",
        at=at,
    )


def _tell_cochairs(circulation: Circulation, *, cause: str, template: str, at: datetime) -> bool:
    statement = circulation.version.statement
    url = reverse("admin:outcomes_statement_agreement", args=[statement.pk])
    context = {
        "event": statement.event,
        "url": f"{settings.PORTAL_URL}{url}",
    }
    letters = write_to_cochairs(
        statement.event, cause=cause, template=template, context=context, at=at
    )
    return bool(letters)


def _context(circulation: Circulation) -> dict[str, object]:
    event = circulation.version.statement.event
    path = reverse("my-circulation", args=[circulation.pk])
    return {
        "event": event,
        "circulation": circulation,
        "deadline": circulation.deadline_there,
        "url": f"{settings.PORTAL_URL}{path}",
    }
