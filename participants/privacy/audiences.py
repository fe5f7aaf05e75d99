"""Who is inside which audience: the rule once for one person in hand, once for the database.

Both say the same; a test compares them over many made-up worlds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
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
    Delegate,
    Grant,
    Introduction,
    OrganisationKind,
    Participation,
    User,
)
from participants.models.organisation import CONSTITUENCY_BY_KIND

BOOLEAN = BooleanField()
EventConstituency = tuple[
    int, str
]  # an event's number, and the constituency that somebody sat with


@dataclass(frozen=True)
class Viewer:
    """Whoever looks: what decides which audiences one is inside of."""

    delegate: int | None = None
    signed_in: bool = False
    # Events of confirmed participation, and the seats there that are still one's own.
    events: frozenset[int] = frozenset()
    event_constituencies: frozenset[EventConstituency] = frozenset()
    # All that one ever worked or spoke for.
    organisations: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    constituencies: frozenset[str] = frozenset()
    # Delegates whose introduction both sides accepted.
    introduced: frozenset[int] = frozenset()


ANONYMOUS_VIEWER = Viewer()


@dataclass(frozen=True)
class ExceptionSet:
    """The exceptions of one listing or channel."""

    organisations: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    constituencies: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[AudienceException]) -> "ExceptionSet":
        """The exceptions that these rows hold."""
        rows = list(rows)
        return cls(
            frozenset(row.organisation_id for row in rows if row.organisation_id),
            frozenset(row.country.code for row in rows if row.country),
            frozenset(row.constituency for row in rows if row.constituency),
        )

    def includes(self, viewer: Viewer) -> bool:
        """Whether any present or past affiliation of the viewer is among them."""
        return bool(
            self.organisations & viewer.organisations
            or self.countries & viewer.countries
            or self.constituencies & viewer.constituencies
        )


@dataclass(frozen=True)
class ProfileOwner:
    """Whoever is looked at: where that person sat at roundtables."""

    delegate: int
    event_constituencies: frozenset[EventConstituency] = frozenset()

    @property
    def events(self) -> frozenset[int]:
        """The events of confirmed participation."""
        return frozenset(event for event, _constituency in self.event_constituencies)


def is_in_audience(
    audience: str, exceptions: ExceptionSet, viewer: Viewer, owner: ProfileOwner
) -> bool:
    """Whether the viewer, who is somebody else, is inside this audience of the person."""
    if audience == Audience.EVERYONE:
        return True
    if audience not in (Audience.INTRODUCED, Audience.CONSTITUENCY, Audience.PARTICIPANTS):
        return False
    if owner.delegate in viewer.introduced:
        return True
    if exceptions.includes(viewer):
        return False
    if audience == Audience.PARTICIPANTS:
        return bool(owner.events & viewer.events)
    if audience == Audience.CONSTITUENCY:
        return bool(owner.event_constituencies & viewer.event_constituencies)
    return False


def audience_condition(
    audience_field: str, owner_path: str, exceptions: QuerySet[AudienceException], viewer: Viewer
) -> Q:
    """The same as `is_in_audience`, for rows in the database.

    `field` names the column with the audience, `person` the way to the delegate; `exceptions` are
    those of the row.
    """
    condition = Q((audience_field, Audience.EVERYONE))
    if not viewer.signed_in:
        return condition
    if viewer.introduced:
        audiences = [Audience.INTRODUCED, Audience.CONSTITUENCY, Audience.PARTICIPANTS]
        condition |= Q(
            (f"{audience_field}__in", audiences), (f"{owner_path}__in", viewer.introduced)
        )
    not_excepted = ~Exists(exceptions.filter(_exception_condition(viewer)))
    participations = Participation.objects.confirmed().filter(delegate=OuterRef(owner_path))
    if viewer.events:
        same_event = participations.filter(event__in=viewer.events)
        condition |= Q(not_excepted, Exists(same_event), (audience_field, Audience.PARTICIPANTS))
    if viewer.event_constituencies:
        same_constituency = participations.filter(
            _constituency_condition(viewer.event_constituencies)
        )
        condition |= Q(
            not_excepted, Exists(same_constituency), (audience_field, Audience.CONSTITUENCY)
        )
    return condition


def _exception_condition(viewer: Viewer) -> Q:
    return (
        Q(organisation__in=viewer.organisations)
        | (Q(country__in=viewer.countries) & ~Q(country=""))
        | (Q(constituency__in=viewer.constituencies) & ~Q(constituency=""))
    )


def _constituency_condition(event_constituencies: frozenset[EventConstituency]) -> Q:
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
    """The viewer behind a request's user on that day, in one query."""
    if not isinstance(user, User) or not user.is_active:
        return ANONYMOUS_VIEWER
    found = get_viewers(Delegate.objects.filter(user=user), on)
    return next(iter(found.values()), Viewer(signed_in=True))


