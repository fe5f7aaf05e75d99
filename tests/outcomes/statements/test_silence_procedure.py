"""Silence and two keys: a text goes round, is objected to or met with silence, and is signed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from outcomes.models import Circulation, CirculationReply, Corrigendum, SignOff, Statement
from outcomes.models.canonical import sha256_of
from outcomes.statements import agreement, signing, silence_procedure
from participants.models import EventRole, Grant, User
from roundtable.audit.models import AuditEntry
from tests.factories import (
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_statement,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.form_fields import form_fields
from tests.page_text import page_html
from tests.recorded_fixtures import recorded
from tests.silence_procedure import (
    AFTER_DEADLINE,
    CIRCULATED_AT,
    DEADLINE,
    AgreementCase,
    agreement_url,
    circulate_draft,
    make_agreement_case,
    make_corrigendum,
    make_rewording,
    press_agreement_button,
    publish_draft,
    sign_draft,
    step_url,
)

pytestmark = pytest.mark.django_db
VOID = (
    "The text changed after it was agreed, so no signature is valid. Withdraw it, then circulate "
    "it again."
)

ONLY_COCHAIRS = "Only someone with a grant to act for a co-chair of this roundtable can sign."
EARLIEST = (
    "Choose 3 March 2026, 20:00 (Asia/Bangkok) or a later deadline, at most one year from now."
)


@pytest.fixture
@recorded
def table(db: None) -> AgreementCase:
    return make_agreement_case()


@pytest.fixture
def clock() -> "time_machine.Traveller":  # type: ignore[misc]
    with time_machine.travel(CIRCULATED_AT, tick=False) as traveller:
        yield traveller


def page_of(circulation: Circulation) -> str:
    return reverse("my-circulation", args=[circulation.pk])


def new(deliver: Deliver) -> list[tuple[str, str]]:
    """Recipients and subjects of the emails since the last call."""
    found = sorted((email.to[0], str(email.subject)) for email in deliver())
    mail.outbox.clear()
    return found


def reply(table: AgreementCase, circulation: Circulation, answer: str, text: str = "") -> None:
    """The shelter answers."""
    silence_procedure.submit_reply(
        circulation.replies.get(organisation=table.shelter),
        answer=answer,
        text=text,
        version="none",
        by=table.first,
        at=CIRCULATED_AT,
    )


def refused(sentence: str) -> Any:
    return pytest.raises(ValidationError, match=re.escape(sentence))


def test_statement_goes_from_draft_to_published(
    client_of: Sign, table: AgreementCase, clock: "time_machine.Traveller", deliver: Deliver
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    speaker, address = client_of(table.speaker), agreement_url(table.statement)
    text = first.get(address).content.decode()
    assert "4 organisations are asked." in text
    # None of these could answer, and the page says so before anything is sent.
    assert re.search(r"No one can sign in.*Australia.*Indonesia.*Ministry", text, re.S)
    assert "Shelter" not in text.split("No one can sign in")[1].split("</p>")[0]
    answer = press_agreement_button(first, table.statement, "circulate", deadline="2026-03-09")
    assert "Version 1 is circulated. Organisations asked to answer: 4." in answer.content.decode()
    assert new(deliver) == [("sari@example.org", "A text to agree on")]

    # The shelter objects, which stops the text for everyone.
    circulation = Circulation.objects.get()
    asked = speaker.get(page_of(circulation)).content.decode()
    assert "protect those who were trafficked" in asked
    assert "If your organisation does not answer by then, this counts as agreement." in asked
    assert (
        "Anyone who works as a co-chair (Australia, Indonesia) can see which organisation gave "
        "which answer."
    ) in asked
    sent = {"answer": "object", "text": "Say children too.", "version": "none"}
    answer = speaker.post(page_of(circulation), sent, follow=True)
    assert (
        "Your objection is sent to the co-chairs. This version of the text is stopped."
        in answer.content.decode()
    )
    table.statement.refresh_from_db()
    assert table.statement.state == "draft"
    assert new(deliver) == [
        ("australia@example.org", "An organisation objected to a text"),
        ("indonesia@example.org", "An organisation objected to a text"),
        ("sari@example.org", "A text is no longer circulated"),
    ]
    text = second.get(address).content.decode()
    assert (
        "An organisation objected to version 1. Change the text, then circulate it again." in text
    )
    assert "Say children too." in text

    # The same text does not go round twice; a changed one does, and silence agrees.
    answer = press_agreement_button(first, table.statement, "circulate", deadline="2026-03-09")
    assert answer.status_code == 400
    assert (
        "An organisation objected to exactly this text. Change it, then circulate it again."
        in answer.content.decode()
    )
    point = table.statement.outcomes.points()[0]
    point.text = "protect those who were trafficked, children first"
    point.save()
    press_agreement_button(first, table.statement, "circulate", deadline="2026-03-09")
    later = Circulation.objects.get(version__number=2)
    shown = speaker.get(page_of(later)).content.decode()
    assert "What changed since version 1" in shown
    assert "<ins>, children first</ins>" in shown
    answer = press_agreement_button(first, table.statement, "sign", sha256=later.version.sha256)
    assert "The participants can still answer. Wait until the deadline." in answer.content.decode()
    clock.move_to(AFTER_DEADLINE + timedelta(days=1))
    first, second = client_of(table.first), client_of(table.second)
    speaker = client_of(table.speaker)
    assert (
        "The deadline has passed, and no organisation objected. This version is agreed."
        in speaker.get(page_of(later)).content.decode()
    )
    call_command("send_reminders")
    assert ("indonesia@example.org", "A text needs your signature") in new(deliver)

    # Both sign, and one publishes.
    assert f"Sign for {table.cochairs[0].short}" in first.get(address).content.decode()
    text = press_agreement_button(first, table.statement, "sign").content.decode()
    assert "You have signed. Now the other co-chair must sign." in text
    assert "Sign for" in second.get(address).content.decode()
    assert press_agreement_button(first, table.statement, "publish").status_code == 400
    text = press_agreement_button(second, table.statement, "sign").content.decode()
    assert "All co-chairs have now signed, so the text is adopted." in text
    press_agreement_button(first, table.statement, "publish")
    table.statement.refresh_from_db()
    assert (table.statement.state, table.statement.adoption) == ("published", "signed")
    assert table.statement.outcomes.points().values_list("number", flat=True)[0] == "1.a"
    assert later.version.sha256 == table.statement.versions.get(published_at__isnull=False).sha256


# Silence -----------------------------------------------------------------------------------


def test_consulted_parties_are_recorded_and_agree_by_silence(table: AgreementCase) -> None:
    make_role(table.event, role=EventRole.Role.OBSERVER)
    make_participation(make_delegate(), make_event())  # of another roundtable
    circulation = circulate_draft(table)
    make_role(table.event)  # came later
    asked = [reply.organisation.name for reply in circulation.replies.all()]
    assert asked == ["Australia", "Example Shelter", "Indonesia", "Ministry of Silence"]
    assert circulation.current_status(DEADLINE - timedelta(seconds=1)) == "open"
    assert circulation.current_status(DEADLINE) == "agreed"


def test_deadline_is_in_a_day_to_a_year(table: AgreementCase) -> None:
    circulate = partial(
        silence_procedure.circulate, table.statement, by=table.first, at=CIRCULATED_AT
    )
    for period in (timedelta(hours=23, minutes=59), timedelta(days=366, minutes=1)):
        with refused(EARLIEST):
            circulate(deadline=CIRCULATED_AT + period)
    assert not Circulation.objects.exists()
    versions = []
    for days in (1, 366):
        circulation = circulate(deadline=CIRCULATED_AT + timedelta(days=days))
        versions.append(circulation.version)
        silence_procedure.withdraw(table.statement, by=table.first, at=CIRCULATED_AT)
    # The same text may be circulated again after it was withdrawn.
    assert [version.number for version in versions] == [1, 2]
    assert len({version.sha256 for version in versions}) == 1


def test_deadline_has_an_hour_by_the_clocks_of_the_roundtable(
    client_of: Sign, table: AgreementCase, clock: "time_machine.Traveller"
) -> None:
    client = client_of(table.first)
    page = page_html(client.get(agreement_url(table.statement)))
    assert 'name="hour"' in page and "Time zone of the roundtable: Asia/Bangkok" in page
    press = partial(press_agreement_button, client, table.statement, "circulate")
    answer = press(deadline="2026-03-03", hour="18:00")
    assert EARLIEST in answer.content.decode()
    answer = press(deadline="2026-03-03", hour="late")
    assert "Enter a valid time." in answer.content.decode()
    press(deadline="2026-03-03", hour="20:00")
    assert Circulation.objects.get().deadline == datetime(2026, 3, 3, 13, tzinfo=UTC)


def test_replies_are_readable_for_cochairs_alone_also_after_the_end(
    client_of: Sign, table: AgreementCase
) -> None:
    circulation, address = circulate_draft(table), agreement_url(table.statement)
    reply(table, circulation, "comment", "Say who pays.")
    editor, reader = (
        client_of(make_holder(table.event, f"{role}@example.org", role=role))
        for role in ("editor", "reader")
    )
    for client in (editor, reader):
        text = client.get(address).content.decode()
        assert "1 organisation has answered. A co-chair can read the answer." in text
        assert "Say who pays." not in text and "Example Shelter" not in text
    assert "Say who pays." in client_of(table.first).get(address).content.decode()
    version = circulation.version
    for user in (table.first, table.second):
        signing.sign(table.statement, sha256=version.sha256, by=user, at=AFTER_DEADLINE)
    signing.publish_signed(table.statement, by=table.first, at=AFTER_DEADLINE)
    path = reverse("admin:outcomes_statement_version", args=[table.statement.pk, version.number])
    assert "Say who pays." in page_html(client_of(table.second).get(path))
    assert "Say who pays." in page_html(client_of(table.speaker).get(page_of(circulation)))
    assert "Say who pays." not in page_html(editor.get(path))


def test_text_that_is_not_ready_is_not_circulated(table: AgreementCase) -> None:
    sentences, roles = table.statement.outcomes, table.event.roles
    steps: list[tuple[Callable[[], object], str]] = [
        (
            partial(sentences.filter(position=1).update, text="pay \u202e001\u202c euro"),
            "The text contains an invisible character that changes the direction of words.",
        ),
        (
            roles.filter(organisation=table.cochairs[1]).delete,
            "The text needs two signatures. Record both co-chairs of the roundtable",
        ),
        (roles.all().delete, "The text needs two signatures."),
        (table.speaker.participations.all().delete, "No participants are recorded"),
        (sentences.points().delete, "The statement has no points yet"),
    ]
    for change, sentence in steps:
        change()
        with refused(sentence):
            circulate_draft(table)


def test_reply_can_change_until_deadline(client_of: Sign, table: AgreementCase) -> None:
    circulation = circulate_draft(table)
    browser, address = client_of(table.speaker), page_of(circulation)
    with time_machine.travel(CIRCULATED_AT, tick=False):
        browser.post(address, {"answer": "comment", "text": "Fine.", "version": "none"})
        reply = circulation.replies.get(organisation=table.shelter)
        assert (reply.answer, reply.text) == ("comment", "Fine.")
        # Someone who did not see that answer does not replace it.
        answer = browser.post(address, {"answer": "agree", "version": "none"})
        assert answer.status_code == 400
        assert "A colleague answered after you opened this page." in answer.content.decode()
    with time_machine.travel(CIRCULATED_AT + timedelta(hours=1), tick=False):
        seen = silence_procedure.reply_version(reply)
        answer = browser.post(address, {"answer": "agree", "text": "New.", "version": seen})
        assert answer.status_code == 400
        assert "Select “Agree, with a comment”, or delete this text." in answer.content.decode()
        browser.post(address, {"answer": "agree", "text": "Fine.", "version": seen})
    reply.refresh_from_db()
    assert (reply.answer, reply.text) == ("agree", "")
    with time_machine.travel(AFTER_DEADLINE, tick=False):
        browser = client_of(table.speaker)
        answer = browser.post(address, {"answer": "object", "text": "Late", "version": seen})
    assert answer.status_code == 400
    assert (
        "You can no longer answer, because the time to answer is over." in answer.content.decode()
    )


def test_reply_without_text_is_ignored(client_of: Sign, table: AgreementCase) -> None:
    address = page_of(circulate_draft(table))
    with time_machine.travel(CIRCULATED_AT, tick=False):
        browser = client_of(table.speaker)
        for answer, sentence in (
            ("object", "Enter what you object to, and what would be acceptable."),
            ("comment", "Write your comment, or choose “Agree”."),
            ("shrug", "Select a valid choice."),
            ("", "This field is required."),
        ):
            page = browser.post(address, {"answer": answer, "version": "none"})
            assert page.status_code == 400
            assert sentence in page.content.decode()
    assert not CirculationReply.objects.exclude(answer="").exists()


def test_objection_is_shown_without_its_author(client_of: Sign, table: AgreementCase) -> None:
    circulation, person = circulate_draft(table), make_delegate(name="Mina")
    make_participation(person, table.event, organisation=table.ministry)
    reply(table, circulation, "object", "zq words")
    text = client_of(person).get(page_of(circulation)).content.decode()
    assert (
        "An organisation objected, so this version is stopped. A changed version may follow."
        in text
    )
    assert "Shelter" not in text
    assert "zq words" not in text


def test_silent_party_is_reminded_once_two_days_before_the_end(
    table: AgreementCase, deliver: Deliver
) -> None:
    told = silence_procedure.send_circulation_reminders
    circulate_draft(table)
    silence_procedure.withdraw(table.statement, by=table.first, at=CIRCULATED_AT)
    later = DEADLINE + timedelta(days=7)
    silence_procedure.circulate(table.statement, deadline=later, by=table.first, at=CIRCULATED_AT)
    new(deliver)
    assert told(at=DEADLINE - timedelta(days=1)) == 0  # of the version that was withdrawn
    assert told(at=later - timedelta(days=2, seconds=1)) == 0
    assert told(at=later - timedelta(days=2)) == 1
    assert new(deliver) == [("sari@example.org", "A text needs your answer")]
    assert told(at=later - timedelta(hours=5)) == 0


def test_no_party_is_reminded_within_a_day(table: AgreementCase, deliver: Deliver) -> None:
    end = CIRCULATED_AT + timedelta(days=2)
    silence_procedure.circulate(table.statement, deadline=end, by=table.first, at=CIRCULATED_AT)
    assert silence_procedure.send_circulation_reminders(at=end - timedelta(hours=25)) == 0
    assert silence_procedure.send_circulation_reminders(at=end - timedelta(hours=24)) == 1


def test_only_the_cochair_whose_signature_is_missing_is_told_again(
    table: AgreementCase, deliver: Deliver
) -> None:
    version, told = circulate_draft(table).version, silence_procedure.send_circulation_reminders
    sign = partial(signing.sign, table.statement, sha256=version.sha256, at=AFTER_DEADLINE)
    new(deliver)
    assert told(at=AFTER_DEADLINE) == 1
    both = {"indonesia@example.org", "australia@example.org"}
    assert {recipient for recipient, _subject in new(deliver)} == both
    sign(by=table.first)
    assert told(at=AFTER_DEADLINE + timedelta(days=6)) == 0
    assert [told(at=AFTER_DEADLINE + timedelta(days=days)) for days in (7, 8)] == [1, 0]
    assert new(deliver) == [("australia@example.org", "A text needs your signature")]
    sign(by=table.second)
    assert told(at=AFTER_DEADLINE + timedelta(days=14)) == 0
    assert new(deliver) == []


def test_participants_are_told_once_of_a_published_text(
    client_of: Sign, table: AgreementCase, deliver: Deliver
) -> None:
    publish_draft(table)
    assert "The agreed text is public" not in dict(new(deliver)).values()
    # No one could read it before the roundtable is public.
    desk = client_of(table.first)
    address = reverse("admin:roundtable_event_change", args=[table.event.pk])
    for shown in ("on", "", "on"):
        fields = form_fields(page_html(desk.get(address)), containing="title")
        fields["is_public"] = [shown] if shown else []
        assert desk.post(address, fields).status_code == 302
    assert new(deliver) == [("sari@example.org", "The agreed text is public")]
    text = page_html(Client().get("/roundtables/agree/"))
    assert re.search(
        r"Signed in this portal by the co-chairs\. Australia on \S+ \S+ \S+, Indonesia on", text
    )
    assert "adopted in this portal and signed by the co-chairs" in text


def test_party_that_replied_is_not_reminded(table: AgreementCase) -> None:
    reply(table, circulate_draft(table), "agree")
    assert silence_procedure.send_circulation_reminders(at=DEADLINE - timedelta(days=1)) == 0


def test_hidden_delegate_gets_no_email(table: AgreementCase, deliver: Deliver) -> None:
    table.speaker.write(hidden_at=CIRCULATED_AT)
    circulate_draft(table)
    assert deliver() == []


def test_emails_do_not_quote_statement(table: AgreementCase, deliver: Deliver) -> None:
    circulate_draft(table)
    [email] = deliver()
    whole = f"{email.subject} {email.body} {email.alternatives}"
    assert "trafficked" not in whole
    assert "Bali" not in whole
    # 12:00 by the clocks of the portal
    assert "You can answer until 9 March 2026, 19:00 (Asia/Bangkok)." in whole


# Two keys ----------------------------------------------------------------------------------


def test_edit_voids_signatures(table: AgreementCase) -> None:
    version = circulate_draft(table).version
    signing.sign(table.statement, sha256=version.sha256, by=table.first, at=AFTER_DEADLINE)
    table.statement.refresh_from_db()
    assert [bool(key.signed_at) for key in signing.sign_offs_for(table.statement)] == [False, True]
    point = table.statement.outcomes.points()[1]
    point.text = "share what works."
    point.save()
    assert not signing.are_signatures_valid(table.statement)
    with pytest.raises(ValidationError, match=VOID):
        signing.sign(table.statement, sha256=version.sha256, by=table.second, at=AFTER_DEADLINE)


def test_hash_covers_every_part_of_text(table: AgreementCase) -> None:
    circulate_draft(table)
    rows = Statement.objects.filter(pk=table.statement.pk)
    sentences = table.statement.outcomes
    changes = (
        partial(rows.update, title="Other words"),
        partial(rows.update, introduction="Other words"),
        partial(rows.update, language="fr"),
        partial(sentences.filter(position=2).update, position=0),
        partial(sentences.filter(parent=None).update, text="Participants agree:"),
    )
    for change in changes:
        with transaction.atomic():
            change()
            with refused(VOID):
                agreement.agreed_circulation(rows.get(), AFTER_DEADLINE)
            transaction.set_rollback(True)


def test_signatures_of_another_text_publish_nothing(table: AgreementCase) -> None:
    statement = sign_draft(table)
    other_hash = SignOff.objects.filter(pk=SignOff.objects.all()[0].pk)
    void = "A signature is not valid. Withdraw the text, then circulate it again."
    changes: list[tuple[Callable[[], object], str]] = [
        (partial(other_hash.update, sha256="0" * 64), void),
        (SignOff.objects.all().delete, void),
        (partial(Statement.objects.update, introduction="We met elsewhere."), VOID),
    ]
    for change, sentence in changes:
        with transaction.atomic():
            change()
            with refused(sentence):
                signing.publish_signed(statement, by=table.first, at=AFTER_DEADLINE)
            transaction.set_rollback(True)
    statement.refresh_from_db()
    assert statement.state == "adopted"


def test_withdrawal_voids_signatures(table: AgreementCase) -> None:
    not_circulated = "This text has not been circulated yet. Circulate it first."
    with refused(not_circulated):
        agreement.agreed_circulation(table.statement, CIRCULATED_AT)
    statement = sign_draft(table)
    silence_procedure.withdraw(statement, by=table.second, at=AFTER_DEADLINE)
    statement.refresh_from_db()
    assert statement.state == "draft"
    assert not signing.are_signatures_valid(statement)
    entry = AuditEntry.objects.get(action="take back statement")
    assert (entry.at, entry.detail) == (AFTER_DEADLINE, "AG version 1")
    with refused("The text is not adopted yet. Each co-chair must sign it first."):
        signing.publish_signed(statement, by=table.first, at=AFTER_DEADLINE)
    with refused(not_circulated):
        agreement.agreed_circulation(statement, AFTER_DEADLINE)


def test_each_cochair_and_each_person_signs_once(table: AgreementCase) -> None:
    colleague = make_holder(table.event, "colleague@example.org", on_behalf_of=table.cochairs[0])
    version = circulate_draft(table).version
    sign = partial(signing.sign, table.statement, sha256=version.sha256, at=AFTER_DEADLINE)
    sign(by=table.first)
    with refused("This co-chair has already signed. You do not need to sign."):
        sign(by=colleague)
    # Not even one with a grant for either co-chair, given by an operator's slip.
    Grant.objects.filter(user=table.first).update(on_behalf_of=table.cochairs[1])
    with refused("You have already signed for another co-chair. Another person must sign for this"):
        sign(by=table.first)
    assert SignOff.objects.exclude(signed_at=None).count() == 1


def test_text_that_was_objected_to_is_not_agreed_whatever_its_state_says(
    table: AgreementCase,
) -> None:
    reply(table, circulate_draft(table), "object", "No.")
    table.statement.refresh_from_db()
    table.statement.state = "circulated"
    with refused("This text was not agreed"):
        agreement.agreed_circulation(table.statement, AFTER_DEADLINE)


def test_only_a_draft_circulates(table: AgreementCase) -> None:
    statement, version = table.statement, circulate_draft(table).version
    sign = partial(signing.sign, statement, sha256=version.sha256, at=AFTER_DEADLINE)

    def assert_stays(state: str) -> None:
        later = AFTER_DEADLINE + timedelta(days=7)
        with refused("You can circulate only a draft"):
            silence_procedure.circulate(
                statement, deadline=later, by=table.first, at=AFTER_DEADLINE
            )
        statement.refresh_from_db()
        assert (statement.state, Circulation.objects.count()) == (state, 1)

    assert_stays("circulated")
    for user in (table.first, table.second):
        sign(by=user)
    assert_stays("adopted")
    with refused("There is nothing to sign"):
        sign(by=table.first)
    signing.publish_signed(statement, by=table.first, at=AFTER_DEADLINE)
    assert_stays("published")
    with refused("There is nothing to withdraw"):
        silence_procedure.withdraw(statement, by=table.first, at=AFTER_DEADLINE)


def test_signatories_are_fixed_at_circulation(table: AgreementCase) -> None:
    """Roles are an editor's to change: a key is not."""
    version = circulate_draft(table).version
    sign = partial(signing.sign, table.statement, sha256=version.sha256, at=AFTER_DEADLINE)
    role = table.event.roles.get(organisation=table.cochairs[1])
    role.organisation = table.ministry
    role.save()
    friend = make_holder(table.event, "friend@example.org", on_behalf_of=table.ministry)
    assert not sign(by=table.first)
    with refused(ONLY_COCHAIRS):
        sign(by=friend)
    table.event.roles.all().delete()
    assert sign(by=table.second)


