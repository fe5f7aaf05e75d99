"""People in a release's database: accounts, profiles, consents and requests in each state."""

from datetime import date, datetime, timedelta

from django.test import Client

from outcomes.duplicates.organisations import merge_organisations
from outcomes.duplicates.people import merge_people
from outcomes.imports.storage import keep
from outcomes.models import Upload
from participants.channels import ChannelKind
from participants.models import (
    Audience,
    Consent,
    Constituency,
    DelegateLanguage,
    EventRole,
    Grant,
    Invitation,
    InvitationRequest,
    Kind,
    RecordedCount,
    ReviewStep,
    User,
)
from participants.participation import participant_list
from participants.privacy import consent, visibility
from participants.privacy.erasure import erase, erase_account
from roundtable.mail.batches import call_off, hold
from roundtable.mail.queue import Letter, fresh_cause, post
from roundtable.models import AnsweredWrite, Batch, Event
from tests.agreeing import Table
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_consent,
    make_delegate,
    make_exception,
    make_factor_reset,
    make_grant,
    make_group,
    make_introduction,
    make_invitation,
    make_invitation_request,
    make_list,
    make_organisation,
    make_participation,
    make_role,
    make_user,
    save,
)
from tests.signing_in import add_app, sign_in


def fill(table: Table, operator: User, at: datetime) -> None:
    """All that is about people and the portal itself."""
    event = table.event
    _add_profiles(event, at)
    _add_consents(event, at)
    _add_invitations(event, table.first, at)
    _add_introductions(at)
    _add_rights(table, at)
    _merge_and_erase(event, operator, at)
    _add_mail(event, at)
    _add_uploads(event, operator, at)


def _add_profiles(event: Event, at: datetime) -> None:
    """A profile with each kind of channel, and each kind of exception, role and count."""
    full = make_delegate(name="Every Channel", listed_to=Audience.PARTICIPANTS)
    values = {
        ChannelKind.EMAIL: "every@example.org",
        ChannelKind.SITE: "https://example.org/every",
        ChannelKind.OTHER: "Reception desk, weekdays",
    }
    for number, kind in enumerate(ChannelKind):
        value = values.get(kind, f"+1202555010{number}")
        make_channel(full, kind=kind, value=value, audience=Audience.PARTICIPANTS)
    for code in ("en", "id", "th", "ar"):
        save(DelegateLanguage(delegate=full, language=code))
    make_participation(full, event)
    make_affiliation(full, since=date(2020, 1, 1), post="Adviser")
    make_affiliation(full, until=date(2019, 12, 31), post="Clerk")
    wary = make_delegate(name="Leaves Out", listed_to=Audience.PARTICIPANTS)
    for constituency in Constituency:
        make_exception(wary, constituency=constituency)
    make_exception(wary, country="NR")
    make_exception(wary, channel=make_channel(wary), organisation=make_organisation())
    for sort, role in zip(Kind, [*EventRole.Role, *EventRole.Role], strict=False):
        organisation = make_organisation(kind=sort, country="ID" if sort == "government" else "")
        if role != EventRole.Role.COCHAIR:
            make_role(event, organisation=organisation, role=role)
        save(RecordedCount(event=event, kind=sort, number=3, source_wording="three of them"))
    for made_of in (*Constituency, "participants", "cochairs"):
        make_group(name=f"Those of {made_of}", made_of=made_of)
    for step in ReviewStep.Step:
        save(ReviewStep(delegate=full, since=date(2024, 1, 1), step=step, on=date(2025, 1, 1)))
    viewer = make_delegate(name="Looks Around", listed_to=Audience.PARTICIPANTS)
    make_participation(viewer, event)
    assert viewer.user
    assert visibility.reveal(viewer.user, full.handle, at)


def _add_consents(event: Event, at: datetime) -> None:
    """Given, renewed, withdrawn, paused; by each way; to the notice and to one of before."""
    notice = consent.current_notice("en")
    for key in ("gives", "renews", "withdraws", "pauses"):
        person = make_delegate(name=f"Person who {key}", consented_at=None, reviewed_on=None)
        make_participation(person, event)
        consent.give(person, notice=notice, by=Consent.By.OWNER, at=NOON)
        if key == "renews":
            consent.renew(person, notice=notice, by=Consent.By.REVIEW, at=at)
        if key == "withdraws":
            consent.withdraw(person, by=Consent.By.LINK, at=at)
        if key == "pauses":
            consent.pause(person, by=Consent.By.LINK, at=at)
    make_consent(make_delegate(name="Agreed Before"))


