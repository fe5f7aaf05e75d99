"""Erasing a person: what goes, what the public record keeps, and the mark that stays."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q
from django.db.models.deletion import ProtectedError, RestrictedError
from django.db.models.functions import Lower
from django.utils.crypto import get_random_string

from participants.accounts.addresses import mailbox_of
from participants.models import (
    Audience,
    Delegate,
    Erasure,
    Grant,
    InvitationRequest,
    Participation,
    User,
)
from participants.models.delegate import new_handle
from participants.models.redirects import selves
from participants.privacy.erasure_ledger import Mark, account_of, keep, mark_of
from roundtable.audit import log as audit
from roundtable.mail.queue import Letter, post

NOWHERE = "@example.invalid"  # in the address of an account that was closed by an erasure


@transaction.atomic
def erase(
    delegate: Delegate, *, by: User | None, at: datetime, again_at: datetime | None = None
) -> None:
    """Removes a person and their account, and leaves "a delegate of …" where one took part.

    Nobody can undo it. `by` is None where the portal itself does it; `again_at` is when an erasure
    of before is repeated. Raises OSError, and erases nothing, where the ledger cannot be written.
    """
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    if not person.erased_at:
        user, addresses = person.user, addresses_of(person, person.user)
        audit.record(act=_act(again_at), at=again_at or at, actor=by, subject=person)
        handles = [person.handle, *person.former_handles.values_list("handle", flat=True)]
        own = {(Erasure.Kind.HANDLE, handle) for handle in handles}
        if user:
            own.add((Erasure.Kind.ACCOUNT, account_of(user)))
        _forget_in_log([*selves(person), *person.participations.all()])
        _leave_tombstone(person, at)
        if user:
            _remove_account(user, at)
        _remove_letters_and_requests(addresses, at)
        _keep_marks(own, addresses, at)
    delegate.refresh_from_db()


@transaction.atomic
def erase_account(
    user: User, *, by: User | None, at: datetime, again_at: datetime | None = None
) -> None:
    """Removes an account that has no profile; as `erase` in all else."""
    addresses = addresses_of(None, user)
    own = {(Erasure.Kind.ACCOUNT, account_of(user))}
    audit.record(act=_act(again_at), at=again_at or at, actor=by, subject=user)
    _remove_account(user, at)
    _remove_letters_and_requests(addresses, at)
    _keep_marks(own, addresses, at)


@transaction.atomic
def erase_oneself(user: User, *, at: datetime) -> None:
    """A person's own wish: as `erase`, with or without a profile, and one last letter says so."""
    email, number = mailbox_of(user), user.pk
    delegate = Delegate.objects.filter(user=user).first()
    if delegate:
        erase(delegate, by=user, at=at)
    else:
        erase_account(user, by=user, at=at)
    post(cause=f"erased:{number}", to=email, template="participants/mail/erased", context={}, at=at)


def is_known(row: Delegate | User) -> bool:
    """Whether the portal knows this person by an account or an address, and so can again."""
    if isinstance(row, User):
        return not row.email.endswith(NOWHERE)
    return not row.erased_at and bool(row.user_id or addresses_of(row, None))


@transaction.atomic
def remove(row: Delegate | User, *, by: User, at: datetime) -> None:
    """What to delete such a person means: as `erase`, and no more stays than the record needs."""
    delegate = row if isinstance(row, Delegate) else Delegate.objects.filter(user=row).first()
    if delegate is None:
        assert isinstance(row, User)
        erase_account(row, by=by, at=at)
        return
    erase(delegate, by=by, at=at)
    if not delegate.participations.exists():
        delegate.delete()


def _act(again_at: datetime | None) -> str:
    return "erase again" if again_at else "erase"


