"""Answers to an invitation: accept, decline or erase."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from participants.accounts.emails import email_account_made
from participants.models import Consent, ConsentNotice, Delegate, Invitation, User
from participants.models.delegate import generate_handle
from participants.onboarding.invitations import valid_invitations
from participants.participation.confirmation import (
    keep_confirmations,
    valid_confirmations,
    void_confirmations,
    withdraw_own_confirmations,
)
from participants.privacy.consent import give_consent
from participants.privacy.erasure import erase_account, erase_delegate, exists_only_to_join
from participants.proposals.lifecycle import propose_participations_of, propose_workplace
from roundtable.audit import log as audit
from roundtable.models import Event


@transaction.atomic
def accept_invitation(
    *, invitation: Invitation, user: User, notice: ConsentNotice | None, at: datetime
) -> Delegate | None:
    """Links the invited profile to the account. Returns None if it was already answered.

    Without a notice, the person shares nothing yet, and agrees before the first thing is shared.
    """
    person = lock_open_invitation(invitation, at)
    if person is None:
        return None
    withdraw_own_confirmations(person, user)
    valid = valid_confirmations(person)
    person.write(user=user)
    keep_confirmations(person, valid)
    if notice:
        give_consent(person, notice=notice, by=Consent.By.OWNER, at=at)
    _record_answer(invitation, Invitation.Answer.ACCEPTED, at)
    audit.record(
        action="accept invitation", at=at, actor=user, subject=person, detail=invitation.event.code
    )
    email_account_made(user, at)
    return person


@transaction.atomic
def merge_invitation(*, invitation: Invitation, target: Delegate, at: datetime) -> Delegate | None:
    """Moves the invited record into the person's existing profile.

    What the person wrote is not replaced. Returns None if the invitation was already answered.
    Raises ValidationError if only one of the two profiles is made up.
    """
    duplicate = lock_open_invitation(invitation, at)
    if duplicate is None:
        return None
    locked_target = Delegate.objects.select_for_update().get(pk=target.pk)
    if locked_target.is_demonstration != duplicate.is_demonstration:
        raise ValidationError(
            _("You need two accounts for made-up and real roundtables. Ask the co-chairs.")
        )
    assert locked_target.user is not None
    withdraw_own_confirmations(duplicate, locked_target.user)
    valid = [*valid_confirmations(duplicate), *valid_confirmations(locked_target)]
    own_events = list(locked_target.participations.values_list("event", flat=True))
    _move_participation(duplicate, locked_target, invitation.event, at)
    keep_confirmations(locked_target, valid)
    # The page of the invitation named no other roundtable.
    propose_participations_of(duplicate, locked_target, by=invitation.invited_by, at=at)
    _propose_affiliations(duplicate, locked_target, invitation.invited_by, at)
    duplicate.focal_point_for.update(focal_point=locked_target)
    _record_answer(invitation, Invitation.Answer.ACCEPTED, at)
    # A person can have one open invitation per roundtable.
    duplicate.invitations.filter(answered_at=None, revoked_at=None).update(revoked_at=at)
    # Whoever invites a double of someone who takes part has not brought that person in: if they are
    # protected, the inviter still does not see them. These invitations are deleted with the double.
    duplicate.invitations.exclude(event__in=own_events).update(delegate=locked_target)
    audit.record(
        action="accept invitation",
        at=at,
        actor=locked_target.user,
        subject=locked_target,
        detail=invitation.event.code,
    )
    for row in (duplicate, *duplicate.participations.all()):
        audit.forget_subject(row)
    duplicate.delete()
    return locked_target


@transaction.atomic
def decline_invitation(*, invitation: Invitation, by: User | None, at: datetime) -> bool:
    """Removes the address from the record. Returns False if it was already answered."""
    person = lock_open_invitation(invitation, at)
    if person is None:
        return False
    address = person.invitation_email
    account = User.objects.select_for_update().filter(email__iexact=address).first()
    # The next person to have the record is another one.
    person.write(invitation_email="", handle=generate_handle())
    void_confirmations(person)
    _record_answer(invitation, Invitation.Answer.NOT_ME, at)
    person.invitations.filter(answered_at=None, revoked_at=None).update(revoked_at=at)
    # The address belongs to a stranger. Skip full_clean(), which requires an address.
    person.invitations.filter(email__iexact=address).update(email="")
    audit.record(action="not me", at=at, actor=by, subject=person, detail=invitation.event.code)
    if account and exists_only_to_join(account, person):
        audit.forget_subject(account)
        account.delete()
    return True


@transaction.atomic
def erase_invited_person(*, invitation: Invitation, user: User | None, at: datetime) -> bool:
    """Erases the person, and the account if it exists only for this invitation.

    Without a user, whoever opened the link erases. Returns False if the invitation was already
    answered.
    """
    person = lock_open_invitation(invitation, at)
    if person is None:
        return False
    account = user or User.objects.filter(email__iexact=person.invitation_email).first()
    if account:
        account.lock()
    _record_answer(invitation, Invitation.Answer.ERASED, at)
    is_removable = account is not None and exists_only_to_join(account, person)
    erase_delegate(person, by=user, at=at)
    if account and is_removable:
        erase_account(account, by=user, at=at)
    return True


def lock_open_invitation(invitation: Invitation, at: datetime) -> Delegate | None:
    # As where someone is invited again: first the person, then the invitation.
    Delegate.lock_all([invitation.delegate_id])
    Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if not valid_invitations(at).filter(pk=invitation.pk).exists():
        return None
    return Delegate.objects.select_for_update().get(pk=invitation.delegate_id)


def _record_answer(invitation: Invitation, answer: Invitation.Answer, at: datetime) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(answer=answer, answered_at=at)


def _move_participation(duplicate: Delegate, target: Delegate, event: Event, at: datetime) -> None:
    """The one that the invitation is for."""
    row = duplicate.participations.get(event=event)
    existing = target.participations.filter(event=event).first()
    if existing and not row.took_effect_at:
        return
    if existing and existing.confirmed_at:
        # Exceptions match both organisations, but a person takes part once.
        if existing.organisation_id == row.organisation_id:
            return
        row.ended_at = at
    elif existing:
        # The desk names the person as before.
        row.entered_by = existing.entered_by
        row.is_protected_from_desk |= existing.is_protected_from_desk
        audit.forget_subject(existing)
        existing.delete()
    row.delegate = target
    row.full_clean()
    row.save()


def _propose_affiliations(
    duplicate: Delegate, target: Delegate, by: User | None, at: datetime
) -> None:
    known = set(target.affiliations.values_list("organisation_id", flat=True))
    for row in duplicate.affiliations.exclude(organisation__in=known):
        propose_workplace(
            target,
            affiliation=None,
            organisation=row.organisation,
            post=row.post,
            since=row.since,
            until=row.until,
            by=by,
            at=at,
        )
