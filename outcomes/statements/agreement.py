"""State and checks of a text that is being agreed: a statement or a corrigendum."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from outcomes.models import Circulation, Corrigendum, Statement, StatementVersion
from participants.models import User
from participants.permissions import acting_organisation, may_decide
from roundtable.audit import log as audit

AgreedText = Statement | Corrigendum
StatementState = Statement.State
FINISHED_STATES = (StatementState.PUBLISHED, Corrigendum.DISCARDED)  # of a correction


def statement_of(text: AgreedText) -> Statement:
    return text if isinstance(text, Statement) else text.statement


def text_in_progress(statement: Statement) -> AgreedText | None:
    """The statement before publication; then the open corrigendum, or None."""
    if statement.state != StatementState.PUBLISHED:
        return statement
    return statement.corrigenda.exclude(state__in=FINISHED_STATES).first()


def lock_text(text: AgreedText) -> AgreedText:
    """Locks the statement and returns the stored text."""
    statement = Statement.objects.select_for_update().get(pk=statement_of(text).pk)
    if isinstance(text, Statement):
        return statement
    corrigendum = Corrigendum.objects.filter(pk=text.pk).first()
    if corrigendum is None:
        raise ValidationError(_("This correction was discarded. Open the page again."))
    corrigendum.statement = statement
    return corrigendum


def current_version(text: AgreedText) -> StatementVersion | None:
    """The version of this text that was circulated last, or None."""
    of = text if isinstance(text, Corrigendum) else None
    versions = statement_of(text).versions.filter(corrigendum=of, circulation__isnull=False)
    return versions.select_related("circulation").order_by("-number").first()


def agreed_circulation(text: AgreedText, at: datetime) -> Circulation:
    """Raises ValidationError if there is no agreement to the current text."""
    version = current_version(text)
    if version is None or text.state not in (StatementState.CIRCULATED, StatementState.ADOPTED):
        raise ValidationError(_("This text has not been circulated yet. Circulate it first."))
    status = version.circulation.current_status(at)
    if status == Circulation.Status.OPEN:
        raise ValidationError(_("The participants can still answer. Wait until the deadline."))
    if status != Circulation.Status.AGREED:
        raise ValidationError(_("This text was not agreed. Change it, then circulate it again."))
    if version.text != text.canonical_text() or not version.is_intact:
        raise ValidationError(
            _(
                "The text changed after it was agreed, so no signature is valid. Withdraw it,"
                " then circulate it again."
            )
        )
    return version.circulation


def check_may_decide(text: AgreedText, by: User, at: datetime) -> None:
    """Raises ValidationError unless the user is a co-chair or an operator."""
    if not may_decide(by, statement_of(text), at):
        raise ValidationError(_("Only a co-chair of this roundtable can do this. Ask a co-chair."))


def record_act(
    action: str, text: AgreedText, by: User | None, at: datetime, detail: str = ""
) -> None:
    event = statement_of(text).event
    audit.record(
        action=action,
        at=at,
        actor=by,
        organisation=acting_organisation(by, event.pk, at.date()) if by else "",
        detail=f"{event.code} {detail}".strip(),
    )
