"""The one door to contact details: who sees what of whom.

Every page, search, card and preview asks here and receives plain values. Whoever is not known sees
what everyone sees; an audience that is not known admits nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from participants.channels import ChannelKind, display_value, link_of
from participants.models import (
    Affiliation,
    Audience,
    ContactChannel,
    Delegate,
    Organisation,
    Participation,
    RevealBudget,
    User,
)
from roundtable import audit
from roundtable.models import Event

# The audiences that a person can choose today; the column holds more for later.
OFFERED = (Audience.ONLY_ME, Audience.PARTICIPANTS, Audience.EVERYONE)


@dataclass(frozen=True)
class Viewer:
    """Whoever looks: the delegate behind an account, and the events of confirmed participation."""

    delegate: int | None = None
    events: frozenset[int] = frozenset()
    signed_in: bool = False


VISITOR = Viewer()


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


class BudgetSpent(Exception):
    """The viewer has opened as many profiles today as one may."""


def viewer_of(user: User | AnonymousUser) -> Viewer:
    """The viewer behind a request's user, in one query."""
    if not isinstance(user, User) or not user.is_active:
        return VISITOR
    rows = Delegate.objects.filter(user=user).values_list(
        "pk", "participations__event", "participations__confirmed_at"
    )
    delegate, events = None, set()
    for pk, event, confirmed_at in rows:
        delegate = pk
        if confirmed_at:
            events.add(event)
    return Viewer(delegate=delegate, events=frozenset(events), signed_in=True)


def listed(viewer: Viewer, on: date) -> QuerySet[Delegate]:
    """The people whose `listed_to` admits this viewer, each with the names of a workplace.

    People whose account is closed are not among them.
    """
    admitted = Q(listed_to=Audience.EVERYONE)
    if viewer.events:
        together = Participation.objects.confirmed().filter(
            delegate=OuterRef("pk"), event__in=viewer.events
        )
        admitted |= Q(Exists(together), listed_to=Audience.PARTICIPANTS)
    if viewer.delegate:
        admitted |= Q(pk=viewer.delegate)
    workplaces = _workplaces(on).filter(delegate=OuterRef("pk"))
    return Delegate.objects.filter(admitted, user__is_active=True).annotate(
        workplace_name=Subquery(workplaces.values("organisation__name")[:1]),
        workplace_slug=Subquery(workplaces.values("organisation__slug")[:1]),
    )


def listed_at(organisation: Organisation, viewer: Viewer, on: date) -> QuerySet[Delegate]:
    """Those of `listed` who work at this organisation."""
    here = _workplaces(on).filter(organisation=organisation)
    return listed(viewer, on).filter(pk__in=here.values("delegate"))


def _workplaces(on: date) -> QuerySet[Affiliation]:
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


def _card(delegate: Delegate) -> Card:
    name, slug = delegate.workplace_name, delegate.workplace_slug  # type: ignore[attr-defined]
    return Card(
        handle=delegate.handle,
        name=delegate.name,
        name_latin=delegate.name_latin,
        post=delegate.post,
        workplace=Workplace(name=name, slug=slug) if name else None,
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
        .prefetch_related("languages", Prefetch("affiliations", _workplaces(on)))
        .first()
    )
    if delegate is None:
        return None
    is_own = delegate.pk == viewer.delegate
    audiences = set()
    if opened or delegate.listed_to == Audience.EVERYONE:
        audiences.add(Audience.EVERYONE)
    if opened and viewer.events and _met(delegate, viewer):
        audiences.add(Audience.PARTICIPANTS)
    channels = delegate.channels.order_by("pk")
    if not is_own:
        channels = channels.filter(audience__in=audiences)
    return Profile(
        card=_card(delegate),
        about=delegate.about,
        languages=tuple(str(row) for row in delegate.languages.all()),
        workplaces=tuple(
            Workplace(row.organisation.name, row.organisation.slug, row.post)
            for row in delegate.affiliations.all()
        ),
        channels=_to_channels(channels),
        is_own=is_own,
    )


def _met(delegate: Delegate, viewer: Viewer) -> bool:
    return delegate.participations.confirmed().filter(event__in=viewer.events).exists()


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


def _acts_for(user: User, viewer: Viewer, on: date) -> str:
    """Where the viewer works, or on whose behalf the viewer holds a grant."""
    workplace = _workplaces(on).filter(delegate=viewer.delegate).first()
    if workplace:
        return workplace.organisation.slug
    grants = user.grants.active(on).filter(on_behalf_of__isnull=False)
    return grants.values_list("on_behalf_of__slug", flat=True).first() or ""


@transaction.atomic
def reveal(user: User, handle: str, at: datetime) -> Profile | None:
    """All that this person may see of a profile: one from the day's budget, one log entry.

    None where the profile is hidden or absent, which costs nothing, as does one's own.
    Raises BudgetSpent where the day's budget is used up.
    """
    viewer = viewer_of(user)
    profile = find(viewer, handle, at.date(), opened=True)
    if profile is None or profile.is_own:
        return profile
    if not RevealBudget.spend(user, at.date()):
        raise BudgetSpent
    audit.record(
        act="reveal",
        at=at,
        actor=user,
        subject=Delegate.objects.get(handle=handle),
        organisation=_acts_for(user, viewer, at.date()),
    )
    return profile
