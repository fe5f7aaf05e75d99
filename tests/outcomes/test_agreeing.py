"""Silence and two keys: a text goes round, is objected to or met with silence, and is signed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from outcomes.models import Circulation, Reply, SignOff
from outcomes.statements import agreement, signing, silence_procedure
from outcomes.statements.canonical import digest
from participants.models import Delegate, EventRole, Grant, User
from roundtable.audit.log import AuditEntry
from tests.agreeing import (
    AFTER,
    AT,
    DEADLINE,
    Table,
    circulated,
    desk_of,
    make_table,
    press,
    published,
    signed,
)
from tests.factories import make_event, make_grant, make_role, make_user
from tests.recorded import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]


@pytest.fixture
@recorded
def table(db: None) -> Table:
    return make_table()


@pytest.fixture
def clock() -> "time_machine.Traveller":  # type: ignore[misc]
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def page_of(circulation: Circulation) -> str:
    return reverse("my-circulation", args=[circulation.pk])


def new(deliver: Deliver) -> list[tuple[str, str]]:
    """To whom a letter went since this was last asked, and its subject."""
    found = sorted((letter.to[0], str(letter.subject)) for letter in deliver())
    mail.outbox.clear()
    return found


def test_a_whole_way_from_draft_to_published(
    client_of: Sign, table: Table, clock: "time_machine.Traveller", deliver: Deliver
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    speaker, address = client_of(table.speaker), desk_of(table.statement)
    text = first.get(address).content.decode()
    assert "4 organisations are asked." in text
    # Nobody of these could answer, and the page says so before anything is sent.
    assert re.search(r"Nobody can sign in.*Australia.*Indonesia.*Ministry", text, re.S)
    assert "Shelter" not in text.split("Nobody can sign in")[1].split("</p>")[0]
    answer = press(first, table.statement, "circulate", deadline="2026-03-09")
    assert "Version 1 goes round: 4 organisations are asked." in answer.content.decode()
    assert new(deliver) == [("sari@example.org", "A text to agree on")]

    # The shelter objects; the text stops for everybody.
    circulation = Circulation.objects.get()
    asked = speaker.get(page_of(circulation)).content.decode()
    assert "protect those who were trafficked" in asked
    assert "If your organisation says nothing until then, it has agreed." in asked
    assert "Who works as a co-chair reads who answers what (Australia, Indonesia)" in asked
    sent = {"answer": "object", "text": "Say children too.", "seen": "none"}
    answer = speaker.post(page_of(circulation), sent, follow=True)
    assert "Your objection is with the co-chairs" in answer.content.decode()
    table.statement.refresh_from_db()
    assert table.statement.state == "draft"
    assert new(deliver) == [
        ("australia@example.org", "A text was objected to"),
        ("indonesia@example.org", "A text was objected to"),
        ("sari@example.org", "A text was stopped"),
    ]
    text = second.get(address).content.decode()
    assert "Version 1 was objected to." in text
    assert "Say children too." in text

    # The same text does not go round twice; a changed one does, and silence agrees.
    answer = press(first, table.statement, "circulate", deadline="2026-03-09")
    assert answer.status_code == 400
    assert "This very text was objected to." in answer.content.decode()
    point = table.statement.outcomes.points()[0]
    point.text = "protect those who were trafficked, children first"
    point.save()
    press(first, table.statement, "circulate", deadline="2026-03-09")
    later = Circulation.objects.get(version__number=2)
    shown = speaker.get(page_of(later)).content.decode()
    assert "What changed since version 1" in shown
    assert "<ins>, children first</ins>" in shown
    answer = press(first, table.statement, "sign", sha256=later.version.sha256)
    assert "The participants still have time to answer." in answer.content.decode()
    clock.move_to(AFTER + timedelta(days=1))
    first, second = client_of(table.first), client_of(table.second)
    speaker = client_of(table.speaker)
    assert "nobody objected: this version is agreed" in speaker.get(page_of(later)).content.decode()
    call_command("remind")
    assert ("indonesia@example.org", "A text waits for your signature") in new(deliver)

    # Both sign, and one publishes.
    assert f"Sign for {table.cochairs[0].short}" in first.get(address).content.decode()
    text = press(first, table.statement, "sign").content.decode()
    assert "The other co-chair&#x27;s signature is awaited." in text
    assert "Sign for" in second.get(address).content.decode()
    assert press(first, table.statement, "publish").status_code == 400
    text = press(second, table.statement, "sign").content.decode()
    assert "it is adopted" in text
    press(first, table.statement, "publish")
    table.statement.refresh_from_db()
    assert (table.statement.state, table.statement.adoption) == ("published", "signed")
    assert table.statement.outcomes.points().values_list("number", flat=True)[0] == "1.a"
    assert later.version.sha256 == table.statement.versions.get(published_at__isnull=False).sha256
    acts = AuditEntry.objects.filter(detail__startswith="AG ").values_list("act", flat=True)
    assert list(acts) == [
        "circulate statement",
        "answer circulation",
        "circulate statement",
        "sign statement",
        "sign statement",
        "adopt statement",
        "publish statement",
    ]


def test_a_published_page_names_who_signed(client_of: Sign) -> None:
    table = make_table(is_public=True)
    published(table)
    text = Client().get("/roundtables/agree/").content.decode()
    assert re.search(r"Signed here by the co-chairs\. Australia on \S+ \S+ \S+, Indonesia on", text)
    assert "adopted here, and signed by the co-chairs" in text


# Silence -----------------------------------------------------------------------------------


def test_silence_needs_nobody_to_count_it(table: Table) -> None:
    circulation = circulated(table)
    assert circulation.standing(DEADLINE - timedelta(seconds=1)) == "open"
    assert circulation.standing(DEADLINE) == "agreed"


def test_who_was_asked_is_kept(table: Table) -> None:
    observer = make_role(table.event, role=EventRole.Role.OBSERVER).organisation
    circulation = circulated(table)
    make_role(table.event)  # came later
    asked = [reply.organisation.name for reply in circulation.replies.all()]
    assert asked == ["Australia", "Example Shelter", "Indonesia", "Ministry of Silence"]
    assert observer.name not in asked


@pytest.mark.parametrize(
    ("deadline", "sentence"),
    [
        (AT + timedelta(hours=23), "at least one whole day"),
        (AT + timedelta(days=400), "at most a year"),
    ],
)
def test_deadlines_leave_time(table: Table, deadline: object, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        silence_procedure.circulate(
            table.statement,
            deadline=deadline,  # type: ignore[arg-type]
            by=table.first,
            at=AT,
        )
    assert not Circulation.objects.exists()


def test_nothing_goes_round_without_a_point_or_anybody_to_ask(table: Table) -> None:
    table.statement.outcomes.points().delete()
    with pytest.raises(ValidationError, match="There is no point yet"):
        circulated(table)


def test_an_answer_may_change_until_the_deadline(client_of: Sign, table: Table) -> None:
    circulation = circulated(table)
    browser, address = client_of(table.speaker), page_of(circulation)
    with time_machine.travel(AT, tick=False):
        browser.post(address, {"answer": "comment", "text": "Fine.", "seen": "none"})
        reply = circulation.replies.get(organisation=table.shelter)
        assert (reply.answer, reply.text) == ("comment", "Fine.")
        # Somebody who did not see that answer does not replace it.
        answer = browser.post(address, {"answer": "agree", "seen": "none"})
        assert answer.status_code == 400
        assert "A colleague answered after you opened this page." in answer.content.decode()
    with time_machine.travel(AT + timedelta(hours=1), tick=False):
        seen = silence_procedure.said_so_far(reply)
        browser.post(address, {"answer": "agree", "text": "Gone.", "seen": seen})
    reply.refresh_from_db()
    assert (reply.answer, reply.text) == ("agree", "")
    with time_machine.travel(AFTER, tick=False):
        answer = browser.post(address, {"answer": "object", "text": "Late", "seen": seen})
    assert answer.status_code == 400
    assert "It is over" in answer.content.decode()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("object", "Say what you object to, and what would be acceptable."),
        ("comment", "Write your comment, or choose “Agree”."),
        ("shrug", "Select a valid choice."),
        ("", "This field is required."),
    ],
)
def test_answers_without_words_change_nothing(
    client_of: Sign, table: Table, answer: str, sentence: str
) -> None:
    circulation = circulated(table)
    with time_machine.travel(AT, tick=False):
        page = client_of(table.speaker).post(
            page_of(circulation), {"answer": answer, "seen": "none"}
        )
    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert not Reply.objects.exclude(answer="").exists()


def test_other_participants_learn_of_an_objection_and_not_of_whom(
    client_of: Sign, table: Table
) -> None:
    circulation = circulated(table)
    other = make_user("ministry@example.org")
    person = Delegate.objects.create(
        name="Mina", user=other, consented_at=AT, reviewed_on=AT.date()
    )
    person.participations.create(
        event=table.event, organisation=table.ministry, confirmed_by=table.first, confirmed_at=AT
    )
    reply = circulation.replies.get(organisation=table.shelter)
    silence_procedure.answer(
        reply, answer="object", text="zq words", seen="none", by=table.first, at=AT
    )
    text = client_of(person).get(page_of(circulation)).content.decode()
    assert "Somebody objected, so this version does not go on." in text
    assert "Shelter" not in text
    assert "zq words" not in text


def test_who_is_silent_is_reminded_once(table: Table, deliver: Deliver) -> None:
    circulated(table)
    new(deliver)
    told = silence_procedure.remind_of_circulations
    assert told(at=AT + timedelta(days=3)) == 0
    assert told(at=DEADLINE - timedelta(days=1)) == 1
    assert new(deliver) == [("sari@example.org", "A text waits for your answer")]
    assert told(at=DEADLINE - timedelta(hours=5)) == 0


def test_whoever_answered_is_not_reminded(table: Table, deliver: Deliver) -> None:
    circulation = circulated(table)
    deliver()
    reply = circulation.replies.get(organisation=table.shelter)
    silence_procedure.answer(reply, answer="agree", text="", seen="none", by=table.first, at=AT)
    assert silence_procedure.remind_of_circulations(at=DEADLINE - timedelta(days=1)) == 0


def test_whoever_hides_gets_no_letter(table: Table, deliver: Deliver) -> None:
    table.speaker.paused_at = AT
    table.speaker.save()
    circulated(table)
    assert deliver() == []


def test_letters_hold_no_word_of_the_text(table: Table, deliver: Deliver) -> None:
    circulated(table)
    [letter] = deliver()
    whole = f"{letter.subject} {letter.body} {letter.alternatives}"
    assert "trafficked" not in whole
    assert "Bali" not in whole
    # 12:00 by the clocks of the portal
    assert "You may answer until 9 March 2026, 19:00 (Asia/Bangkok)." in whole


# Two keys ----------------------------------------------------------------------------------


def test_any_edit_voids_what_was_signed(table: Table) -> None:
    version = circulated(table).version
    signing.sign(table.statement, sha256=version.sha256, by=table.first, at=AFTER)
    table.statement.refresh_from_db()
    assert [bool(key.signed_at) for key in signing.keys(table.statement)] == [False, True]
    point = table.statement.outcomes.points()[1]
    point.text = "share what works."
    point.save()
    assert not signing.hold(table.statement)
    with pytest.raises(ValidationError, match="changed after it was agreed"):
        signing.sign(table.statement, sha256=version.sha256, by=table.second, at=AFTER)


@pytest.mark.parametrize("change", ["order", "title", "introduction", "language", "lead-in"])
def test_every_part_of_the_text_counts(table: Table, change: str) -> None:
    circulated(table)
    statement = table.statement
    if change == "order":
        statement.outcomes.filter(position=2).update(position=0)
    elif change == "lead-in":
        statement.outcomes.filter(parent=None).update(text="Participants agree:")
    else:
        setattr(statement, change, {"language": "fr"}.get(change, "Other words"))
        statement.save()
    with pytest.raises(ValidationError, match="changed after it was agreed"):
        agreement.settled_circulation(statement, AFTER)


def test_no_edit_between_the_second_signature_and_publishing(table: Table) -> None:
    statement = signed(table)
    statement.introduction = "We met elsewhere."
    statement.save()
    with pytest.raises(ValidationError, match="changed after it was agreed"):
        signing.publish_signed(statement, by=table.first, at=AFTER)
    statement.refresh_from_db()
    assert statement.state == "adopted"


def test_taking_it_back_voids_the_signatures(table: Table) -> None:
    statement = signed(table)
    silence_procedure.take_back(statement, by=table.second, at=AFTER)
    statement.refresh_from_db()
    assert statement.state == "draft"
    assert not signing.hold(statement)
    with pytest.raises(ValidationError, match="Each co-chair signs it first"):
        signing.publish_signed(statement, by=table.first, at=AFTER)


def test_one_person_has_one_key(table: Table) -> None:
    """Even one with a grant for either co-chair, given by an operator's slip."""
    version = circulated(table).version
    signing.sign(table.statement, sha256=version.sha256, by=table.first, at=AFTER)
    Grant.objects.filter(user=table.first).update(on_behalf_of=table.cochairs[1])
    with pytest.raises(ValidationError, match="You have signed already"):
        signing.sign(table.statement, sha256=version.sha256, by=table.first, at=AFTER)
    assert SignOff.objects.exclude(signed_at=None).count() == 1


