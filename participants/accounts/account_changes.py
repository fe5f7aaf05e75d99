"""A new address or no second factor, by a command on the server, for someone who lost the own one.

It waits for seven days. Then the person gets an account of their own without details, messages and
rights, so a person who deceived us learns nothing. The former one is kept for 30 days: a factor of
before brings it back. Who gives the code for a new address is in
participants.participation.account_changes.
"""

import json
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from participants.accounts.addresses import (
    find_account,
    is_email_taken,
    placeholder_address,
    set_sign_in_address,
    sign_in_addresses,
)
from participants.accounts.codes import is_code
from participants.accounts.emails import email_account
from participants.accounts.grants import end_rights, return_rights
from participants.accounts.second_factor import has_second_factor
from participants.accounts.sessions import end_sessions
from participants.models import (
    AccountChange,
    Affiliation,
    Delegate,
    EmailLink,
    Invitation,
    Participation,
    ProviderIdentity,
    User,
)
from roundtable.audit import log as audit
from roundtable.encryption import decrypt, encrypt
from roundtable.mail.queue import cancel_emails_to

Former = dict[str, list[date | datetime | None]]
Kind, Outcome = AccountChange.Kind, AccountChange.Outcome
# So long, the profile is hidden, and the owner can stop the change.
WAITING_PERIOD = timedelta(days=7)
# So long, someone at the desk can fetch the code for a new address.
CODE_PERIOD = timedelta(days=14)
# So long, a factor of before brings the former account back.
UNDO_PERIOD = timedelta(days=30)


def find_owner(person: str) -> User | None:
    """The account with this address, or of the person whose page has this handle."""
    delegate = Delegate.objects.filter(handle=person).select_related("user").first()
    return delegate.user if delegate else find_account(person)


def open_changes() -> QuerySet[AccountChange]:
    return AccountChange.objects.filter(closed_at=None).select_related("user", "account")


def freezing_change(user: User) -> AccountChange | None:
    """While there is one, an email alone does not sign in to the account."""
    return open_changes().filter(user=user, waits_from__isnull=False).first()


def undoable_change(account: User) -> AccountChange | None:
    """The one that made this account, if a factor of the former one can undo it."""
    return open_changes().filter(account=account, kind=Kind.FACTOR).first()


def find_former_account(address: str) -> User | None:
    """An account that a change closed, which a factor of before can open."""
    rows = EmailAddress.objects.filter(email__iexact=address.strip(), verified=True)
    changes = open_changes().filter(made_at__isnull=False, user__in=rows.values("user"))
    change = changes.first()
    return change.user if change else None


def _lock_accounts(*accounts: int | None) -> None:
    Delegate.lock_all(Delegate.objects.filter(user__in=accounts).values_list("pk", flat=True))
    User.lock_all(pk for pk in accounts if pk)


def _lock(change: AccountChange) -> AccountChange | None:
    """The open change as it is stored, with its people and accounts locked; else None."""
    _lock_accounts(change.user_id, change.account_id)
    rows = AccountChange.objects.select_for_update(of=("self",)).select_related("user", "account")
    return rows.filter(pk=change.pk, closed_at=None).first()


def _person_of(user: User) -> Delegate | None:
    return Delegate.objects.filter(user=user).first()


def _store(row: AccountChange) -> None:
    row.full_clean()
    row.save()


# The request and the wait ------------------------------------------------------------------


@transaction.atomic
def request_change(
    user: User,
    kind: AccountChange.Kind,
    *,
    email: str = "",
    reason: str,
    evidence: str,
    at: datetime,
) -> AccountChange:
    """A new address then needs a code; a reset of the second factor begins to wait.

    Raises ValidationError, with a sentence for the operator.
    """
    _lock_accounts(user.pk)
    email = email.strip().lower()
    if problem := _problem(user, kind, email):
        raise ValidationError(problem)
    row = AccountChange(
        user=user, kind=kind, email=email, reason=reason, evidence=evidence, requested_at=at
    )
    _store(row)
    _record("request change of account", row, at)
    if kind == Kind.FACTOR:
        _begin_wait(row, at)
    else:
        tell(row, "requested", at)
    return row


