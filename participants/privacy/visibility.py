"""The one door to contact details: who sees what of whom.

Every page, search, card and preview asks here and receives plain values. Whoever is not known sees
what everyone sees; an audience that is not known admits nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from participants.channels import ChannelKind, display_value, link_of
from participants.models import (
    Affiliation,
    Audience,
    AudienceException,
    ContactChannel,
    Delegate,
    Organisation,
    Participation,
    RevealBudget,
    User,
)
from participants.permissions import behalf_of
from participants.privacy.audiences import (
    VISITOR,
    LeftOut,
    Person,
    Viewer,
    inside,
    is_inside,
    stand_in,
    viewer_of,
)
from roundtable.audit import log as audit
from roundtable.models import Event


@dataclass(frozen=True)
class Workplace:
    """An organisation that a person works for, as far as it is public."""

    name: str
    slug: str
    post: str = ""


@dataclass(frozen=True)
class Card:
    """What a list shows of a person."""

    handle: str
    name: str
    name_latin: str
    post: str
    workplace: Workplace | None
    is_demonstration: bool


@dataclass(frozen=True)
class Channel:
    """One way to reach a person, ready to show."""

    kind: ChannelKind
    value: str
    display: str
    link: str


@dataclass(frozen=True)
class Profile:
    """What one viewer may see of one person at one moment."""

    card: Card
    about: str
    languages: tuple[str, ...]
    workplaces: tuple[Workplace, ...]
    channels: tuple[Channel, ...]
    is_own: bool


__all__ = [
    "VISITOR",
    "BudgetSpent",
    "Card",
    "Channel",
    "Profile",
    "Viewer",
    "Workplace",
    "cards",
    "cards_by_number",
    "cards_of_asking",
    "channels_seen_by",
    "find",
    "listed",
    "listed_at",
    "reveal",
    "shared_with_everyone",
    "stand_in",
    "viewer_of",
    "workplaces",
]


class BudgetSpent(Exception):
    """The viewer has opened as many profiles today as one may."""


def listed(viewer: Viewer, on: date) -> QuerySet[Delegate]:
    """The people who are listed to this viewer, each with the names of a workplace.

    Nobody whose account is closed, who hides everything or who has not agreed to the notice is
    among them; oneself always is.
    """
    exceptions = AudienceException.objects.filter(delegate=OuterRef("pk"), channel=None)
    admitted = _shown() & inside("listed_to", "pk", exceptions, viewer)
    if viewer.delegate:
        admitted |= Q(pk=viewer.delegate)
    return _with_workplace(on).filter(admitted, user__is_active=True)


def _with_workplace(on: date) -> QuerySet[Delegate]:
    present = workplaces(on).filter(delegate=OuterRef("pk"))
    return Delegate.objects.annotate(
        workplace_name=Subquery(present.values("organisation__name")[:1]),
        workplace_slug=Subquery(present.values("organisation__slug")[:1]),
    )


def _shown() -> Q:
    return Q(consented_at__isnull=False, paused_at=None, erased_at=None)


def channels_seen_by(viewer: Viewer, on: date) -> QuerySet[ContactChannel]:
    """The channels of others that this viewer may see, one's own aside."""
    exceptions = AudienceException.objects.filter(channel=OuterRef("pk"))
    seen = inside("audience", "delegate", exceptions, viewer)
    found = ContactChannel.objects.filter(seen, delegate__in=listed(viewer, on).values("pk"))
    return found.exclude(delegate=viewer.delegate) if viewer.delegate else found


def listed_at(organisation: Organisation, viewer: Viewer, on: date) -> QuerySet[Delegate]:
    """Those of `listed` who work at this organisation."""
    here = workplaces(on).filter(organisation=organisation)
    return listed(viewer, on).filter(pk__in=here.values("delegate"))


def workplaces(on: date) -> QuerySet[Affiliation]:
    """Where people work on that day, as far as the organisation is public; the latest first."""
    return (
        Affiliation.objects.filter(
            Q(until=None) | Q(until__gte=on),
            organisation__in=Organisation.objects.published(),
        )
        .select_related("organisation")
        .order_by(F("since").desc(nulls_last=True), "pk")
    )


def cards(delegates: Iterable[Delegate]) -> list[Card]:
    """What a list shows of people that `listed` returned."""
    return [_card(delegate) for delegate in delegates]


def cards_by_number(viewer: Viewer, numbers: Iterable[int], on: date) -> dict[int, Card]:
    """Cards of those among these delegates who are listed to the viewer."""
    found = listed(viewer, on).filter(pk__in=set(numbers))
    return {delegate.pk: _card(delegate) for delegate in found}


def cards_of_asking(numbers: Iterable[int], on: date) -> dict[int, Card]:
    """Cards of people who ask to be introduced, for the one whom they ask and nobody else."""
    people = _with_workplace(on).filter(_shown(), pk__in=set(numbers), user__is_active=True)
    return {delegate.pk: _card(delegate) for delegate in people}


