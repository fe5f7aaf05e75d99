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
    Kind,
    Participation,
    User,
)
from participants.models.organisation import CONSTITUENCY_OF

YES = BooleanField()
Seat = tuple[int, str]  # an event's number, and the constituency that somebody sat with


@dataclass(frozen=True)
class Viewer:
    """Whoever looks: what decides which audiences one is inside of."""

    delegate: int | None = None
    signed_in: bool = False
    # Events of confirmed participation, and the seats there that are still one's own.
    events: frozenset[int] = frozenset()
    seats: frozenset[Seat] = frozenset()
    # All that one ever worked or spoke for.
    organisations: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    constituencies: frozenset[str] = frozenset()
    # Delegates whose introduction both sides accepted.
    introduced: frozenset[int] = frozenset()


VISITOR = Viewer()


@dataclass(frozen=True)
class LeftOut:
    """The exceptions of one listing or channel."""

    organisations: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    constituencies: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[AudienceException]) -> "LeftOut":
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
class Person:
    """Whoever is looked at: where that person sat at roundtables."""

    delegate: int
    seats: frozenset[Seat] = frozenset()

    @property
    def events(self) -> frozenset[int]:
        """The events of confirmed participation."""
        return frozenset(event for event, _constituency in self.seats)


def is_inside(audience: str, left_out: LeftOut, viewer: Viewer, person: Person) -> bool:
    """Whether the viewer, who is somebody else, is inside this audience of the person."""
    if audience == Audience.EVERYONE:
        return True
    if audience not in (Audience.INTRODUCED, Audience.CONSTITUENCY, Audience.PARTICIPANTS):
        return False
    if person.delegate in viewer.introduced:
        return True
    if left_out.includes(viewer):
        return False
    if audience == Audience.PARTICIPANTS:
        return bool(person.events & viewer.events)
    if audience == Audience.CONSTITUENCY:
        return bool(person.seats & viewer.seats)
    return False


def inside(field: str, person: str, exceptions: QuerySet[AudienceException], viewer: Viewer) -> Q:
    """The same as `is_inside`, for rows in the database.

    `field` names the column with the audience, `person` the way to the delegate; `exceptions` are
    those of the row.
    """
    condition = Q((field, Audience.EVERYONE))
    if not viewer.signed_in:
        return condition
    if viewer.introduced:
        wider = [Audience.INTRODUCED, Audience.CONSTITUENCY, Audience.PARTICIPANTS]
        condition |= Q((f"{field}__in", wider), (f"{person}__in", viewer.introduced))
    admitted = ~Exists(exceptions.filter(_leaving_out(viewer)))
    sat = Participation.objects.confirmed().filter(delegate=OuterRef(person))
    if viewer.events:
        met = sat.filter(event__in=viewer.events)
        condition |= Q(admitted, Exists(met), (field, Audience.PARTICIPANTS))
    if viewer.seats:
        beside = sat.filter(_in_seats(viewer.seats))
        condition |= Q(admitted, Exists(beside), (field, Audience.CONSTITUENCY))
    return condition


def _leaving_out(viewer: Viewer) -> Q:
    return (
        Q(organisation__in=viewer.organisations)
        | (Q(country__in=viewer.countries) & ~Q(country=""))
        | (Q(constituency__in=viewer.constituencies) & ~Q(constituency=""))
    )


def _in_seats(seats: frozenset[Seat]) -> Q:
    condition = Q(pk__in=[])
    for event, constituency in seats:
        kinds = [kind for kind, its in CONSTITUENCY_OF.items() if its == constituency]
        condition |= Q(event=event, organisation__kind__in=kinds)
    return condition


def viewer_of(user: User | AnonymousUser, on: date) -> Viewer:
    """The viewer behind a request's user on that day, in one query."""
    if not isinstance(user, User) or not user.is_active:
        return VISITOR
    found = viewers_of(Delegate.objects.filter(user=user), on)
    return next(iter(found.values()), Viewer(signed_in=True))


