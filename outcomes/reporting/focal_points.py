"""Who speaks for an organisation at a roundtable."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from participants.models import Affiliation, Participation, User


def speaking_seats(on: date) -> QuerySet[Participation]:
    """The seats from which somebody speaks for an organisation on that day.

    A co-chair has confirmed the seat, and the person works there still, as far as it is recorded
    where they work. A place of work alone gives no voice: nobody confirms one.
    """
    work = Affiliation.objects.filter(delegate=OuterRef("delegate"))
    has_begun = Q(since=None) | Q(since__lte=on)
    goes_on = Q(until=None) | Q(until__gt=on)
    there = work.filter(has_begun, goes_on, organisation=OuterRef("organisation"))
    seats = Participation.objects.confirmed().filter(~Exists(work) | Exists(there))
    return seats.select_related("event", "organisation").order_by("-event__starts_on", "pk")


def seats_of(user: User, on: date) -> QuerySet[Participation]:
    """The seats from which this person speaks for an organisation on that day."""
    return speaking_seats(on).filter(delegate__user=user)