def test_participants_are_told_once_the_text_is_public(
    table: AgreementCase, deliver: Deliver
) -> None:
    make_statement(published=False)  # another one, which nothing here concerns
    sign_draft(table)
    table.event.is_public = True
    table.event.save()
    new(deliver)
    signing.publish_signed(table.statement, by=table.first, at=AFTER_DEADLINE)
    assert new(deliver) == [("sari@example.org", "The agreed text is public")]


def test_text_does_not_wait_for_others_of_a_cochair(table: AgreementCase) -> None:
    circulate_draft(table)
    editor = make_holder(table.event, role="editor", on_behalf_of=table.cochairs[0])
    elsewhere = make_holder(make_event(), on_behalf_of=table.cochairs[0])
    for user, statements in ((table.first, [table.statement]), (editor, []), (elsewhere, [])):
        assert list(signing.statements_to_sign(user, AFTER_DEADLINE)) == statements
        own = signing.sign_off_of(table.statement, user, AFTER_DEADLINE)
        assert (own is None) == (not statements)
    table.first.is_active = False
    assert signing.sign_off_of(table.statement, table.first, AFTER_DEADLINE) is None
    table.first.grants.update(event=make_event())
    assert not signing.statements_to_sign(table.first, DEADLINE)
    assert list(signing.statements_to_sign(table.second, DEADLINE)) == [table.statement]


