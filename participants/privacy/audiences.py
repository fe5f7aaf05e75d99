"""Who is in which audience: one rule in Python, and one in SQL for listings.

Both must give the same result. A test compares them on generated data.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from participants.models import (
    Affiliation,
    Audience,
    AudienceException,
    Constituency,
    ContactChannel,
    Delegate,
    Grant,
    Introduction,
    OrganisationKind,
    Participation,
    ParticipationConfirmation,
    User,
)
from participants.models.channels import WORK_KINDS
from participants.models.delegate import available_q
from participants.models.organisation import CONSTITUENCY_BY_KIND
from roundtable.database.built_once import compiled_once

BOOLEAN = BooleanField()
# Event id, and the constituency of a participant.
EventConstituency = tuple[int, str]


@dataclass(frozen=True)
class Viewer:
    """The facts about a viewer that decide which audiences they are in."""

    delegate: int | None = None
    signed_in: bool = False
    # Events of confirmed participation whose details are open to the viewer, the constituencies
    # there that still apply, and who confirmed it.
    events: frozenset[int] = frozenset()
    confirmed_by: frozenset["EventConfirmer"] = frozenset()
    event_constituencies: frozenset[EventConstituency] = frozenset()
    # All that the viewer ever worked for or represented.
    organisations: frozenset[int] = frozenset()
    governments: frozenset[str] = frozenset()  # by country, where it is known
    countries: frozenset[str] = frozenset()
    constituencies: frozenset[str] = frozenset()
    # Delegates whose introduction to the viewer is in force.
    introduced: frozenset[int] = frozenset()
    # Events where the viewer, of a government, sees what civil society shares with participants
    # only once civil society sees a work contact of the viewer.
    shows_first_at: frozenset[int] = frozenset()


class EventConfirmer(NamedTuple):
    """An organisation that confirmed the viewer's participation in an event."""

    event: int
    organisation: int
    constituency: str
    country: str

    @property
    def government(self) -> str:
        return self.country if self.constituency == Constituency.GOVERNMENTS else ""


ANONYMOUS_VIEWER = Viewer()


@dataclass(frozen=True)
class ExceptionSet:
    """The exceptions of one listing or channel.

    An exception for one body of a government excludes all its bodies.
    """

    organisations: frozenset[int] = frozenset()
    governments: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    constituencies: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[AudienceException]) -> "ExceptionSet":
        """Reads `organisation` of each row: fetch it with the rows."""
        rows = list(rows)
        organisations = [row.organisation for row in rows if row.organisation]
        return cls(
            frozenset(row.pk for row in organisations),
            frozenset(row.government for row in organisations if row.government),
            frozenset(row.country.code for row in rows if row.country),
            frozenset(row.constituency for row in rows if row.constituency),
        )

    def leave_out(self, viewer: Viewer, event: int) -> bool:
        """Whether only organisations that are excepted confirmed the viewer's participation."""
        confirmers = [row for row in viewer.confirmed_by if row.event == event]
        return bool(confirmers) and all(
            row.organisation in self.organisations
            or row.government in self.governments
            or row.country in self.countries
            or row.constituency in self.constituencies
            for row in confirmers
        )

    def includes(self, viewer: Viewer) -> bool:
        """Present and past affiliations of the viewer count."""
        return bool(
            self.organisations & viewer.organisations
            or self.governments & viewer.governments
            or self.countries & viewer.countries
            or self.constituencies & viewer.constituencies
        )


@dataclass(frozen=True)
class ProfileOwner:
    """The person whose profile is viewed, with their confirmed participations."""

    delegate: int
    event_constituencies: frozenset[EventConstituency] = frozenset()

    @property
    def events(self) -> frozenset[int]:
        return frozenset(event for event, _constituency in self.event_constituencies)

    @property
    def is_of_civil_society(self) -> bool:
        return Constituency.CIVIL_SOCIETY in {word for _event, word in self.event_constituencies}

    def events_shared_with(self, viewer: Viewer) -> frozenset[int]:
        """Without those of civil society, where a government's delegate has to show first."""
        return frozenset(
            event
            for event, constituency in self.event_constituencies
            if event in viewer.events
            and (constituency != Constituency.CIVIL_SOCIETY or event not in viewer.shows_first_at)
        )


