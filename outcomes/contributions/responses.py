"""Who is addressed by a recommendation, and what each of them answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Q

from outcomes.commitments.as_of import answered_by
from outcomes.models import Outcome, OutcomeAddressee, Response
from outcomes.models.outcome import OutcomeQuerySet
from participants.models import Group, Organisation, Participation, members_of
from participants.organisations.attendance import roll


@dataclass(frozen=True)
class Addressed:
    """An organisation that a recommendation speaks to, with its latest answer, or none yet."""

    organisation: Organisation
    response: Response | None


@dataclass(frozen=True)
class Answers:
    """The answers to one recommendation, and how many are addressed without being named."""

    rows: list[Addressed]
    unnamed: int  # more that took part; a source gives the number and not which
    number_unknown: bool  # whether others took part whose number no source gives

    @property
    def answered(self) -> int:
        """How many of those that are named have answered."""
        return sum(row.response is not None for row in self.rows)


def answers_to(
    point: Outcome, addressees: Iterable[OutcomeAddressee], by: date | None = None
) -> Answers | None:
    """What the addressees answered; None for what recommends nothing, as it awaits no answer.

    `addressees` are those of the point and of its lead-in; answers count that were given until
    `by`, or until today.
    """
    if point.kind != Outcome.Kind.RECOMMENDATION:
        return None
    responses: dict[int, Response] = {}
    for response in answered_by(Response.objects.published().filter(outcome=point), by):
        responses.setdefault(response.organisation_id, response)
    meant = {addressee.group.made_of for addressee in addressees if addressee.group}
    benches = [
        bench
        for bench in (roll(point.statement.event) if meant else [])
        if bench.constituency in meant or "participants" in meant
    ]
    return Answers(
        rows=[
            Addressed(organisation, responses.get(organisation.pk))
            for organisation in point.addressed_organisations().order_by("name", "pk")
        ],
        unnamed=sum(bench.unnamed for bench in benches),
        number_unknown=any(bench.number_unknown for bench in benches),
    )


def asked_of(seat: Participation) -> OutcomeQuerySet:
    """The recommendations of a roundtable that speak to the organisation at that seat."""
    itself = Organisation.objects.filter(pk=seat.organisation_id).order_by()
    meant = Q(organisation=seat.organisation_id)
    made_of = Group.objects.exclude(made_of="").values_list("made_of", flat=True).distinct()
    for word in made_of.order_by("made_of"):
        belongs = Exists(itself.filter(members_of(word, seat.event_id)))
        meant |= Q(Q(group__made_of=word), belongs)
    spoken_to = OutcomeAddressee.objects.filter(meant).values("outcome")
    return (
        Outcome.objects.published()
        .points()
        .filter(Q(pk__in=spoken_to) | Q(parent__in=spoken_to))
        .filter(kind=Outcome.Kind.RECOMMENDATION, statement__event=seat.event_id)
    )


@dataclass(frozen=True)
class Asked:
    """A recommendation to an organisation, what it answered, and what it is still writing."""

    point: Outcome
    shown: Response | None
    unsettled: Response | None


def answers_of(seat: Participation) -> list[Asked]:
    """Each recommendation to the organisation at that seat, with its own answers."""
    points = asked_of(seat).select_related("parent", "statement__event")
    shown: dict[int, Response] = {}
    unsettled: dict[int, Response] = {}
    own = Response.objects.filter(
        organisation=seat.organisation_id, outcome__statement__event=seat.event_id
    )
    for response in own.order_by("-answered_on", "-pk"):
        (shown if response.is_approved else unsettled).setdefault(response.outcome_id, response)
    return [Asked(row, shown.get(row.pk), unsettled.get(row.pk)) for row in points]