def test_text_waits_for_signature_from_agreement_until_it_is_stopped(table: AgreementCase) -> None:
    def waits(user: User, at: datetime) -> bool:
        return table.statement in signing.statements_to_sign(user, at)

    version = circulate_draft(table).version
    assert not waits(table.first, DEADLINE - timedelta(seconds=1))
    assert waits(table.first, DEADLINE) and waits(table.second, DEADLINE)
    signing.sign(table.statement, sha256=version.sha256, by=table.second, at=DEADLINE)
    assert waits(table.first, DEADLINE) and not waits(table.second, DEADLINE)
    silence_procedure.withdraw(table.statement, by=table.first, at=DEADLINE)
    assert not waits(table.first, DEADLINE)
    # It goes round again: only the new version can be signed, once that is agreed.
    later = DEADLINE + timedelta(days=7)
    silence_procedure.circulate(table.statement, deadline=later, by=table.first, at=DEADLINE)
    assert not waits(table.first, AFTER_DEADLINE)
    assert waits(table.first, later) and waits(table.second, later)


def test_stored_version_that_was_tampered_with_is_not_agreed(table: AgreementCase) -> None:
    version = circulate_draft(table).version
    table.statement.introduction = "We met elsewhere."
    table.statement.save()
    type(version).objects.filter(pk=version.pk).update(text=table.statement.canonical_text())
    with pytest.raises(ValidationError, match=VOID):
        agreement.agreed_circulation(table.statement, AFTER_DEADLINE)