def _problem(user: User, kind: AccountChange.Kind, email: str) -> str:
    if not user.is_active:
        return _("This account is closed.")
    if open_changes().filter(user=user).exists():
        return _("A change of this account is already open. Stop it first.")
    if kind == Kind.FACTOR:
        if not has_second_factor(user):
            return _("This account has no second factor.")
        if not sign_in_addresses(user):
            return _("This account has no address to sign in with.")
        return ""
    if user.is_superuser:
        return _("This is an operator. Appoint another account with create_operator.")
    if not Participation.objects.confirmed_or_frozen().filter(delegate__user=user).exists():
        return _("This person has no confirmed participation, so no one could give a code.")
    validate_email(email)
    if EmailAddress.objects.filter(user=user, email=email, verified=True).exists():
        return _("The person already signs in with this address.")
    if is_email_taken(email, user):
        return _("Another account uses this address. Enter a different one.")
    return ""


@transaction.atomic
def use_code(user: User, code: str, *, at: datetime) -> bool:
    """Begins the wait for a new address. Returns False if it is not the code for this account."""
    found = open_changes().filter(user=user, kind=Kind.ADDRESS, waits_from=None).first()
    row = _lock(found) if found else None
    if row is None or at >= row.requested_at + CODE_PERIOD or not is_code(code, row.code_hash):
        return False
    row.code_hash = ""
    _begin_wait(row, at)
    return True


def _begin_wait(row: AccountChange, at: datetime) -> None:
    row.waits_from = at
    _store(row)
    if person := _person_of(row.user):
        person.write(new_address_agreed_at=at)
    end_sessions(row.user)
    _record("wait for change of account", row, at)
    tell(row, "waiting", at)


@transaction.atomic
def end_change(change: AccountChange, outcome: AccountChange.Outcome, *, at: datetime) -> bool:
    """Before it is made: the owner or a command stops it, or no code was used in time.

    Returns False if it is made or closed.
    """
    row = _lock(change)
    if row is None or row.made_at:
        return False
    _close(row, outcome, at)
    if person := _person_of(row.user):
        person.write(new_address_agreed_at=None)
    _record("stop change of account", row, at)
    tell(row, outcome, at)
    return True


def _close(row: AccountChange, outcome: AccountChange.Outcome, at: datetime) -> None:
    row.closed_at, row.outcome = at, outcome
    row.email = row.code_hash = row.former = ""
    _store(row)


def return_to_owner(change: AccountChange, *, at: datetime) -> bool:
    """Who uses a factor of before is the owner, so nothing changes, or all comes back.

    Returns False if the former account cannot come back.
    """
    if change.made_at is None and end_change(change, Outcome.STOPPED, at=at):
        return True
    return undo_change(change, at=at)


# The new account ---------------------------------------------------------------------------


@transaction.atomic
def make_change(change: AccountChange, *, at: datetime) -> bool:
    """After the wait. Returns False if it is not possible."""
    row = _lock(change)
    if row is None or row.made_at or not row.waits_from or row.waits_from > at - WAITING_PERIOD:
        return False
    former, person = row.user, _person_of(row.user)
    if not former.is_active or (row.email and is_email_taken(row.email, former)):
        end_change(row, Outcome.STOPPED, at=at)
        return False
    addresses = sign_in_addresses(former)
    grants = end_rights(former.grants.all(), at=at)
    values = {"email": former.email, "addresses": addresses, "grants": grants}
    EmailLink.objects.filter(Q(user=former) | Q(delegate__user=former)).revoke(at)
    # The next sign-in there begins from the start.
    ProviderIdentity.objects.filter(user=former).delete()
    end_sessions(former)
    cancel_emails_to(addresses)
    account = _new_account(former, row.email)
    subject: User | Delegate = account
    if person:
        subject = _new_record(person, account, at)
        values["participations"] = _end_participations(person, at)
    row.made_at, row.account, row.email = at, account, ""
    row.former = encrypt(json.dumps(values, default=str))
    _store(row)
    audit.record(action="make change of account", at=at, subject=subject, detail=row.kind)
    tell(row, "made", at)
    return True


def _new_account(former: User, address: str) -> User:
    """With the new address; else with those of the former account."""
    former.write(is_active=False)
    account = User(email=former.email)
    if address:
        set_sign_in_address(account, address)
        return account
    former.write(email=placeholder_address())
    account.set_unusable_password()
    account.full_clean()
    account.save()
    EmailAddress.objects.filter(user=former).update(user=account)
    return account


