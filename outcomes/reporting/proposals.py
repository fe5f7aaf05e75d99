"""Commitments that are proposed to their parties, and public once each of them accepted.

Only who speaks for a party accepts for it, by a link in an email, and never the co-chairs' desk.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.models import (
    Basis,
    Commitment,
    CommitmentParty,
    CommitmentState,
    Dispute,
    Undertaking,
)
from outcomes.reporting.disputes import tell_desk_of_withdrawal
from outcomes.reporting.focal_points import may_be_focal_point
from outcomes.reporting.publication import make_draft, publish
from outcomes.reporting.request_emails import can_receive_mail, has_address
from outcomes.sources.hashes import source_hash, undertaking_hash
from participants.accounts.emails import email_delegate, email_holders
from participants.email_links.links import create_link
from participants.models import Delegate, EmailLink, Grant, Organisation, User
from participants.permissions import EDITORS, acting_organisation, permissions_of
from roundtable.audit import log as audit
from roundtable.models import Event

PROPOSAL_PERIOD = timedelta(days=60)
EMAILS = "outcomes/commitments/emails"


# The desk proposes --------------------------------------------------------------------------


def obstacles(commitment: Commitment, by: User, at: datetime) -> list[str]:
    """Why the user cannot propose the commitment to its parties now; empty if nothing is wrong."""
    if not _may_propose(by, commitment.event, at):
        return [_("Only co-chairs and editors of this roundtable can propose a commitment.")]
    if commitment.state != CommitmentState.DRAFT:
        return [_("Only a draft can be proposed.")]
    if commitment.parties_told_at:
        return [
            _(
                "Two organisations compared this commitment with its source, and its parties are "
                "told. It becomes public as recorded from that source."
            )
        ]
    parties = list(_parties(commitment))
    if not parties:
        return [_("This commitment has no party. Add one first.")]
    return [text for party in parties if (text := _obstacle(party, by, at))]


def _obstacle(party: CommitmentParty, by: User, at: datetime) -> str:
    if party.organisation is None:
        return _(
            "“%s” is a group, and no one speaks for a group. Name the organisations that undertake "
            "this as parties."
        ) % (party)
    person = party.focal_point
    if person is None or not _speaks_for(party, person, at):
        return (
            _(
                "No one speaks for “%s” yet. Choose its focal point among the confirmed "
                "participants of that organisation."
            )
            % party
        )
    if works_at_desk(person, party.commitment.event, at) or person.user == by:
        return (
            _(
                "The focal point of “%s” works at the co-chairs' desk, which cannot accept for a "
                "party. Choose another focal point."
            )
            % party
        )
    if not has_address(person):
        return (
            _("The focal point of “%s” has no email address here. Choose another focal point.")
            % party
        )
    return ""


def _may_propose(user: User, event: Event, at: datetime) -> bool:
    rights = permissions_of(user, at.date())
    return rights is not None and rights.may_edit(event.pk)


def works_at_desk(person: Delegate, event: Event, at: datetime) -> bool:
    return person.user is not None and _may_propose(person.user, event, at)


def _speaks_for(party: CommitmentParty, person: Delegate, at: datetime) -> bool:
    event, on = party.commitment.event, timezone.localdate(at)
    return party.organisation is not None and may_be_focal_point(
        person, party.organisation, event, on
    )


@transaction.atomic
def propose(commitment: Commitment, *, shown_hash: str, by: User, at: datetime) -> None:
    """Emails each party a link. Raises ValidationError if that is not possible.

    `shown_hash` is the `undertaking_hash` of what the page showed.
    """
    row = _lock(commitment)
    if undertaking_hash(row) != shown_hash:
        raise ValidationError(
            _("The commitment changed after you opened this page. Read it again, then propose it.")
        )
    if problems := obstacles(row, by, at):
        raise ValidationError(problems)
    row.state, row.proposed_at = CommitmentState.PROPOSED, at
    row.save(update_fields=["state", "proposed_at"])
    for party in _parties(row):
        assert party.focal_point
        undertaking = Undertaking(
            party=party,
            delegate=party.focal_point,
            proposed_by=by,
            content_hash=shown_hash,
            created_at=at,
            expires_at=at + PROPOSAL_PERIOD,
        )
        undertaking.full_clean()
        undertaking.save()
        email_delegate(
            party.focal_point,
            dedup_key=f"proposed:{undertaking.pk}",
            template=f"{EMAILS}/proposed",
            context={
                "event": row.event,
                "url": link_url(undertaking),
                "day": timezone.localdate(undertaking.expires_at),
            },
            at=at,
        )
    _record("propose commitment", row, at, by, acting_organisation(by, row.event_id, at.date()))


@transaction.atomic
def take_back(commitment: Commitment, *, by: User, at: datetime) -> bool:
    """The links end, and it is a draft again. False if it is no longer a proposal."""
    row = _lock(commitment)
    if not row.is_proposed:
        return False
    make_draft(row, at=at)
    row.save()
    _record("take back proposal", row, at, by, acting_organisation(by, row.event_id, at.date()))
    return True


def proposed_for(undertaking: Undertaking) -> Organisation | None:
    """The organisation that the proposing person acts for."""
    user, event = undertaking.proposed_by, undertaking.party.commitment.event
    held = Grant.objects.awake().filter(user=user, event=event, role__in=EDITORS)
    grant = held.exclude(on_behalf_of=None).first() if user else None
    return grant.on_behalf_of if grant else None


# The party answers --------------------------------------------------------------------------


def link_url(undertaking: Undertaking) -> str:
    """Absolute URL to answer without signing in, for this person and this party only."""
    return create_link(
        EmailLink.Purpose.PROPOSAL,
        delegate=undertaking.delegate,
        target=undertaking,
        at=undertaking.created_at,
        lifetime=PROPOSAL_PERIOD,
    )


def undertaking_for_link(link: EmailLink, user: Any, at: datetime) -> Undertaking | None:
    """None if the link is not valid, for any reason; `user` is who is signed in, if anyone.

    After the answer, the link shows that answer until the 60 days are over.
    """
    rows = _undertakings().filter(pk=link.target_id or 0, delegate__user__is_active=True)
    row = rows.filter(delegate__user=link.user).first() if link.is_valid(at) else None
    if row is None:
        return None
    assert row.delegate
    # If the link is forwarded, no other account can use it.
    is_other = user.is_authenticated and user != row.delegate.user
    return row if not is_other and _is_shown(row, at) else None


def undertaking_asked(party: int, user: User, at: datetime) -> Undertaking | None:
    """What the latest link shows, for the person who is signed in."""
    rows = _undertakings().filter(party=party, delegate__user=user)
    row = rows.order_by("-created_at", "-pk").first()
    return row if row and _is_shown(row, at) else None


def open_undertakings(user: User, at: datetime) -> QuerySet[Undertaking]:
    rows = Undertaking.objects.filter(delegate__user=user, ended_at=None, answer="")
    return rows.filter(created_at__lte=at, expires_at__gt=at)


def undertakings_to_answer(user: User, at: datetime) -> list[Undertaking]:
    rows = _undertakings().filter(pk__in=open_undertakings(user, at).order_by().values("pk"))
    return [row for row in rows if may_answer(row, at)]


def _is_shown(row: Undertaking, at: datetime) -> bool:
    is_in_time = row.created_at <= at < row.expires_at
    return is_in_time and (bool(row.answer) or may_answer(row, at))


def may_answer(row: Undertaking, at: datetime) -> bool:
    """Whether it is open, in the same text, and its person still speaks for the party."""
    commitment, person = row.party.commitment, row.delegate
    return (
        commitment.is_proposed
        and row.ended_at is None
        and not row.answer
        and row.created_at <= at < row.expires_at
        and person is not None
        and row.party.focal_point_id == person.pk
        and bool(person.user and person.user.is_active and person.is_available)
        and person.user_id != row.proposed_by_id
        and _speaks_for(row.party, person, at)
        and not works_at_desk(person, commitment.event, at)
        and undertaking_hash(commitment) == row.content_hash
    )


@transaction.atomic
def accept(undertaking: Undertaking, *, shown_hash: str, at: datetime) -> bool:
    """Public at once when it is the last party. False if the text or the person changed."""
    row = _locked(undertaking, shown_hash, at)
    if row is None:
        return False
    row.answer, row.answered_at = Undertaking.Answer.ACCEPTED, at
    row.full_clean()
    row.save()
    commitment = row.party.commitment
    by, organisation = _answered_by(row)
    _record("accept commitment", commitment, at, by, organisation)
    if _all_accepted(commitment):
        commitment.basis, commitment.proposed_at = Basis.UNDERTAKEN, None
        _withdraw_disputes(commitment, at)
        publish(commitment, at=at)
        _tell_speakers(commitment, at)
    return True


@transaction.atomic
def decline(undertaking: Undertaking, *, shown_hash: str, note: str, at: datetime) -> bool:
    """It is a draft again. False if the text or the person changed."""
    row = _locked(undertaking, shown_hash, at)
    if row is None:
        return False
    row.answer, row.answered_at, row.note, row.ended_at = (
        Undertaking.Answer.DECLINED,
        at,
        note,
        at,
    )
    row.full_clean()
    row.save()
    commitment = row.party.commitment
    by, organisation = _answered_by(row)
    make_draft(commitment, at=at)
    commitment.save()
    _record("decline commitment", commitment, at, by, organisation)
    _tell_desk(commitment, row.pk, is_declined=True, at=at)
    return True


def end_old_proposals(*, at: datetime) -> int:
    """Proposals of 60 days ago are drafts again, and the desk is told. Returns their number."""
    old = Commitment.objects.filter(
        state=CommitmentState.PROPOSED, proposed_at__lte=at - PROPOSAL_PERIOD
    )
    return sum(_end_old(row, at) for row in old.order_by("pk"))


@transaction.atomic
def _end_old(commitment: Commitment, at: datetime) -> bool:
    row = _lock(commitment)
    if not row.is_proposed or row.proposed_at is None or row.proposed_at > at - PROPOSAL_PERIOD:
        return False
    first = current_undertakings(row).first()
    make_draft(row, at=at)
    row.save()
    _record("end proposal", row, at, None, "")
    _tell_desk(row, first.pk if first else 0, is_declined=False, at=at)
    return True


# Shared -------------------------------------------------------------------------------------


def current_undertakings(commitment: Commitment) -> QuerySet[Undertaking]:
    """Of each party that is asked now, or that undertook the public text."""
    rows = Undertaking.objects.current().filter(party__commitment=commitment)
    return rows.select_related("party__organisation", "party__group").order_by(
        "party__role", "party__pk"
    )


def _all_accepted(commitment: Commitment) -> bool:
    """Whether each party accepted exactly the present text. The caller locks the commitment."""
    present = undertaking_hash(commitment)
    accepted = {
        row.party_id
        for row in current_undertakings(commitment)
        if row.is_accepted and row.content_hash == present
    }
    parties = list(_parties(commitment))
    return bool(parties) and all(
        party.organisation_id and party.pk in accepted for party in parties
    )


def _parties(commitment: Commitment) -> QuerySet[CommitmentParty]:
    related = ("organisation", "group", "focal_point__user", "commitment__event")
    return commitment.parties.without_members().select_related(*related).order_by("role", "pk")


def _undertakings() -> QuerySet[Undertaking]:
    return Undertaking.objects.select_related(
        "delegate__user", "proposed_by", "party__commitment__event", "party__organisation"
    )


def _lock(commitment: Commitment) -> Commitment:
    rows = Commitment.objects.select_for_update(of=("self",)).select_related("event")
    return rows.get(pk=commitment.pk)


def _locked(undertaking: Undertaking, shown_hash: str, at: datetime) -> Undertaking | None:
    _lock(undertaking.party.commitment)
    row = _undertakings().filter(pk=undertaking.pk).first()
    return row if row and row.content_hash == shown_hash and may_answer(row, at) else None


def _answered_by(row: Undertaking) -> tuple[User | None, str]:
    assert row.delegate and row.party.organisation
    return row.delegate.user, row.party.organisation.slug


def _record(
    action: str, commitment: Commitment, at: datetime, by: User | None, organisation: str
) -> None:
    detail = commitment.reference
    audit.record(action=action, at=at, actor=by, organisation=organisation, detail=detail)


def _withdraw_disputes(commitment: Commitment, at: datetime) -> None:
    """Whoever undertakes a text recognises it. The page for disputes no longer lists it."""
    disputes = Dispute.objects.about_commitment(commitment)
    disputes.settle_former(source_hash(commitment), at)
    for dispute in disputes.open():
        tell_desk_of_withdrawal(dispute, at=at)
    disputes.withdraw(at)


def _tell_speakers(commitment: Commitment, at: datetime) -> None:
    rows: Iterable[Undertaking] = current_undertakings(commitment).select_related("delegate__user")
    for row in rows:
        if row.delegate and can_receive_mail(row.delegate):
            email_delegate(
                row.delegate,
                dedup_key=f"undertaken:{row.pk}",
                template=f"{EMAILS}/undertaken",
                context={"event": commitment.event, "commitment": commitment},
                at=at,
            )


def _tell_desk(commitment: Commitment, number: int, *, is_declined: bool, at: datetime) -> None:
    """Because a party declined, or else because the 60 days are over."""
    page = reverse("admin:outcomes_commitment_propose", args=[commitment.pk])
    grants = Grant.objects.active(at.date()).filter(event=commitment.event, role__in=EDITORS)
    email_holders(
        grants,
        dedup_key=f"proposal ended:{commitment.pk}:{number}",
        template=f"{EMAILS}/proposal_ended",
        context={
            "event": commitment.event,
            "reference": commitment.reference,
            "is_declined": is_declined,
            "url": f"{settings.PORTAL_URL}{page}",
        },
        at=at,
    )