def test_sign_button_is_shown_until_signed(client_of: Sign, table: AgreementCase) -> None:
    circulate_draft(table)
    with time_machine.travel(AFTER_DEADLINE, tick=False):
        first = client_of(table.first)
        assert "Sign for Indonesia" in first.get(agreement_url(table.statement)).content.decode()
        press_agreement_button(first, table.statement, "sign")
        page = press_agreement_button(first, table.statement, "sign").content.decode()
    assert "This co-chair has already signed. You do not need to sign." in page
    assert "for another co-chair" not in page
    assert "Sign for Indonesia" not in page


def test_only_cochair_signs_and_only_what_was_read(table: AgreementCase) -> None:
    event, body = table.event, table.cochairs[0]
    version = circulate_draft(table).version
    sign = partial(signing.sign, table.statement, at=AFTER_DEADLINE)
    yesterday = (AFTER_DEADLINE - timedelta(days=1)).date()
    for user in (
        make_user(is_superuser=True),
        make_holder(event, role="editor", on_behalf_of=body),
        make_holder(event, on_behalf_of=table.ministry),
        make_holder(event, on_behalf_of=body, valid_until=yesterday),
    ):
        with refused(ONLY_COCHAIRS):
            sign(sha256=version.sha256, by=user)
    for sha256 in ("", "0" * 64):
        with refused("The text changed after you opened it. Read the new version before you sign."):
            sign(sha256=sha256, by=table.first)
    assert not SignOff.objects.exclude(signed_at=None).exists()