def _add_invitations(event: Event, by: User, at: datetime) -> None:
    """Invitations and requests with each answer, and without one."""
    for answer in ("", *Invitation.Answer.values):
        guest = make_delegate(user=None, invitation_email=f"guest-{answer}@example.org")
        make_participation(guest, event, confirmed=False)
        answered = {"answer": answer, "answered_at": at} if answer else {}
        fields = {"email": guest.invitation_email, "token_hash": Invitation.digest(f"to-{answer}")}
        make_invitation(guest, event, expires_at=at + timedelta(days=9), **fields | answered)
    make_invitation(make_delegate(user=None), event, revoked_at=at)
    make_invitation(make_delegate(user=None), event, expires_at=at - timedelta(days=1))
    for decision in ("", *InvitationRequest.Decision.values):
        decided = {"decision": decision, "decided_by": by, "decided_at": at} if decision else {}
        make_invitation_request(event, **decided)


def _add_introductions(at: datetime) -> None:
    """Proposed, accepted by either, in force, ended by either."""
    for number, fields in enumerate(
        (
            {},
            {"first_accepted_at": NOON},
            {"second_accepted_at": NOON},
            {"first_accepted_at": NOON, "second_accepted_at": NOON},
            {"first_accepted_at": NOON, "second_ended_at": at},
            {"first_accepted_at": NOON, "second_accepted_at": NOON, "first_ended_at": at},
        )
    ):
        first = make_delegate(name=f"Asks {number}")
        make_introduction(first, make_delegate(name=f"Asked {number}"), accepted=False, **fields)


def _add_rights(table: Table, at: datetime) -> None:
    """Grants of each role, past ones, resets of a factor, lists of participants."""
    event = table.event
    for role in Grant.Role:
        if role != Grant.Role.COCHAIR:
            make_grant(make_user(f"{role}@example.org"), event, role=role)
    past = make_user("past@example.org")
    make_grant(past, event, role=Grant.Role.EDITOR, valid_until=date(2024, 12, 31))
    add_app(past)
    make_factor_reset(past)
    make_factor_reset(table.second, agreed_by=make_user(), agreed_at=at)
    participant_list.ask(event=event, purpose="Badges", by=table.first, at=at)
    agreed = participant_list.ask(event=event, purpose="A meeting", by=table.second, at=at)
    assert participant_list.decide(row=agreed, agrees=True, by=table.first, at=at)
    make_list(event, decided_by=table.first, decided_at=at)
    for user in (table.first, table.second):
        sign_in(Client(), user)


def _merge_and_erase(event: Event, operator: User, at: datetime) -> None:
    """Someone who was erased, an account that was, and two pairs that became one."""
    gone = make_delegate(name="Is Erased", user=make_user("erased@example.org"))
    make_participation(gone, event)
    make_channel(gone)
    erase(gone, by=gone.user, at=at)
    erase_account(make_user("closed@example.org"), by=None, at=at)
    make_delegate(name="Left Work", user=make_user("left@example.org", is_active=False))
    stays, goes = (make_delegate(name="Same Person", user=None) for _ in range(2))
    make_participation(stays, event)
    merge_people(stays=stays, goes=goes, by=operator, at=at)
    one, other = (make_organisation(slug=f"same-{n}", name="Same Office") for n in "ab")
    merge_organisations(stays=one, goes=other, by=operator, at=at)


def _add_mail(event: Event, at: datetime) -> None:
    """Letters that wait, on hold, called off, sent, given up; and a form that was answered."""
    for number in range(4):
        post(
            cause=fresh_cause(),
            to=f"reader{number}@example.org",
            template="participants/mail/erased",
            context={},
            at=at,
        )
    waiting, claimed, sent, given_up = Letter.objects.order_by("-pk")[:4]
    empty = {"recipient": "", "subject": "", "text": "", "html": "", "done_at": at, "attempts": 1}
    Letter.objects.filter(pk=claimed.pk).update(claimed_at=at, attempts=1)
    Letter.objects.filter(pk=sent.pk).update(is_sent=True, **empty)
    Letter.objects.filter(pk=given_up.pk).update(**empty)
    assert waiting.recipient
    for act in Batch.Act:
        batch = hold(event=event, act=act, at=at)
        post(
            cause=fresh_cause(),
            to="held@example.org",
            template="participants/mail/erased",
            context={},
            at=at,
            batch=batch,
        )
    call_off(hold(event=event, act=Batch.Act.INVITE, at=at), at=at)
    AnsweredWrite.objects.create(key="k" * 64, at=at, request="r" * 64, location="/me/")


def _add_uploads(event: Event, user: User, at: datetime) -> None:
    """A file that was brought in, in each state."""
    for state in Upload.State:
        upload = keep(user=make_user(), chunks=[b"Title\nA roundtable\n"], event=event, at=at)
        done = {"ended_at": at} if state == Upload.State.DONE else {}
        Upload.objects.filter(pk=upload.pk).update(state=state, **done)
    upload = keep(user=user, chunks=[b"Title\n"], event=None, at=at)
    Upload.objects.filter(pk=upload.pk).update(wants=Upload.Wants.STORE)
