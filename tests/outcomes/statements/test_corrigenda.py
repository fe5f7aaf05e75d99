"""Corrections of a published statement: agreed as it was, the words of before kept and shown."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from lxml import html

from outcomes.models import Circulation, Corrigendum, Outcome, Statement
from outcomes.statements import corrigenda, signing
from participants.models import User
from tests.factories import (
    compare_with_source,
    make_event,
    make_grant,
    make_holder,
    make_organisation,
    make_statement,
    make_user,
)
from tests.fixture_types import Sign
from tests.form_fields import press
from tests.page_text import page_html
from tests.recorded_fixtures import recorded
from tests.roundtable_files import (
    load_roundtable,
    rejection_messages,
    replace_text,
    write_complete_file,
)
from tests.sign_in import sign_in
from tests.silence_procedure import (
    AFTER_DEADLINE,
    CIRCULATED_AT,
    AgreementCase,
    make_agreement_case,
    make_corrigendum,
    make_rewording,
    press_agreement_button,
    publish_draft,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]


@pytest.fixture
@recorded
def table(db: None) -> AgreementCase:
    found = make_agreement_case(is_public=True)
    publish_draft(found)
    return found


def address(statement: Statement, name: str = "corrigendum", *more: int) -> str:
    return reverse(f"admin:outcomes_statement_{name}", args=[statement.pk, *more])


def asked() -> str:
    """The page of what goes round."""
    return reverse("my-circulation", args=[Circulation.objects.latest("pk").pk])


def link_of(page: str, words: str) -> str:
    """Where the only link with these words leads."""
    [address] = {
        link.get("href") for link in html.fromstring(page).iter("a") if words in link.text_content()
    }
    return str(address)


def opened(client: Client, statement: Statement) -> dict[str, Any]:
    page = client.get(address(statement)).context
    found = {"opened": page["opened"]}
    for field in page["form"]:
        if field.value() is not False:
            found[field.html_name] = field.value() or ""
    return found


def correct(client: Client, statement: Statement, **more: object) -> Any:
    point = statement.outcomes.get(number="1.b")
    sent = opened(client, statement) | {f"text-{point.pk}": "share what works, and what fails"}
    return client.post(address(statement), sent | {"reason": "It was said so."} | more)


def discard(client: Client, statement: Statement, seen: object = None) -> Any:
    seen = seen or opened(client, statement)["opened"]
    return client.post(address(statement, "discard_corrigendum"), {"opened": seen})


def test_signed_statement_is_corrected_by_same_procedure(
    client_of: Sign, table: AgreementCase
) -> None:
    client, statement = client_of(table.first), table.statement
    point, old = statement.outcomes.get(number="1.b"), Client().get("/roundtables/agree/")
    with time_machine.travel(AFTER_DEADLINE, tick=False):
        client = client_of(table.first)
        assert correct(client, statement).status_code == 302
        answer = press_agreement_button(client, statement, "publish")
        assert (
            "The text is not adopted yet. Each co-chair must sign it first."
            in answer.content.decode()
        )
        press_agreement_button(client, statement, "circulate", deadline="2026-03-20")
        page = client_of(table.speaker).get(asked()).content.decode()
    assert "This corrects the published statement: It was said so." in page
    assert "<ins>, and what fails</ins>" in page
    # Until it holds, everyone reads the words of before.
    assert "and what fails" not in Client().get("/roundtables/agree/").content.decode()
    corrigendum = Corrigendum.objects.get()
    later = AFTER_DEADLINE.replace(day=25)
    version = corrigendum.versions.get()
    for user in (table.first, table.second):
        assert list(signing.statements_to_sign(user, later)) == [statement]
        signing.sign(corrigendum, sha256=version.sha256, by=user, at=later)
        assert not signing.statements_to_sign(user, later)
    corrigenda.publish_corrigendum(corrigendum, by=table.first, at=later)
    point.refresh_from_db()
    assert (point.number, point.text) == ("1.b", "share what works, and what fails")
    shown = page_html(Client().get("/outcomes/agree/1.b/"))
    assert "Corrected on 25 March 2026: It was said so." in shown
    assert "share what works<ins>, and what fails</ins>" in shown
    page = page_html(Client().get("/roundtables/agree/"))
    assert "It was said so." in page
    assert "share what works<ins>, and what fails</ins>" in page
    # The words of before and their hash stay where they were.
    before = Client().get("/roundtables/agree/statement-1.txt").content.decode()
    assert "1.b     share what works\n" in before
    assert table.statement.versions.get(number=1).sha256 in old.content.decode()
    now = Client().get("/roundtables/agree/statement.txt").content.decode()
    assert "1.b     share what works, and what fails\n" in now


def test_correction_with_objection_is_not_agreed(client_of: Sign, table: AgreementCase) -> None:
    statement = table.statement
    with time_machine.travel(AFTER_DEADLINE, tick=False):
        client = client_of(table.first)
        correct(client, statement)
        press_agreement_button(client, statement, "circulate", deadline="2026-03-20")
        words = {"answer": "object", "text": "No.", "version": "none"}
        client_of(table.speaker).post(asked(), words)
        corrigendum = Corrigendum.objects.get()
        assert corrigendum.state == "draft"
        # What people were asked about is kept, and the way is free for another correction.
        discard(client, statement)
        corrigendum.refresh_from_db()
        assert corrigendum.state == "discarded"
        assert corrigendum.versions.exists()
        assert correct(client, statement, reason="Another one.").status_code == 302
    statement.refresh_from_db()
    assert statement.state == "published"
    assert Client().get("/outcomes/agree/1.b/").status_code == 200


@pytest.fixture
@recorded
def elsewhere(db: None) -> Statement:
    """Adopted elsewhere, and published as its source records."""
    return make_statement(
        make_event(slug="source", code="SRC"), source_title="Communiqué", introduction="We met."
    )


def cochair_of(statement: Statement, **fields: Any) -> User:
    return make_holder(statement.event, "chair@example.org", **fields)


def test_statement_adopted_elsewhere_is_corrected_from_source(
    client_of: Sign, elsewhere: Statement
) -> None:
    client = client_of(cochair_of(elsewhere))
    sent = opened(client, elsewhere) | {"reason": "A slip in copying.", "text-0": "We met in Bali."}
    # It looks required where it is.
    page = client.get(address(elsewhere)).content.decode()
    assert re.search(r'<input[^>]* name="source"[^>]* required', page) and "(optional)" not in page
    answer = client.post(address(elsewhere), sent)
    assert 'href="#id_source"' in answer.content.decode()
    client.post(address(elsewhere), sent | {"source": "Communiqué, page 1"})
    compare_with_source(Corrigendum.objects.get())
    page = page_html(Client().get("/roundtables/source/"))
    assert "We met <ins>in Bali</ins>." in page
    assert "Communiqué, page 1" in page
    assert "Text as published in the source. It was not signed in this portal." in page


def test_typo_is_corrected_with_four_presses_and_two(elsewhere: Statement) -> None:
    """Each link and button is one press; no one publishes it besides."""
    point = elsewhere.outcomes.get(number="1.a")
    Outcome.objects.filter(pk=point.pk).update(text="protect all who flee")
    elsewhere.publish(CIRCULATED_AT)
    browser, other = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    sign_in(browser, cochair_of(elsewhere, on_behalf_of=make_organisation()))
    second = make_holder(elsewhere.event, "2@example.org", on_behalf_of=make_organisation())
    sign_in(other, second)
    desk = browser.get("/admin/").content.decode()
    page = browser.get(link_of(desk, "Correct a published text"))  # 1
    # The text comes first, and what is asked about the correction after it.
    shown = page.content.decode()
    assert shown.index(f'name="text-{point.pk}"') < shown.index('name="reason"')
    typed = {"reason": "A slip.", f"text-{point.pk}": "Protect all who flee", "source": "Page 2"}
    saved = press(browser, page, address(elsewhere), "Save", **typed)  # 2
    text = page_html(saved)
    assert "once two people of two organisations compared it with its source." in text
    assert "<del>protect</del> <ins>Protect</ins> all who flee</p>" in text
    assert text.count("Edit or discard the correction") == 1
    compare = browser.get(link_of(text, "Compare with the source"), follow=True)  # 3
    own = compare.request["PATH_INFO"]
    assert "Its text is public" not in page_html(press(browser, compare, own, "Agree"))  # 4
    point.refresh_from_db()
    assert point.text == "protect all who flee"
    queue = other.get("/admin/decide/").content.decode()
    read = other.get(link_of(queue, "Compare a correction of the text"))  # 1
    assert "<del>protect</del> <ins>Protect</ins> all who flee</p>" in page_html(read)
    done = press(other, read, own, "Agree")  # 2
    assert "You agreed to 1 thing. 1 has its effect now." in page_html(done)
    assert "Protect</ins> all who flee" in page_html(Client().get("/roundtables/source/"))
    stranger, outside = make_user("other@example.org"), Client()
    make_grant(stranger, make_event())
    sign_in(outside, stranger)
    assert outside.get(own).status_code == 404


def test_invalid_correction_is_not_saved(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    point = statement.outcomes.get(number="1.b")
    unchanged = {f"text-{point.pk}": point.text}
    for change, sentence in (
        (unchanged, "You have not changed any text. Enter the correct wording, then save again."),
        ({"reason": ""}, "This field is required."),
        ({f"text-{point.pk}": " "}, "This field is required."),
    ):
        answer = correct(client, statement, **change)
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
    assert not Corrigendum.objects.exists()


def test_only_the_draft_that_was_seen_is_discarded(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    answer = discard(client, statement)  # before there is one
    assert answer.status_code == 400
    assert "This action is not possible now." in answer.content.decode()
    correct(client, statement)
    seen = opened(client, statement)["opened"]
    correct(client_of(table.second), statement, reason="Another one.")
    by_address = client.get(address(statement, "discard_corrigendum"))
    assert by_address.headers["Location"] == address(statement)
    answer = discard(client, statement, seen)
    assert answer.status_code == 400
    assert "Someone saved a correction after you opened this page." in answer.content.decode()
    assert Corrigendum.objects.get().reason == "Another one."
    discard(client, statement)
    assert not Corrigendum.objects.exists()  # it was never circulated


@pytest.mark.parametrize("role", ["cochair", "editor", "reader"])
def test_each_page_beside_a_published_text_opens(
    client_of: Sign, table: AgreementCase, role: str
) -> None:
    browser = client_of(make_holder(table.event, "other@example.org", role=role))
    answer = browser.get(address(table.statement, "agreement"))
    (links,) = html.fromstring(answer.content).find_class("ways")
    pages = {a.text_content(): a.get("href") for a in links.iter("a")}
    text = browser.get(pages["The text"])
    assert "protect those who were trafficked" in page_html(text)
    assert ("<textarea" in page_html(text)) == (role == "cochair")
    assert {browser.get(page).status_code for page in pages.values()} == {200}
    if role != "cochair":
        assert browser.get(address(table.statement)).status_code == 403
        assert browser.post(address(table.statement), {"reason": "x"}).status_code == 403


def test_a_draft_statement_has_no_corrections(client_of: Sign) -> None:
    table = make_agreement_case()
    assert client_of(table.first).get(address(table.statement)).status_code == 404


def test_hidden_text_is_absent_from_earlier_corrections(
    client_of: Sign, elsewhere: Statement
) -> None:
    """One correction brought the name in, the next takes it out for good."""
    client = client_of(cochair_of(elsewhere))
    for words, more in (
        ("Sari of the shelter spoke.", {}),
        ("A shelter spoke.", {"hides_previous_text": "on"}),
    ):
        sent = opened(client, elsewhere) | {"reason": "Better.", "source": "Page 1"}
        client.post(address(elsewhere), sent | {"text-0": words} | more)
        compare_with_source(Corrigendum.objects.get(state="draft"))
        press_agreement_button(client, elsewhere, "publish")
    elsewhere.refresh_from_db()
    assert elsewhere.introduction == "A shelter spoke."
    anyone, desk = Client(), client_of(make_holder(elsewhere.event, role="reader"))
    page = "/roundtables/source"
    for browser, path in (
        *((anyone, path) for path in (f"{page}/", "/changes/", f"{page}.atom")),
        *((anyone, f"{page}/statement{which}.txt") for which in ("", "-1", "-2", "-3")),
        *((desk, address(elsewhere, "version", number)) for number in (1, 2, 3)),
        (desk, address(elsewhere, "agreement")),
        (desk, address(elsewhere, "history")),
    ):
        assert "Sari" not in browser.get(path).content.decode(), path
    assert "The earlier wording is not shown." in anyone.get(f"{page}/").content.decode()
    assert anyone.get(f"{page}/statement-2.txt").status_code == 404
    assert anyone.get(f"{page}/statement.txt").status_code == 200
    assert "A shelter spoke." in desk.get(address(elsewhere, "version", 3)).content.decode()


def test_consulted_party_no_longer_sees_hidden_text(client_of: Sign, table: AgreementCase) -> None:
    statement, later = table.statement, AFTER_DEADLINE.replace(day=25)
    point = statement.outcomes.get(number="1.b")
    with time_machine.travel(AFTER_DEADLINE, tick=False):
        client = client_of(table.first)
        correct(
            client, statement, **{f"text-{point.pk}": "share it all", "hides_previous_text": "on"}
        )
        press_agreement_button(client, statement, "circulate", deadline="2026-03-20")
        assert "share what works" in client_of(table.speaker).get(asked()).content.decode()
    corrigendum = Corrigendum.objects.get()
    sha256 = corrigendum.versions.get().sha256
    for user in (table.first, table.second):
        signing.sign(corrigendum, sha256=sha256, by=user, at=later)
    corrigenda.publish_corrigendum(corrigendum, by=table.first, at=later)
    speaker = client_of(table.speaker)
    for circulation in Circulation.objects.all():
        page = speaker.get(reverse("my-circulation", args=[circulation.pk]))
        assert page.status_code == 200
        assert "share what works" not in page.content.decode()


def test_concurrent_correction_drafts_keep_both_texts(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    one, two = table.statement.outcomes.points()
    theirs = opened(second, table.statement)
    mine = opened(first, table.statement) | {f"text-{one.pk}": "protect everyone"}
    first.post(address(table.statement), mine | {"reason": "One."})
    theirs |= {"reason": "Two.", f"text-{two.pk}": "share it all"}
    answer = second.post(address(table.statement), theirs)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert (
        "Someone saved a correction after you opened this page. Your changes are not saved "
        "yet. Their correction is below. If you save now, yours replaces it."
    ) in text
    assert "1.a: “protect everyone”" in text
    assert "share it all</textarea>" in text
    assert [row.after for row in Corrigendum.objects.get().rewordings.all()] == ["protect everyone"]


def test_what_was_adopted_elsewhere_is_not_circulated(
    client_of: Sign, elsewhere: Statement
) -> None:
    with time_machine.travel(CIRCULATED_AT, tick=False):
        client = client_of(cochair_of(elsewhere))
        correct(client, elsewhere, source="Page 1")
        answer = press_agreement_button(client, elsewhere, "circulate", deadline="2026-03-20")
    assert answer.status_code == 400
    assert (
        "This statement was adopted elsewhere, so its source decides the correct text. "
        "Publish the correction without circulating it."
    ) in answer.content.decode()


# By a file ---------------------------------------------------------------------------------


def test_reimported_source_keeps_previous_text(tmp_path: Any) -> None:
    file = write_complete_file(tmp_path)
    load_roundtable(file)
    point = Outcome.objects.points()[0]
    load_roundtable(replace_text(file, f'text = "{point.text}"', 'text = "meet each year;"'))
    corrigendum = Corrigendum.objects.get()
    assert corrigendum.reason == "The source was read again."
    [row] = corrigendum.rewordings.all()
    assert (row.before, row.after) == (point.text, "meet each year;")
    assert list(Statement.objects.get().versions.values_list("number", flat=True)) == [1, 2]
    load_roundtable(file)
    assert Corrigendum.objects.count() == 1
    Statement.objects.update(adoption="signed")
    replace_text(file, 'title = "What was agreed"', 'title = "What was agreed"\nadoption="signed"')
    replace_text(file, 'text = "meet each year;"', 'text = "meet again and again;"')
    assert rejection_messages(file) == [
        (
            "[statement] The co-chairs signed this text in the portal. Correct it at the co-chairs'"
            " desk, not with a file."
        )
    ]
    assert Outcome.objects.points()[0].text == "meet each year;"


def test_import_cannot_restore_hidden_text(tmp_path: Any) -> None:
    file = write_complete_file(tmp_path)
    load_roundtable(file)
    point, statement = Outcome.objects.points()[0], Statement.objects.get()
    row = make_corrigendum(statement, hides_previous_text=True, source="Page 1")
    make_rewording(row, outcome=point, before=point.text, after="meet each year;")
    compare_with_source(row)
    [sentence] = rejection_messages(file)
    assert sentence == (
        "[statement] A correction deleted these words because they should never have been there. "
        "Delete them from the file too."
    )
    assert Outcome.objects.points()[0].text == "meet each year;"