def test_one_cochair_has_one_key(table: Table) -> None:
    colleague = make_user("colleague@example.org")
    make_grant(colleague, table.event, on_behalf_of=table.cochairs[0])
    version = circulated(table).version
    signing.sign(table.statement, sha256=version.sha256, by=table.first, at=AFTER)
    with pytest.raises(ValidationError, match="This co-chair has signed already"):
        signing.sign(table.statement, sha256=version.sha256, by=colleague, at=AFTER)


def test_a_roundtable_with_one_cochair_circulates_nothing(table: Table) -> None:
    table.event.roles.filter(organisation=table.cochairs[1]).delete()
    with pytest.raises(ValidationError, match="Two keys are needed"):
        circulated(table)


def test_who_signs_is_settled_when_it_goes_round(table: Table) -> None:
    """Roles are an editor's to change: a key is not."""
    version = circulated(table).version
    role = table.event.roles.get(organisation=table.cochairs[1])
    role.organisation = table.ministry
    role.save()
    friend = make_user("friend@example.org")
    make_grant(friend, table.event, on_behalf_of=table.ministry)
    assert not signing.sign(table.statement, sha256=version.sha256, by=table.first, at=AFTER)
    with pytest.raises(ValidationError, match="Only somebody with a grant"):
        signing.sign(table.statement, sha256=version.sha256, by=friend, at=AFTER)
    table.event.roles.all().delete()
    assert signing.sign(table.statement, sha256=version.sha256, by=table.second, at=AFTER)


