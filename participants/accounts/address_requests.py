"""A new address that two people requested for someone: its owner stops it, or it takes effect.

Who may request it and agree is in participants.participation.address_requests.
"""

from datetime import datetime, timedelta

from django.db import transaction

from participants.accounts.addresses import is_email_taken, set_sign_in_address
from participants.accounts.emails import email_account
from participants.accounts.sessions import end_sessions
from participants.models import AddressRequest, Delegate, User
from roundtable.audit import log as audit
from roundtable.mail.queue import enqueue

# So long, the profile is hidden, and the owner can stop it.
WAITING_PERIOD = timedelta(days=7)
RELATED = ("user", "participation__delegate", "participation__event", "participation__organisation")


def open_address_request(user: User) -> AddressRequest | None:
    return AddressRequest.objects.filter(user=user, closed_at=None).select_related(*RELATED).first()


def lock_address_request(request: AddressRequest) -> AddressRequest | None:
    """The open request as it is stored, with the person and the account locked; else None."""
    people = AddressRequest.objects.filter(pk=request.pk).values_list("participation__delegate")
    Delegate.lock_all(number for (number,) in people)
    User.lock_all([request.user_id])
    rows = AddressRequest.objects.select_for_update(of=("self",)).select_related(*RELATED)
    return rows.filter(pk=request.pk, closed_at=None).first()


@transaction.atomic
def stop_address_request(request: AddressRequest, *, by: User, at: datetime) -> bool:
    """The owner, or anyone who could agree, stops it. Returns False if it is closed."""
    row = lock_address_request(request)
    if row is None:
        return False
    _close(row, AddressRequest.Outcome.STOPPED, at)
    audit.record(action="stop new address", at=at, actor=by, subject=row.delegate)
    tell_owner(row, "address_stopped", at)
    return True


@transaction.atomic
def stop_after_sign_in(user: User, *, at: datetime) -> bool:
    """A person who can sign in has not lost the mailbox."""
    request = open_address_request(user)
    return request is not None and stop_address_request(request, by=user, at=at)


def put_addresses_in_place(*, at: datetime) -> int:
    """Changes each address whose owner did not stop it in time; returns how many."""
    due = AddressRequest.objects.filter(closed_at=None, agreed_at__lte=at - WAITING_PERIOD)
    return sum(_put_in_place(row, at) for row in due.order_by("agreed_at", "pk"))


@transaction.atomic
def _put_in_place(request: AddressRequest, at: datetime) -> bool:
    row = lock_address_request(request)
    if row is None or row.agreed_at is None or row.agreed_at > at - WAITING_PERIOD:
        return False
    person, user, address = row.delegate, row.user, row.email.lower()
    is_possible = (
        person.user_id == user.pk
        and user.is_active
        and not is_email_taken(address, user)
        # Nothing was suspended since two agreed.
        and row.participation.confirmed_at is not None
        and row.confirmations.count() > 1
    )
    _close(row, AddressRequest.Outcome.DONE if is_possible else AddressRequest.Outcome.STOPPED, at)
    if not is_possible:
        audit.record(action="stop new address", at=at, subject=person)
        tell_owner(row, "address_stopped", at)
        return False
    former = user.email
    set_sign_in_address(user, address)
    # Co-chairs read that field, and how the person signs in is private.
    person.write(invitation_email="")
    # The second factor stays: who lost that too needs a reset, with its own rules.
    end_sessions(user)
    audit.record(action="new address", at=at, subject=person)
    tell_owner(row, "address_changed", at)
    enqueue(
        dedup_key=f"address_changed:{row.pk}:former",
        to=former,
        template="participants/accounts/emails/address_changed",
        context={},
        at=at,
    )
    return True


def _close(row: AddressRequest, outcome: AddressRequest.Outcome, at: datetime) -> None:
    row.closed_at, row.outcome, row.email = at, outcome, ""
    row.full_clean()
    row.save()
    row.delegate.write(new_address_agreed_at=None)


def tell_owner(row: AddressRequest, template: str, at: datetime) -> None:
    """To every address that the owner has not removed, without the new one."""
    email_account(
        row.user,
        dedup_key=f"{template}:{row.pk}",
        template=f"participants/accounts/emails/{template}",
        context={"day": (row.agreed_at or at) + WAITING_PERIOD},
        at=at,
    )