# The audiences that contain everyone of this one, whoever the person is.
CONTAINING = {
    Audience.ONLY_ME: frozenset(Audience),
    Audience.INTRODUCED: frozenset(Audience) - {Audience.ONLY_ME},
    Audience.CONSTITUENCY: frozenset(
        {Audience.CONSTITUENCY, Audience.PARTICIPANTS, Audience.EVERYONE}
    ),
    Audience.PARTICIPANTS: frozenset({Audience.PARTICIPANTS, Audience.EVERYONE}),
    Audience.EVERYONE: frozenset({Audience.EVERYONE}),
}


def is_within(audience: str, other: str) -> bool:
    """Whether everyone in the first audience is in the other one, without exceptions."""
    return other in CONTAINING[Audience(audience)]


def is_in_audience(
    audience: str, exceptions: ExceptionSet, viewer: Viewer, owner: ProfileOwner
) -> bool:
    """The viewer must not be the owner."""
    if audience == Audience.EVERYONE:
        return True
    if audience not in (Audience.INTRODUCED, Audience.CONSTITUENCY, Audience.PARTICIPANTS):
        return False
    if owner.delegate in viewer.introduced:
        return True
    if exceptions.includes(viewer):
        return False
    if audience == Audience.PARTICIPANTS:
        shared = owner.events_shared_with(viewer)
    elif audience == Audience.CONSTITUENCY:
        same = owner.event_constituencies & viewer.event_constituencies
        shared = frozenset(event for event, _constituency in same)
    else:
        return False
    return any(not exceptions.leave_out(viewer, event) for event in shared)


def listing_condition(viewer: Viewer) -> Q:
    """The rule of is_in_audience() for the listing of delegates, as a database condition."""
    condition = Q(listed_to=Audience.EVERYONE)
    if not viewer.signed_in:
        return condition
    if viewer.introduced:
        audiences = [Audience.INTRODUCED, Audience.CONSTITUENCY, Audience.PARTICIPANTS]
        condition |= Q(listed_to__in=audiences, pk__in=viewer.introduced)
    exceptions = AudienceException.objects.filter(delegate=OuterRef("pk"), channel=None)
    not_excepted = ~Exists(exceptions.filter(_exception_condition(viewer)))
    participations = Participation.objects.confirmed().filter(delegate=OuterRef("pk"))
    met = Q(pk__in=[])
    for confirmers, events in _events_by_confirmers(viewer):
        same_event = participations.filter(event__in=events)
        if show_first := events & viewer.shows_first_at:
            of_civil_society = Q(organisation__kind=OrganisationKind.CIVIL_SOCIETY)
            same_event = same_event.exclude(of_civil_society, event__in=show_first)
        met_there = Q(Exists(same_event), listed_to=Audience.PARTICIPANTS)
        event_constituencies = {row for row in viewer.event_constituencies if row[0] in events}
        if event_constituencies:
            same_constituency = participations.filter(_constituency_condition(event_constituencies))
            met_there |= Q(Exists(same_constituency), listed_to=Audience.CONSTITUENCY)
        met |= met_there & _confirmed_by_others(confirmers, exceptions)
    return condition | (met & Q(not_excepted))


def _events_by_confirmers(
    viewer: Viewer,
) -> "list[tuple[frozenset[EventConfirmer], frozenset[int]]]":
    """The viewer's events, together where the same organisations confirmed the participation."""
    groups: dict[frozenset[EventConfirmer], set[int]] = {}
    for event in viewer.events:
        confirmers = frozenset(
            row._replace(event=0) for row in viewer.confirmed_by if row.event == event
        )
        groups.setdefault(confirmers, set()).add(event)
    return [(confirmers, frozenset(events)) for confirmers, events in groups.items()]


def _confirmed_by_others(
    confirmers: "frozenset[EventConfirmer]", exceptions: QuerySet[AudienceException]
) -> Q:
    """Whether one of the organisations that confirmed the viewer is not excepted."""
    condition = Q()
    for row in confirmers:
        excepted = Q(organisation=row.organisation) | Q(constituency=row.constituency)
        if row.government:
            excepted |= _names_body_of([row.government])
        if row.country:
            excepted |= Q(country=row.country)
        condition |= Q(~Exists(exceptions.filter(excepted)))
    return condition


def _exception_condition(viewer: Viewer) -> Q:
    return (
        Q(organisation__in=viewer.organisations)
        | _names_body_of(viewer.governments)
        | Q(country__in=viewer.countries)
        | Q(constituency__in=viewer.constituencies)
    )


def _names_body_of(governments: Iterable[str]) -> Q:
    """Exceptions for any body of these governments."""
    kind = OrganisationKind.GOVERNMENT
    return Q(organisation__kind=kind, organisation__country__in=governments)