def stand_in(delegate: Delegate, part: str, on: date) -> Viewer:
    """Somebody made up who looks at this delegate, and whom no exception names.

    `part` is "participant", "constituency" (a participant who sat beside the delegate),
    "introduced", or any other word for somebody who is signed in and was nowhere.
    """
    own = viewers_of(Delegate.objects.filter(pk=delegate.pk), on)[delegate.pk]
    match part:
        case "participant":
            return Viewer(signed_in=True, events=own.events)
        case "constituency":
            return Viewer(signed_in=True, events=own.events, seats=own.seats)
        case "introduced":
            return Viewer(signed_in=True, introduced=frozenset({delegate.pk}))
    return Viewer(signed_in=True)


def viewers_of(people: QuerySet[Delegate], on: date) -> dict[int, Viewer]:
    """The viewers that these delegates are on that day, by their numbers, in one query.

    Whether their accounts are open is not asked here.
    """
    facts: dict[int, list[Fact]] = {}
    for row in _facts(people, on):
        fact = Fact(*row)
        facts.setdefault(fact.delegate, []).append(fact)
    return {number: _viewer(number, of_one) for number, of_one in facts.items()}


class Fact(NamedTuple):
    """One thing that decides what somebody may see."""

    # "is": the person is there; "sat": at an event; "works": for an organisation, or acts for
    # it with a grant; "met": the event's column holds whom the person was introduced to.
    what: str
    delegate: int
    event: int
    organisation: int
    kind: str
    country: str
    # Confirmed, or still so on that day.
    holds: bool


def _facts(people: QuerySet[Delegate], on: date) -> QuerySet[Any]:
    nothing = Value(0, BigIntegerField()), Value(""), Value("")
    still = Case(When(Q(until=None) | Q(until__gte=on), then=True), default=False, output_field=YES)
    acting = Case(
        When(Q(valid_until=None) | Q(valid_until__gte=on), then=True),
        default=False,
        output_field=YES,
    )
    confirmed = Case(When(confirmed_at__isnull=False, then=True), default=False, output_field=YES)
    place = ("organisation", "organisation__kind", "organisation__country")
    behalf = ("on_behalf_of", "on_behalf_of__kind", "on_behalf_of__country")
    zero, yes = Value(0, BigIntegerField()), Value(True, YES)
    accepted = Introduction.objects.accepted()
    rows = people.order_by().values_list(Value("is"), "pk", zero, *nothing, yes)
    return rows.union(
        Participation.objects.filter(delegate__in=people)
        .order_by()
        .values_list(Value("sat"), "delegate", "event", *place, confirmed),
        Affiliation.objects.filter(delegate__in=people)
        .order_by()
        .values_list(Value("works"), "delegate", zero, *place, still),
        Grant.objects.filter(user__delegate__in=people, on_behalf_of__isnull=False)
        .order_by()
        .values_list(Value("works"), "user__delegate", zero, *behalf, acting),
        accepted.filter(first__in=people)
        .order_by()
        .values_list(Value("met"), "first", "second", *nothing, yes),
        accepted.filter(second__in=people)
        .order_by()
        .values_list(Value("met"), "second", "first", *nothing, yes),
        all=True,
    )


def _viewer(number: int, facts: list[Fact]) -> Viewer:
    named = [fact for fact in facts if fact.organisation]
    sat = [fact for fact in named if fact.what == "sat" and fact.holds]
    today = {_constituency(fact) for fact in named if fact.what == "works" and fact.holds}
    # Who sat with civil society and works for a government today no longer sits there; nobody
    # sits with those who have no constituency.
    today -= {Constituency.OTHER}
    seats = {(fact.event, _constituency(fact)) for fact in sat}
    own = {seat for seat in seats if seat[1] != Constituency.OTHER and today <= {seat[1]}}
    return Viewer(
        delegate=number,
        signed_in=True,
        events=frozenset(fact.event for fact in sat),
        seats=frozenset(own),
        organisations=frozenset(fact.organisation for fact in named),
        countries=frozenset(fact.country for fact in named if fact.country),
        constituencies=frozenset(_constituency(fact) for fact in named),
        introduced=frozenset(fact.event for fact in facts if fact.what == "met"),
    )


def _constituency(fact: Fact) -> str:
    return str(CONSTITUENCY_OF[Kind(fact.kind)].value)
