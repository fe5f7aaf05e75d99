"""Who sat at the table: organisations by constituency, and how many are not named."""

from dataclasses import dataclass, field

from participants.models import Constituency, Organisation
from participants.models.organisation import (
    CONSTITUENCY_OF,
    EventRole,
    Kind,
    RecordedCount,
)
from roundtable.models import Event


@dataclass
class Seat:
    """One organisation with what it was, in the order of its roles."""

    organisation: Organisation
    roles: list[EventRole] = field(default_factory=list)

    def role_names(self) -> list[str]:
        """What it was besides a participant, for people to read."""
        return [
            role.get_role_display()
            for role in self.roles
            if role.role != EventRole.Role.PARTICIPANT
        ]


@dataclass
class Bench:
    """The seats of one constituency, and what a source says of those who are not named."""

    constituency: Constituency
    seats: list[Seat] = field(default_factory=list)
    counts: list[RecordedCount] = field(default_factory=list)
    unnamed: int = 0
    number_unknown: bool = False

    @property
    def total(self) -> int:
        """Seats that are known, named or not."""
        return len(self.seats) + self.unnamed


def with_role(benches: list[Bench], role: EventRole.Role) -> list[EventRole]:
    """Those who had this role, in the order of the benches."""
    return [
        held
        for bench in benches
        for seat in bench.seats
        for held in seat.roles
        if held.role == role
    ]


def roll(event: Event) -> list[Bench]:
    """The benches of a roundtable, without those of which nothing is recorded; two queries."""
    benches = {constituency: Bench(constituency) for constituency in Constituency}
    seats: dict[int, Seat] = {}
    named: dict[str, int] = {}
    roles = event.roles.select_related("organisation").order_by("organisation__name", "pk")
    for role in roles:
        seat = seats.get(role.organisation_id)
        if seat is None:
            seat = seats[role.organisation_id] = Seat(role.organisation)
            benches[role.organisation.constituency].seats.append(seat)
        seat.roles.append(role)
    for seat in seats.values():
        # Whoever only observed is not among those who are counted as taking part.
        if any(role.role != EventRole.Role.OBSERVER for role in seat.roles):
            named[seat.organisation.kind] = named.get(seat.organisation.kind, 0) + 1
    for count in event.recorded_counts.all():
        bench = benches[CONSTITUENCY_OF[Kind(count.kind)]]
        bench.counts.append(count)
        if count.number is None:
            bench.number_unknown = True
        else:
            bench.unnamed += max(count.number - named.get(count.kind, 0), 0)
    return [bench for bench in benches.values() if bench.total or bench.number_unknown]