def hypothetical_viewer(delegate: Delegate, role: str, on: date) -> Viewer:
    """Somebody made up who looks at this delegate, and whom no exception names.

    `part` is "participant", "constituency" (a participant who sat beside the delegate),
    "introduced", or any other word for somebody who is signed in and was nowhere.
    """
    own = get_viewers(Delegate.objects.filter(pk=delegate.pk), on)[delegate.pk]
    match role:
        case "participant":
            return Viewer(signed_in=True, events=own.events)
        case "constituency":
            return Viewer(
                signed_in=True, events=own.events, event_constituencies=own.event_constituencies
            )
        case "introduced":
            return Viewer(signed_in=True, introduced=frozenset({delegate.pk}))
    return Viewer(signed_in=True)


def get_viewers(people: QuerySet[Delegate], on: date) -> dict[int, Viewer]:
    """The viewers that these delegates are on that day, by their numbers, in one query.

    Whether their accounts are open is not asked here.
    """
    facts: dict[int, list[ViewerFact]] = {}
    for row in _facts(people, on):
        fact = ViewerFact(*row)
        facts.setdefault(fact.delegate, []).append(fact)
    return {number: _viewer(number, delegate_facts) for number, delegate_facts in facts.items()}


class ViewerFact(NamedTuple):
    """One thing that decides what somebody may see."""

    # "is": the person is there; "sat": at an event; "works": for an organisation, or acts for
    # it with a grant; "met": the event's column holds whom the person was introduced to.
    source: str
    delegate: int
    event: int
    organisation: int
    kind: str
    country: str
    # Confirmed, or still so on that day.
    is_effective: bool


def _facts(people: QuerySet[Delegate], on: date) -> QuerySet[Any]:
    nothing = Value(0, BigIntegerField()), Value(""), Value("")
    is_current = Case(
        When(Q(until=None) | Q(until__gte=on), then=True), default=False, output_field=BOOLEAN
    )
    grant_is_active = Case(
        When(Q(valid_until=None) | Q(valid_until__gte=on), then=True),
        default=False,
        output_field=BOOLEAN,
    )
    confirmed = Case(
        When(confirmed_at__isnull=False, then=True), default=False, output_field=BOOLEAN
    )
    organisation_columns = ("organisation", "organisation__kind", "organisation__country")
    on_behalf_columns = ("on_behalf_of", "on_behalf_of__kind", "on_behalf_of__country")
    zero, yes = Value(0, BigIntegerField()), Value(True, BOOLEAN)
    accepted = Introduction.objects.accepted()
    rows = people.order_by().values_list(Value("is"), "pk", zero, *nothing, yes)
    return rows.union(
        Participation.objects.filter(delegate__in=people)
        .order_by()
        .values_list(Value("sat"), "delegate", "event", *organisation_columns, confirmed),
        Affiliation.objects.filter(delegate__in=people)
        .order_by()
        .values_list(Value("works"), "delegate", zero, *organisation_columns, is_current),
        Grant.objects.filter(user__delegate__in=people, on_behalf_of__isnull=False)
        .order_by()
        .values_list(Value("works"), "user__delegate", zero, *on_behalf_columns, grant_is_active),
        accepted.filter(first__in=people)
        .order_by()
        .values_list(Value("met"), "first", "second", *nothing, yes),
        accepted.filter(second__in=people)
        .order_by()
        .values_list(Value("met"), "second", "first", *nothing, yes),
        all=True,
    )


def _viewer(delegate_id: int, facts: list[ViewerFact]) -> Viewer:
    named = [fact for fact in facts if fact.organisation]
    participations = [fact for fact in named if fact.source == "sat" and fact.is_effective]
    current_constituencies = {
        _constituency(fact) for fact in named if fact.source == "works" and fact.is_effective
    }
    # Who sat with civil society and works for a government today no longer sits there; nobody
    # sits with those who have no constituency.
    current_constituencies -= {Constituency.OTHER}
    event_constituencies = {(fact.event, _constituency(fact)) for fact in participations}
    still_held = {
        event_constituency
        for event_constituency in event_constituencies
        if event_constituency[1] != Constituency.OTHER
        and current_constituencies <= {event_constituency[1]}
    }
    return Viewer(
        delegate=delegate_id,
        signed_in=True,
        events=frozenset(fact.event for fact in participations),
        event_constituencies=frozenset(still_held),
        organisations=frozenset(fact.organisation for fact in named),
        countries=frozenset(fact.country for fact in named if fact.country),
        constituencies=frozenset(_constituency(fact) for fact in named),
        introduced=frozenset(fact.event for fact in facts if fact.source == "met"),
    )


def _constituency(fact: ViewerFact) -> str:
    return str(CONSTITUENCY_BY_KIND[OrganisationKind(fact.kind)].value)
