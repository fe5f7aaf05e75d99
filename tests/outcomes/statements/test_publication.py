"""Statements that were adopted elsewhere are published by a co-chair."""

import pytest
from django.core.exceptions import ValidationError

from outcomes.statements.publication import publish_statements
from tests.factories import (
    NOON,
    compare_with_source,
    make_event,
    make_grant,
    make_holder,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_editor_here_who_is_cochair_elsewhere_cannot_publish_a_statement() -> None:
    statement = make_statement(published=False, adoption="source", source_title="The hosts' page")
    user = make_holder(statement.event, role="editor")
    make_grant(user, make_event())
    assert publish_statements(statements=[statement], by=user, at=NOON) == []
    statement.refresh_from_db()
    assert statement.state == "draft"


def test_cochair_publishes_a_statement_only_with_its_source() -> None:
    user, statement = make_user(), make_statement(published=False, adoption="source")
    make_grant(user, statement.event)
    with pytest.raises(
        ValidationError, match="Enter the source that shows where the text was adopted"
    ):
        publish_statements(statements=[statement], by=user, at=NOON)
    statement.source_title = "The hosts' page"
    statement.save()
    compare_with_source(statement)
    assert publish_statements(statements=[statement], by=user, at=NOON) == [statement]


@pytest.mark.parametrize(("published", "adoption"), [(True, "source"), (False, "signed")])
def test_only_a_draft_adopted_elsewhere_is_published_without_signatures(
    published: bool, adoption: str
) -> None:
    user = make_user()
    statement = make_statement(
        published=published, adoption=adoption, source_title="The hosts' page"
    )
    make_grant(user, statement.event)
    assert publish_statements(statements=[statement], by=user, at=NOON) == []
    statement.refresh_from_db()
    assert statement.state == ("published" if published else "draft")