def _constituency_condition(event_constituencies: Iterable[EventConstituency]) -> Q:
    condition = Q(pk__in=[])
    for event, constituency in event_constituencies:
        kinds = [
            kind
            for kind, kind_constituency in CONSTITUENCY_BY_KIND.items()
            if kind_constituency == constituency
        ]
        condition |= Q(event=event, organisation__kind__in=kinds)
    return condition


def get_viewer(user: User | AnonymousUser, on: date) -> Viewer:
    if not isinstance(user, User) or not user.is_active:
        return ANONYMOUS_VIEWER
    found = _viewers(_facts_of_user({ANY_USER: user.pk, ANY_DAY: on}))
    return next(iter(found.values()), Viewer(signed_in=True))


def hypothetical_viewer(own: Viewer, role: str) -> Viewer:
    """A made-up viewer of the person whose facts are `own`, of whom only this role is known.

    `role` is "participant", "constituency" or "introduced". Any other value gives a signed-in
    viewer who took part in no event.
    """
    match role:
        case "participant":
            return Viewer(signed_in=True, events=own.events)
        case "constituency":
            return Viewer(
                signed_in=True,
                events=own.events,
                event_constituencies=own.event_constituencies,
                constituencies=frozenset(word for _event, word in own.event_constituencies),
            )
        case "introduced" if own.delegate:
            return Viewer(signed_in=True, introduced=frozenset({own.delegate}))
    return Viewer(signed_in=True)


def viewer_at(viewer: Viewer, event: int) -> Viewer:
    """The same viewer as one who took part in this event alone, and was introduced to no one."""
    return replace(
        viewer,
        events=viewer.events & {event},
        event_constituencies=frozenset(
            row for row in viewer.event_constituencies if row[0] == event
        ),
        introduced=frozenset(),
        shows_first_at=viewer.shows_first_at & {event},
    )


def get_viewers(people: QuerySet[Delegate], on: date) -> dict[int, Viewer]:
    """Viewers by delegate id, in one query. Closed accounts are not checked here."""
    return _viewers(_facts(people, on))


def _viewers(rows: Iterable[Any]) -> dict[int, Viewer]:
    facts: dict[int, list[ViewerFact]] = {}
    for row in rows:
        fact = ViewerFact(*row)
        facts.setdefault(fact.delegate, []).append(fact)
    return {number: _viewer(number, delegate_facts) for number, delegate_facts in facts.items()}


class ViewerFact(NamedTuple):
    """One fact that decides what a viewer may see."""

    # "is": the delegate exists. "sat": took part in an event. "works": works for an organisation,
    # or acts for it with a grant. "vouched": the organisation confirmed the participation. "met":
    # `event` holds the id of the delegate they were introduced to. "shows": all of civil society at
    # an event sees a work contact of the delegate.
    source: str
    delegate: int
    event: int
    organisation: int
    kind: str
    country: str
    # Opens details, or is still current, on that day.
    is_effective: bool


def shown_to_civil_society(people: QuerySet[Delegate]) -> QuerySet[ContactChannel]:
    """The work contacts of these people that no one of civil society, where they meet, is excluded
    from."""
    widest = [Audience.PARTICIPANTS, Audience.EVERYONE]
    # People of civil society may come from any country.
    concerns_civil_society = (
        Q(constituency=Constituency.CIVIL_SOCIETY)
        | ~Q(country="")
        | Q(organisation__kind=OrganisationKind.CIVIL_SOCIETY)
    )
    exceptions = AudienceException.objects.filter(
        concerns_civil_society,
        Q(channel=None) | Q(channel=OuterRef("pk")),
        delegate=OuterRef("delegate"),
    )
    return ContactChannel.objects.filter(
        ~Exists(exceptions),
        available_q("delegate__"),
        kind__in=WORK_KINDS,
        audience__in=widest,
        delegate__in=people,
        delegate__listed_to__in=widest,
        delegate__consented_at__isnull=False,
        delegate__user__is_active=True,
    )