def test_nothing_is_published_without_keys(table: Table) -> None:
    statement = signed(table)
    SignOff.objects.all().delete()
    with pytest.raises(ValidationError, match="A signature does not hold"):
        signing.publish_signed(statement, by=table.first, at=AFTER)


def test_a_key_is_shown_until_it_is_used(client_of: Sign, table: Table) -> None:
    circulated(table)
    with time_machine.travel(AFTER, tick=False):
        first = client_of(table.first)
        assert "Sign for Indonesia" in first.get(desk_of(table.statement)).content.decode()
        press(first, table.statement, "sign")
        page = press(first, table.statement, "sign").content.decode()
    assert "This co-chair has signed already." in page
    assert "for another co-chair" not in page
    assert "Sign for Indonesia" not in page


@pytest.mark.parametrize("who", ["operator", "editor", "host", "ended"])
def test_nobody_else_signs(table: Table, who: str) -> None:
    version = circulated(table).version
    user = make_user(f"{who}@example.org", is_superuser=who == "operator")
    if who == "editor":
        make_grant(user, table.event, role="editor", on_behalf_of=table.cochairs[0])
    elif who == "host":
        make_grant(user, table.event, on_behalf_of=table.ministry)
    elif who == "ended":
        make_grant(
            user,
            table.event,
            on_behalf_of=table.cochairs[0],
            valid_until=(AFTER - timedelta(days=1)).date(),
        )
    with pytest.raises(ValidationError, match="Only somebody with a grant"):
        signing.sign(table.statement, sha256=version.sha256, by=user, at=AFTER)