@pytest.mark.parametrize("step", ["circulate", "withdraw", "sign", "publish"])
def test_non_cochair_cannot_act_on_statement(
    client_of: Sign, table: AgreementCase, step: str
) -> None:
    if step == "publish":
        sign_draft(table)
    elif step != "circulate":
        circulate_draft(table)
    state = table.statement.state
    sent = {"deadline": "2026-03-20", "sha256": sha256_of(table.statement.canonical_text())}
    with time_machine.travel(AFTER_DEADLINE, tick=False):
        for user, status in (
            (make_holder(table.event, role="editor"), 400),
            (make_holder(table.event, role="reader"), 403),
            (make_holder(make_event()), 404),
        ):
            answer = client_of(user).post(step_url(table.statement, step), sent)
            assert answer.status_code == status
            table.statement.refresh_from_db()
            assert table.statement.state == state


def test_each_act_is_logged_with_whom_it_was_for(table: AgreementCase) -> None:
    code = table.event.code
    first, second = (office.slug for office in table.cochairs)
    reply(table, circulate_draft(table), "agree")
    silence_procedure.withdraw(table.statement, by=table.second, at=CIRCULATED_AT)
    statement = sign_draft(table)
    sha256 = statement.versions.get(number=2).sha256
    signing.publish_signed(statement, by=table.second, at=AFTER_DEADLINE)
    one = statement.versions.get(number=1).sha256
    assert list(
        AuditEntry.objects.order_by("pk").values_list("action", "organisation", "detail")
    ) == [
        ("circulate statement", first, f"{code} version 1 {one}"),
        ("answer circulation", first, f"{code} version 1 agree {table.shelter.slug}"),
        ("take back statement", second, f"{code} version 1"),
        ("circulate statement", first, f"{code} version 2 {sha256}"),
        ("sign statement", first, f"{code} version 2 {sha256}"),
        ("sign statement", second, f"{code} version 2 {sha256}"),
        ("adopt statement", second, f"{code} version 2 {sha256}"),
        ("publish statement", second, f"{code} version 2 {sha256}"),
    ]