def addresses_of(delegate: Delegate | None, user: User | None) -> set[str]:
    """Every address that the portal knows the person by, in small letters.

    Contact channels are not among them: nobody is recognised by those.
    """
    found: set[str] = set()
    if delegate:
        found |= {delegate.invitation_email, *delegate.invitations.values_list("email", flat=True)}
    if user:
        verified = EmailAddress.objects.filter(user=user)
        found |= {user.email, *verified.values_list("email", flat=True)}
    return {address.strip().lower() for address in found} - {""}


def _leave_tombstone(person: Delegate, at: datetime) -> None:
    for party in person.focal_point_for.all():
        party.decline()
    remove_rows_of(person, keeping={Participation})
    # Only what a co-chair confirmed belongs to the record of the roundtable.
    person.participations.filter(confirmed_at=None).delete()
    person.participations.update(capacity="")
    # Not by full_clean(), which wants a name.
    Delegate.objects.filter(pk=person.pk).update(
        handle=new_handle(),
        name="",
        name_latin="",
        post="",
        about="",
        invitation_email="",
        user=None,
        listed_to=Audience.ONLY_ME,
        is_protected=False,
        consented_at=None,
        reviewed_on=None,
        paused_at=None,
        link_round=0,
        erased_at=at,
    )


def remove_rows_of(row: Delegate | User, keeping: Collection[type[models.Model]]) -> None:
    """Removes whatever hangs on a person or an account, save the rows of these models."""
    # By the models' own word, so that a table that is added later is emptied too.
    for relation in row._meta.related_objects:
        if relation.on_delete is models.CASCADE and relation.related_model not in keeping:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: row})
            rows.delete()


def _remove_account(user: User, at: datetime) -> None:
    _forget_in_log([user, *user.grants.all()])
    _end_sessions(user)
    remove_rows_of(user, keeping={Grant})
    _end_grants(user, at)
    try:
        with transaction.atomic():
            user.delete()
    except (ProtectedError, RestrictedError):
        _close(user, at)


def _close(user: User, at: datetime) -> None:
    # What this person confirmed or approved stays so; by whom is not known any more.
    stranger = get_random_string(20, "abcdefghijklmnopqrstuvwxyz")
    user.email = stranger + NOWHERE
    user.is_active = user.is_superuser = False
    user.last_login, user.joined_at = None, at
    user.set_unusable_password()
    user.full_clean()
    user.save()


def _end_grants(user: User, at: datetime) -> None:
    yesterday = at.date() - timedelta(days=1)
    user.grants.filter(valid_from__gt=yesterday).delete()
    user.grants.filter(Q(valid_until=None) | Q(valid_until__gt=yesterday)).update(
        valid_until=yesterday
    )


def _end_sessions(user: User) -> None:
    # Also those that allauth does not list, such as a sign-in that waits for its code.
    addresses = addresses_of(None, user)
    for session in Session.objects.iterator():
        content = session.get_decoded()
        is_own = content.get(SESSION_KEY) == str(user.pk)
        if is_own or addresses.intersection(_texts_in(content)):
            session.delete()


def _texts_in(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts_in(item)
    else:
        yield str(value).lower()


def _remove_letters_and_requests(addresses: set[str], at: datetime) -> None:
    requests = InvitationRequest.objects.annotate(address=Lower("email"))
    requests.filter(address__in=addresses, asked_at__lte=at).delete()
    # The cause stays, so that no letter is written a second time.
    letters = Letter.objects.annotate(address=Lower("recipient"))
    letters.filter(address__in=addresses, queued_at__lte=at).update(
        recipient="", subject="", text="", html="", unsubscribe_url=""
    )


def _keep_marks(own: set[tuple[Erasure.Kind, str]], addresses: set[str], at: datetime) -> None:
    values = own | {(Erasure.Kind.ADDRESS, address) for address in addresses}
    keep(Mark(kind, mark_of(kind, value), at.astimezone(UTC)) for kind, value in values)


def _forget_in_log(rows: Iterable[models.Model]) -> None:
    for row in rows:
        audit.forget(row)
