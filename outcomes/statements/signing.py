"""Signatures: a text is adopted when every co-chair has signed the same version."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from outcomes.models import SignOff, Statement
from outcomes.statements.agreement import (
    AgreedText,
    StatementState,
    agreed_circulation,
    check_may_decide,
    current_version,
    lock_text,
    record_act,
    statement_of,
)
from outcomes.statements.emails import tell_participants
from outcomes.statements.silence_procedure import MIN_COCHAIRS
from participants.models import Grant, User
from participants.permissions import EventPermissions


def sign_offs_for(text: AgreedText) -> list[SignOff]:
    """Sign-offs of the current version, signed or not, valid or not."""
    version = current_version(text)
    return list(version.sign_offs.select_related("organisation")) if version else []


def are_signatures_valid(text: AgreedText) -> bool:
    """Whether the circulated version still matches the current text."""
    version = current_version(text)
    return (
        version is not None
        and not version.circulation.stop_reason
        and version.text == text.canonical_text()
    )


def sign_off_of(text: AgreedText, user: User, at: datetime) -> SignOff | None:
    """The sign-off that this user can give under a co-chair grant; None for operators."""
    event = statement_of(text).event
    grants = user.grants.active(at.date()).filter(event=event, role=Grant.Role.COCHAIR)
    bodies = set(grants.values_list("on_behalf_of", flat=True)) if user.is_active else set()
    return next((key for key in sign_offs_for(text) if key.organisation_id in bodies), None)


def statements_to_sign(user: User, at: datetime) -> QuerySet[Statement]:
    """Statements with an agreed text that this user can sign and has not signed."""
    grants = user.grants.active(at.date()).filter(role=Grant.Role.COCHAIR)
    own_sign_offs = Q(pk__in=[])
    for event, body in grants.values_list("event", "on_behalf_of"):
        own_sign_offs |= Q(version__statement__event=event, organisation=body)
    agreed = Q(version__circulation__stop_reason="", version__circulation__deadline__lte=at)
    waiting = SignOff.objects.filter(own_sign_offs, agreed, signed_at=None)
    return Statement.objects.filter(pk__in=waiting.values("version__statement"))


def statements_to_publish(permissions: EventPermissions) -> QuerySet[Statement]:
    """The signed ones about which the user may decide."""
    rows = Statement.objects.filter(state=StatementState.ADOPTED)
    return rows if permissions.is_operator else rows.filter(event__in=permissions.decidable)


@transaction.atomic
def sign(text: AgreedText, *, sha256: str, by: User, at: datetime) -> bool:
    """Returns whether the text is now adopted.

    `sha256` is the hash of the text that the signer read. Raises ValidationError if it does not
    match, if the text is not agreed, or if this co-chair or person already signed.
    """
    text = lock_text(text)
    sign_off = sign_off_of(text, by, at)
    if sign_off is None:
        raise ValidationError(
            _("Only someone with a grant to act for a co-chair of this roundtable can sign.")
        )
    if text.state != StatementState.CIRCULATED:
        raise ValidationError(_("There is nothing to sign. Open the page again."))
    version = agreed_circulation(text, at).version
    if sign_off.signed_at:
        raise ValidationError(_("This co-chair has already signed. You do not need to sign."))
    if not sha256:
        raise ValidationError(
            _("The text changed after you opened it. Read the new version before you sign.")
        )
    sign_off.signer, sign_off.sha256, sign_off.signed_at = by, sha256, at
    sign_off.full_clean()
    sign_off.save()
    record_act("sign statement", text, by, at, f"version {version.number} {version.sha256}")
    if any(sign_off.signed_at is None for sign_off in sign_offs_for(text)):
        return False
    text.state = StatementState.ADOPTED
    if isinstance(text, Statement):
        text.adoption = Statement.Adoption.SIGNED
    text.save()
    record_act("adopt statement", text, by, at, f"version {version.number} {version.sha256}")
    return True


@transaction.atomic
def publish_signed(statement: Statement, *, by: User, at: datetime) -> None:
    """Raises ValidationError if a signature is missing or void."""
    text = lock_text(statement)
    assert isinstance(text, Statement)
    check_may_decide(text, by, at)
    check_signed(text, at)
    version = text.publish(at)
    tell_participants(version, at=at)
    record_act("publish statement", text, by, at, f"version {version.number} {version.sha256}")


def check_signed(text: AgreedText, at: datetime) -> None:
    """Raises ValidationError if the text is not adopted or a signature is void."""
    if text.state != StatementState.ADOPTED:
        raise ValidationError(_("The text is not adopted yet. Each co-chair must sign it first."))
    version = agreed_circulation(text, at).version
    valid_sign_offs = [key for key in sign_offs_for(text) if key.sha256 == version.sha256]
    if len(valid_sign_offs) < max(MIN_COCHAIRS, len(sign_offs_for(text))):
        raise ValidationError(
            _("A signature is not valid. Withdraw the text, then circulate it again.")
        )
