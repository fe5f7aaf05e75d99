"""The people who represent an organisation at a roundtable."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from participants.models import Affiliation, Participation, User


def active_participations(on: date) -> QuerySet[Participation]:
    """Confirmed participations of people who still work for the organisation on that day.

    No recorded affiliation counts as still working there. An affiliation alone gives no right to
    report, because no co-chair confirms it.
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
    return active_participations(on).filter(delegate__user=user)
