"""Erasing a person: what is deleted, what the public record keeps, and the ledger mark."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Count, Q
from django.db.models.deletion import ProtectedError, RestrictedError
from django.db.models.functions import Lower
from django.utils.crypto import get_random_string

from participants.accounts.addresses import delivery_address
from participants.decisions.kind import forget_reasons
from participants.models import (
    Audience,
    Delegate,
    Erasure,
    Grant,
    Invitation,
    InvitationRequest,
    Letter,
    Participation,
    User,
)
from participants.models.delegate import generate_handle
from participants.models.personal_data import shown_of
from participants.models.redirects import merged_delegates
from participants.privacy.erasure_ledger import (
    ErasureMark,
    account_identifier,
    compute_mark,
    record_marks,
)
from roundtable.audit import log as audit
from roundtable.mail.queue import cancel_emails_to, send_without_storing

# “A delegate of …” does not tell who it was only if others can be meant.
MIN_PEOPLE = 5
# The address of an account that an erasure closed ends with this.
ERASED_EMAIL_DOMAIN = "@example.invalid"


@transaction.atomic
def erase_delegate(
    delegate: Delegate, *, by: User | None, at: datetime, replayed_at: datetime | None = None
) -> None:
    """Erases a person and their account. Confirmed participations stay without a name.

    Those for an organisation with fewer than five people are deleted too.

    `by` is None if the portal itself erases. `replayed_at` is the time of a repeated erasure.
    Raises OSError, and erases nothing, if the ledger cannot be written.
    """
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    if not person.erased_at:
        user = person.user
        if user:
            user.lock()
        addresses = known_addresses(person, user)
        audit.record(
            action=_audit_action(replayed_at), at=replayed_at or at, actor=by, subject=person
        )
        handles = [person.handle, *person.handle_redirects.values_list("handle", flat=True)]
        own_identifiers = {(Erasure.Kind.HANDLE, handle) for handle in handles}
        if user:
            own_identifiers.add((Erasure.Kind.ACCOUNT, account_identifier(user)))
        _forget_in_log(merged_delegates(person))
        _forget_in_log(Participation.with_ended.filter(delegate=person))
        _leave_tombstone(person, at)
        if user:
            _delete_account(user, at)
        # Someone else, or the same person with another task, may sign in with one of them.
        unused = addresses - _sign_in_addresses_among(addresses)
        _delete_requests(addresses, at)
        cancel_emails_to(unused, queued_until=at)
        _record_marks(own_identifiers, unused, at)
    delegate.refresh_from_db()


@transaction.atomic
def erase_account(
    user: User, *, by: User | None, at: datetime, replayed_at: datetime | None = None
) -> None:
    """Like erase_delegate(), for an account without a profile."""
    user.lock()
    addresses = known_addresses(None, user)
    own_identifiers = {(Erasure.Kind.ACCOUNT, account_identifier(user))}
    audit.record(action=_audit_action(replayed_at), at=replayed_at or at, actor=by, subject=user)
    _delete_account(user, at)
    _delete_requests(addresses, at)
    cancel_emails_to(addresses, queued_until=at)
    _record_marks(own_identifiers, addresses, at)


@transaction.atomic
def erase_replaced_account(user: User, *, at: datetime) -> None:
    """An account, with its profile, whose owner has another one.

    It leaves no mark: in a restored backup, it may be the only one.
    """
    person = Delegate.objects.select_for_update().filter(user=user).first()
    user.lock()
    addresses = known_addresses(person, user)
    if person:
        _forget_in_log(merged_delegates(person))
        _forget_in_log([person, *Participation.with_ended.filter(delegate=person)])
        for party in person.focal_point_for.all():
            party.decline()
        delete_related_rows(person, except_models=())
        person.delete()
    _delete_account(user, at)
    cancel_emails_to(addresses - _sign_in_addresses_among(addresses), queued_until=at)


@transaction.atomic
def erase_own_data(user: User, *, at: datetime) -> None:
    email = delivery_address(user)
    delegate = Delegate.objects.filter(user=user).first()
    if delegate:
        erase_delegate(delegate, by=user, at=at)
    else:
        erase_account(user, by=user, at=at)
    send_without_storing(to=email, template="participants/privacy/emails/erased", context={})


def accounts_only_to_join(delegate: Delegate) -> list[User]:
    """What someone who did not join left behind: the link of an invitation makes an account."""
    users = User.objects.annotate(address=Lower("email")).order_by("pk")
    users = users.filter(address__in=known_addresses(delegate, None))
    return [user for user in users if exists_only_to_join(user, delegate)]


def exists_only_to_join(user: User, delegate: Delegate) -> bool:
    """Whether the account came with an invitation of this person and has no other purpose."""
    if user.is_superuser or user.grants.exists() or Delegate.objects.filter(user=user).exists():
        return False
    invitations = Invitation.objects.filter(delegate=delegate).order_by("invited_at")
    first = invitations.first()
    others = Invitation.objects.filter(
        delegate__user=None, email__iexact=user.email, answered_at=None, revoked_at=None
    )
    is_invited_elsewhere = others.exclude(delegate=delegate).exists()
    return bool(first and user.joined_at >= first.invited_at and not is_invited_elsewhere)


def is_identifiable(row: Delegate | User) -> bool:
    if isinstance(row, User):
        return not row.email.endswith(ERASED_EMAIL_DOMAIN)
    return not row.erased_at and bool(row.user_id or known_addresses(row, None))


@transaction.atomic
def erase_or_delete(row: Delegate | User, *, by: User | None, at: datetime) -> None:
    """Erases the person, and deletes the profile if no participation remains."""
    delegate = row if isinstance(row, Delegate) else Delegate.objects.filter(user=row).first()
    if delegate is None:
        assert isinstance(row, User)
        erase_account(row, by=by, at=at)
        return
    erase_delegate(delegate, by=by, at=at)
    if not delegate.participations.exists():
        delegate.delete()


def _audit_action(replayed_at: datetime | None) -> str:
    return "erase again" if replayed_at else "erase"


def known_addresses(delegate: Delegate | None, user: User | None) -> set[str]:
    """Email addresses that identify the person, in lower case."""
    # Contact channels are left out, because they do not identify anyone.
    found: set[str] = set()
    if delegate:
        found |= {delegate.invitation_email, *delegate.invitations.values_list("email", flat=True)}
    if user:
        verified = EmailAddress.objects.filter(user=user)
        found |= {user.email, *verified.values_list("email", flat=True)}
    return {address.strip().lower() for address in found} - {""}


def forget_letters(person: Delegate, **which: Any) -> None:
    """Their files name the person, wherever in them."""
    about = Q(participations__delegate=person) | Q(proposals__delegate=person)
    for letter in Letter.objects.filter(about, **which).distinct():
        letter.forget_file()


def _leave_tombstone(person: Delegate, at: datetime) -> None:
    forget_letters(person)
    for party in person.focal_point_for.all():
        party.decline()
    delete_related_rows(person, except_models={Participation})
    # Only confirmed participations that were not removed belong to the record of the roundtable.
    remaining = remaining_participations(person)
    Participation.with_ended.filter(delegate=person).exclude(
        pk__in=[row.pk for row in remaining]
    ).delete()
    person.participations.update(capacity="", letter=None, nomination="", suspension_reason="")
    forget_reasons(person.participations.all())
    person.write(
        handle=generate_handle(),
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
        hidden_at=None,
        new_address_agreed_at=None,
        erased_at=at,
    )


def remaining_participations(person: Delegate) -> list[Participation]:
    """What an erasure keeps, without the name."""
    rows = Participation.objects.confirmed_or_frozen()
    people = (
        rows.order_by().values("organisation").annotate(number=Count("delegate", distinct=True))
    )
    named = people.filter(number__gte=MIN_PEOPLE).values("organisation")
    kept = rows.filter(delegate=person, organisation__in=named)
    return list(kept.select_related("event", "organisation").order_by("pk"))


def delete_related_rows(
    row: Delegate | User, except_models: Collection[type[models.Model]]
) -> None:
    """Deletes the rows that cascade from a person or an account.

    Rows that outlast a person, such as what they accepted for a party, no longer name them.
    """
    # Follow the relations of the model, so that tables added later are included.
    for relation in row._meta.related_objects:
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{name: row})
        if relation.on_delete is models.CASCADE and relation.related_model not in except_models:
            rows.delete()
        elif relation.on_delete is models.SET_NULL and isinstance(row, Delegate):
            shown = shown_of(relation.related_model)
            texts = [text for each in shown if each.links == name for text in each.emptied.split()]
            rows.update(**{name: None}, **dict.fromkeys(texts, ""))


def _delete_account(user: User, at: datetime) -> None:
    _forget_in_log([user, *user.grants.all()])
    _delete_sessions(user)
    delete_related_rows(user, except_models={Grant})
    _end_grants(user, at)
    try:
        with transaction.atomic():
            user.delete()
    except (ProtectedError, RestrictedError):
        _anonymise_account(user, at)


def _anonymise_account(user: User, at: datetime) -> None:
    # Confirmations and approvals stay valid, but their author is no longer known.
    random_name = get_random_string(20, "abcdefghijklmnopqrstuvwxyz")
    user.write(
        email=random_name + ERASED_EMAIL_DOMAIN,
        password=make_password(None),
        is_active=False,
        is_superuser=False,
        last_login=None,
        joined_at=at,
    )


def _end_grants(user: User, at: datetime) -> None:
    user.grants.update(reason="", suspension_reason="")  # they say who the person is
    forget_reasons(user.grants.all())
    yesterday = at.date() - timedelta(days=1)
    user.grants.filter(valid_from__gt=yesterday).delete()
    user.grants.filter(Q(valid_until=None) | Q(valid_until__gt=yesterday)).update(
        valid_until=yesterday
    )


def _delete_sessions(user: User) -> None:
    # Include sessions that allauth does not list, such as a sign-in that waits for its code.
    addresses = known_addresses(None, user)
    for session in Session.objects.iterator():
        content = session.get_decoded()
        is_own = content.get(SESSION_KEY) == str(user.pk)
        if is_own or addresses.intersection(_iterate_texts(content)):
            session.delete()


def _iterate_texts(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _iterate_texts(item)
    else:
        yield str(value).lower()


def _sign_in_addresses_among(addresses: set[str]) -> set[str]:
    own = User.objects.annotate(address=Lower("email")).filter(address__in=addresses)
    others = EmailAddress.objects.annotate(address=Lower("email")).filter(address__in=addresses)
    return {*own.values_list("address", flat=True), *others.values_list("address", flat=True)}


def _delete_requests(addresses: set[str], at: datetime) -> None:
    requests = InvitationRequest.objects.annotate(address=Lower("email"))
    requests.filter(address__in=addresses, requested_at__lte=at).delete()


def _record_marks(
    identifiers: set[tuple[Erasure.Kind, str]], addresses: set[str], at: datetime
) -> None:
    values = identifiers | {(Erasure.Kind.ADDRESS, address) for address in addresses}
    record_marks(
        ErasureMark(kind, compute_mark(kind, value), at.astimezone(UTC)) for kind, value in values
    )


def _forget_in_log(rows: Iterable[models.Model]) -> None:
    for row in rows:
        audit.forget_subject(row)
