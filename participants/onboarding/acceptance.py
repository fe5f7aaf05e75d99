"""What people answer to an invitation: it is me, it is not me, forget me."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from participants.models import (
    Consent,
    ConsentNotice,
    Delegate,
    Invitation,
    Participation,
    User,
)
from participants.onboarding.invitations import open_invitations
from participants.privacy.consent import give_consent
from participants.privacy.erasure import erase_account, erase_delegate
from roundtable.audit import log as audit


@transaction.atomic
def accept_invitation(
    *, invitation: Invitation, user: User, notice: ConsentNotice, at: datetime
) -> Delegate | None:
    """The person agrees and has the profile from now on; None where it was answered meanwhile."""
    person = _lock_open_invitation(invitation)
    if person is None:
        return None
    person.user = user
    person.full_clean()
    person.save()
    _clear_own_confirmations(person.participations.all(), user)
    give_consent(person, notice=notice, by=Consent.By.OWNER, at=at)
    _record_answer(invitation, Invitation.Answer.ACCEPTED, at)
    audit.record(
        action="accept invitation", at=at, actor=user, subject=person, detail=invitation.event.code
    )
    return person


@transaction.atomic
def merge_invitation(*, invitation: Invitation, target: Delegate, at: datetime) -> Delegate | None:
    """Moves what the invited record brings into the profile that the person has already.

    Nothing in the person's own words is replaced. None where it was answered meanwhile. Raises
    ValidationError where one of them is made up and the other is not.
    """
    duplicate = _lock_open_invitation(invitation)
    if duplicate is None:
        return None
    locked_target = Delegate.objects.select_for_update().get(pk=target.pk)
    if locked_target.is_demonstration != duplicate.is_demonstration:
        raise ValidationError(
            _("Made-up and real roundtables need two accounts. Ask the co-chairs.")
        )
    assert locked_target.user is not None
    _clear_own_confirmations(duplicate.participations.all(), locked_target.user)
    _move_participations(duplicate, locked_target)
    _move_affiliations(duplicate, locked_target)
    duplicate.focal_point_for.update(focal_point=locked_target)
    _record_answer(invitation, Invitation.Answer.ACCEPTED, at)
    # One may be open for each roundtable of a person.
    duplicate.invitations.filter(answered_at=None, revoked_at=None).update(revoked_at=at)
    duplicate.invitations.update(delegate=locked_target)
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
    """Not the invited person: the address is forgotten; false where it was answered meanwhile."""
    person = _lock_open_invitation(invitation)
    if person is None:
        return False
    address, person.invitation_email = person.invitation_email, ""
    person.full_clean()
    person.save()
    _record_answer(invitation, Invitation.Answer.NOT_ME, at)
    person.invitations.filter(answered_at=None, revoked_at=None).update(revoked_at=at)
    # It is a stranger's. Not by full_clean(), which wants an address.
    person.invitations.filter(email__iexact=address).update(email="")
    audit.record(action="not me", at=at, actor=by, subject=person, detail=invitation.event.code)
    account = User.objects.filter(email__iexact=address).first()
    if account and exists_only_for_invitation(account, invitation):
        audit.forget_subject(account)
        account.delete()
    return True


@transaction.atomic
def erase_invited_person(*, invitation: Invitation, user: User, at: datetime) -> bool:
    """Erases the invited person, and the account if it was made for this; false where too late."""
    person = _lock_open_invitation(invitation)
    if person is None:
        return False
    _record_answer(invitation, Invitation.Answer.ERASED, at)
    is_removable = exists_only_for_invitation(user, invitation)
    erase_delegate(person, by=user, at=at)
    if is_removable:
        erase_account(user, by=user, at=at)
    return True


def exists_only_for_invitation(user: User, invitation: Invitation) -> bool:
    """Whether the account was made by invitations, and serves nothing else."""
    if user.is_superuser or user.grants.exists() or Delegate.objects.filter(user=user).exists():
        return False
    first = (
        Invitation.objects.filter(delegate=invitation.delegate_id).order_by("invited_at").first()
    )
    others = open_invitations().filter(email__iexact=user.email)
    is_invited_elsewhere = others.exclude(delegate=invitation.delegate_id).exists()
    return bool(first and user.joined_at >= first.invited_at and not is_invited_elsewhere)


def _lock_open_invitation(invitation: Invitation) -> Delegate | None:
    """The invited record, held until the end of the transaction; None where it was answered."""
    Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if not open_invitations().filter(pk=invitation.pk).exists():
        return None
    return Delegate.objects.select_for_update().get(pk=invitation.delegate_id)


def _record_answer(invitation: Invitation, answer: Invitation.Answer, at: datetime) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(answer=answer, answered_at=at)


def _clear_own_confirmations(participations: QuerySet[Participation], user: User) -> None:
    # Nobody confirms their own part; whose it is was not known then.
    participations.filter(confirmed_by=user).update(confirmed_by=None, confirmed_at=None)


def _move_participations(duplicate: Delegate, target: Delegate) -> None:
    existing_by_event = {row.event_id: row for row in target.participations.all()}
    for row in duplicate.participations.all():
        existing = existing_by_event.get(row.event_id)
        if existing and (existing.confirmed_at or not row.confirmed_at):
            continue
        if existing:
            audit.forget_subject(existing)
            existing.delete()
        row.delegate = target
        row.full_clean()
        row.save()


def _move_affiliations(duplicate: Delegate, target: Delegate) -> None:
    # Past and present work decides whom others leave out, so none of it is lost.
    known = set(target.affiliations.values_list("organisation_id", flat=True))
    for row in duplicate.affiliations.exclude(organisation__in=known):
        row.delegate = target
        row.full_clean()
        row.save()
