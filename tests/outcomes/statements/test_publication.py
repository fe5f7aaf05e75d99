"""Statements that were adopted elsewhere are published by a co-chair."""

import pytest
from django.core.exceptions import ValidationError

from outcomes.models import Statement
from outcomes.statements.publication import publish_statements
from participants.models import User
from tests.factories import (
    NOON,
    compare_with_source,
    make_event,
    make_grant,
    make_holder,
    make_statement,
)

pytestmark = pytest.mark.django_db


def published(statement: Statement, by: User) -> bool:
    done = publish_statements(statements=[statement], by=by, at=NOON)
    statement.refresh_from_db()
    return done == [statement]


def test_only_a_cochair_publishes_and_only_a_draft_with_its_source() -> None:
    statement = make_statement(published=False, adoption="source")
    user, editor = (make_holder(statement.event, role=role) for role in ("cochair", "editor"))
    make_grant(editor, make_event())
    with pytest.raises(
        ValidationError, match="Enter the source that shows where the text was adopted"
    ):
        published(statement, user)
    statement.source_title = "The hosts' page"
    statement.save()
    compare_with_source(statement)
    assert not published(statement, editor)
    Statement.objects.update(adoption="signed")
    assert not published(statement, user)
    assert statement.state == "draft"
    Statement.objects.update(adoption="source")
    assert published(statement, user)
    assert not published(statement, user)
    assert statement.state == "published"
