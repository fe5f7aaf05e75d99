"""Corrigenda: new words for a published statement, agreed as the statement itself was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.models import Corrigendum, Rewording, Statement
from outcomes.models.statement import keep_version
from outcomes.statements.agreement import State, check_decides, in_agreement, locked, record
from outcomes.statements.canonical import check_direction
from outcomes.statements.signing import check_signed
from participants.models import User
from roundtable.history import TAKEN_OUT


@transaction.atomic
def draft_corrigendum(
    statement: Statement,
    *,
    given: Mapping[str, Any],
    changed: Mapping[int | None, str],
    by: User,
    at: datetime,
) -> Corrigendum:
    """Stores the draft of a correction, instead of the one before.

    `given` has its reason, source and whether the words of before are hidden; `changed` the new
    words by number of the sentence's row, None for the introduction. Raises ValidationError where
    nothing is changed, where another one is circulated, or for who is no co-chair.
    """
    text = locked(statement)
    assert isinstance(text, Statement)
    check_decides(text, by, at)
    if text.state != State.PUBLISHED:
        raise ValidationError(_("Only what is published is corrected. Change the draft instead."))
    row = in_agreement(text) or Corrigendum(statement=text)
    assert isinstance(row, Corrigendum)
    if row.state != State.DRAFT:
        raise ValidationError(_("The correction is circulated. Take it back to change it."))
    row.reason, row.source = given["reason"], given["source"]
    row.hides_before = given["hides_before"]
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
        for pk, new in changed.items()
        if pk in before and new != before[pk]
    ]
    if not found:
        raise ValidationError(_("Nothing is changed yet. Write the right words in their place."))
    for rewording in found:
        check_direction(rewording.after)
        rewording.full_clean()
        rewording.save()
    record("draft corrigendum", text, by, at)
    return row


@transaction.atomic
def discard(corrigendum: Corrigendum, *, by: User, at: datetime) -> None:
    """Gives a correction up; what was circulated is kept, and a mere draft is gone.

    Raises ValidationError for who is no co-chair, and where it is no draft.
    """
    row = locked(corrigendum)
    assert isinstance(row, Corrigendum)
    check_decides(row, by, at)
    if row.state != State.DRAFT:
        raise ValidationError(_("It is circulated. Take it back before you give it up."))
    if row.versions.exists():
        row.state = Corrigendum.GIVEN_UP
        row.save()
    else:
        row.delete()
    record("discard corrigendum", row, by, at)


@transaction.atomic
def publish_corrigendum(corrigendum: Corrigendum, *, by: User, at: datetime) -> None:
    """Lets a correction hold: the words change, the old ones are kept, numbers stay.

    What was adopted elsewhere is corrected as its source records; what was signed here, once the
    correction is signed too. Raises ValidationError where that is not so, or for no co-chair.
    """
    row = locked(corrigendum)
    assert isinstance(row, Corrigendum)
    check_decides(row, by, at)
    statement = row.statement
    if statement.adoption == Statement.Adoption.SIGNED:
        check_signed(row, at)
    elif not row.source:
        raise ValidationError(_("Say where the right wording stands: fill in the source."))
    elif row.state != State.DRAFT:
        raise ValidationError(_("There is nothing to publish."))
    for rewording in row.rewordings.select_related("outcome"):
        _reword(statement, rewording, hides_before=row.hides_before)
    row.state, row.published_at = State.PUBLISHED, at
    row.full_clean()
    row.save()
    version = keep_version(statement, statement.wording(), at=at, corrigendum=row, published=True)
    record("publish corrigendum", row, by, at, f"version {version.number} {version.sha256}")


def _reword(statement: Statement, rewording: Rewording, *, hides_before: bool) -> None:
    target: Any = rewording.outcome or statement
    field = "text" if rewording.outcome else "introduction"
    if getattr(target, field) != rewording.before:
        raise ValidationError(
            _("The text was changed since this correction was written. Write it anew.")
        )
    setattr(target, field, rewording.after)
    if hides_before:
        target._change_reason = TAKEN_OUT
    target.save()