def _card(delegate: Delegate) -> Card:
    name, slug = delegate.workplace_name, delegate.workplace_slug  # type: ignore[attr-defined]
    return _card_with(delegate, Workplace(name=name, slug=slug) if name else None)


def _card_with(delegate: Delegate, workplace: Workplace | None) -> Card:
    return Card(
        handle=delegate.handle,
        name=delegate.name,
        name_latin=delegate.name_latin,
        post=delegate.post,
        workplace=workplace,
        is_demonstration=delegate.is_demonstration,
    )


def shared_with_everyone(
    on: date, event: Event | None = None, limit: int | None = None
) -> list[Profile]:
    """People who are listed to everyone and share at least one channel with everyone.

    `event` narrows it to confirmed participants of that roundtable.
    """
    public = ContactChannel.objects.filter(delegate=OuterRef("pk"), audience=Audience.EVERYONE)
    found = listed(VISITOR, on).filter(Exists(public)).order_by("name", "pk")
    if event:
        took_part = Participation.objects.confirmed().filter(event=event)
        found = found.filter(pk__in=took_part.values("delegate"))
    channels = ContactChannel.objects.filter(audience=Audience.EVERYONE)
    return [
        Profile(
            card=_card(delegate),
            about="",
            languages=(),
            workplaces=(),
            channels=_to_channels(delegate.channels.all()),
            is_own=False,
        )
        for delegate in found.prefetch_related(Prefetch("channels", channels))[:limit]
    ]


def find(viewer: Viewer, handle: str, on: date, *, opened: bool = False) -> Profile | None:
    """The profile as the viewer's page shows it; None where it is hidden or absent.

    Without `opened` it holds the channels shared with everyone; with it, all that this viewer may
    see after pressing "Show". One's own profile holds everything.
    """
    delegate = (
        listed(viewer, on)
        .filter(handle=handle)
        .select_related("user")
        .prefetch_related(
            "languages",
            "exceptions",
            Prefetch("affiliations", workplaces(on)),
            Prefetch("channels", ContactChannel.objects.order_by("pk")),
            Prefetch(
                "participations",
                Participation.objects.confirmed().select_related("organisation"),
            ),
        )
        .first()
    )
    if delegate is None:
        return None
    is_own = delegate.pk == viewer.delegate
    eyes = viewer if opened or is_own else VISITOR
    person = _person(delegate)
    # The database has answered; that the rule in hand says the same costs nothing.
    if not is_own and not _is_listed(delegate, person, viewer):
        return None
    at_work = tuple(
        Workplace(row.organisation.name, row.organisation.slug, row.post)
        for row in delegate.affiliations.all()
    )
    return Profile(
        card=_card_with(delegate, replace(at_work[0], post="") if at_work else None),
        about=delegate.about,
        languages=tuple(str(row) for row in delegate.languages.all()),
        workplaces=at_work,
        channels=_to_channels(
            channel
            for channel in delegate.channels.all()
            if is_own
            or (_is_listed(delegate, person, eyes) and _is_seen(delegate, channel, person, eyes))
        ),
        is_own=is_own,
    )


def _person(delegate: Delegate) -> Person:
    seats = {
        (row.event_id, row.organisation.constituency.value) for row in delegate.participations.all()
    }
    return Person(delegate.pk, frozenset(seats))


def _is_listed(delegate: Delegate, person: Person, viewer: Viewer) -> bool:
    is_open = delegate.user is not None and delegate.user.is_active
    if not is_open or not delegate.consented_at or delegate.paused_at or delegate.erased_at:
        return False
    left_out = LeftOut.of(row for row in delegate.exceptions.all() if row.channel_id is None)
    return is_inside(delegate.listed_to, left_out, viewer, person)


def _is_seen(delegate: Delegate, channel: ContactChannel, person: Person, viewer: Viewer) -> bool:
    left_out = LeftOut.of(row for row in delegate.exceptions.all() if row.channel_id == channel.pk)
    return is_inside(channel.audience, left_out, viewer, person)


def _to_channels(rows: Iterable[ContactChannel]) -> tuple[Channel, ...]:
    return tuple(
        Channel(
            kind=ChannelKind(row.kind),
            value=row.value,
            display=display_value(row.kind, row.value),
            link=link_of(row.kind, row.value),
        )
        for row in rows
    )


@transaction.atomic
def reveal(user: User, handle: str, at: datetime, act: str = "reveal") -> Profile | None:
    """All that this person may see of a profile: one from the day's budget, one log entry.

    None where the profile is hidden or absent, which costs nothing, as does one's own. `act` is
    "vcard" where a card is taken away.
    Raises BudgetSpent where the day's budget is used up.
    """
    on = at.date()
    viewer = viewer_of(user, on)
    profile = find(viewer, handle, on, opened=True)
    if profile is None or profile.is_own:
        return profile
    if not RevealBudget.spend(user, on):
        raise BudgetSpent
    delegate = Delegate.objects.get(handle=handle)
    body, detail = behalf_of(user, delegate, on)
    audit.record(act=act, at=at, actor=user, subject=delegate, organisation=body, detail=detail)
    return profile
