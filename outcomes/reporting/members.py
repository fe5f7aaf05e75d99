"""Members of a group that is a party report on its commitment, each for itself."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from outcomes.models import Commitment, CommitmentParty
from outcomes.reporting.focal_points import active_participations_of, with_active_focal_point
from participants.models import Organisation, User, member_condition
from roundtable.audit import log as audit
from roundtable.models import Event


@dataclass(frozen=True)
class MemberCommitment:
    """A commitment of a group on which no one reports for this member yet."""

    commitment: Commitment
    organisation: Organisation


def commitments_as_member(user: User, on: date) -> list[MemberCommitment]:
    """Those on which the user can take the task to report for an organisation."""
    organisations: dict[Event, list[Organisation]] = {}
    for row in active_participations_of(user, on):
        organisations.setdefault(row.event, []).append(row.organisation)
    found: list[MemberCommitment] = []
    for event, own in organisations.items():
        found += _of_event(event, own, on)
    return found


def _of_event(event: Event, own: list[Organisation], on: date) -> list[MemberCommitment]:
    groups = CommitmentParty.objects.published().filter(
        commitment__event=event, group__isnull=False
    )
    rows = list(groups.select_related("commitment__event", "group").order_by("commitment__pk"))
    members = {
        rule: [
            organisation
            for organisation in Organisation.objects.filter(member_condition(rule, event.pk))
            if organisation in own
        ]
        for rule in {row.group.member_rule for row in rows if row.group}
    }
    # Of a direct party, a person reports for the party. Of a member, another person may have left.
    parties = CommitmentParty.objects.filter(commitment__event=event)
    active = with_active_focal_point(parties, on).exclude(focal_point_accepted_at=None)
    taken = parties.filter(~Q(role=CommitmentParty.Role.MEMBER) | Q(pk__in=active.values("pk")))
    taken_pairs = set(taken.values_list("commitment", "organisation"))
    pairs = {
        (row.commitment, organisation): None
        for row in rows
        if row.group
        for organisation in members[row.group.member_rule]
        if (row.commitment.pk, organisation.pk) not in taken_pairs
    }
    return [MemberCommitment(commitment, organisation) for commitment, organisation in pairs]


def take_member_task(
    user: User, *, reference: str, slug: str, at: datetime
) -> CommitmentParty | None:
    """The user's organisation becomes a row of its own; None if the user may not, or not any more.

    Call this in a transaction.
    """
    # Locked, so that of two colleagues who press at once, one has the task.
    commitment = Commitment.objects.select_for_update().filter(reference=reference).first()
    for row in commitments_as_member(user, at.date()):
        if commitment and row.commitment == commitment and row.organisation.slug == slug:
            return _take(row, user, at)
    own = CommitmentParty.objects.filter(
        commitment=commitment, organisation__slug=slug, focal_point__user=user
    )
    return own.exclude(focal_point_accepted_at=None).first()  # the second press of a double click


def _take(row: MemberCommitment, user: User, at: datetime) -> CommitmentParty:
    member = {
        "commitment": row.commitment,
        "organisation": row.organisation,
        "role": CommitmentParty.Role.MEMBER,
    }
    stored = CommitmentParty.objects.filter(**member).first()
    party = stored or CommitmentParty(**member, recorded_at=at)
    party.full_clean()
    party.request_focal_point(user.delegate)
    party.accept(at)
    audit.record(action="report as member", at=at, actor=user, detail=row.commitment.reference)
    return party
