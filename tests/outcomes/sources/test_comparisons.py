"""No one alone publishes a text as its source records, or corrects it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from outcomes.models import Commitment, Corrigendum, SourceComparison, Statement
from outcomes.sources.comparisons import RELEASED, RELEASED_REFERENCES
from outcomes.sources.hashes import source_hash
from outcomes.statements import corrigenda
from outcomes.statements.corrigenda import draft_corrigendum
from outcomes.statements.publication import publish_statements
from outcomes.statements.verify import find_statement_faults
from participants.decisions.engine import sign
from participants.decisions.kind import kind_of
from participants.models import Delegate, User
from roundtable.audit.mirror import bring_up_to_date
from tests.factories import (
    compare_with_source,
    mark_as_earlier,
)
from tests.form_fields import press
from tests.page_text import get_text, page_html, page_text
from tests.recorded_fixtures import recorded
from tests.roundtable_files import (
    RECORD_2018,
    load_demo,
    load_roundtable,
    replace_text,
    write_complete_file,
)
from tests.silence_procedure import (
    CIRCULATED_AT,
    AgreementCase,
    make_agreement_case,
    press_agreement_button,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]
NEEDS_TWO = "Two people of two organisations must compare this text with its source"
COMPARED = (
    "Compared with the source by two organisations: Indonesia on 2 March 2026, "
    "Australia on 2 March 2026."
)
SAME_BODY = "Someone of an organisation that you act for or work for has already compared this text"


@pytest.fixture
@recorded
def case(db: None) -> AgreementCase:
    """The text is not made here: it has a source."""
    found = make_agreement_case(is_public=True)
    found.statement.source_title = "Communiqué"
    found.statement.save()
    for organisation, country in zip(found.cochairs, ("ID", "AU"), strict=True):
        organisation.country = country
        organisation.save()
    return found


def compare_url(statement: Statement) -> str:
    return reverse("admin:outcomes_statement_compare", args=[statement.pk])


def compare(client: Client, statement: Statement) -> None:
    page = client.get(compare_url(statement), follow=True)
    answer = press(client, page, page.request["PATH_INFO"], "Agree")
    assert "You agreed to 1 thing." in page_text(answer)


def by_command(user: User, text: Statement | Corrigendum) -> None:
    assert sign(kind_of(text), {text.pk: source_hash(text)}, by=user, at=CIRCULATED_AT)


@time_machine.travel(CIRCULATED_AT, tick=False)
def test_one_cochair_alone_cannot_publish_an_invented_text(
    client_of: Sign, case: AgreementCase
) -> None:
    client, statement = client_of(case.first), case.statement
    answer = press_agreement_button(client, statement, "publish")
    assert NEEDS_TWO in answer.content.decode()
    compare(client, statement)
    again = client.get(compare_url(statement), follow=True)
    assert SAME_BODY in page_text(again) and 'value="agree"' not in again.content.decode()
    answer = press_agreement_button(client, statement, "publish")
    assert answer.status_code == 400
    assert "Publish the text as adopted" not in answer.content.decode()
    with pytest.raises(ValidationError, match=NEEDS_TWO):
        publish_statements(statements=[statement], by=case.first, at=CIRCULATED_AT)
    assert SourceComparison.objects.count() == 1
    compare(client_of(case.second), statement)
    press_agreement_button(client, statement, "publish")
    statement.refresh_from_db()
    assert statement.state == "published"
    page = get_text(Client(), "/roundtables/agree/")
    assert COMPARED in page
    assert find_statement_faults() == []


@time_machine.travel(CIRCULATED_AT, tick=False)
def test_one_cochair_alone_cannot_correct_a_published_point(
    client_of: Sign, case: AgreementCase
) -> None:
    statement, client = case.statement, client_of(case.first)
    compare_with_source(statement)
    press_agreement_button(client, statement, "publish")
    statement.refresh_from_db()
    point = statement.outcomes.get(number="1.b")
    fields = {"reason": "A slip.", "source": "Page 2", "hides_previous_text": True}
    new_texts: dict[int | None, str] = {point.pk: "share nothing"}
    row = draft_corrigendum(
        statement, fields=fields, new_texts=new_texts, by=case.first, at=CIRCULATED_AT
    )
    compare(client, statement)
    assert NEEDS_TWO in press_agreement_button(client, statement, "publish").content.decode()
    point.refresh_from_db()
    assert point.text == "share what works"
    page = client_of(case.second).get(compare_url(statement), follow=True).content.decode()
    assert "no one can read the earlier wording" in page
    assert "share <del>what works</del> <ins>nothing</ins></p>" in page
    # What was compared is not what would be published: also its reason is public.
    draft_corrigendum(
        statement,
        fields=fields | {"reason": "Belize asked for it."},
        new_texts=new_texts,
        by=case.first,
        at=CIRCULATED_AT,
    )
    row.refresh_from_db()
    with pytest.raises(ValidationError, match=NEEDS_TWO):
        corrigenda.publish_corrigendum(row, by=case.first, at=CIRCULATED_AT)
    compare(client_of(case.second), statement)
    point.refresh_from_db()
    assert point.text == "share what works"
    compare(client, statement)
    point.refresh_from_db()
    assert point.text == "share nothing"
    assert find_statement_faults() == []


def test_comparison_is_void_once_the_content_changes(case: AgreementCase) -> None:
    statement = case.statement
    compare_with_source(statement)
    statement.title = "Other words"
    statement.save()
    with pytest.raises(ValidationError, match=NEEDS_TWO):
        publish_statements(statements=[statement], by=case.first, at=CIRCULATED_AT)
    by_command(case.first, statement)
    assert SourceComparison.objects.get().by == case.first


def test_comparison_by_a_suspended_person_does_not_count(case: AgreementCase) -> None:
    by_command(case.first, case.statement)
    by_command(case.second, case.statement)
    case.second.grants.update(suspended_at=CIRCULATED_AT, effective_on=None)
    with pytest.raises(ValidationError, match=NEEDS_TWO):
        publish_statements(statements=[case.statement], by=case.first, at=CIRCULATED_AT)


def test_signed_texts_are_not_compared(client_of: Sign, case: AgreementCase) -> None:
    Statement.objects.update(adoption="signed")
    assert client_of(case.first).get(compare_url(case.statement)).status_code == 404


# By a file ---------------------------------------------------------------------------------


def test_command_does_not_publish_or_correct_what_no_one_compared(tmp_path: Path) -> None:
    file = write_complete_file(tmp_path)
    with pytest.raises(CommandError, match=NEEDS_TWO):
        call_command("load_roundtable", str(file), verbosity=0)
    assert not Statement.objects.exists()
    load_roundtable(file)
    replace_text(file, 'text = "meet again;"', 'text = "never meet again;"')
    with pytest.raises(CommandError, match=r"This text is published\. Correct it at the co-chairs"):
        call_command("load_roundtable", str(file), verbosity=0)
    assert not Corrigendum.objects.exists()


def test_release_confirms_what_it_ships(settings: Any) -> None:
    settings.DEBUG = True
    call_command("load_roundtable", str(RECORD_2018), verbosity=0)
    load_demo(date(2026, 3, 1))
    settings.DEBUG = False
    rows = Statement.objects.select_related("event")
    commitments = Commitment.objects.filter(event__code="BP2018")
    first_release = {"5ec85ce39483d043d3a8269485aa876dfb3bdcf25afdaf1f404be9bafde76149"}
    assert {source_hash(row) for row in [*rows, *commitments]} == RELEASED - first_release
    assert {row.reference for row in commitments} == RELEASED_REFERENCES
    assert (len(RELEASED), rows.count(), commitments.count()) == (5, 2, 2)
    assert {row.state for row in Commitment.objects.all()} == {"public"}
    assert find_statement_faults() == []
    page = Client().get("/roundtables/bali-process-2018/").content.decode()
    assert "two confirmations" not in page
    assert "ompared" not in page


def test_earlier_statements_say_so(client_of: Sign, case: AgreementCase, capsys: Any) -> None:
    statement = case.statement
    statement.publish(CIRCULATED_AT)
    missing = "AG: two organisations have not compared version 1 with its source."
    assert missing in find_statement_faults()
    mark_as_earlier(statement.versions.get())
    assert find_statement_faults() == []
    bring_up_to_date([])
    call_command("verify")
    earlier = "AG: version 1 was published before two confirmations were required."
    assert earlier in capsys.readouterr().out
    sentence = "Published before two confirmations were required."
    assert sentence in page_html(Client().get("/roundtables/agree/"))
    desk = client_of(case.first)
    address = reverse("admin:outcomes_statement_agreement", args=[statement.pk])
    assert sentence in desk.get(address).content.decode()
    # Two organisations can still compare it.
    for user in (case.first, case.second):
        compare(client_of(user), statement)
    assert sentence not in page_html(Client().get("/roundtables/agree/"))
