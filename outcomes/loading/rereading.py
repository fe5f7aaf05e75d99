"""A published statement whose source was read again: other words are a correction, and kept."""

from datetime import datetime

from django.utils.translation import gettext as _

from outcomes.loading.report import Report
from outcomes.models import Corrigendum, Rewording, Statement
from outcomes.models.statement import keep_version

Words = dict[int | None, str]


def words_of(statement: Statement) -> Words:
    """What stands there now, by number of the row; None for the introduction."""
    return {None: statement.introduction, **dict(statement.outcomes.values_list("pk", "text"))}


def keep_reading(
    statement: Statement, before: Words, *, place: str, report: Report, at: datetime
) -> None:
    """Keeps the words of before, as a correction by the source, where the file says others.

    What the co-chairs signed here is no file's to change: that is refused.
    """
    text = statement.wording()
    latest = statement.versions.filter(published_at__isnull=False).order_by("-number").first()
    if latest and latest.text == text:
        return
    if statement.adoption == Statement.Adoption.SIGNED:
        report.refuse(
            place,
            _("The co-chairs signed this text here. Correct it at the desk, not with a file."),
        )
        return
    if statement.corrigenda.exclude(state=Statement.State.PUBLISHED).exists():
        report.refuse(
            place, _("A correction of this text is being written at the desk. Finish it first.")
        )
        return
    new = {n: words for n, words in words_of(statement).items() if words != before.get(n, "")}
    taken_out = Rewording.objects.filter(
        corrigendum__in=statement.corrigenda.filter(
            state=Statement.State.PUBLISHED, hides_before=True
        )
    )
    if any((row.outcome_id, row.before) in new.items() for row in taken_out):
        report.refuse(
            place,
            _("A correction took these words out, for they should never have stood there."),
        )
        return
    corrigendum = Corrigendum(
        statement=statement,
        reason=_("Its source was read again."),
        source=statement.source_title,
        state=Statement.State.PUBLISHED,
        published_at=at,
    )
    corrigendum.full_clean()
    corrigendum.save()
    rows = {row.pk: row for row in statement.outcomes.all()}
    for number, after in new.items():
        Rewording(
            corrigendum=corrigendum,
            outcome=rows[number] if number else None,
            before=before.get(number, ""),
            after=after,
        ).save()
    keep_version(statement, text, at=at, corrigendum=corrigendum, published=True)
