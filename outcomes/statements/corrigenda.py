"""Corrigenda: corrections of a published statement."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from outcomes.models import Corrigendum, Rewording, Statement
from outcomes.models.canonical import check_bidi_controls
from outcomes.models.version import save_version
from outcomes.sources.comparisons import StatementComparisons, check_compared
from outcomes.statements.agreement import (
    StatementState,
    check_may_decide,
    lock_text,
    record_act,
    text_in_progress,
)
from outcomes.statements.emails import tell_participants
from outcomes.statements.signing import check_signed
from participants.decisions.kind import register
from participants.models import User
from participants.permissions import EventPermissions
from roundtable.history.redaction import redact_words
from roundtable.history.versions import REDACTED, one_version


class CorrigendumComparisons(StatementComparisons):
    """Of a correction of what was agreed elsewhere. Once two have compared it, it is public."""

    model = Corrigendum
    subject = "corrigendum"
    event_path = "statement__event"
    related = ("statement__event",)
    hashed = ("rewordings", "statement__outcomes")
    is_made_elsewhere = False
    effect = _lazy(
        "Two people of two organisations compare, word for word. Then it is public at once. What "
        "others found shows after you decide."
    )

    def lock_to_sign(self, primary_keys: Iterable[int]) -> list[Corrigendum]:
        """After their statements, as who publishes does."""
        found = Corrigendum.objects.filter(pk__in=list(primary_keys)).values("statement")
        list(Statement.objects.select_for_update().filter(pk__in=found).order_by("pk"))
        return self.lock(primary_keys)

    def make(self, item: Corrigendum, at: datetime) -> None:
        if item.state == StatementState.DRAFT:
            row = lock_text(item)  # without the sentences that were read before
            assert isinstance(row, Corrigendum)
            _publish(row, by=item.comparisons.latest("confirmed_at", "pk").by, at=at)
            item.refresh_from_db()


register(CorrigendumComparisons())


def corrections_to_publish(permissions: EventPermissions) -> QuerySet[Corrigendum]:
    """The drafts and the signed ones about which the user may decide."""
    rows = Corrigendum.objects.filter(state__in=[StatementState.DRAFT, StatementState.ADOPTED])
    to_compare = Q(statement__adoption=Statement.Adoption.SOURCE, compared__lt=2) & ~Q(source="")
    rows = rows.annotate(compared=Count("comparisons")).exclude(to_compare)
    if permissions.is_operator:
        return rows
    return rows.filter(statement__event__in=permissions.decidable)


@transaction.atomic
def draft_corrigendum(
    statement: Statement,
    *,
    fields: Mapping[str, Any],
    new_texts: Mapping[int | None, str],
    by: User,
    at: datetime,
) -> Corrigendum:
    """Saves the draft of a correction and replaces an earlier draft.

    `fields` has reason, source and hides_previous_text; `new_texts` the wording by outcome ID, or
    None for the introduction. Raises ValidationError if nothing changes, if a correction is
    circulated, or if the user may not decide about it.
    """
    text = lock_text(statement)
    assert isinstance(text, Statement)
    check_may_decide(text, by, at)
    if text.state != StatementState.PUBLISHED:
        raise ValidationError(_("You can correct only a published text. Change the draft instead."))
    row = text_in_progress(text) or Corrigendum(statement=text)
    assert isinstance(row, Corrigendum)
    if row.state != StatementState.DRAFT:
        raise ValidationError(_("The correction is circulated. Withdraw it before you change it."))
    if text.adoption == Statement.Adoption.SOURCE and not fields["source"]:
        raise ValidationError(_("The source is missing. Enter the source of the correct wording."))
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
        raise ValidationError(
            _("You have not changed any text. Enter the correct wording, then save again.")
        )
    for rewording in found:
        check_bidi_controls(rewording.after)
        rewording.full_clean()
        rewording.save()
    record_act("draft corrigendum", text, by, at)
    return row


@transaction.atomic
def discard_corrigendum(corrigendum: Corrigendum, *, by: User, at: datetime) -> None:
    """Deletes a draft only if it was never circulated. Raises ValidationError if not a draft."""
    row = lock_text(corrigendum)
    assert isinstance(row, Corrigendum)
    check_may_decide(row, by, at)
    if row.state != StatementState.DRAFT:
        raise ValidationError(_("The correction is circulated. Withdraw it before you discard it."))
    if row.versions.exists():
        row.state = Corrigendum.DISCARDED
        row.save()
    else:
        row.delete()
    record_act("discard corrigendum", row, by, at)


@transaction.atomic
def publish_corrigendum(corrigendum: Corrigendum, *, by: User, at: datetime) -> None:
    """Applies the new wording, keeps the old one, and publishes a new version.

    Raises ValidationError without signatures, or without a source if adopted elsewhere.
    """
    row = lock_text(corrigendum)
    assert isinstance(row, Corrigendum)
    check_may_decide(row, by, at)
    _publish(row, by=by, at=at)


def _publish(row: Corrigendum, *, by: User | None, at: datetime) -> None:
    """The statement is locked, and read since."""
    statement = row.statement
    if statement.adoption == Statement.Adoption.SIGNED:
        check_signed(row, at)
    elif not row.source:
        raise ValidationError(_("The source is missing. Enter the source of the correct wording."))
    elif row.state != StatementState.DRAFT:
        raise ValidationError(_("There is nothing to publish. Open the page again."))
    else:
        check_compared(row)
    rewordings = list(row.rewordings.select_related("outcome"))
    with one_version():
        for rewording in rewordings:
            _apply_rewording(statement, rewording, hides_previous_text=row.hides_previous_text)
    if row.hides_previous_text:
        for rewording in rewordings:
            _redact_previous_text(statement, rewording)
    row.state, row.published_at = StatementState.PUBLISHED, at
    row.full_clean()
    row.save()
    version = save_version(
        statement.pk, statement.canonical_text(), at=at, corrigendum_id=row.pk, published=True
    )
    tell_participants(version, at=at)
    record_act("publish corrigendum", row, by, at, f"version {version.number} {version.sha256}")


def _apply_rewording(
    statement: Statement, rewording: Rewording, *, hides_previous_text: bool
) -> None:
    target: Any = rewording.outcome or statement
    field = "text" if rewording.outcome else "introduction"
    if getattr(target, field) != rewording.before:
        raise ValidationError(
            _("The text changed after this correction was written. Write the correction again.")
        )
    setattr(target, field, rewording.after)
    if hides_previous_text:
        target._change_reason = REDACTED
    target.save()


def _redact_previous_text(statement: Statement, rewording: Rewording) -> None:
    """From versions of records and from corrections.

    Published texts stay as they were signed and sealed; no page shows this one.
    """
    target: Any = rewording.outcome or statement
    redact_words(type(target), target.pk, all_words=False)
    rows = Rewording.objects.filter(corrigendum__statement=statement, outcome=rewording.outcome)
    rows.update(before="(deleted 1)")
    rows.exclude(pk=rewording.pk).update(after="(deleted 2)")
