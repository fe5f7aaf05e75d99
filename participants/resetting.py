"""A lost second factor, taken off by a co-chair and the operator together."""

from collections.abc import Iterable
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from participants.accounts import addresses_of
from participants.models import Delegate, FactorReset, Grant, Participation, User
from participants.permissions import Rights, rights_of
from participants.signing_out import end_sessions
from roundtable import audit
from roundtable.mailing import post


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


def sides_of(person: User, account: User, on: date) -> set[str]:
    """On which sides somebody stands: co-chair of a roundtable of the account, or operator."""
    rights = rights_of(person, on)
    if rights is None or person.pk == account.pk:
        return set()
    shares = Grant.objects.active(on).filter(user=person, role=Grant.Role.COCHAIR)
    events = shares.values_list("event_id", flat=True)
    found = {"operator"} if rights.is_operator else set()
    if accounts_within(events).filter(pk=account.pk).exists():
        found.add("cochair")
    return found


@transaction.atomic
def ask(*, user: User, by: User, reason: str, at: datetime) -> FactorReset:
    """One side asks; nothing is taken off yet.

    Raises ValidationError where this person may not, or where one was asked for already.
    """
    if not user.is_active or not sides_of(by, user, at.date()):
        raise ValidationError(_("You cannot ask for this account."))
    row = FactorReset(user=user, reason=reason, asked_by=by, asked_at=at)
    row.full_clean()
    row.save()
    audit.record(act="ask factor reset", at=at, actor=by, subject=user)
    _tell(row, "participants/mail/factor_reset_asked", at)
    return row


def may_agree(reset: FactorReset, by: User, on: date) -> bool:
    """Whether this person is the other side: one of the two co-chair, the other operator."""
    if reset.agreed_at or reset.asked_by is None or by.pk == reset.asked_by.pk:
        return False
    # Who asked must still be who they were.
    asked, agreeing = sides_of(reset.asked_by, reset.user, on), sides_of(by, reset.user, on)
    return ("cochair" in asked and "operator" in agreeing) or (
        "operator" in asked and "cochair" in agreeing
    )


@transaction.atomic
def agree(*, reset: FactorReset, by: User, at: datetime) -> bool:
    """The other side agrees: the factors go, every session ends; false where one may not."""
    row = FactorReset.objects.select_for_update().filter(pk=reset.pk).first()
    if row is None or not may_agree(row, by, at.date()):
        return False
    row.agreed_by, row.agreed_at = by, at
    row.full_clean()
    row.save()
    Authenticator.objects.filter(user=row.user).delete()
    end_sessions(row.user)
    audit.record(act="reset factor", at=at, actor=by, subject=row.user)
    _tell(row, "participants/mail/factor_reset", at)
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


def _tell(row: FactorReset, template: str, at: datetime) -> None:
    for number, address in enumerate(addresses_of(row.user)):
        post(
            cause=f"{template.rpartition('/')[2]}:{row.pk}:{number}",
            to=address,
            template=template,
            context={},
            at=at,
        )
