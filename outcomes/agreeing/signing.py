"""Two keys: a text is adopted here once each co-chair has signed the same version of it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from outcomes.agreeing.texts import Agreed, State, check_decides, current, locked, record
from outcomes.agreeing.texts import settled_circulation as _settled
from outcomes.agreeing.texts import statement_of as _statement
from outcomes.models import SignOff, Statement, StatementVersion
from participants.models import EventRole, Grant, Organisation, User
from roundtable.models import Event

FEWEST = 2  # keys


@dataclass(frozen=True)
class Key:
    """A co-chair, and the signature that it gave to the version in hand, or none."""

    organisation: Organisation
    sign_off: SignOff | None


def cochairs_of(event: Event) -> QuerySet[Organisation]:
    """The organisations that the roundtable records as its co-chairs."""
    rows = event.roles.filter(role=EventRole.Role.COCHAIR).values("organisation")
    return Organisation.objects.filter(pk__in=rows).order_by("name", "pk")


def keys(text: Agreed) -> list[Key]:
    """Each co-chair with its signature; one holds as long as the text is the one that was signed.

    Whatever is changed voids all of them: then each stands there without.
    """
    version = current(text)
    holds = version is not None and version.text == text.wording() and not version.circulation.stop
    given = {}
    if version is not None and holds:
        rows = version.sign_offs.filter(sha256=version.sha256).select_related("organisation")
        given = {row.organisation_id: row for row in rows}
    return [Key(row, given.get(row.pk)) for row in cochairs_of(_statement(text).event)]


def may_sign_for(text: Agreed, user: User, at: datetime) -> Organisation | None:
    """The co-chair that this person signs for, by a co-chair's grant of today; None for no one.

    An operator has no key: it stands above events and is nobody's co-chair.
    """
    event = _statement(text).event
    grants = user.grants.active(at.date()).filter(
        event=event, role=Grant.Role.COCHAIR, on_behalf_of__in=cochairs_of(event)
    )
    grant = grants.select_related("on_behalf_of").order_by("pk").first()
    return grant.on_behalf_of if grant and user.is_active else None


def to_sign(user: User, at: datetime) -> QuerySet[Statement]:
    """The statements of which a text waits for this person's signature: agreed, and not signed."""
    chairs = EventRole.objects.filter(role=EventRole.Role.COCHAIR)
    grants = user.grants.active(at.date()).filter(
        role=Grant.Role.COCHAIR,
        on_behalf_of__in=(chairs.filter(event=OuterRef("event")).values("organisation")),
    )
    waits = Q(pk__in=[])
    for grant in grants:
        signed = SignOff.objects.filter(organisation=grant.on_behalf_of_id).values("version")
        waits |= Q(Q(statement__event=grant.event_id), ~Q(pk__in=signed))
    on_its_way = Q(corrigendum=None, statement__state=State.CIRCULATED)
    on_its_way |= Q(corrigendum__state=State.CIRCULATED)
    agreed = Q(circulation__stop="", circulation__deadline__lte=at)
    versions = StatementVersion.objects.filter(waits, on_its_way, agreed)
    return Statement.objects.filter(pk__in=versions.values("statement"))


@transaction.atomic
def sign(text: Agreed, *, sha256: str, by: User, at: datetime) -> bool:
    """Signs the text for the co-chair that this person acts for; whether it is adopted now.

    `sha256` is that of the text that the signer read. Raises ValidationError where it is another,
    where the text is not agreed, and where this co-chair or this person has signed already.
    """
    text = locked(text)
    organisation = may_sign_for(text, by, at)
    if organisation is None:
        raise ValidationError(
            _("Only somebody with a grant to act for a co-chair of this roundtable signs.")
        )
    if text.state != State.CIRCULATED:
        raise ValidationError(_("There is nothing to sign."))
    version = _settled(text, at).version
    if cochairs_of(_statement(text).event).count() < FEWEST:
        raise ValidationError(
            _("Two keys are needed, and the roundtable records one co-chair. Enter the other one.")
        )
    row = SignOff(
        version=version, organisation=organisation, signer=by, sha256=sha256, signed_at=at
    )
    row.full_clean()
    row.save()
    record("sign statement", text, by, at, f"version {version.number} {version.sha256}")
    if any(key.sign_off is None for key in keys(text)):
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
    _settled(text, at)
    if any(key.sign_off is None for key in keys(text)):
        raise ValidationError(_("A signature does not hold. Take the text back and begin again."))
