"""Corrigenda: new words for a published statement, agreed as the statement itself was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.models import Corrigendum, Rewording, Statement
from outcomes.models.canonical import check_bidi_controls
from outcomes.models.version import save_version
from outcomes.statements.agreement import (
    StatementState,
    check_may_decide,
    lock_text,
    record_act,
    text_in_progress,
)
from outcomes.statements.signing import check_signed
from participants.models import User
from roundtable.history import REDACTED


@transaction.atomic
def draft_corrigendum(
    statement: Statement,
    *,
    fields: Mapping[str, Any],
    new_texts: Mapping[int | None, str],
    by: User,
    at: datetime,
) -> Corrigendum:
    """Stores the draft of a correction, instead of the one before.

    `given` has its reason, source and whether the words of before are hidden; `changed` the new
    words by number of the sentence's row, None for the introduction. Raises ValidationError where
    nothing is changed, where another one is circulated, or for who is no co-chair.
    """
    text = lock_text(statement)
    assert isinstance(text, Statement)
    check_may_decide(text, by, at)
    if text.state != StatementState.PUBLISHED:
        raise ValidationError(_("Only what is published is corrected. Change the draft instead."))
    row = text_in_progress(text) or Corrigendum(statement=text)
    assert isinstance(row, Corrigendum)
    if row.state != StatementState.DRAFT:
        raise ValidationError(_("The correction is circulated. Take it back to change it."))
    row.reason, row.source = fields["reason"], fields["source"]
    row.hides_previous_text = fields["hides_previous_text"]
    row.full_clean()
    row.save()
    row.rewordings.all().delete()
    sentences = {outcome.pk: outcome for outcome in text.outcomes.all()}
    before: dict[int | None, str] = {None: text.introduction}
    before |= {pk: outcome.text for pk, outcome in sentences.items()}
    found = [
        Rewording(
            corrigendum=row, outcome=sentences.get(pk) if pk else None, before=before[pk], after=new
        )
        for pk, new in new_texts.items()
        if pk in before and new != before[pk]
    ]
    if not found:
        raise ValidationError(_("Nothing is changed yet. Write the right words in their place."))
    for rewording in found:
        check_bidi_controls(rewording.after)
        rewording.full_clean()
        rewording.save()
    record_act("draft corrigendum", text, by, at)
    return row


@transaction.atomic
def discard_corrigendum(corrigendum: Corrigendum, *, by: User, at: datetime) -> None:
    """Gives a correction up; what was circulated is kept, and a mere draft is gone.

    Raises ValidationError for who is no co-chair, and where it is no draft.
    """
    row = lock_text(corrigendum)
    assert isinstance(row, Corrigendum)
    check_may_decide(row, by, at)
    if row.state != StatementState.DRAFT:
        raise ValidationError(_("It is circulated. Take it back before you give it up."))
    if row.versions.exists():
        row.state = Corrigendum.DISCARDED
        row.save()
    else:
        row.delete()
    record_act("discard corrigendum", row, by, at)


@transaction.atomic
def publish_corrigendum(corrigendum: Corrigendum, *, by: User, at: datetime) -> None:
    """Lets a correction hold: the words change, the old ones are kept, numbers stay.

    What was adopted elsewhere is corrected as its source records; what was signed here, once the
    correction is signed too. Raises ValidationError where that is not so, or for no co-chair.
    """
    row = lock_text(corrigendum)
    assert isinstance(row, Corrigendum)
    check_may_decide(row, by, at)
    statement = row.statement
    if statement.adoption == Statement.Adoption.SIGNED:
        check_signed(row, at)
    elif not row.source:
        raise ValidationError(_("Say where the right wording stands: fill in the source."))
    elif row.state != StatementState.DRAFT:
        raise ValidationError(_("There is nothing to publish."))
    for rewording in row.rewordings.select_related("outcome"):
        _apply_rewording(statement, rewording, hides_previous_text=row.hides_previous_text)
    row.state, row.published_at = StatementState.PUBLISHED, at
    row.full_clean()
    row.save()
    version = save_version(
        statement.pk, statement.canonical_text(), at=at, corrigendum_id=row.pk, published=True
    )
    record_act("publish corrigendum", row, by, at, f"version {version.number} {version.sha256}")


def _apply_rewording(
    statement: Statement, rewording: Rewording, *, hides_previous_text: bool
) -> None:
    target: Any = rewording.outcome or statement
    field = "text" if rewording.outcome else "introduction"
    if getattr(target, field) != rewording.before:
        raise ValidationError(
            _("The text was changed since this correction was written. Write it anew.")
        )
    setattr(target, field, rewording.after)
    if hides_previous_text:
        target._change_reason = REDACTED
    target.save()
