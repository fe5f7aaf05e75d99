"""The people who represent an organisation at a roundtable."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from outcomes.models import CommitmentParty
from participants.models import Affiliation, Participation, User


def active_participations(on: date) -> QuerySet[Participation]:
    """Confirmed participations of people who still work for the organisation on that day.

    No recorded affiliation counts as still working there. An affiliation alone gives no right to
    report, because no co-chair confirms it.
    """
    affiliations = Affiliation.objects.filter(delegate=OuterRef("delegate"))
    current_affiliations = affiliations.filter(
        _is_current(on), organisation=OuterRef("organisation")
    )
    participations = Participation.objects.confirmed().filter(
        ~Exists(affiliations) | Exists(current_affiliations)
    )
    return participations.select_related("event", "organisation").order_by(
        "-event__starts_on", "pk"
    )


def active_participations_of(user: User, on: date) -> QuerySet[Participation]:
    return active_participations(on).filter(delegate__user=user)


def with_active_focal_point(
    parties: QuerySet[CommitmentParty], on: date
) -> QuerySet[CommitmentParty]:
    """Parties whose focal point still takes part, and has not left the party.

    Whoever loses the participation or leaves cannot report any more, by link or signed in.
    """
    participations = active_participations(on).filter(
        delegate=OuterRef("focal_point"), event=OuterRef("commitment__event")
    )
    work = Affiliation.objects.filter(
        delegate=OuterRef("focal_point"), organisation=OuterRef("organisation")
    )
    return parties.filter(
        Exists(participations), ~Exists(work) | Exists(work.filter(_is_current(on)))
    )


def _is_current(on: date) -> Q:
    """Affiliations on that day; who left on it no longer works there."""
    return (Q(since=None) | Q(since__lte=on)) & (Q(until=None) | Q(until__gt=on))
