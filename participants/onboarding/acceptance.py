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
from participants.privacy.consent import give
from participants.privacy.erasure import erase, erase_account
from roundtable.audit import log as audit


@transaction.atomic
def accept(
    *, invitation: Invitation, user: User, notice: ConsentNotice, at: datetime
) -> Delegate | None:
    """The person agrees and has the profile from now on; None where it was answered meanwhile."""
    person = _still_open(invitation)
    if person is None:
        return None
    person.user = user
    person.full_clean()
    person.save()
    _take_back_own_word(person.participations.all(), user)
    give(person, notice=notice, by=Consent.By.OWNER, at=at)
    _answer(invitation, Invitation.Answer.AGREED, at)
    audit.record(
        act="accept invitation", at=at, actor=user, subject=person, detail=invitation.event.code
    )
    return person


@transaction.atomic
def merge(*, invitation: Invitation, into: Delegate, at: datetime) -> Delegate | None:
    """Moves what the invited record brings into the profile that the person has already.

    Nothing in the person's own words is replaced. None where it was answered meanwhile. Raises
    ValidationError where one of them is made up and the other is not.
    """
    double = _still_open(invitation)
    if double is None:
        return None
    own = Delegate.objects.select_for_update().get(pk=into.pk)
    if own.is_demonstration != double.is_demonstration:
        raise ValidationError(
            _("Made-up and real roundtables need two accounts. Ask the co-chairs.")
        )
    assert own.user is not None
    _take_back_own_word(double.participations.all(), own.user)
    _move_participations(double, own)
    _move_work(double, own)
    double.focal_point_for.update(focal_point=own)
    _answer(invitation, Invitation.Answer.AGREED, at)
    # One may be open for each roundtable of a person.
    double.invitations.filter(answered_at=None, revoked_at=None).update(revoked_at=at)
    double.invitations.update(delegate=own)
    audit.record(
        act="accept invitation", at=at, actor=own.user, subject=own, detail=invitation.event.code
    )
    for row in (double, *double.participations.all()):
        audit.forget(row)
    double.delete()
    return own


@transaction.atomic
def refuse(*, invitation: Invitation, by: User | None, at: datetime) -> bool:
    """Not the invited person: the address is forgotten; false where it was answered meanwhile."""
    person = _still_open(invitation)
    if person is None:
        return False
    address, person.invitation_email = person.invitation_email, ""
    person.full_clean()
    person.save()
    _answer(invitation, Invitation.Answer.NOT_ME, at)
    person.invitations.filter(answered_at=None, revoked_at=None).update(revoked_at=at)
    # It is a stranger's. Not by full_clean(), which wants an address.
    person.invitations.filter(email__iexact=address).update(email="")
    audit.record(act="not me", at=at, actor=by, subject=person, detail=invitation.event.code)
    account = User.objects.filter(email__iexact=address).first()
    if account and is_only_for(account, invitation):
        audit.forget(account)
        account.delete()
    return True


@transaction.atomic
def forget(*, invitation: Invitation, user: User, at: datetime) -> bool:
    """Erases the invited person, and the account if it was made for this; false where too late."""
    person = _still_open(invitation)
    if person is None:
        return False
    _answer(invitation, Invitation.Answer.ERASED, at)
    may_go = is_only_for(user, invitation)
    erase(person, by=user, at=at)
    if may_go:
        erase_account(user, by=user, at=at)
    return True


def is_only_for(user: User, invitation: Invitation) -> bool:
    """Whether the account was made by invitations, and serves nothing else."""
    if user.is_superuser or user.grants.exists() or Delegate.objects.filter(user=user).exists():
        return False
    first = (
        Invitation.objects.filter(delegate=invitation.delegate_id).order_by("invited_at").first()
    )
    others = open_invitations().filter(email__iexact=user.email)
    is_wanted = others.exclude(delegate=invitation.delegate_id).exists()
    return bool(first and user.joined_at >= first.invited_at and not is_wanted)


def _still_open(invitation: Invitation) -> Delegate | None:
    """The invited record, held until the end of the transaction; None where it was answered."""
    Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if not open_invitations().filter(pk=invitation.pk).exists():
        return None
    return Delegate.objects.select_for_update().get(pk=invitation.delegate_id)


def _answer(invitation: Invitation, answer: Invitation.Answer, at: datetime) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(answer=answer, answered_at=at)


def _take_back_own_word(participations: QuerySet[Participation], user: User) -> None:
    # Nobody confirms their own part; whose it is was not known then.
    participations.filter(confirmed_by=user).update(confirmed_by=None, confirmed_at=None)


def _move_participations(double: Delegate, own: Delegate) -> None:
    kept = {row.event_id: row for row in own.participations.all()}
    for row in double.participations.all():
        mine = kept.get(row.event_id)
        if mine and (mine.confirmed_at or not row.confirmed_at):
            continue
        if mine:
            audit.forget(mine)
            mine.delete()
        row.delegate = own
        row.full_clean()
        row.save()


def _move_work(double: Delegate, own: Delegate) -> None:
    # Past and present work decides whom others leave out, so none of it is lost.
    known = set(own.affiliations.values_list("organisation_id", flat=True))
    for row in double.affiliations.exclude(organisation__in=known):
        row.delegate = own
        row.full_clean()
        row.save()
