"""What is being agreed: a statement, or a correction of one that is published."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from outcomes.models import Circulation, Corrigendum, Statement, StatementVersion
from participants.models import User
from participants.permissions import acting_organisation, permissions_of
from roundtable.audit import log as audit

AgreedText = Statement | Corrigendum
StatementState = Statement.State


def statement_of(text: AgreedText) -> Statement:
    """The statement itself, or the one that a correction is of."""
    return text if isinstance(text, Statement) else text.statement


def text_in_progress(statement: Statement) -> AgreedText | None:
    """What is on its way: the statement until it is published, then the open correction or None."""
    if statement.state != StatementState.PUBLISHED:
        return statement
    done = (StatementState.PUBLISHED, Corrigendum.DISCARDED)
    return statement.corrigenda.exclude(state__in=done).first()


def lock_text(text: AgreedText) -> AgreedText:
    """The row as it is stored now; nobody else decides about its statement meanwhile."""
    statement = Statement.objects.select_for_update().get(pk=statement_of(text).pk)
    if isinstance(text, Statement):
        return statement
    corrigendum = Corrigendum.objects.filter(pk=text.pk).first()
    if corrigendum is None:
        raise ValidationError(_("This correction was discarded. Open the page again."))
    corrigendum.statement = statement
    return corrigendum


def current_version(text: AgreedText) -> StatementVersion | None:
    """The version that was last circulated of this text; None before the first time."""
    of = text if isinstance(text, Corrigendum) else None
    versions = statement_of(text).versions.filter(corrigendum=of, circulation__isnull=False)
    return versions.select_related("circulation").order_by("-number").first()


def agreed_circulation(text: AgreedText, at: datetime) -> Circulation:
    """The circulation that ended in agreement to the text as it stands.

    Raises ValidationError where there is none: it is open, was stopped, or the text was changed.
    """
    version = current_version(text)
    if version is None or text.state not in (StatementState.CIRCULATED, StatementState.ADOPTED):
        raise ValidationError(_("It was not circulated yet. Circulate it first."))
    status = version.circulation.current_status(at)
    if status == Circulation.Status.OPEN:
        raise ValidationError(_("The participants still have time to answer. Wait for the end."))
    if status != Circulation.Status.AGREED:
        raise ValidationError(_("It was not agreed. Change the text and circulate it again."))
    if version.text != text.canonical_text() or not version.is_intact:
        raise ValidationError(
            _(
                "The text was changed after it was agreed, so no signature holds. Take it back, "
                "and circulate it again."
            )
        )
    return version.circulation


def check_may_decide(text: AgreedText, by: User, at: datetime) -> None:
    """Raises ValidationError for whoever is no co-chair of the roundtable."""
    rights = permissions_of(by, at.date())
    if rights is None or not rights.may_decide(statement_of(text).event_id):
        raise ValidationError(_("Only a co-chair of this roundtable does that."))


def record_act(action: str, text: AgreedText, by: User, at: datetime, detail: str = "") -> None:
    """One entry in the log of acts."""
    event = statement_of(text).event
    audit.record(
        action=action,
        at=at,
        actor=by,
        organisation=acting_organisation(by, event.pk, at.date()),
        detail=f"{event.code} {detail}".strip(),
    )