def test_earliest_deadline_is_a_whole_hour_with_time_to_enter_it(table: AgreementCase) -> None:
    for at, hour in (
        (CIRCULATED_AT, 13),
        (CIRCULATED_AT.replace(minute=44, second=59, microsecond=999_999), 13),
        (CIRCULATED_AT.replace(minute=45), 14),
    ):
        earliest = datetime(2026, 3, 3, hour, tzinfo=UTC)
        assert silence_procedure.earliest_deadline(table.event, at) == earliest


def test_statement_and_correction_have_versions_of_their_own(table: AgreementCase) -> None:
    statement = publish_draft(table)
    point = statement.outcomes.points()[0]
    correction = make_corrigendum(statement)
    make_rewording(correction, outcome=point, before=point.text, after="Other words")
    circulation = silence_procedure.circulate(
        correction, deadline=AFTER_DEADLINE + timedelta(days=7), by=table.first, at=AFTER_DEADLINE
    )
    own = agreement.current_version(statement)
    assert own is not None
    assert (own.number, own.corrigendum) == (1, None)
    assert agreement.current_version(correction) == circulation.version != own
    assert agreement.text_in_progress(statement) == correction
    before_the_end = circulation.deadline - timedelta(days=1)
    assert silence_procedure.send_circulation_reminders(at=before_the_end) == 1
    correction.refresh_from_db()
    correction.state = Corrigendum.DISCARDED
    correction.save()
    assert agreement.text_in_progress(statement) is None
    with refused("This correction was discarded"):
        agreement.lock_text(Corrigendum(pk=0, statement=statement))


