"""Who speaks for an organisation at a roundtable."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from participants.models import Affiliation, Participation, User


def active_participations(on: date) -> QuerySet[Participation]:
    """The seats from which somebody speaks for an organisation on that day.

    A co-chair has confirmed the seat, and the person works there still, as far as it is recorded
    where they work. A place of work alone gives no voice: nobody confirms one.
    """
    affiliations = Affiliation.objects.filter(delegate=OuterRef("delegate"))
    has_begun = Q(since=None) | Q(since__lte=on)
    has_not_ended = Q(until=None) | Q(until__gt=on)
    current_affiliations = affiliations.filter(
        has_begun, has_not_ended, organisation=OuterRef("organisation")
    )
    participations = Participation.objects.confirmed().filter(
        ~Exists(affiliations) | Exists(current_affiliations)
    )
    return participations.select_related("event", "organisation").order_by(
        "-event__starts_on", "pk"
    )


def active_participations_of(user: User, on: date) -> QuerySet[Participation]:
    """The seats from which this person speaks for an organisation on that day."""
    return active_participations(on).filter(delegate__user=user)