def _new_record(person: Delegate, account: User, at: datetime) -> Delegate:
    """The same name and participations, which count for nothing until they are confirmed."""
    record = Delegate(
        name=person.name,
        name_latin=person.name_latin,
        is_protected=person.is_protected,
        is_demonstration=person.is_demonstration,
        user=account,
    )
    record.full_clean()
    record.save()
    # Those that were once confirmed, and where the person worked, go on to match exclusions.
    for row in Participation.with_ended.filter(delegate=person):
        entered_at = row.entered_at if row.ended_at else at
        _copy(row, record, confirmed_at=None, details_open_on=None, entered_at=entered_at)
    for work in Affiliation.with_removed.filter(delegate=person):
        _copy(work, record)
    # Who invited a protected person still sees them. The mailbox of before says nothing now.
    for invitation in person.invitations.filter(answer=Invitation.Answer.ACCEPTED):
        _copy(invitation, record, email="")
    return record


def _copy(row: Participation | Affiliation | Invitation, record: Delegate, **values: Any) -> None:
    row.pk, row.delegate, row._state.adding = None, record, True
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def _end_participations(person: Delegate, at: datetime) -> Former:
    """Those of the former account leave all lists, and keep their confirmations."""
    former: Former = {}
    for row in Participation.objects.filter(delegate=person, took_effect_at__isnull=False):
        former[str(row.pk)] = [row.confirmed_at, row.details_open_on]
        row.confirmed_at = row.details_open_on = None
        row.ended_at = at
        row.save()
    return former


# The return of the former account ----------------------------------------------------------


@transaction.atomic
def undo_change(change: AccountChange, *, at: datetime) -> bool:
    """All comes back as it was. The new account is closed; the daily run erases it.

    Returns False if the time for this is over.
    """
    row = _lock(change)
    if row is None or row.made_at is None or at >= row.made_at + UNDO_PERIOD:
        return False
    values = json.loads(decrypt(row.former))
    if row.account:
        _close_new_account(row, values["addresses"])
    row.user.write(is_active=True, email=values["email"])
    return_rights(row.user, values["grants"], at=at)
    if person := _person_of(row.user):
        person.write(new_address_agreed_at=None)
        for pk, (confirmed_at, details_open_on) in values["participations"].items():
            Participation.with_ended.filter(pk=pk, delegate=person).update(
                ended_at=None, confirmed_at=confirmed_at, details_open_on=details_open_on
            )
    _close(row, Outcome.UNDONE, at)
    _record("undo change of account", row, at)
    tell(row, Outcome.UNDONE, at)
    return True


def _close_new_account(row: AccountChange, addresses: list[str]) -> None:
    account = row.account
    assert account is not None
    end_sessions(account)
    account.write(is_active=False)
    if row.kind == Kind.FACTOR:
        account.write(email=placeholder_address())
        EmailAddress.objects.filter(user=account).delete()
        for address in addresses:
            values = {"verified": True, "primary": address == addresses[0]}
            # Another account may use one that was removed since then.
            EmailAddress.objects.get_or_create(email=address, defaults={"user": row.user, **values})


# Who is told -------------------------------------------------------------------------------


def _record(action: str, row: AccountChange, at: datetime) -> None:
    subject = _person_of(row.user) or row.user
    audit.record(action=action, at=at, subject=subject, detail=row.kind)


def tell(row: AccountChange, what: str, at: datetime) -> None:
    """To every address that the owner has not removed, without the new one."""
    day = row.made_at + UNDO_PERIOD if row.made_at else at + WAITING_PERIOD
    for user in filter(None, (row.user, row.account)):
        email_account(
            user,
            dedup_key=f"account change {row.pk} {what} {user.pk}",
            template="participants/accounts/emails/account_changed",
            context={"what": what, "kind": row.kind, "day": day},
            at=at,
        )


# The only operator -------------------------------------------------------------------------


def is_only_operator(user: User) -> bool:
    operators = User.objects.filter(is_superuser=True, is_active=True)
    return user.is_superuser and not operators.exclude(pk=user.pk).exists()


@transaction.atomic
def reset_only_operator(user: User, *, at: datetime) -> None:
    """At once: who could agree, or appoint another operator, is this person alone."""
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    audit.record(action="reset factor", at=at, subject=user)
    email_account(
        user,
        dedup_key=f"second factor reset {user.pk} {at.isoformat()}",
        template="participants/accounts/emails/account_changed",
        context={"what": "reset"},
        at=at,
    )
