"""Reset of a lost second factor, approved by a co-chair and an operator together."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from participants.accounts.emails import email_account, email_cochairs
from participants.accounts.second_factor import SECOND_FACTOR_TYPES
from participants.accounts.sessions import end_sessions
from participants.models import FactorReset, Grant, Participation, User
from participants.permissions import EventPermissions, permissions_of, visible_people
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry, AuditKey
from roundtable.models import Event

# How long someone must have been a co-chair to count. Otherwise an operator could give a grant to a
# second account of their own, and approve alone.
MIN_COCHAIR_TENURE = timedelta(days=30)
# Time to object to a request before it can be approved.
OBJECTION_PERIOD = timedelta(hours=1)
# Log actions of the admin that give or change a grant.
GRANT_AUDIT_ACTS = [
    "add user",
    "change user",
    "add grant",
    "change grant",
    "confirm grant",
    "appoint",
]


def accounts_of_events(events: Iterable[int]) -> QuerySet[User]:
    ids = list(events)
    working = Grant.objects.filter(event__in=ids).values("user")
    taking_part = Participation.objects.filter(event__in=ids).values("delegate__user")
    return User.objects.filter(
        Q(pk__in=working) | Q(pk__in=taking_part.filter(delegate__user__isnull=False))
    )


def resettable_accounts(permissions: EventPermissions) -> QuerySet[User]:
    rows = User.objects.all()
    if not permissions.is_operator:
        rows = visible_accounts(permissions, permissions.decidable)
    return rows.filter(is_active=True).exclude(pk=permissions.user.pk)


def visible_accounts(permissions: EventPermissions, events: Iterable[int]) -> QuerySet[User]:
    """Of accounts_of_events(), those who have a right there, or whom the viewer may see."""
    working = Grant.objects.filter(event__in=(ids := list(events))).values("user")
    people = visible_people(permissions).filter(user__isnull=False).values("user")
    return accounts_of_events(ids).filter(Q(pk__in=working) | Q(pk__in=people))


def approval_roles(approver: User, account: User, at: datetime) -> set[str]:
    """The roles in which the approver counts: "cochair" of the account's event, "operator".

    A co-chair with a new grant, account or second factor does not count.
    """
    permissions = permissions_of(approver, at.date())
    if permissions is None or approver.pk == account.pk:
        return set()
    roles = {"operator"} if permissions.is_operator else set()
    grants = Grant.objects.active(at.date()).filter(user=approver, role=Grant.Role.COCHAIR)
    events = [
        grant.event_id
        for grant in grants
        if _is_established_cochair(grant, at - MIN_COCHAIR_TENURE)
    ]
    if accounts_of_events(events).filter(pk=account.pk).exists():
        roles.add("cochair")
    return roles


def _is_established_cochair(grant: Grant, since: datetime) -> bool:
    # Use only what no operator can edit, so not the dates of the grant.
    user = grant.user
    names = [audit.subject_label(row) for row in (user, grant)]
    keys = AuditKey.objects.filter(subject__in=names).values("key")
    factors = Authenticator.objects.filter(
        user=user, type__in=SECOND_FACTOR_TYPES, created_at__lte=since
    )
    grant_entries = AuditEntry.objects.filter(
        subject__in=keys, action__in=GRANT_AUDIT_ACTS, at__gt=since
    )
    is_established = max(user.joined_at, grant.granted_at) <= since
    return is_established and factors.exists() and not grant_entries.exists()


def reset_request_error(*, user: User, by: User, at: datetime) -> str:
    """Empty if this user can request the reset."""
    if user.is_active and approval_roles(by, user, at):
        return ""
    return _(
        "You cannot request a reset for this account. Only the operator can, or "
        "someone who has been co-chair of its roundtable, with a second factor, for "
        "30 days."
    )


@transaction.atomic
def request_reset(*, user: User, by: User, reason: str, at: datetime) -> FactorReset:
    """Requests a reset, and informs the person and all co-chairs.

    Raises ValidationError if `by` may not request it, or a request is already open.
    """
    if problem := reset_request_error(user=user, by=by, at=at):
        raise ValidationError(problem)
    row = FactorReset(user=user, reason=reason, requested_by=by, requested_at=at)
    row.full_clean()
    row.save()
    audit.record(action="ask factor reset", at=at, actor=by, subject=user)
    _notify(user, "second_factor_reset_requested", key=str(row.pk), at=at)
    if not by.is_superuser:
        _ask_operators(row, at)
    return row


def may_approve_reset(reset: FactorReset, by: User, at: datetime) -> bool:
    """Requester and approver must be a co-chair and an operator."""
    if reset.approved_at or reset.requested_by is None or by.pk == reset.requested_by.pk:
        return False
    if at < reset.requested_at + OBJECTION_PERIOD:
        return False
    # The requester must still have the role.
    requester_roles, approver_roles = (
        approval_roles(reset.requested_by, reset.user, at),
        approval_roles(by, reset.user, at),
    )
    return ("cochair" in requester_roles and "operator" in approver_roles) or (
        "operator" in requester_roles and "cochair" in approver_roles
    )


@transaction.atomic
def approve_reset(*, reset: FactorReset, by: User, at: datetime) -> bool:
    """Removes the factors and ends all sessions. Returns False if `by` may not."""
    row = FactorReset.objects.select_for_update().filter(pk=reset.pk).first()
    if row is None or not may_approve_reset(row, by, at):
        return False
    row.approved_by, row.approved_at = by, at
    row.full_clean()
    row.save()
    reset_factors(row.user, by=by, key=str(row.pk), at=at)
    return True


@transaction.atomic
def reset_factors(user: User, *, by: User | None, key: str, at: datetime) -> None:
    """`by` is None for the command on the server; `key` names the reset in emails."""
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    audit.record(action="reset factor", at=at, actor=by, subject=user)
    _notify(user, "second_factor_reset", key=key, at=at)


def _ask_operators(row: FactorReset, at: datetime) -> None:
    for operator in User.objects.filter(is_superuser=True, is_active=True):
        email_account(
            operator,
            dedup_key=f"second_factor_reset_requested:{row.pk}:operator:{operator.pk}",
            template="participants/accounts/emails/second_factor_reset_requested_operators",
            context={"url": f"{settings.PORTAL_URL}{_list_of_resets()}"},
            at=at,
        )


def _list_of_resets() -> str:
    return reverse("admin:participants_factorreset_changelist")


def _notify(user: User, name: str, *, key: str, at: datetime) -> None:
    template = f"participants/accounts/emails/{name}"
    dedup_key = f"{name}:{key}"
    email_account(user, dedup_key=dedup_key, template=template, context={}, at=at)
    for event in _events_of_account(user):
        # The dedup key is the same, so a co-chair of two roundtables gets one email.
        email_cochairs(
            event,
            dedup_key=f"{dedup_key}:cochair",
            template=f"{template}_cochairs",
            context={"url": f"{settings.PORTAL_URL}{_list_of_resets()}"},
            at=at,
        )


def _events_of_account(account: User) -> QuerySet[Event]:
    took_part = Participation.objects.filter(delegate__user=account).values("event")
    works = Grant.objects.filter(user=account).values("event")
    return Event.objects.filter(Q(pk__in=took_part) | Q(pk__in=works)).order_by("pk")
