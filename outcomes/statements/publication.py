"""Publishing a statement that was adopted elsewhere."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.models import Statement, StatementVersion
from outcomes.sources.comparisons import check_compared
from outcomes.statements.agreement import record_act
from outcomes.statements.emails import tell_participants
from participants.models import User
from participants.permissions import may_decide


@transaction.atomic
def publish_statements(
    *, statements: Iterable[Statement], by: User, at: datetime
) -> list[Statement]:
    """Publishes those of them that the user may decide about, and returns these.

    Raises ValidationError without points, source or comparisons, or if one was circulated: that one
    needs signatures.
    """
    done = []
    for given in statements:
        statement = Statement.objects.select_for_update().get(pk=given.pk)
        is_publishable = (
            statement.state == statement.State.DRAFT
            and statement.adoption == statement.Adoption.SOURCE
        )
        if not is_publishable or not may_decide(by, statement, at):
            continue
        if statement.versions.filter(circulation__isnull=False).exists():
            raise ValidationError(
                _(
                    "This text was circulated in the portal. You can publish it only after the "
                    "circulation ends in agreement and both signatures are given."
                )
            )
        if not statement.source_title:
            raise ValidationError(
                _(
                    "Enter the source that shows where the text was adopted. A text agreed in "
                    "this portal is signed instead."
                )
            )
        publish_from_source(statement, by=by, at=at)
        done.append(statement)
    return done


def publish_from_source(statement: Statement, *, by: User | None, at: datetime) -> StatementVersion:
    """The only way to publish a text that no one signed here. The caller locks the statement.

    `by` is None for a command. Raises ValidationError without points or comparisons.
    """
    check_compared(statement)
    version = statement.publish(at)
    tell_participants(version, at=at)
    if by:
        detail = f"version {version.number} {version.sha256}"
        record_act("publish statement", statement, by, at, detail)
    return version
