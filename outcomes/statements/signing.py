"""Two keys: a text is adopted here once each co-chair has signed the same version of it."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from outcomes.models import SignOff, Statement
from outcomes.statements.agreement import Agreed, State, check_decides, current, locked, record
from outcomes.statements.agreement import settled_circulation as _settled
from outcomes.statements.agreement import statement_of as _statement
from outcomes.statements.silence_procedure import FEWEST
from participants.models import Grant, User


def keys(text: Agreed) -> list[SignOff]:
    """The key of each co-chair to the version in hand, signed or not; none before it goes round.

    Whatever is changed voids all signatures: `hold` says whether they count.
    """
    version = current(text)
    return list(version.sign_offs.select_related("organisation")) if version else []


def hold(text: Agreed) -> bool:
    """Whether the signatures are those of the text as it stands."""
    version = current(text)
    return version is not None and not version.circulation.stop and version.text == text.wording()


def key_of(text: Agreed, user: User, at: datetime) -> SignOff | None:
    """The key that this person holds, by a co-chair's grant of today; None for no one.

    An operator has none: it stands above events and is nobody's co-chair.
    """
    event = _statement(text).event
    grants = user.grants.active(at.date()).filter(event=event, role=Grant.Role.COCHAIR)
    bodies = set(grants.values_list("on_behalf_of", flat=True)) if user.is_active else set()
    return next((key for key in keys(text) if key.organisation_id in bodies), None)


def to_sign(user: User, at: datetime) -> QuerySet[Statement]:
    """The statements of which a text waits for this person's signature: agreed, and not signed."""
    grants = user.grants.active(at.date()).filter(role=Grant.Role.COCHAIR)
    mine = Q(pk__in=[])
    for event, body in grants.exclude(on_behalf_of=None).values_list("event", "on_behalf_of"):
        mine |= Q(version__statement__event=event, organisation=body)
    agreed = Q(version__circulation__stop="", version__circulation__deadline__lte=at)
    on_its_way = Q(version__corrigendum=None, version__statement__state=State.CIRCULATED)
    on_its_way |= Q(version__corrigendum__state=State.CIRCULATED)
    waiting = SignOff.objects.filter(mine, agreed, on_its_way, signed_at=None)
    return Statement.objects.filter(pk__in=waiting.values("version__statement"))


@transaction.atomic
def sign(text: Agreed, *, sha256: str, by: User, at: datetime) -> bool:
    """Signs the text for the co-chair that this person acts for; whether it is adopted now.

    `sha256` is that of the text that the signer read. Raises ValidationError where it is another,
    where the text is not agreed, and where this co-chair or this person has signed already.
    """
    text = locked(text)
    key = key_of(text, by, at)
    if key is None:
        raise ValidationError(
            _("Only somebody with a grant to act for a co-chair of this roundtable signs.")
        )
    if text.state != State.CIRCULATED:
        raise ValidationError(_("There is nothing to sign."))
    version = _settled(text, at).version
    if key.signed_at:
        raise ValidationError(_("This co-chair has signed already."))
    if not sha256:
        raise ValidationError(_("The text was changed since you read it. Read it again."))
    key.signer, key.sha256, key.signed_at = by, sha256, at
    key.full_clean()
    key.save()
    record("sign statement", text, by, at, f"version {version.number} {version.sha256}")
    if any(key.signed_at is None for key in keys(text)):
        return False
    text.state = State.ADOPTED
    if isinstance(text, Statement):
        text.adoption = Statement.Adoption.SIGNED
    text.save()
    record("adopt statement", text, by, at, f"version {version.number} {version.sha256}")
    return True


@transaction.atomic
def publish_signed(statement: Statement, *, by: User, at: datetime) -> None:
    """Publishes a statement that each co-chair signed; its numbers and references stay from now on.

    Raises ValidationError for who is no co-chair, and where a signature is missing or void.
    """
    text = locked(statement)
    assert isinstance(text, Statement)
    check_decides(text, by, at)
    check_signed(text, at)
    version = text.publish(at)
    record("publish statement", text, by, at, f"version {version.number} {version.sha256}")


def check_signed(text: Agreed, at: datetime) -> None:
    """Raises ValidationError where it is not adopted, or a signature does not hold."""
    if text.state != State.ADOPTED:
        raise ValidationError(_("Each co-chair signs it first."))
    version = _settled(text, at).version
    given = [key for key in keys(text) if key.sha256 == version.sha256]
    if len(given) < max(FEWEST, len(keys(text))):
        raise ValidationError(_("A signature does not hold. Take the text back and begin again."))