def test_version_that_never_went_round_is_not_current() -> None:
    statement = make_statement()
    assert statement.versions.exists()
    assert agreement.current_version(statement) is None and signing.sign_offs_for(statement) == []


def test_editor_here_who_is_cochair_elsewhere_takes_no_step(table: AgreementCase) -> None:
    user, statement = make_holder(table.event, role="editor"), table.statement
    make_grant(user, make_event(), role="cochair")
    with refused("Only a co-chair"):
        silence_procedure.circulate(statement, deadline=DEADLINE, by=user, at=CIRCULATED_AT)
    sign_draft(table)
    for step in (signing.publish_signed, silence_procedure.withdraw):
        with refused("Only a co-chair"):
            step(statement, by=user, at=AFTER_DEADLINE)
    statement.refresh_from_db()
    assert statement.state == "adopted"


# What was agreed to stays -------------------------------------------------------------------


@pytest.mark.parametrize("act", ["circulated", "objected", "signed", "published"])
def test_circulated_statement_cannot_be_deleted(
    client_of: Sign, table: AgreementCase, act: str
) -> None:
    if act in ("circulated", "objected"):
        circulation = circulate_draft(table)
        if act == "objected":
            reply(table, circulation, "object", "No.")
    else:
        sign_draft(table) if act == "signed" else publish_draft(table)
    point = table.statement.outcomes.points()[0]
    rows: dict[str, Any] = {"statement": table.statement, "outcome": point}
    for who in ("cochair", "editor", "operator"):
        user = make_user(f"{who}-deletes@example.org", is_superuser=who == "operator")
        if who != "operator":
            make_grant(user, table.event, role=who)
        client = client_of(user)
        for model, row in rows.items():
            sent = {"post": "yes"}
            with transaction.atomic():
                client.post(reverse(f"admin:outcomes_{model}_delete", args=[row.pk]), sent)
                sent |= {"action": "delete_selected", "_selected_action": str(row.pk)}
                client.post(reverse(f"admin:outcomes_{model}_changelist"), sent)
                # A draft that was objected to is written on: its sentences may go, and its
                # versions stay.
                is_free = model == "outcome" and act == "objected"
                there = type(row)._base_manager.filter(pk=row.pk)
                assert there.exists() == (not is_free), (who, model)
                assert table.statement.versions.exists()
                transaction.set_rollback(True)