def test_another_text_than_the_one_that_was_read_is_not_signed(table: Table) -> None:
    circulated(table)
    with pytest.raises(ValidationError, match="changed since you read it"):
        signing.sign(table.statement, sha256="0" * 64, by=table.first, at=AFTER)


@pytest.mark.parametrize("act", ["circulate", "take_back", "sign", "publish"])
@pytest.mark.parametrize("role", ["editor", "reader", "elsewhere"])
def test_whoever_is_no_cochair_takes_no_step(
    client_of: Sign, table: Table, role: str, act: str
) -> None:
    user = make_user("other@example.org")
    elsewhere = role == "elsewhere"
    make_grant(
        user, make_event() if elsewhere else table.event, role="cochair" if elsewhere else role
    )
    state = "circulated"
    if act == "circulate":
        state = "draft"
    elif act == "publish":
        signed(table)
        state = "adopted"
    else:
        circulated(table)
    sha256 = table.statement.versions.last()
    sent = {"act": act, "deadline": "2026-03-20", "sha256": sha256.sha256 if sha256 else ""}
    with time_machine.travel(AFTER, tick=False):
        answer = client_of(user).post(desk_of(table.statement), sent)
    assert answer.status_code == {"editor": 400, "reader": 403, "elsewhere": 404}[role]
    table.statement.refresh_from_db()
    assert table.statement.state == state


