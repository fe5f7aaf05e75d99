"""A lost second factor, taken off by a co-chair and the operator together."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from participants.accounts.emails import write_to_account, write_to_cochairs
from participants.accounts.second_factor import KINDS
from participants.accounts.sessions import end_sessions
from participants.models import Delegate, FactorReset, Grant, Participation, User
from participants.permissions import Rights, rights_of
from roundtable.audit import log as audit
from roundtable.audit.log import AuditEntry, AuditKey
from roundtable.models import Event

# How long a co-chair must have been one to count as the other side. An operator alone could give
# a second account of their own a grant, and agree with themselves.
STANDING = timedelta(days=30)
# How long whoever is told of a request has to object before it can be agreed to.
WAIT = timedelta(hours=1)
# What the desk writes into the log when it gives a grant, or changes one.
GIVING = ["add user", "change user", "add grant", "change grant"]


def accounts_within(events: Iterable[int]) -> QuerySet[User]:
    """Accounts that work on these roundtables, or took part in them."""
    ids = list(events)
    working = Grant.objects.filter(event__in=ids).values("user")
    taking_part = Participation.objects.filter(event__in=ids).values("delegate__user")
    return User.objects.filter(
        Q(pk__in=working) | Q(pk__in=taking_part.filter(delegate__user__isnull=False))
    )


def resettable_by(rights: Rights) -> QuerySet[User]:
    """Whose factor this person may ask to take off: never one's own."""
    rows = User.objects.all() if rights.is_operator else accounts_within(rights.decidable)
    return rows.filter(is_active=True).exclude(pk=rights.user.pk)


def sides_of(person: User, account: User, at: datetime) -> set[str]:
    """On which sides somebody stands: co-chair of a roundtable of the account, or operator.

    A co-chair whose grant, account or own second factor is new stands on neither.
    """
    rights = rights_of(person, at.date())
    if rights is None or person.pk == account.pk:
        return set()
    found = {"operator"} if rights.is_operator else set()
    shares = Grant.objects.active(at.date()).filter(user=person, role=Grant.Role.COCHAIR)
    events = [grant.event_id for grant in shares if _is_standing(grant, at - STANDING)]
    if accounts_within(events).filter(pk=account.pk).exists():
        found.add("cochair")
    return found


def _is_standing(grant: Grant, since: datetime) -> bool:
    """Whether the co-chair was one on that day, by what no operator can write: never its dates."""
    user = grant.user
    names = [audit.name_of(row) for row in (user, grant)]
    keys = AuditKey.objects.filter(subject__in=names).values("key")
    factors = Authenticator.objects.filter(user=user, type__in=KINDS, created_at__lte=since)
    given = AuditEntry.objects.filter(subject__in=keys, act__in=GIVING, at__gt=since)
    is_old = max(user.joined_at, grant.given_at) <= since
    return is_old and factors.exists() and not given.exists()


def why_not_ask(*, user: User, by: User, at: datetime) -> str:
    """Why this person cannot ask for that account; empty where nothing is wrong."""
    if user.is_active and sides_of(by, user, at):
        return ""
    return _(
        "You cannot ask for this account. It takes the operator, or somebody who has been a "
        "co-chair of its roundtable, with a second factor, for 30 days."
    )


@transaction.atomic
def ask(*, user: User, by: User, reason: str, at: datetime) -> FactorReset:
    """One side asks; nothing is taken off yet, and the person and all co-chairs are told.

    Raises ValidationError where this person may not, or where one was asked for already.
    """
    if problem := why_not_ask(user=user, by=by, at=at):
        raise ValidationError(problem)
    row = FactorReset(user=user, reason=reason, asked_by=by, asked_at=at)
    row.full_clean()
    row.save()
    audit.record(act="ask factor reset", at=at, actor=by, subject=user)
    _tell(row, "factor_reset_asked", at)
    return row


def may_agree(reset: FactorReset, by: User, at: datetime) -> bool:
    """Whether this person is the other side: one of the two co-chair, the other operator."""
    if reset.agreed_at or reset.asked_by is None or by.pk == reset.asked_by.pk:
        return False
    if at < reset.asked_at + WAIT:
        return False
    # Who asked must still be who they were.
    asked, agreeing = sides_of(reset.asked_by, reset.user, at), sides_of(by, reset.user, at)
    return ("cochair" in asked and "operator" in agreeing) or (
        "operator" in asked and "cochair" in agreeing
    )


@transaction.atomic
def agree(*, reset: FactorReset, by: User, at: datetime) -> bool:
    """The other side agrees: the factors go, every session ends; false where one may not."""
    row = FactorReset.objects.select_for_update().filter(pk=reset.pk).first()
    if row is None or not may_agree(row, by, at):
        return False
    row.agreed_by, row.agreed_at = by, at
    row.full_clean()
    row.save()
    Authenticator.objects.filter(user=row.user).delete()
    end_sessions(row.user)
    audit.record(act="reset factor", at=at, actor=by, subject=row.user)
    _tell(row, "factor_reset", at)
    return True


def name_of(account: User) -> str:
    """How an account reads to a co-chair, who does not see the addresses that sign in."""
    person = Delegate.objects.filter(user=account).first()
    if person:
        return str(person)
    if account.is_superuser:
        return _("The operator (account %d)") % account.pk
    grant = account.grants.select_related("on_behalf_of").order_by("-valid_from", "pk").first()
    if grant and grant.on_behalf_of:
        words = {
            "role": grant.get_role_display(),
            "organisation": grant.on_behalf_of.short,
            "number": account.pk,
        }
        return _("%(role)s, for %(organisation)s (account %(number)d)") % words
    return _("account %d") % account.pk


def _tell(row: FactorReset, name: str, at: datetime) -> None:
    template, cause = f"participants/mail/{name}", f"{name}:{row.pk}"
    write_to_account(row.user, cause=cause, template=template, context={}, at=at)
    link = reverse("admin:participants_factorreset_changelist")
    for event in _events_of(row.user):
        # Whoever is a co-chair of two of them is told once.
        write_to_cochairs(
            event,
            cause=f"{cause}:cochair",
            template=f"{template}_cochairs",
            context={"url": f"{settings.PORTAL_URL}{link}"},
            at=at,
        )


def _events_of(account: User) -> QuerySet[Event]:
    took_part = Participation.objects.filter(delegate__user=account).values("event")
    works = Grant.objects.filter(user=account).values("event")
    return Event.objects.filter(Q(pk__in=took_part) | Q(pk__in=works)).order_by("pk")