def test_circulation_of_stale_version_is_rejected(
    client_of: Sign, table: AgreementCase, clock: "time_machine.Traveller"
) -> None:
    client = client_of(table.first)
    sent = {"deadline": "2026-03-09"}
    sent["sha256"] = sha256_of(table.statement.canonical_text())
    table.statement.outcomes.filter(position=2).update(text="do as we say")
    answer = client.post(step_url(table.statement, "circulate"), sent)
    assert answer.status_code == 400
    assert (
        "The text changed after you opened this page. Read it, then select the button again."
        in answer.content.decode()
    )
    assert "do as we say" in answer.content.decode()
    assert not Circulation.objects.exists()


def test_invalid_version_numbers_return_404(client_of: Sign, table: AgreementCase) -> None:
    circulate_draft(table)
    page = reverse("admin:outcomes_statement_version", args=[table.statement.pk, 1])
    for other in ("9" * 5000, "0", "-1", "١"):
        assert client_of(table.first).get(page, {"with": other}).status_code == 404
    assert client_of(table.first).get(page, {"with": "1"}).status_code == 200


def test_everyone_who_took_part_is_asked_but_observers() -> None:
    event = make_event()
    sent, both, observer, guest, unconfirmed = (make_organisation(name=name) for name in "abcde")
    make_role(event, organisation=sent)
    make_role(event, organisation=both)
    make_role(event, organisation=both, role=EventRole.Role.OBSERVER)
    make_role(event, organisation=observer, role=EventRole.Role.OBSERVER)
    for organisation in (observer, guest):
        make_participation(make_delegate(), event, organisation=organisation)
    make_participation(make_delegate(), event, organisation=unconfirmed, confirmed=False)
    make_participation(make_delegate(), make_event())
    make_role(make_event())
    assert list(silence_procedure.organisations_to_ask(event)) == [sent, both, guest]
