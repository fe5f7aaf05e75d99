"""The only access to contact details: who sees what about whom.

All pages, searches, cards and previews use this module and receive plain values. Unknown viewers
see what everyone sees. An unknown audience includes no one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django_countries import countries

from participants.models import (
    Affiliation,
    Audience,
    AudienceException,
    ContactChannel,
    Delegate,
    Grant,
    Organisation,
    Participation,
    RevealBudget,
    User,
)
from participants.models.channels import ChannelKind, contact_url, display_value
from participants.models.delegate import BY_NAME, available_q
from participants.permissions import acting_capacity
from participants.privacy.audiences import (
    ANONYMOUS_VIEWER,
    ExceptionSet,
    ProfileOwner,
    Viewer,
    get_viewer,
    hypothetical_viewer,
    is_in_audience,
    listing_condition,
    viewer_at,
)
from roundtable.audit import log as audit
from roundtable.cache.values import get_or_set
from roundtable.database.built_once import built_once
from roundtable.models import Event


@dataclass(frozen=True)
class Workplace:
    """An organisation that a person works for or represents."""

    name: str
    slug: str
    post: str = ""
    country: str = ""  # its code

    @property
    def country_name(self) -> str:
        return countries.name(self.country)


@dataclass(frozen=True)
class Card:
    """What a list shows about a person."""

    handle: str
    name: str
    name_latin: str
    post: str
    workplace: Workplace | None
    is_demonstration: bool


@dataclass(frozen=True)
class Channel:
    """A contact detail, ready to show."""

    kind: ChannelKind
    value: str
    display: str
    link: str


@dataclass(frozen=True)
class Profile:
    """What one viewer may see about one person."""

    card: Card
    about: str
    languages: tuple[str, ...]
    workplaces: tuple[Workplace, ...]
    channels: tuple[Channel, ...]
    is_own: bool


# Those of audiences.py that are also reached through the door.
__all__ = ["ANONYMOUS_VIEWER", "Viewer", "get_viewer", "hypothetical_viewer"]


class RevealBudgetExceeded(Exception):
    """The viewer has used up the daily budget of revealed profiles."""


def listed_delegates(viewer: Viewer, on: date) -> QuerySet[Delegate]:
    """People who are listed to this viewer, annotated with a workplace.

    Leaves out closed accounts, hidden profiles and people without consent. Includes the viewer.
    """
    return _with_workplace(listed_to(viewer), on)


@built_once
def listed_to(viewer: Viewer) -> QuerySet[Delegate]:
    """The people of listed_delegates(), without a workplace."""
    visible = _shareable_condition() & listing_condition(viewer)
    if viewer.delegate:
        visible |= Q(pk=viewer.delegate)
    return Delegate.objects.filter(visible, user__is_active=True)


def _with_workplace(people: QuerySet[Delegate], on: date) -> QuerySet[Delegate]:
    # The organisation of each is looked at; to list all public ones takes longer than a page has.
    is_public = Exists(Organisation.objects.published().filter(pk=OuterRef("organisation")))
    present = present_affiliations(on).filter(is_public, delegate=OuterRef("pk"))
    return with_first_workplace(people, present)


def with_first_workplace(
    people: QuerySet[Delegate], places: QuerySet[Affiliation]
) -> QuerySet[Delegate]:
    """Each person with the first of these, which refer to the person as `OuterRef("pk")`."""
    return people.annotate(
        workplace_name=Subquery(places.values("organisation__name")[:1]),
        workplace_slug=Subquery(places.values("organisation__slug")[:1]),
        workplace_country=Coalesce(Subquery(places.values("organisation__country")[:1]), Value("")),
    )


def _shareable_condition() -> Q:
    return Q(consented_at__isnull=False) & available_q()


def listed_at_organisation(
    organisation: Organisation, viewer: Viewer, on: date
) -> QuerySet[Delegate]:
    affiliations = current_affiliations(on).filter(organisation=organisation)
    return listed_delegates(viewer, on).filter(pk__in=affiliations.values("delegate"))


def current_affiliations(on: date, offices: Sequence[int] | None = None) -> QuerySet[Affiliation]:
    """Affiliations with public organisations on that day, latest first.

    `offices` are the organisations of an earlier answer, which need not be checked again: whether
    an organisation is public takes long to find out.
    """
    found = present_affiliations(on)
    if offices is None:
        return found.filter(organisation__in=Organisation.objects.published())
    return found.filter(organisation__pk__among=offices)


def present_affiliations(on: date) -> QuerySet[Affiliation]:
    """Also with organisations that are not public; latest first."""
    found = Affiliation.objects.current(on).select_related("organisation")
    return found.order_by(F("since").desc(nulls_last=True), "pk")


def participations_shown(viewer: Viewer) -> QuerySet[Participation]:
    """Confirmed participations in public roundtables that the viewer may know of.

    Of people who are listed to the viewer: one's own; those in a roundtable that the viewer took
    part in too, if this alone would list the person; and those that everyone can read on the page
    of the roundtable, as public_profiles() has them.
    """
    shown = Q(
        Exists(
            ContactChannel.objects.filter(delegate=OuterRef("delegate"), audience=Audience.EVERYONE)
        ),
        delegate__listed_to=Audience.EVERYONE,
    )
    if viewer.delegate:
        shown |= Q(delegate=viewer.delegate)
    for event in viewer.events:
        listed = Delegate.objects.filter(listing_condition(viewer_at(viewer, event)))
        shown |= Q(event=event, frozen_at=None, delegate__in=listed.values("pk"))
    return Participation.objects.confirmed_or_frozen().filter(shown, event__is_public=True)


def make_cards(delegates: Iterable[Delegate]) -> list[Card]:
    """Cards of people from listed_delegates()."""
    return [_make_card(delegate) for delegate in delegates]


def cards_by_id(viewer: Viewer, ids: Iterable[int], on: date) -> dict[int, Card]:
    found = listed_delegates(viewer, on).filter(pk__in=set(ids))
    return {delegate.pk: _make_card(delegate) for delegate in found}


def requester_cards(ids: Iterable[int], on: date) -> dict[int, Card]:
    """Cards of people who request an introduction, only for the person they ask."""
    people = Delegate.objects.filter(_shareable_condition(), pk__in=set(ids), user__is_active=True)
    return {delegate.pk: _make_card(delegate) for delegate in _with_workplace(people, on)}


def organisations_before_answer(
    reader: Delegate, requesters: Iterable[int], proposed: Iterable[int], on: date
) -> dict[int, list[Workplace]]:
    """What a person who is asked sees of the other one's organisations, in one query.

    Of people who ask: every organisation they work for, act for or represented. Of people whom a
    co-chair proposes and who agreed to nothing yet: those they represented at roundtables where
    the reader took part too.
    """
    requesters, proposed = set(requesters), set(proposed)
    if not requesters and not proposed:
        return {}
    own_events = Participation.objects.confirmed().filter(delegate=reader).values("event")
    represented = Participation.objects.confirmed_or_frozen().filter(
        Q(delegate__in=requesters) | Q(delegate__in=proposed, event__in=own_events)
    )
    working = Affiliation.objects.filter(Q(until=None) | Q(until__gte=on), delegate__in=requesters)
    acting = Grant.objects.active(on).filter(
        user__delegate__in=requesters, on_behalf_of__isnull=False
    )
    columns = ("country", "name", "kind", "is_name_published")

    def facts(of: QuerySet[Any], person: str, organisation: str) -> QuerySet[Any]:
        return of.order_by().values_list(person, *(f"{organisation}__{name}" for name in columns))

    rows = facts(represented, "delegate", "organisation").union(
        facts(working, "delegate", "organisation"),
        facts(acting, "user__delegate", "on_behalf_of"),
    )
    found: dict[int, list[Workplace]] = {}
    for delegate, country, *values in sorted(rows):
        organisation = Organisation(**dict(zip(columns[1:], values, strict=True)))
        found.setdefault(delegate, []).append(
            Workplace(organisation.public_name, "", country=country)
        )
    return found


def _make_card(delegate: Delegate) -> Card:
    found: Any = delegate  # annotated by _with_workplace()
    workplace = Workplace(
        name=found.workplace_name, slug=found.workplace_slug, country=found.workplace_country
    )
    return _build_card(delegate, workplace if found.workplace_name else None)


def _build_card(delegate: Delegate, workplace: Workplace | None) -> Card:
    return Card(
        handle=delegate.handle,
        name=delegate.name,
        name_latin=delegate.name_latin,
        post=delegate.post,
        workplace=workplace,
        is_demonstration=delegate.is_demonstration,
    )


def public_profiles(
    on: date,
    event: Event | None = None,
    limit: int | None = None,
    *,
    is_demonstration: bool = False,
) -> list[Profile]:
    """People who are listed to everyone and share at least one channel with everyone.

    Of the confirmed participants of `event`, or of the whole record or demonstration.
    """
    public = ContactChannel.objects.filter(delegate=OuterRef("pk"), audience=Audience.EVERYONE)
    found = listed_delegates(ANONYMOUS_VIEWER, on).filter(Exists(public)).order_by(*BY_NAME)
    if event:
        took_part = Participation.objects.confirmed_or_frozen().filter(event=event)
        found = found.filter(pk__in=took_part.values("delegate"))
    else:
        found = found.filter(is_demonstration=is_demonstration)
    channels = ContactChannel.objects.filter(audience=Audience.EVERYONE)
    return [
        Profile(
            card=_make_card(delegate),
            about="",
            languages=(),
            workplaces=(),
            channels=_to_channels(delegate.channels.all()),
            is_own=False,
        )
        for delegate in found.prefetch_related(Prefetch("channels", channels))[:limit]
    ]


def find_profile(
    viewer: Viewer, handle: str, on: date, *, revealed: bool = False
) -> Profile | None:
    """The profile as this viewer sees it; None if it is hidden or absent.

    Unless `revealed`, it contains only channels shared with everyone. One's own profile contains
    everything.
    """
    delegate = _find_delegate(viewer, handle, on)
    if delegate is None:
        return None
    places = _public_affiliations(delegate)
    return _profile_seen_by(delegate, places, viewer, revealed=revealed)


def _find_delegate(viewer: Viewer, handle: str, on: date) -> Delegate | None:
    return _with_details(listed_to(viewer).filter(handle=handle), on).first()


def profiles_seen_by(
    viewers: Iterable[Viewer], delegate: Delegate, on: date
) -> list[Profile | None]:
    """What find_profile() shows each of these viewers of one person, revealed, in few queries."""
    row = _with_details(Delegate.objects.all(), on).get(pk=delegate.pk)
    places = _public_affiliations(row)
    return [_profile_seen_by(row, places, viewer, revealed=True) for viewer in viewers]


def _with_details(delegates: QuerySet[Delegate], on: date) -> QuerySet[Delegate]:
    return delegates.select_related("user").prefetch_related(
        "languages",
        Prefetch("exceptions", AudienceException.objects.select_related("organisation")),
        Prefetch("affiliations", present_affiliations(on)),
        Prefetch("channels", ContactChannel.objects.order_by("pk")),
        Prefetch(
            "participations",
            Participation.objects.confirmed().select_related("organisation"),
        ),
    )


def _profile_seen_by(
    delegate: Delegate, places: Sequence[Affiliation], viewer: Viewer, *, revealed: bool
) -> Profile | None:
    is_own = delegate.pk == viewer.delegate
    effective_viewer = viewer if revealed or is_own else ANONYMOUS_VIEWER
    owner = profile_owner(delegate)
    # Defence in depth: the rule in Python must agree with the one in SQL.
    if not is_own and not _is_listed(delegate, owner, viewer):
        return None
    profile_workplaces = tuple(
        Workplace(
            row.organisation.name, row.organisation.slug, row.post, row.organisation.country.code
        )
        for row in places
    )
    return Profile(
        card=_build_card(
            delegate, replace(profile_workplaces[0], post="") if profile_workplaces else None
        ),
        about=delegate.about,
        languages=tuple(str(row) for row in delegate.languages.all()),
        workplaces=profile_workplaces,
        channels=_to_channels(
            channel
            for channel in delegate.channels.all()
            if is_own
            or (
                _is_listed(delegate, owner, effective_viewer)
                and _is_channel_visible(delegate, channel, owner, effective_viewer)
            )
        ),
        is_own=is_own,
    )


def _public_affiliations(delegate: Delegate) -> list[Affiliation]:
    """Which organisations are public takes long to find out, so it is kept."""
    rows = delegate.affiliations.all()
    organisations = frozenset(row.organisation_id for row in rows)

    def find() -> frozenset[int]:
        found = Organisation.objects.published().filter(pk__in=organisations)
        return frozenset(found.values_list("pk", flat=True))

    public = get_or_set(("public organisations", organisations), find)
    return [row for row in rows if row.organisation_id in public]


def profile_owner(delegate: Delegate) -> ProfileOwner:
    """Reads `participations` of the delegate: fetch the confirmed ones, with organisations."""
    event_constituencies = {
        (row.event_id, row.organisation.constituency.value) for row in delegate.participations.all()
    }
    return ProfileOwner(delegate.pk, frozenset(event_constituencies))


def _is_listed(delegate: Delegate, owner: ProfileOwner, viewer: Viewer) -> bool:
    has_active_account = delegate.user is not None and delegate.user.is_active
    if not (has_active_account and delegate.consented_at and delegate.is_available):
        return False
    exceptions = ExceptionSet.of(row for row in delegate.exceptions.all() if row.channel_id is None)
    return is_in_audience(delegate.listed_to, exceptions, viewer, owner)


def _is_channel_visible(
    delegate: Delegate, channel: ContactChannel, owner: ProfileOwner, viewer: Viewer
) -> bool:
    exceptions = ExceptionSet.of(
        row for row in delegate.exceptions.all() if row.channel_id == channel.pk
    )
    return is_in_audience(channel.audience, exceptions, viewer, owner)


def _to_channels(rows: Iterable[ContactChannel]) -> tuple[Channel, ...]:
    return tuple(
        Channel(
            kind=ChannelKind(row.kind),
            value=row.value,
            display=display_value(row.kind, row.value),
            link=contact_url(row.kind, row.value),
        )
        for row in rows
    )


def reveal(user: User, handle: str, at: datetime, action: str = "reveal") -> Profile | None:
    """Reveals a profile: uses one of the daily budget and adds a log entry.

    Hidden, absent and own profiles cost nothing. `action` is "vcard" for a downloaded card. Raises
    RevealBudgetExceeded.
    """
    on = at.date()
    viewer = get_viewer(user, on)
    delegate = _find_delegate(viewer, handle, on)
    if delegate is None:
        return None
    profile = _profile_seen_by(delegate, _public_affiliations(delegate), viewer, revealed=True)
    if profile is None or profile.is_own:
        return profile
    with transaction.atomic():
        if not RevealBudget.spend(user, on):
            raise RevealBudgetExceeded
        organisation_slug, detail = acting_capacity(user, delegate, on)
        audit.record(
            action=action,
            at=at,
            actor=user,
            subject=delegate,
            organisation=organisation_slug,
            detail=detail,
        )
    return profile