def _facts(people: QuerySet[Delegate], on: date) -> QuerySet[Any]:
    nothing = Value(0, BigIntegerField()), Value(""), Value("")
    is_current = Case(
        When(Q(until=None) | Q(until__gte=on), removed_at=None, then=True),
        default=False,
        output_field=BOOLEAN,
    )
    grant_is_active = Case(
        When(Q(valid_until=None) | Q(valid_until__gte=on), effective_on__lte=on, then=True),
        default=False,
        output_field=BOOLEAN,
    )
    sees_details = Case(
        When(details_open_on__lte=on, ended_at=None, frozen_at=None, then=True),
        default=False,
        output_field=BOOLEAN,
    )
    organisation_columns = ("organisation", "organisation__kind", "organisation__country")
    on_behalf_columns = ("on_behalf_of", "on_behalf_of__kind", "on_behalf_of__country")
    zero, yes = Value(0, BigIntegerField()), Value(True, BOOLEAN)
    in_force = Introduction.objects.in_force()
    confirmations = ParticipationConfirmation.objects.filter(
        participation__delegate__in=people,
        participation__ended_at=None,
        has_effect=True,
        on_behalf_of__isnull=False,
    ).order_by()
    rows = people.order_by().values_list(Value("is"), "pk", zero, *nothing, yes)
    return rows.union(
        # Exceptions match ended ones too, and none that was never confirmed.
        Participation.with_ended.ever_confirmed()
        .filter(delegate__in=people)
        .order_by()
        .values_list(Value("sat"), "delegate", "event", *organisation_columns, sees_details),
        confirmations.values_list(
            Value("vouched"),
            "participation__delegate",
            "participation__event",
            *on_behalf_columns,
            yes,
        ),
        # Exceptions match removed ones too: no one removes a past that others exclude.
        Affiliation.with_removed.filter(delegate__in=people)
        .order_by()
        .values_list(Value("works"), "delegate", zero, *organisation_columns, is_current),
        # A right that was suspended matches exceptions as one that has ended does.
        Grant.objects.awake()
        .filter(
            Q(effective_on__lte=on) | Q(suspended_at__isnull=False),
            user__delegate__in=people,
            on_behalf_of__isnull=False,
        )
        .order_by()
        .values_list(Value("works"), "user__delegate", zero, *on_behalf_columns, grant_is_active),
        shown_to_civil_society(people)
        .order_by()
        .values_list(Value("shows"), "delegate", zero, *nothing, yes),
        in_force.filter(first__in=people)
        .order_by()
        .values_list(Value("met"), "first", "second", *nothing, yes),
        in_force.filter(second__in=people)
        .order_by()
        .values_list(Value("met"), "second", "first", *nothing, yes),
        all=True,
    )


# Stand for a user and a day in the query below.
ANY_USER, ANY_DAY = -1, date.min


@compiled_once
def _facts_of_user() -> QuerySet[Any]:
    return _facts(Delegate.objects.filter(user=ANY_USER), ANY_DAY)


def _viewer(delegate_id: int, facts: list[ViewerFact]) -> Viewer:
    named = [fact for fact in facts if fact.organisation and fact.source != "vouched"]
    confirmers = frozenset(
        EventConfirmer(fact.event, fact.organisation, _constituency(fact), fact.country)
        for fact in facts
        if fact.source == "vouched"
    )
    participations = [fact for fact in named if fact.source == "sat" and fact.is_effective]
    current_constituencies = {
        _constituency(fact) for fact in named if fact.source == "works" and fact.is_effective
    }
    # A participant from civil society who now works for a government has left that constituency.
    # OTHER is not a constituency that people share.
    current_constituencies -= {Constituency.OTHER}
    event_constituencies = {(fact.event, _constituency(fact)) for fact in participations}
    still_held = {
        event_constituency
        for event_constituency in event_constituencies
        if event_constituency[1] != Constituency.OTHER
        and current_constituencies <= {event_constituency[1]}
    }
    is_of_government = Constituency.GOVERNMENTS in current_constituencies | {
        constituency for _event, constituency in event_constituencies
    }
    shows = any(fact.source == "shows" for fact in facts)
    # Where they sit, and still belong, with civil society, they are of it.
    sits_with = {event for event, word in still_held if word == Constituency.CIVIL_SOCIETY}
    events = frozenset(fact.event for fact in participations)
    return Viewer(
        delegate=delegate_id,
        signed_in=True,
        shows_first_at=events - sits_with if is_of_government and not shows else frozenset(),
        events=events,
        event_constituencies=frozenset(still_held),
        confirmed_by=confirmers,
        organisations=frozenset(fact.organisation for fact in named),
        governments=frozenset(
            fact.country
            for fact in named
            if fact.country and fact.kind == OrganisationKind.GOVERNMENT
        ),
        countries=frozenset(fact.country for fact in named if fact.country),
        constituencies=frozenset(_constituency(fact) for fact in named),
        introduced=frozenset(fact.event for fact in facts if fact.source == "met"),
    )


def _constituency(fact: ViewerFact) -> str:
    return str(CONSTITUENCY_BY_KIND[OrganisationKind(fact.kind)].value)