# What was agreed to stays -------------------------------------------------------------------


@pytest.mark.parametrize("who", ["cochair", "editor", "operator"])
@pytest.mark.parametrize("model", ["statement", "outcome"])
@pytest.mark.parametrize("act", ["circulated", "objected", "signed", "published"])
def test_nobody_deletes_what_went_round(
    client_of: Sign, table: Table, act: str, model: str, who: str
) -> None:
    user = make_user("deletes@example.org", is_superuser=who == "operator")
    if who != "operator":
        make_grant(user, table.event, role=who)
    if act in ("circulated", "objected"):
        reply = circulated(table).replies.all()[0]
        if act == "objected":
            silence_procedure.answer(
                reply, answer="object", text="No.", seen="none", by=table.first, at=AT
            )
    else:
        signed(table) if act == "signed" else published(table)
    row = table.statement if model == "statement" else table.statement.outcomes.points()[0]
    client, sent = client_of(user), {"post": "yes"}
    client.post(reverse(f"admin:outcomes_{model}_delete", args=[row.pk]), sent)
    sent |= {"action": "delete_selected", "_selected_action": str(row.pk)}
    client.post(reverse(f"admin:outcomes_{model}_changelist"), sent)
    # A draft that was objected to is written on: its sentences may go, and its versions stay.
    is_free = model == "outcome" and act == "objected"
    assert type(row).objects.filter(pk=row.pk).exists() == (not is_free)
    assert table.statement.versions.exists()


def test_the_text_that_was_read_is_the_one_that_goes_round(
    client_of: Sign, table: Table, clock: "time_machine.Traveller"
) -> None:
    client = client_of(table.first)
    sent = {"act": "circulate", "deadline": "2026-03-09"}
    sent["sha256"] = digest(table.statement.wording())
    table.statement.outcomes.filter(position=2).update(text="do as we say")
    answer = client.post(desk_of(table.statement), sent)
    assert answer.status_code == 400
    assert "The text was changed since you opened this page." in answer.content.decode()
    assert "do as we say" in answer.content.decode()
    assert not Circulation.objects.exists()


def test_what_was_taken_back_for_its_deadline_goes_round_again(table: Table) -> None:
    first = circulated(table)
    silence_procedure.take_back(table.statement, by=table.first, at=AT)
    later = DEADLINE + timedelta(days=3)
    second = silence_procedure.circulate(table.statement, deadline=later, by=table.first, at=AT)
    assert (first.version.number, second.version.number) == (1, 2)
    assert first.version.sha256 == second.version.sha256


def test_answers_are_the_cochairs_to_read(client_of: Sign, table: Table) -> None:
    reply = circulated(table).replies.get(organisation=table.shelter)
    silence_procedure.answer(
        reply, answer="comment", text="zq words", seen="none", by=table.first, at=AT
    )
    for role in ("editor", "reader"):
        user = make_user(f"{role}@example.org")
        make_grant(user, table.event, role=role)
        text = client_of(user).get(desk_of(table.statement)).content.decode()
        assert "1 organisation has answered. A co-chair reads what." in text
        assert "zq words" not in text
        assert "Example Shelter" not in text
    assert "zq words" in client_of(table.first).get(desk_of(table.statement)).content.decode()


def test_no_sign_turns_what_is_signed(table: Table) -> None:
    point = table.statement.outcomes.points()[0]
    point.text = "pay \u202e001\u202c euro"
    point.save()
    with pytest.raises(ValidationError, match="turns the direction of words"):
        circulated(table)


def test_odd_versions_are_absent(client_of: Sign, table: Table) -> None:
    circulated(table)
    page = reverse("admin:outcomes_statement_version", args=[table.statement.pk, 1])
    for other in ("9" * 5000, "0", "-1", "١"):
        assert client_of(table.first).get(page, {"with": other}).status_code == 404
    assert client_of(table.first).get(page, {"with": "1"}).status_code == 200
