"""Small made-up worlds, and who sees what in them by the words of the model alone.

Nothing here knows how the portal decides: the expected results are computed from plain values.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

TODAY = date(2026, 3, 2)
EVENTS = range(3)
# Kind and country of each organisation; two kinds sit together as Red Cross and Red Crescent.
ORGANISATIONS = [
    ("government", "ID"),
    ("government", "AU"),
    ("national-society", "ID"),
    ("movement", ""),
    ("civil-society", "ID"),
    ("civil-society", "TH"),
    ("agency", ""),
    ("other", "AU"),
    ("other", ""),
    # A second body of a government, and two of which no one knows the country.
    ("government", "ID"),
    ("government", ""),
    ("government", ""),
]
GOVERNMENTS = [number for number, (kind, _) in enumerate(ORGANISATIONS) if kind == "government"]
CONSTITUENCY_OF_KIND = {
    "government": "governments",
    "national-society": "red-cross",
    "movement": "red-cross",
    "civil-society": "civil-society",
    "agency": "agencies",
    "other": "",  # with no one
}
# How an exception names people without a constituency.
EXCLUDED_AS = {kind: table or "other" for kind, table in CONSTITUENCY_OF_KIND.items()}
AUDIENCES = ["only_me", "introduced", "constituency", "participants", "everyone"]
# More often of governments and civil society, so that some sit together.
TABLES = [*range(len(ORGANISATIONS)), 0, 1, 4, 5, 4, 5]
END_DATES = [None, None, *(TODAY + timedelta(days) for days in (0, 9, -1)), date(2020, 1, 1)]
INTRODUCTION_STATES = ["accepted", "asked", "answered", "proposed", "refused", "ended", "left"]


@dataclass(frozen=True)
class Exclusion:
    """An exception: for the listing or one channel, an organisation, country or constituency."""

    channel: int | None
    kind: str
    target: int | str


@dataclass
class Person:
    """The parts of a person that visibility depends on; places are indexes of OFFICES."""

    account: str  # open, closed or none
    has_agreed: bool
    is_paused: bool
    is_erased: bool
    is_protected: bool
    listed_to: str
    channels: list[str]
    affiliations: list[tuple[int, date | None]]
    # At which event: for whom, and whether that is confirmed.
    participations: dict[int, tuple[int, bool]]
    # At which event a grant is held: for whom, until when.
    grants: dict[int, tuple[int, date | None]]
    # From which day the person sees details there, and which two organisations confirmed it.
    details_open: dict[int, date] = field(default_factory=dict)
    # At which events the delegation is frozen.
    frozen: set[int] = field(default_factory=set)
    # Workplaces that the person removed, and those that others propose.
    removed: list[int] = field(default_factory=list)
    proposed: set[int] = field(default_factory=set)
    # At which event others propose that the person took part, and for whom.
    proposed_participations: dict[int, int] = field(default_factory=dict)
    # What was confirmed once and no longer is: at which event, for whom, whether it has ended.
    earlier: list[tuple[int, int, bool]] = field(default_factory=list)
    confirmed_by: dict[int, list[int]] = field(default_factory=dict)
    exclusions: list[Exclusion] = field(default_factory=list)
    # Where someone looks as if this one had taken part in one event only.
    is_official_elsewhere: bool = False

    def is_shown(self) -> bool:
        return self.account == "open" and self.has_agreed and self.is_available()

    def is_available(self) -> bool:
        return not (self.is_paused or self.is_erased)

    def leaves_out(
        self,
        other: "Person",
        channel: int | None = None,
        rule: "Callable[[Exclusion, int], bool] | None" = None,
    ) -> bool:
        """Whether an exception, of the listing or of a channel, excludes the other person."""
        return any(
            (rule or excludes)(exception, office)
            for exception in self.exclusions
            if exception.channel == channel
            for office in other.all_organisations()
        )

    def all_organisations(self) -> set[int]:
        """All that this person ever worked, was confirmed to speak or acts for."""
        seats = {office for office, confirmed in self.participations.values() if confirmed}
        seats |= {office for _event, office, _has_ended in self.earlier}
        grants = {office for office, _until in self.grants.values()}
        return {office for office, _until in self.affiliations} | set(self.removed) | seats | grants

    def current_constituencies(self) -> set[str]:
        """Where this person would sit if a roundtable began now."""
        places = [*self.affiliations, *self.grants.values()]
        present = {office for office, until in places if until is None or until >= TODAY}
        return {CONSTITUENCY_OF_KIND[ORGANISATIONS[office][0]] for office in present} - {""}

    def open_constituencies(self) -> dict[int, str]:
        """The events whose details are open, and where this person sat."""
        return {
            event: constituency
            for event, constituency in self.confirmed_constituencies().items()
            if event in self.details_open and self.details_open[event] <= TODAY
        }

    def is_official(self) -> bool:
        """Whether this person speaks or works for a government."""
        places = {*self.open_constituencies().values(), *self.current_constituencies()}
        return self.is_official_elsewhere or "governments" in places

    def has_shown_first(self) -> bool:
        """Whether no one of civil society is excluded from a contact of this person."""
        wide = ("participants", "everyone")
        narrowed = {row.channel for row in self.exclusions if concerns_civil_society(row)}
        contacts = [place for place, audience in enumerate(self.channels) if audience in wide]
        is_listed = self.is_shown() and self.listed_to in wide and None not in narrowed
        return is_listed and not set(contacts) <= narrowed

    def belongs_with_civil_society(self, event: int) -> bool:
        table = "civil-society"
        sits = self.open_constituencies().get(event) == table
        return sits and self.current_constituencies() <= {table}

    def confirmed_constituencies(self) -> dict[int, str]:
        """The events that count, and where this person sat."""
        return {
            event: CONSTITUENCY_OF_KIND[ORGANISATIONS[office][0]]
            for event, (office, confirmed) in self.participations.items()
            if confirmed and event not in self.frozen
        }


@dataclass
class World:
    people: list[Person]
    introductions: list[tuple[int, int, str]]
    verdicts: Counter[str] = field(default_factory=Counter)

    def is_listed(self, viewer: int | None, person: int) -> bool:
        """Whether the viewer sees that the person is there; None is whoever is not a delegate."""
        return self._is_shown(viewer, person, None)

    def sees_channel(self, viewer: int | None, person: int, channel: int) -> bool:
        return self.is_listed(viewer, person) and self._is_shown(viewer, person, channel)

    def knows_of(self, viewer: int | None, person: int, event: int) -> bool:
        """Whether the viewer sees that a listed person took part in the event."""
        owner = self.people[person]
        if not owner.participations.get(event, (0, False))[1]:
            return False
        if viewer == person or "everyone" == owner.listed_to in owner.channels:
            return True
        if (
            event in owner.frozen
            or viewer is None
            or event not in self.people[viewer].open_constituencies()
        ):
            return False
        # Had they met at this event alone, the person would still be listed.
        people = list(self.people)
        viewing = people[viewer]
        people[viewer] = replace(
            viewing, details_open={event: TODAY}, is_official_elsewhere=viewing.is_official()
        )
        return World(people, []).is_listed(viewer, person)

    def _is_shown(self, viewer: int | None, person: int, channel: int | None) -> bool:
        if viewer == person:
            return True
        owner = self.people[person]
        if not owner.is_shown():
            self.verdicts["not shown to anyone"] += 1
            return False
        audience = owner.listed_to if channel is None else owner.channels[channel]
        verdict = self._verdict(viewer, person, audience, channel)
        self.verdicts[verdict] += 1
        return verdict in ("everyone", "introduced", "met", "sat together")

    def _verdict(self, viewer: int | None, person: int, audience: str, channel: int | None) -> str:
        if audience == "everyone":
            return "everyone"
        if viewer is None or audience == "only_me":
            return "too narrow"
        if self._are_introduced(viewer, person):
            return "introduced"
        if audience == "introduced":
            return "not introduced"
        viewing, owner = self.people[viewer], self.people[person]
        if owner.leaves_out(viewing, channel):
            return (
                "left out"
                if owner.leaves_out(viewing, channel, rule=names)
                else "left out with the government"
            )
        viewer_events = viewing.open_constituencies()
        owner_events = owner.confirmed_constituencies()
        shared_events = viewer_events.keys() & owner_events.keys()
        exclusions = [row for row in owner.exclusions if row.channel == channel]
        if audience == "participants":
            if viewing.is_official() and not viewing.has_shown_first():
                kept = {
                    event
                    for event in shared_events
                    if owner_events[event] != "civil-society"
                    or viewing.belongs_with_civil_society(event)
                }
                if shared_events and not kept:
                    return "has to show first"
                shared_events = kept
            if shared_events and not _vouched(viewing, shared_events, exclusions):
                return "confirmed by none but the excluded"
            return "met" if shared_events else "never met"
        shared_events = {
            event for event in shared_events if viewer_events[event] == owner_events[event] != ""
        }
        if shared_events and not _vouched(viewing, shared_events, exclusions):
            return "confirmed by none but the excluded"
        shared_constituencies = {
            viewer_events[event] for event in _vouched(viewing, shared_events, exclusions)
        }
        if not shared_constituencies:
            return "sat apart"
        still_shared = {
            table for table in shared_constituencies if viewing.current_constituencies() <= {table}
        }
        return "sat together" if still_shared else "moved"

    def _are_introduced(self, one: int, other: int) -> bool:
        """By an accepted introduction, while both are there and neither leaves out the other."""
        pair = self.people[one], self.people[other]
        if pair[0].leaves_out(pair[1]) or pair[1].leaves_out(pair[0]):
            return False
        return all(person.is_available() for person in pair) and any(
            {first, second} == {one, other} and state == "accepted"
            for first, second, state in self.introductions
        )


def _vouched(viewing: Person, events: Iterable[int], exclusions: list[Exclusion]) -> set[int]:
    """Events where an organisation that is not excluded confirmed the viewer."""
    return {
        event
        for event in events
        if not viewing.confirmed_by.get(event)
        or any(
            not any(excludes(exception, office) for exception in exclusions)
            for office in viewing.confirmed_by[event]
        )
    }


def excludes(exception: Exclusion, office: int) -> bool:
    """Whether the exception names this organisation, or another body of its government."""
    is_organisation = exception.kind == "organisation"
    return names(exception, office) or (
        is_organisation and is_same_government(exception.target, office)
    )


def names(exception: Exclusion, office: int) -> bool:
    """Whether the exception names this organisation itself."""
    kind, country = ORGANISATIONS[office]
    match exception.kind:
        case "organisation":
            return exception.target == office
        case "country":
            return exception.target == country
    return exception.target == EXCLUDED_AS[kind]


def concerns_civil_society(exception: Exclusion) -> bool:
    """People of civil society may come from any country."""
    match exception.kind:
        case "organisation":
            return ORGANISATIONS[int(exception.target)][0] == "civil-society"
        case "constituency":
            return exception.target == "civil-society"
    return True


def is_same_government(one: int | str, other: int) -> bool:
    """Whether both are bodies of one government, as far as is known."""
    kind, country = ORGANISATIONS[other]
    return kind == "government" and country != "" and ORGANISATIONS[int(one)] == (kind, country)


def make_world(seed: int) -> World:
    """The world of that number: the same each time."""
    random = Random(seed)
    if seed % 5 == 0:
        return _make_world_of_officials(random)
    people = [_make_person(random) for _number in range(random.randint(2, 4))]
    for owner in people:
        owner.exclusions = _exceptions(random, owner)
        owner.exclusions += _exceptions_of_confirmers(random, owner, people)
    introductions = _introductions(random, len(people))
    for someone in people:
        _add_proposed_and_earlier(random, someone)
    for someone in people:
        someone.frozen = {event for event in EVENTS if random.random() < 0.1}
    return World(people, introductions)


def _make_world_of_officials(random: Random) -> World:
    """People who see each other, unless one excludes a body of a government."""
    people = [_make_official(random) for _number in range(random.randint(2, 4))]
    pairs = itertools.combinations(range(len(people)), 2)
    return World(people, [(*pair, "accepted") for pair in pairs if random.random() < 0.4])


def _make_official(random: Random) -> Person:
    audience = random.choice(["participants", "participants", "constituency", "introduced"])
    # More often the two bodies of one government.
    office = random.choice([*GOVERNMENTS, 0, 9, 0, 9])
    excluded = random.sample(GOVERNMENTS, random.choice([0, 1, 1, 2]))
    channel = random.choice([None, None, None, 0])
    return Person(
        account="open",
        has_agreed=True,
        is_paused=False,
        is_erased=False,
        is_protected=False,
        listed_to=audience,
        channels=[audience],
        affiliations=[],
        participations={0: (office, True)},
        grants={},
        details_open={0: TODAY},
        confirmed_by={0: random.sample(GOVERNMENTS, random.choice([1, 1, 2]))},
        exclusions=[Exclusion(channel, "organisation", office) for office in excluded],
    )


def _make_person(random: Random) -> Person:
    account = random.choices(["open", "closed", "none"], [10, 1, 1])[0]
    is_erased = account == "none" and random.random() < 0.5
    has_agreed = account != "none" and random.random() < 0.9
    is_protected = random.random() < 0.15
    # What the database lets one choose.
    choices = AUDIENCES[:2] if is_protected else AUDIENCES
    if not has_agreed:
        choices = AUDIENCES[:1]
    weights = [1, 2, 4, 4, 2][: len(choices)]
    made = Person(
        account=account,
        has_agreed=has_agreed,
        is_paused=random.random() < 0.1,
        is_erased=is_erased,
        is_protected=is_protected,
        listed_to=random.choices(choices, weights)[0],
        channels=random.choices(AUDIENCES, [1, 2, 3, 3, 2], k=random.randint(1, 3)),
        affiliations=[
            (_random_organisation(random), random.choice(END_DATES))
            for _ in range(random.choice([0, 1, 1, 2]))
        ],
        participations={
            event: (random.choice(TABLES), random.random() < 0.8)
            for event in random.sample(EVENTS, random.choice([0, 1, 1, 2, 2, 3]))
        },
        grants=(
            {random.choice(EVENTS): (_random_organisation(random), random.choice(END_DATES))}
            if random.random() < 0.15
            else {}
        ),
    )
    for event, (_office, confirmed) in made.participations.items():
        if not confirmed:
            continue
        if random.random() < 0.95:
            days = random.choice([-30, -1, 0, 0, 0, 0, 0, 0, 0, 1])
            made.details_open[event] = TODAY + timedelta(days=days)
        if random.random() < 0.5:
            number = random.choice([1, 1, 2])
            made.confirmed_by[event] = random.sample(range(len(ORGANISATIONS)), number)
    made.removed = [_random_organisation(random) for _ in range(random.random() < 0.1)]
    made.proposed = {_random_organisation(random) for _ in range(random.random() < 0.2)}
    return made


def _add_proposed_and_earlier(random: Random, someone: Person) -> None:
    for event in EVENTS:
        # At a second meeting, or for another organisation at the same one.
        if someone.account != "none" and random.random() < 0.2:
            someone.proposed_participations[event] = random.choice(TABLES)
        takes_part = event in someone.participations
        if random.random() < 0.1:
            # Suspended, unless the person takes part there now.
            has_ended = takes_part or random.random() < 0.5
            someone.earlier.append((event, random.choice(TABLES), has_ended))
        elif not takes_part and random.random() < 0.7:
            someone.participations[event] = random.choice(TABLES), False


def _random_organisation(random: Random) -> int:
    return random.randrange(len(ORGANISATIONS))


def _exceptions(random: Random, owner: Person) -> list[Exclusion]:
    found: dict[Exclusion, None] = {}
    for _number in range(random.choice([0, 0, 1, 1, 2])):
        channel = random.choice([None, None, *range(len(owner.channels))])
        whom: dict[str, int | str] = {
            "organisation": _random_organisation(random),
            "country": random.choice(["ID", "AU", "TH", "NR"]),
            "constituency": random.choice(sorted(set(EXCLUDED_AS.values()))),
        }
        what = random.choice(sorted(whom))
        found[Exclusion(channel, what, whom[what])] = None
    return list(found)


def _exceptions_of_confirmers(
    random: Random, owner: Person, people: list[Person]
) -> list[Exclusion]:
    """Sometimes all organisations that confirmed somebody's participation."""
    other = random.choice(people)
    if other is owner or not other.confirmed_by or random.random() < 0.3:
        return []
    offices = random.choice(list(other.confirmed_by.values()))
    known = {(row.channel, row.target) for row in owner.exclusions}
    return [
        Exclusion(None, "organisation", office) for office in offices if (None, office) not in known
    ]


def _introductions(random: Random, people: int) -> list[tuple[int, int, str]]:
    found = []
    for one in range(people):
        for other in range(one):
            pair = random.choice([(one, other), (other, one)])
            if random.random() < 0.5:
                found.append((*pair, random.choice(INTRODUCTION_STATES)))
                if found[-1][2] in INTRODUCTION_STATES[4:] and random.random() < 0.3:
                    # It may be proposed again.
                    found.append((*reversed(pair), random.choice(INTRODUCTION_STATES[:4])))  # type: ignore[arg-type]
    return found
