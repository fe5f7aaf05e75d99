"""The people who represent an organisation at a roundtable, and asking them about commitments."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from outcomes.models import CommitmentParty, CommitmentState
from participants.accounts.emails import email_delegate
from participants.models import (
    Affiliation,
    Delegate,
    Organisation,
    OrganisationKind,
    Participation,
    User,
)
from participants.permissions import AnyUser
from roundtable.models import Event


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


def may_write(user: AnyUser, event: Event, on: date) -> bool:
    """Whether to show the way to an offer. Visitors are asked to sign in first."""
    if not isinstance(user, User):
        return True
    return active_participations_of(user, on).filter(event=event).exists()


def with_active_focal_point(
    parties: QuerySet[CommitmentParty], on: date
) -> QuerySet[CommitmentParty]:
    """Parties whose focal point still takes part, and has not left the party.

    A person who loses the participation or leaves cannot report any more, by link or signed in.
    """
    participations = active_participations(on).filter(
        delegate=OuterRef("focal_point"), event=OuterRef("commitment__event")
    )
    work = Affiliation.objects.filter(
        delegate=OuterRef("focal_point"), organisation=OuterRef("organisation")
    )
    return parties.filter(
        Exists(participations),
        ~Exists(work) | Exists(work.filter(_is_current(on))),
        commitment__state=CommitmentState.PUBLIC,
    )


def _is_current(on: date) -> Q:
    """Affiliations on that day; who left on it no longer works there."""
    return (Q(since=None) | Q(since__lte=on)) & (Q(until=None) | Q(until__gt=on))


def may_be_focal_point(
    person: Delegate, organisation: Organisation | None, event: Event, on: date
) -> bool:
    """Whether it is confirmed that the person takes part for this very organisation.

    A body of the same government is another one, because whoever enters an organisation chooses its
    country. No one speaks for a group.
    """
    if organisation is None:
        return False
    parts = active_participations(on).filter(delegate=person, event=event)
    return parts.filter(organisation=organisation).exists()


def are_one_body(first: Organisation, second: Organisation) -> bool:
    """Whether people of one are told of texts about the other, and can say that these are wrong."""
    is_government = first.kind == second.kind == OrganisationKind.GOVERNMENT
    return first == second or bool(
        is_government and first.country and first.country == second.country
    )


def of_organisation(organisation: Organisation) -> Q:
    """Rows of the organisation, or of another body of the same government."""
    own = Q(organisation=organisation)
    if organisation.kind == OrganisationKind.GOVERNMENT and organisation.country:
        own |= Q(organisation__kind=organisation.kind, organisation__country=organisation.country)
    return own


def people_to_tell(party: CommitmentParty, on: date) -> list[Delegate]:
    """Everyone who takes part for the organisation; for a group, no one."""
    if party.organisation is None:
        return []
    parts = active_participations(on).filter(
        of_organisation(party.organisation), event=party.commitment.event
    )
    return list(Delegate.objects.filter(pk__in=parts.values("delegate")).order_by("pk"))


def ask_focal_point(party: CommitmentParty, person: Delegate | None, *, at: datetime) -> None:
    """Stores who is asked, and tells this person: the task counts once the person accepts.

    About a draft, no one is asked before it is public. Whoever had the task is told that it ended.
    """
    accepted = CommitmentParty.objects.filter(pk=party.pk, focal_point_accepted_at__isnull=False)
    former = Delegate.objects.filter(focal_point_for__in=accepted).first()
    party.request_focal_point(person)
    if former and former != person:
        email_delegate(
            former,
            dedup_key=f"focal point ended:{party.pk}:{former.pk}:{at:%Y-%m-%d}",
            template="outcomes/reporting/emails/focal_point_ended",
            context={
                "party": party,
                "commitment": party.commitment,
                "event": party.commitment.event,
            },
            at=at,
        )
    if person is None or not party.commitment.is_public:
        return
    email_delegate(
        person,
        dedup_key=f"focal point:{party.pk}:{person.pk}:{at:%Y-%m-%d}",
        template="outcomes/reporting/emails/focal_point_requested",
        context={
            "party": party,
            "event": party.commitment.event,
            "url": f"{settings.PORTAL_URL}{reverse('me')}",
        },
        at=at,
    )
