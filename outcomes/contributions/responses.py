"""Addressees of recommendations and their answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Q

from outcomes.commitments.as_of import responses_as_of
from outcomes.models import Outcome, OutcomeAddressee, Response
from outcomes.models.outcome import OutcomeQuerySet
from participants.models import Group, Organisation, Participation, member_condition
from participants.organisations.attendance import attendance_by_constituency


@dataclass(frozen=True)
class AddresseeResponse:
    """An addressee with its latest answer, if any."""

    organisation: Organisation
    response: Response | None


@dataclass(frozen=True)
class PointResponses:
    """Answers to one recommendation, and the number of addressees without a name."""

    rows: list[AddresseeResponse]
    unnamed_count: int  # participants whose number a source gives, without names
    has_unknown_count: bool  # more participants, number unknown

    @property
    def answered(self) -> int:
        return sum(row.response is not None for row in self.rows)


def responses_to_point(
    point: Outcome, addressees: Iterable[OutcomeAddressee], day: date | None = None
) -> PointResponses | None:
    """None unless a recommendation. `addressees` are those of the point and its lead-in."""
    if point.kind != Outcome.Kind.RECOMMENDATION:
        return None
    responses: dict[int, Response] = {}
    for response in responses_as_of(Response.objects.published().filter(outcome=point), day):
        responses.setdefault(response.organisation_id, response)
    rules = {addressee.group.member_rule for addressee in addressees if addressee.group}
    benches = [
        bench
        for bench in (attendance_by_constituency(point.statement.event) if rules else [])
        if bench.constituency in rules or "participants" in rules
    ]
    return PointResponses(
        rows=[
            AddresseeResponse(organisation, responses.get(organisation.pk))
            for organisation in point.addressed_organisations().order_by("name", "pk")
        ],
        unnamed_count=sum(bench.unnamed_count for bench in benches),
        has_unknown_count=any(bench.has_unknown_count for bench in benches),
    )


def recommendations_for(participation: Participation) -> OutcomeQuerySet:
    itself = Organisation.objects.filter(pk=participation.organisation_id).order_by()
    addressed = Q(organisation=participation.organisation_id)
    rules = Group.objects.exclude(member_rule="").values_list("member_rule", flat=True)
    for word in rules.distinct().order_by("member_rule"):
        belongs = Exists(itself.filter(member_condition(word, participation.event_id)))
        addressed |= Q(Q(group__member_rule=word), belongs)
    spoken_to = OutcomeAddressee.objects.filter(addressed).values("outcome")
    return (
        Outcome.objects.published()
        .points()
        .filter(Q(pk__in=spoken_to) | Q(parent__in=spoken_to))
        .filter(kind=Outcome.Kind.RECOMMENDATION, statement__event=participation.event_id)
    )


@dataclass(frozen=True)
class RecommendationResponses:
    """A recommendation with the answers of one organisation."""

    point: Outcome
    published: Response | None
    pending: Response | None


def responses_by(participation: Participation) -> list[RecommendationResponses]:
    points = recommendations_for(participation).select_related("parent", "statement__event")
    published: dict[int, Response] = {}
    pending: dict[int, Response] = {}
    own = Response.objects.filter(
        organisation=participation.organisation_id, outcome__statement__event=participation.event_id
    )
    for response in own.order_by("-answered_on", "-pk"):
        (published if response.is_approved else pending).setdefault(response.outcome_id, response)
    return [
        RecommendationResponses(row, published.get(row.pk), pending.get(row.pk)) for row in points
    ]
