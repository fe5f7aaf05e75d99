"""Every mail that the portal sends, each really caused: who gets it, and the link that hides.

They are sent in the language of test_translations.py, so that untranslated words show.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as keys
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client, TestCase
from django.utils import timezone
from django.utils.translation import gettext
from pytest_django import Settings

from outcomes.changes import subscriptions
from outcomes.models import LeadAnswer, ReportingRound, Undertaking
from outcomes.organisations.changes import request_change
from outcomes.reporting import joins, proposals, reminders
from outcomes.reporting.actions import open_round, remind_round_parties
from outcomes.reporting.disputes import dispute_text, withdraw_dispute
from outcomes.reporting.focal_points import ask_focal_point
from outcomes.reporting.handover import hand_over
from outcomes.reporting.party_confirmation import refuse_update
from outcomes.reporting.publication import withdraw
from outcomes.reporting.review import approve_texts, request_text_changes
from outcomes.reporting.submission import tell_parties
from outcomes.sources.hashes import source_hash, undertaking_hash
from outcomes.statements import silence_procedure
from outcomes.statements.publication import publish_statements
from participants.accounts import account_changes, departure, grants
from participants.accounts.carry_over import carry_over
from participants.accounts.grants import (
    agree_to_end_grant,
    request_grant,
    restore_grant,
    suspend_grant,
)
from participants.accounts.log_head import send_log_head
from participants.decisions.engine import make_due, sign
from participants.decisions.kind import kind_of
from participants.email_links.links import link_for_key
from participants.introductions import lifecycle
from participants.models import (
    Audience,
    Delegate,
    Grant,
    HidingWay,
    InvitationRequest,
    ListClosure,
    Organisation,
    OrganisationChange,
    Participation,
    User,
)
from participants.onboarding import invitations, requests
from participants.organisations.emails import tell_of_mailbox_change
from participants.participation import participant_list
from participants.participation.account_changes import fetch_code, run_account_changes
from participants.participation.confirmation import (
    confirm_participations,
    end_participation,
    suspend_participation,
)
from participants.participation.digest import send_digests
from participants.privacy import access_log, consent, entry_notice, retention, visibility
from participants.privacy.notice_changes import run_notice_requests
from participants.proposals.lifecycle import propose_name_latin
from roundtable.mail import queue
from roundtable.models import Event
from roundtable.web.row_keys import row_key
from tests.conftest import ROOT
from tests.email_links import LinkClient, links_for
from tests.factories import (
    make_channel,
    make_commitment,
    make_consent,
    make_delegate,
    make_event,
    make_exception,
    make_grant,
    make_notice,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_assessment, make_follow, make_offer
from tests.mail_queue import deliver_mail
from tests.participants.accounts.test_reauthentication import ADDING, MAILBOX, newest_code, prove
from tests.sign_in import forget_limits, totp_code
from tests.test_translations import translated, words_without_translation

__all__ = ["translated"]  # fixture
pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]

NEVER_SENT = {
    "account/email/account_already_exists": "no one signs up",
    "account/email/email_confirmation_signup": "no one signs up",
    "participants/accounts/emails/provider_added": "sent in oidc_cases.py, where a provider is set",
}
# To whom no link is sent: the profile is gone, or the address is not known to be its owner's.
WITHOUT_LINK = {
    ("account/email/email_confirmation", "home@example.org"),
    ("participants/onboarding/emails/invitation", "guest@example.org"),
    ("participants/privacy/emails/entered", "guest@example.org"),
    ("participants/privacy/emails/erased", "other@example.org"),
    ("participants/accounts/emails/account_made", "new@example.org"),
    ("participants/participation/emails/digest", "operator@example.org"),
    ("participants/participation/emails/digest", "cohost@example.org"),
    ("participants/participation/emails/digest", "confirmer@example.org"),
    ("participants/participation/emails/digest", "third@example.org"),
    ("participants/accounts/emails/grant_announced", "cochair@example.org"),
    ("participants/accounts/emails/grant_announced", "confirmer@example.org"),
    ("participants/organisations/emails/mailbox_changed", "office@example.org"),
    ("participants/accounts/emails/grant_handed_over", "operator@example.org"),
    ("account/email/email_deleted", "home@example.org"),
    ("participants/accounts/emails/account_changed", "operator@example.org"),
    ("account/email/email_deleted", "second@example.org"),
}
URL = re.compile(r"https://portal\.example\.org/[^\s\"]*")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
# Its characters are random, so they can be ones that no email may contain.
CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")
NUMBER = re.compile(r"\+\d[\d ()-]{6,}")
# What the causes below write: a round's title, a commitment's text and reference.
SAMPLE_TEXT = re.compile(
    r"Before the conference|Train officers \(\d+\)|RT2024-C\d+|\b(?:EV|RT)\d*\b"
)


def templates() -> set[str]:
    folder = ROOT / "templates"
    suffix = ".subject.txt"
    return {
        str(path.relative_to(folder)).removesuffix(suffix)
        for path in Path(folder).rglob(f"*{suffix}")
    }


@dataclass
class Post:
    """All that is sent, each with the template that it was made of."""

    made: dict[str, str] = field(default_factory=dict)  # a template by the words it gave
    mails: list[tuple[str, EmailMultiAlternatives]] = field(default_factory=list)

    def render(self, name: str, context: dict[str, Any]) -> str:
        words = render_to_string(name, context)
        if not name.endswith(".subject.txt") and name.endswith(".txt"):
            self.made[words.strip()] = name.removesuffix(".txt")
        return words

    def fetch(self) -> list[tuple[str, EmailMultiAlternatives]]:
        """What was sent since the last time."""
        new = deliver_mail()[len(self.mails) :]
        found = [(self.made[str(mail.body).strip()], mail) for mail in new]
        self.mails += found
        return found


@dataclass
class Cast:
    """Two people with a profile in one roundtable; `own` is a co-chair of it."""

    event: Event
    operator: User
    own: Delegate
    other: Delegate
    sign: Sign

    def user(self, person: Delegate) -> User:
        """The account as it is now: its seal changes whenever its sessions end."""
        return User.objects.get(delegate=person)

    def browser(self, person: Delegate) -> Client:
        return self.sign(self.user(person), second_factor=False)


@pytest.fixture
def cast(operator: User, client_of: Sign) -> Cast:
    event, people = make_event(code="RT2024", title="Встреча"), []
    for key in ("own", "other"):
        user = make_user(f"{key}@example.org")
        words = {"name_latin": "Zq latin", "post": "Zq post", "about": "Zq about"}
        person = make_delegate(
            name=f"Zq{key} Name", user=user, listed_to=Audience.EVERYONE, **words
        )
        make_participation(person, event, confirmed_by=operator)
        people.append(person)
    own, other = people
    assert own.user is not None
    make_grant(own.user, event)
    return Cast(event, operator, own, other, client_of)


# What causes each, in an order in which each is possible -----------------------------------


def sign_in(cast: Cast, _at: datetime) -> None:
    Client().post("/accounts/login/", {"login": "own@example.org"})


def change_addresses(cast: Cast, _at: datetime) -> Iterator[None]:
    browser = cast.browser(cast.own)
    prove(browser)
    browser.post(*ADDING)
    code = newest_code()
    yield
    browser.post("/accounts/confirm-email/", {"code": code})
    browser.post(ADDING[0], {"action_primary": "", "email": "home@example.org"})
    yield
    browser.post(MAILBOX, {"send": "home@example.org"})
    code = newest_code()
    yield
    browser.post(MAILBOX, {"code": code})
    browser.post(ADDING[0], {"action_primary": "", "email": "own@example.org"})
    yield
    browser.post(ADDING[0], {"action_remove": "", "email": "home@example.org"})


def change_factors(cast: Cast, _at: datetime) -> Iterator[None]:
    browser = cast.browser(cast.own)
    prove(browser)
    browser.get("/accounts/2fa/totp/activate/")
    code = totp_code(browser.session["mfa.totp.secret"])
    with pytest.MonkeyPatch.context() as patch:
        # The transaction of a test is never committed.
        patch.setattr(transaction, "on_commit", lambda act, **_options: act())
        answer = browser.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
        browser.post(answer.redirect_chain[-1][0], {"code": code}, follow=True)
        browser.post("/accounts/2fa/recovery-codes/generate/")
    yield
    # A key of a browser is made by nothing but a browser.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "parse_registration_response", lambda _credential: None)
        patch.setattr(keys, "complete_registration", lambda _credential: None)
        browser.post("/accounts/2fa/webauthn/add/", {"name": "Key", "credential": '{"a": 1}'})
    yield
    row = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    browser.post(f"/accounts/2fa/webauthn/keys/{row.pk}/remove/")
    browser.post("/accounts/2fa/totp/deactivate/")


def press_what_tells(cast: Cast, _at: datetime) -> Iterator[None]:
    browser = cast.browser(cast.own)
    prove(browser)
    browser.get("/me/data.json")
    yield
    browser.post("/me/show/", {"end_links": "yes"})


def introduce(cast: Cast, at: datetime) -> None:
    row = lifecycle.request_introduction(
        by=cast.own, handle=cast.other.handle, message="zq-why", at=at
    )
    assert row is not None
    lifecycle.accept_introduction(row, by=cast.other, at=at)


def invite(cast: Cast, at: datetime) -> None:
    for address in ("guest@example.org", "other@example.org"):
        guest = make_delegate(name="Zqguest Name", user=None, invitation_email=address)
        make_participation(guest, cast.event)
        entry_notice.tell_entered(guest, erased_on=at.date(), at=at)
        invitations.send_invitation(delegate=guest, event=cast.event, by=cast.user(cast.own), at=at)
    request = InvitationRequest(
        event=cast.event, name="Zqasker Name", email="asker@example.org", organisation="Zq Office"
    )
    requests.submit_request(invitation_request=request, at=at)


def pause_and_look(cast: Cast, at: datetime) -> None:
    looker = cast.user(cast.other)
    for _time in range(2):
        visibility.reveal(looker, cast.own.handle, at)
    access_log.notify_access_burst(looker, at)
    consent.hide_profile(cast.other, by=HidingWay.DESK, at=at)


def be_asked(cast: Cast, at: datetime) -> Iterator[None]:
    party = make_party(make_commitment(cast.event, due_on=at.date()))
    party.request_focal_point(cast.own)
    party.accept(at)
    assert reminders.send_reminders(on=at.date(), at=at) == 1
    row = ReportingRound(event=cast.event, title="Before the conference", due_on=at.date())
    by = cast.user(cast.own)
    commitments = cast.event.commitments.all()
    assert open_round(reporting_round=row, commitments=commitments, by=by, at=at) == 1
    assert remind_round_parties(reporting_round=row, by=by, at=at) == 1
    yield  # what is answered or given back before it leaves is asked for no more
    update = make_update(party.commitment, approved=False, party=party, text="Zq words")
    update.author = cast.user(cast.own)
    update.submit(at=at)
    request_text_changes(rows=[update], note="Zqown Name", by=by, at=at)
    assert hand_over(party, suggestion="Zqguest Name", by=cast.own.user, at=at)


def be_reported_for(cast: Cast, at: datetime) -> Iterator[None]:
    commitment, author = make_commitment(cast.event), cast.user(cast.own)
    party = make_party(commitment)
    party.request_focal_point(author.delegate)  # as it is now
    party.accept(at)
    update = make_update(
        commitment,
        approved=False,
        author=author,
        party=party,
        text="Zq words",
        reported_by="recorded",
        received_on=at.date(),
    )
    update.submit(at=at)
    tell_parties([update], at=at)
    yield
    assert refuse_update(
        party, key=row_key(update), content_hash=update.content_hash, by=author, at=at
    )
    party.request_focal_point(None)
    office = author.delegate.participations.get(event=cast.event).organisation
    other = make_party(commitment, organisation=office)
    tell_parties(
        [make_update(commitment, party=other, reported_by="recorded", text="Zq words")], at=at
    )
    own = make_update(commitment, approved=False, author=author, party=party, text="Zq words")
    own.submit(at=at)
    assert approve_texts(rows=[own], by=cast.operator, at=at)


def not_recognise_a_text(cast: Cast, at: datetime) -> Iterator[None]:
    other = cast.user(cast.other)
    event = make_event(title="Eighth meeting")
    make_grant(cast.user(cast.own), event)
    office = make_organisation(name="Zq Office", is_name_published=False)
    make_participation(cast.other, event, organisation=office, confirmed_by=cast.operator)
    party = make_party(make_commitment(event, text="Zq words"), organisation=office)
    shown = source_hash(party.commitment)
    assert dispute_text(party, key="commitment", content_hash=shown, by=other, at=at)
    yield
    assert withdraw_dispute(party, key="commitment", by=other, at=at)


def be_written_about(cast: Cast, at: datetime) -> None:
    by = cast.user(cast.own)
    propose_name_latin(cast.other, "Zq words", by=by, at=at)
    # The email names the organisation, unless its name is not published.
    office = make_organisation(name="Zq Office", is_name_published=False)
    party = make_party(make_commitment(cast.event), organisation=office)
    ask_focal_point(party, cast.other, at=at)
    party.accept(at)
    ask_focal_point(party, None, at=at)


def agree_on_a_text(cast: Cast, at: datetime) -> Iterator[None]:
    event = make_event(title="Third meeting")
    make_participation(cast.own, event, confirmed_by=cast.operator)
    make_grant(cast.user(cast.own), event)
    for _number in range(2):
        make_role(event, role="cochair")
    statement = make_statement(event, points=1, published=False, introduction="Zq text")
    by, deadline = cast.user(cast.own), at + timedelta(days=7)
    circulation = silence_procedure.circulate(statement, deadline=deadline, by=by, at=at)
    yield
    reply = circulation.replies.all()[0]
    silence_procedure.submit_reply(
        reply, answer="object", text="Zq words", version="none", by=by, at=at
    )
    yield
    statement.outcomes.points().update(text="Zq other words")
    silence_procedure.circulate(statement, deadline=deadline, by=by, at=at)
    yield
    assert silence_procedure.send_circulation_reminders(at=deadline + timedelta(days=1)) == 1


def answer_proposals(cast: Cast, at: datetime) -> Iterator[None]:
    rows, event = [], make_event(is_public=False)
    organisation = make_organisation(is_name_published=False)
    make_participation(cast.other, event, organisation=organisation)
    make_grant(cast.user(cast.own), event)
    for days in (0, 1, 61):
        row = make_commitment(event, state="draft", text="Учить", source_title="Устав")
        make_party(row, organisation=organisation, focal_point=cast.other)
        shown, by = undertaking_hash(row), cast.user(cast.own)
        proposals.propose(row, shown_hash=shown, by=by, at=at - timedelta(days=days))
        rows.append(Undertaking.objects.get(party__commitment=row))
    yield
    first, second, _third = rows
    assert proposals.accept(first, shown_hash=first.content_hash, at=at)
    assert proposals.decline(second, shown_hash=second.content_hash, note="Zq note", at=at)
    assert proposals.end_old_proposals(at=at) == 1


def ask_to_join(cast: Cast, at: datetime) -> Iterator[None]:
    event, lead = make_event(title="Ninth meeting"), make_organisation(name="Zq Lead")
    asking = make_organisation(name="Zq Aid", is_name_published=False)
    make_participation(cast.own, event, organisation=lead, confirmed_by=cast.operator)
    make_participation(cast.other, event, organisation=asking, confirmed_by=cast.operator)
    commitment = make_commitment(event, text="Zq words", is_open=True)
    make_party(commitment, organisation=lead)
    for answer in (LeadAnswer.DECLINED, LeadAnswer.AGREED):
        row = make_offer(
            commitment=commitment,
            organisation=asking,
            author=cast.user(cast.other),
            text=f"Zq {answer}",
            approved=False,
        )
        row.submit(at=at)
        joins.ask_leads(row, at=at)
        shown, by = row.join_hash(), cast.user(cast.own)
        assert joins.answer_join(row, answer=answer, shown_hash=shown, by=by, at=at)
        yield
    watch = make_organisation(name="Zq Watch", is_name_published=False)
    finding = make_assessment(commitment=commitment, organisation=watch, approved=False)
    finding.submit(at=at)
    assert approve_texts(rows=[row], by=cast.operator, at=at)
    assert approve_texts(rows=[finding], by=cast.operator, at=at)


def follow_something(cast: Cast, at: datetime) -> None:
    commitment = make_commitment(cast.event, text="Zq text")
    make_follow(cast.user(cast.own), commitment=commitment, frequency="at-once", notified_until=at)
    make_update(commitment, approved=False, text="Zq words").approve(by=cast.operator, at=at)
    assert subscriptions.send_notifications(on=at.date(), at=at + timedelta(minutes=3)) == {
        "at-once": 1
    }


def reset_factor(cast: Cast, at: datetime) -> None:
    account_changes.reset_only_operator(cast.operator, at=at)


def hand_a_grant_over(cast: Cast, at: datetime) -> None:
    grant = make_grant(cast.operator, make_event(title="Second meeting"), role="editor")
    to, on = cast.user(cast.own), at.date() + timedelta(days=1)
    grants.hand_over_grant(grant=grant, to=to, on=on, by=cast.operator, at=at)


def carry_rights_over(cast: Cast, at: datetime) -> None:
    on, series = at.date(), make_series()
    last, following = (
        make_event(series=series, starts_on=day, ends_on=day)
        for day in (on - timedelta(days=90), on + timedelta(days=90))
    )
    row = make_grant(cast.user(cast.own), last, role="editor")
    carry_over(following, [row.pk], letter="Letter", by=cast.operator, at=at)


def leave_a_request_unconfirmed(cast: Cast, at: datetime) -> None:
    by, on = cast.user(cast.own), at.date()
    grant = Grant(user=cast.user(cast.other), event=cast.event, role="reader", valid_from=on)
    request_grant(grant=grant, by=by, at=at - timedelta(days=60))
    make_due(at)


def change_an_organisation(cast: Cast, at: datetime) -> None:
    row = make_organisation(name="Coast Watch")
    make_role(cast.event, organisation=row)
    change = OrganisationChange(
        organisation=row, what="kind", kind="government", country="NZ", reason="Letter"
    )
    request_change(change=change, by=cast.operator, at=at)


def change_a_mailbox(cast: Cast, at: datetime) -> None:
    # The email names the organisation, unless its name is not published.
    office = make_organisation(name="Zq Office", is_name_published=False)
    make_participation(cast.other, make_event(title="Tenth meeting"), organisation=office)
    tell_of_mailbox_change(office, former="office@example.org", by=cast.operator, at=at)


def add_an_account(cast: Cast, _at: datetime) -> None:
    sent = {"email": "new@example.org", "is_active": "on"}
    assert cast.sign(cast.operator).post("/admin/participants/user/add/", sent).status_code == 302


def suspend_and_confirm(cast: Cast, at: datetime) -> Iterator[None]:
    event = make_event(title="Fourth meeting")
    row = make_participation(cast.other, event)
    names = ("cohost", "confirmer", "third")
    holders = [make_user(f"{name}@example.org") for name in names]
    roles = (Grant.Role.COHOST, Grant.Role.CONFIRMER, Grant.Role.COCHAIR)
    rights = [
        make_grant(user, event, role=role, on_behalf_of=make_organisation())
        for user, role in zip(holders, roles, strict=True)
    ]
    own = make_grant(cast.user(cast.own), event, on_behalf_of=make_organisation())
    assert suspend_participation(participation=row, reason="Doubt", by=holders[2], at=at)
    make_participation(make_delegate(user=None), event, confirmed=False, entered_at=at)
    assert send_digests(at=at) > 0
    yield
    for user in holders[:2]:
        confirm_participations(participations=[row], by=user, at=at)
    yield
    assert suspend_participation(
        participation=row, reason="Doubt", by=holders[0], at=at + timedelta(hours=1)
    )
    assert end_participation(participation=row, by=holders[1], at=at + timedelta(hours=2))
    for grant in (*rights, own):
        grant.delete()


def suspend_a_right(cast: Cast, at: datetime) -> Iterator[None]:
    event = make_event(title="Eighth meeting")
    own = make_grant(cast.user(cast.own), event, role="reader")
    for first, second in two_holders(event, is_name_published=False):
        assert suspend_grant(grant=own, reason="Doubt", by=first, at=at)
        yield
        assert restore_grant(grant=own, by=second, at=at)
        yield
        assert suspend_grant(grant=own, reason="Doubt", by=second, at=at)
        assert agree_to_end_grant(grant=own, by=first, at=at)
    own.delete()


def confirm_again(cast: Cast, at: datetime) -> None:
    event = make_event(title="Fifth meeting")
    make_participation(cast.other, event)
    make_exception(cast.other)
    row = make_participation(make_delegate(user=None), event, confirmed_by=cast.operator)
    for role in (Grant.Role.COHOST, Grant.Role.CONFIRMER):
        user = make_user()
        grant = make_grant(user, event, role=role, on_behalf_of=make_organisation())
        confirm_participations(participations=[row], by=user, at=at)
        grant.delete()


def add_a_late_participant(cast: Cast, at: datetime) -> None:
    shared = make_channel(cast.own, value="zqown@example.org", audience=Audience.PARTICIPANTS)
    closure = ListClosure.objects.create(event=cast.event, closed_at=at)
    row = make_participation(make_delegate(user=None), cast.event, confirmed=False)
    for role in (Grant.Role.COHOST, Grant.Role.CONFIRMER):
        user = make_user()
        grant = make_grant(user, cast.event, role=role, on_behalf_of=make_organisation())
        confirm_participations(participations=[row], by=user, at=at)
        grant.delete()
    closure.delete()
    shared.delete()
    assert Participation.objects.confirmed().filter(pk=row.pk).exists()


def two_holders(event: Event, **organisation: Any) -> Iterator[tuple[User, User]]:
    """Two people of two organisations who confirm, as long as it takes."""
    made = []
    for role in (Grant.Role.COCHAIR, Grant.Role.CONFIRMER):
        address = f"{role}@example.org"
        user = User.objects.filter(email=address).first() or make_user(address)
        acting_for = make_organisation(**organisation)
        made.append(make_grant(user, event, role=role, on_behalf_of=acting_for))
    yield made[0].user, made[1].user
    for grant in made:
        grant.delete()


def lose_a_participation(cast: Cast, at: datetime) -> None:
    row = make_participation(cast.other, make_event(title="Fourth meeting"))
    for first, second in two_holders(row.event):
        assert suspend_participation(participation=row, reason="Doubt", by=first, at=at)
        assert end_participation(participation=row, by=second, at=at)


def lose_the_mailbox(cast: Cast, at: datetime) -> Iterator[None]:
    row = make_participation(cast.other, make_event(title="Fifth meeting"))
    for first, _second in two_holders(row.event):
        for is_stopped in (True, False):
            said = {"reason": "Zq", "evidence": "Zq", "email": "zq@example.org"}
            change = account_changes.request_change(
                cast.user(cast.other), account_changes.Kind.ADDRESS, at=at, **said
            )
            code = fetch_code(by=first, name=cast.other.name, email=change.email, spoke="Zq", at=at)
            assert account_changes.use_code(change.user, code, at=at)
            yield
            if is_stopped:
                outcome = account_changes.Outcome.STOPPED
                assert account_changes.end_change(change, outcome, at=at)
        later = at + account_changes.WAITING_PERIOD
        run_account_changes(at=later)
        yield
        assert account_changes.undo_change(change, at=later)
        run_account_changes(at=later)


def compare_a_text(cast: Cast, at: datetime) -> None:
    event = make_event(title="Seventh meeting")
    statement = make_statement(event, points=1, published=False, source_title="Zq source")
    own = cast.user(cast.own)
    make_grant(own, event, on_behalf_of=make_organisation())
    make_participation(cast.own, event)
    commitment = make_commitment(event, state="draft", text="Учить", source_title="Устав")
    make_party(commitment, organisation=cast.own.participations.get(event=event).organisation)
    for holders in two_holders(event):
        for by in holders:
            for text in (statement, commitment):
                assert sign(kind_of(text), {text.pk: source_hash(text)}, by=by, at=at)
    assert publish_statements(statements=[statement], by=own, at=at)
    commitment.refresh_from_db()
    commitment.state = "public"
    withdraw(commitment, by=own)


def ask_for_the_list(cast: Cast, at: datetime) -> None:
    own = cast.user(cast.own)
    own.grants.filter(event=cast.event).update(on_behalf_of=make_organisation())
    second = make_grant(cast.operator, cast.event, on_behalf_of=make_organisation())
    row = participant_list.request_list(event=cast.event, purpose="Zqown Name", by=own, at=at)
    assert participant_list.decide_list(row=row, agrees=True, by=cast.operator, at=at)
    second.delete()


def leave(cast: Cast, at: datetime) -> None:
    user = cast.user(cast.other)
    EmailAddress.objects.create(user=user, email="second@example.org", verified=True)
    departure.leave_organisation(user=user, address="second@example.org", affiliation=None, at=at)


def new_notice(cast: Cast, at: datetime) -> Iterator[None]:
    person = make_delegate(name="Zq Agreed", user=make_user("agreed@example.org"))
    make_consent(person, notice=make_notice(version=1), at=at)
    for days in (0, 23, 30):
        later = at + timedelta(days=days)
        run_notice_requests(on=later.date(), at=later)
        yield


def review(cast: Cast, at: datetime) -> Iterator[None]:
    for months in range(11, 23):
        later = at + timedelta(days=31 * months)
        retention.run_retention(on=later.date(), at=later)
        yield


def erase(cast: Cast, _at: datetime) -> Iterator[None]:
    browser = cast.browser(cast.other)
    prove(browser)
    yield
    with TestCase.captureOnCommitCallbacks(execute=True):  # the email that is never stored
        answer = browser.post("/me/erase/", {"word": gettext("erase")})
        assert answer["Location"] == "/erased/"


def keep_the_end_of_the_log(cast: Cast, at: datetime) -> None:
    assert send_log_head(at=at)


CAUSES: list[Callable[[Cast, datetime], Iterator[None] | None]] = [
    sign_in,
    change_addresses,
    change_factors,
    press_what_tells,
    introduce,
    invite,
    be_asked,
    be_reported_for,
    not_recognise_a_text,
    be_written_about,
    keep_the_end_of_the_log,
    agree_on_a_text,
    answer_proposals,
    ask_to_join,
    follow_something,
    pause_and_look,
    reset_factor,
    hand_a_grant_over,
    carry_rights_over,
    leave_a_request_unconfirmed,
    change_an_organisation,
    change_a_mailbox,
    add_an_account,
    suspend_and_confirm,
    confirm_again,
    add_a_late_participant,
    lose_a_participation,
    lose_the_mailbox,
    suspend_a_right,
    compare_a_text,
    ask_for_the_list,
    leave,
    new_notice,
    review,
    erase,
]


# What holds of each ------------------------------------------------------------------------


def check_link(template: str, mail: EmailMultiAlternatives, bodies: list[str]) -> None:
    """Each body has the same link to hide, or none."""
    found = [set(links_for("hide", body)) for body in bodies]
    if (template, mail.to[0]) in WITHOUT_LINK:
        assert not any(found) and "Hide everything" not in "".join(bodies), (template, mail.to)
        return
    assert len(found[0]) == 1 and found[1:] == found[:-1], (template, mail.to)
    (path,) = found[0]
    assert LinkClient().get(path).status_code == 200
    link = link_for_key(path.split("/")[2])
    assert link is not None and link.user is not None, template
    assert link.delegate == Delegate.objects.get(user=link.user), template
    own = EmailAddress.objects.filter(user=link.user, verified=True, email=mail.to[0])
    assert own.exists(), f"{template} hides another person than {mail.to}"


def check_words(template: str, mail: EmailMultiAlternatives, body: str) -> None:
    words = f"{mail.subject}\n{CODE.sub('', URL.sub('', body))}"
    assert not ADDRESS.findall(words) and not NUMBER.findall(words), template
    names = [*Delegate.objects.values_list("name", flat=True)]
    names += [name for row in Organisation.objects.all() for name in (row.name, row.short_name)]
    assert [name for name in names if name and name in words] == [], template
    assert "zq" not in words.lower(), template


def check_translation(template: str, texts: list[str]) -> None:
    for text in texts:
        assert "⟦" in text, template
        words = words_without_translation(SAMPLE_TEXT.sub("", CODE.sub("", text)))
        assert words == [], template


@pytest.mark.walk
@pytest.mark.usefixtures("translated")
def test_each_email_has_one_recipient_no_leaks_and_hide_link(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REVEALS_PER_DAY = 2
    post = Post()
    monkeypatch.setattr(queue, "render_to_string", post.render)
    caused: set[tuple[str, str]] = set()
    for cause in CAUSES:
        forget_limits()  # of how often a code was asked for
        for _stop in chain(cause(cast, timezone.now()) or (), [None]):
            for template, mail in post.fetch():
                (reader,) = mail.recipients()
                caused.add((template, reader))
                ((html, kind),) = mail.alternatives
                assert kind == "text/html" and str(mail.body).strip()
                bodies = [str(mail.body), str(html)]
                check_link(template, mail, bodies)
                check_translation(template, [str(mail.subject), *bodies])
                for body in bodies:
                    check_words(template, mail, body)
    assert {template for template, _reader in caused} == templates() - set(NEVER_SENT)
    assert caused >= WITHOUT_LINK
    assert set(NEVER_SENT) <= templates()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contact", "sentence"),
    [
        ("desk@example.org", "From another mailbox, contact desk@example.org."),
        ("", "From another mailbox, write to the operator of this portal."),
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "participants/privacy/emails/data_downloaded",
        "participants/accounts/emails/left_organisation",
        "participants/accounts/emails/account_changed",
        "account/email/fresh_code",
    ],
)
def test_email_about_account_names_contact_of_portal(
    settings: Settings, name: str, contact: str, sentence: str
) -> None:
    settings.CONTACT_EMAIL = contact
    email = queue.enqueue(
        dedup_key="once",
        to="ana@example.org",
        template=name,
        context={"code": "AB12"},
        at=timezone.now(),
    )
    assert email
    assert sentence in " ".join(email.text.split())
