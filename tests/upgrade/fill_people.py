"""People in a release's database: accounts, profiles, consents and requests in each state."""

from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client

from outcomes.duplicates.organisations import merge_organisations
from outcomes.duplicates.people import merge_people
from outcomes.imports.storage import create_upload
from outcomes.models import Upload
from participants.accounts import account_changes
from participants.email_links.links import create_link
from participants.models import (
    AccountChange,
    Audience,
    Consent,
    Constituency,
    DelegateLanguage,
    EventRole,
    Grant,
    Invitation,
    InvitationRequest,
    OrganisationKind,
    ProviderIdentity,
    RecordedCount,
    RetentionAction,
    User,
)
from participants.models.channels import ChannelKind
from participants.participation import participant_list
from participants.permissions import CAPACITIES
from participants.privacy import consent, hiding, visibility
from participants.privacy.erasure import erase_account, erase_delegate
from participants.proposals.lifecycle import (
    propose_merge,
    propose_name_latin,
    propose_participation,
)
from roundtable.audit import log as audit
from roundtable.mail.batches import cancel_batch, create_batch
from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import enqueue, one_time_key
from roundtable.models import Event, IdempotencyKey, Job, MailBatch
from tests.factories import (
    NOON,
    make_account_change,
    make_affiliation,
    make_channel,
    make_consent_request,
    make_delegate,
    make_exception,
    make_grant,
    make_group,
    make_introduction,
    make_invitation,
    make_invitation_request,
    make_notice,
    make_organisation,
    make_participant_list,
    make_participation,
    make_role,
    make_user,
    save,
)
from tests.sign_in import add_authenticator, sign_in
from tests.silence_procedure import AgreementCase


def fill(table: AgreementCase, operator: User, at: datetime) -> None:
    """All that is about people and the portal itself."""
    event = table.event
    _add_profiles(event, at)
    _add_consents(event, at)
    _add_invitations(event, table.first, at)
    _add_introductions(at)
    _add_proposals(event, table.first, at)
    _add_links(at)
    _add_account_changes(event, at)
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
    for sort, role in zip(OrganisationKind, [*EventRole.Role, *EventRole.Role], strict=False):
        organisation = make_organisation(kind=sort, country="ID" if sort == "government" else "")
        if role != EventRole.Role.COCHAIR:
            make_role(event, organisation=organisation, role=role)
        save(RecordedCount(event=event, kind=sort, number=3, source_wording="three of them"))
    for member_rule in (*Constituency, "participants", "cochairs"):
        make_group(name=f"Those of {member_rule}", member_rule=member_rule)
    for action in RetentionAction.Action:
        save(
            RetentionAction(
                delegate=full,
                review_started_on=date(2024, 1, 1),
                action=action,
                taken_on=date(2025, 1, 1),
            )
        )
    viewer = make_delegate(name="Looks Around", listed_to=Audience.PARTICIPANTS)
    make_participation(viewer, event)
    assert viewer.user
    assert visibility.reveal(viewer.user, full.handle, at)


def _add_consents(event: Event, at: datetime) -> None:
    """Given, renewed, withdrawn, paused; by each way; to the notice and to one of before."""
    for row in Consent.objects.all():  # of the portal that tests of leaks use, without a log
        audit.record(
            action=consent.ACTION_PREFIX + row.action,
            at=row.at,
            actor=row.delegate.user,
            subject=row.delegate,
            detail=consent.log_detail(row),
        )
    notice = consent.current_notice("en")
    for key in ("gives", "renews", "withdraws", "pauses"):
        person = make_delegate(name=f"Person who {key}", consented_at=None, reviewed_on=None)
        make_participation(person, event)
        consent.give_consent(person, notice=notice, by=Consent.By.OWNER, at=NOON)
        if key == "renews":
            consent.renew_consent(person, notice=notice, by=Consent.By.REVIEW, at=at)
        if key == "withdraws":
            consent.withdraw_consent(person, by=Consent.By.LINK, at=at)
        if key == "pauses":
            consent.hide_profile(person, by=Consent.By.LINK, at=at)
    before = make_delegate(name="Agreed Before")
    consent.give_consent(before, notice=make_notice(), by=Consent.By.OWNER, at=NOON)
    for reminded in (None, at.date()):
        make_consent_request(make_delegate(name="Asked Again"), reminded_on=reminded)
    silent = make_delegate(name="Never Answered")
    make_consent_request(silent)
    consent.give_consent(silent, notice=make_notice(), by=Consent.By.OWNER, at=NOON)
    consent.withdraw_consent(silent, by=Consent.By.NOTICE, at=at)


def _add_invitations(event: Event, by: User, at: datetime) -> None:
    """Invitations and requests with each answer, and without one."""
    for answer in ("", *Invitation.Answer.values):
        guest = make_delegate(user=None, invitation_email=f"guest-{answer}@example.org")
        make_participation(guest, event, confirmed=False)
        answered = {"answer": answer, "answered_at": at} if answer else {}
        fields = {"email": guest.invitation_email, "key": f"to-{answer}"}
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


def _add_proposals(event: Event, by: User, at: datetime) -> None:
    """What others entered about a person with an account, of each kind."""
    person = make_delegate(name="Is Asked")
    given: dict[str, Any] = {
        "capacity": "Adviser",
        "letter": None,
        "nomination": "Letter of 3 March",
    }
    office = make_organisation()
    assert propose_participation(person, event=event, organisation=office, by=by, at=at, **given)
    assert propose_name_latin(person, "Is Asked", by=by, at=at)
    assert propose_merge(person, make_delegate(name="Is asked", user=None), by=by, at=at)


def _add_links(at: datetime) -> None:
    """Links in emails, whose keys the upgrade test knows; a paper code; an identity elsewhere."""
    person = make_delegate(name="Has Emails")
    for purpose in ("review", "hide", "unsubscribe"):
        create_link(
            purpose, delegate=person, at=at, lifetime=timedelta(days=60), key=f"to-{purpose}"
        )
    hiding.make_code(person, at=at)
    assert person.user
    address = EmailAddress.objects.get(user=person.user)
    elsewhere = {"issuer": "https://id.example.org", "subject": "s-1", "connected_at": at}
    save(ProviderIdentity(user=person.user, address=address, **elsewhere))


def _add_account_changes(event: Event, at: datetime) -> None:
    """A second factor that is removed on the server, in each state; and of before an upgrade."""
    began = at - timedelta(days=9)
    for key in ("waits", "made", "undone", "stopped", "expired"):
        person = make_delegate(name=f"Change is {key}")
        make_participation(person, event)
        assert person.user
        add_authenticator(person.user)
        change = account_changes.request_change(
            person.user, AccountChange.Kind.FACTOR, reason="Lost", evidence="Called", at=began
        )
        if key in ("made", "undone"):
            assert account_changes.make_change(change, at=at)
        if key == "undone":
            assert account_changes.undo_change(change, at=at)
        if key in ("stopped", "expired"):
            assert account_changes.end_change(change, AccountChange.Outcome(key), at=at)
    ended = {"email": "", "closed_at": at, "outcome": AccountChange.Outcome.UPGRADED}
    make_account_change(make_user(), **ended)


def _add_rights(table: AgreementCase, at: datetime) -> None:
    """Grants of each role, past ones, resets of a factor, lists of participants."""
    event = table.event
    for role in Grant.Role:
        if role != Grant.Role.COCHAIR:
            office = make_organisation() if role in CAPACITIES else None  # they confirm for it
            make_grant(make_user(f"{role}@example.org"), event, role=role, on_behalf_of=office)
    past = make_user("past@example.org")
    make_grant(past, event, role=Grant.Role.EDITOR, valid_until=date(2024, 12, 31))
    add_authenticator(past)
    make_account_change(past)
    participant_list.request_list(event=event, purpose="Badges", by=table.first, at=at)
    agreed = participant_list.request_list(event=event, purpose="A meeting", by=table.second, at=at)
    # The two governments of the table have no country, so they count as one.
    other = make_user("agrees@example.org")
    make_grant(other, event, on_behalf_of=make_organisation())
    assert participant_list.decide_list(row=agreed, agrees=True, by=other, at=at)
    make_participant_list(event, decided_by=table.first, decided_at=at)
    for user in (table.first, table.second):
        sign_in(Client(), user)


def _merge_and_erase(event: Event, operator: User, at: datetime) -> None:
    """Someone who was erased, an account that was, and two pairs that became one."""
    gone = make_delegate(name="Is Erased", user=make_user("erased@example.org"))
    make_participation(gone, event)
    make_channel(gone)
    erase_delegate(gone, by=gone.user, at=at)
    erase_account(make_user("closed@example.org"), by=None, at=at)
    make_delegate(name="Left Work", user=make_user("left@example.org", is_active=False))
    stays, goes = (make_delegate(name="Same Person", user=None) for _ in range(2))
    make_participation(stays, event)
    merge_people(target=stays, duplicate=goes, by=operator, at=at)
    one, other = (make_organisation(slug=f"same-{n}", name="Same Office") for n in "ab")
    merge_organisations(target=one, duplicate=other, by=operator, at=at)


def _add_mail(event: Event, at: datetime) -> None:
    """Emails that wait, on hold, cancelled, sent, failed; and a form that was answered."""
    for number in range(4):
        enqueue(
            dedup_key=one_time_key(),
            to=f"reader{number}@example.org",
            template="participants/privacy/emails/erased",
            context={},
            at=at,
        )
    waiting, claimed, sent, given_up = QueuedEmail.objects.order_by("-pk")[:4]
    empty = {"recipient": "", "subject": "", "text": "", "done_at": at, "attempts": 1}
    QueuedEmail.objects.filter(pk=claimed.pk).update(claimed_at=at, attempts=1)
    QueuedEmail.objects.filter(pk=sent.pk).update(is_sent=True, **empty)
    QueuedEmail.objects.filter(pk=given_up.pk).update(**empty)
    assert waiting.recipient
    for action in MailBatch.Action:
        batch = create_batch(event=event, action=action, at=at)
        enqueue(
            dedup_key=one_time_key(),
            to="held@example.org",
            template="participants/privacy/emails/erased",
            context={},
            at=at,
            batch=batch,
        )
    cancel_batch(create_batch(event=event, action=MailBatch.Action.INVITE, at=at), at=at)
    Job.objects.create(name="clean_up_mail", last_run_at=at)
    IdempotencyKey.objects.create(
        key="k" * 64, answered_at=at, request_digest="r" * 64, redirect_to="/me/"
    )


def _add_uploads(event: Event, user: User, at: datetime) -> None:
    """An imported file in each state."""
    for state in Upload.State:
        upload = create_upload(
            user=make_user(), chunks=[b"Title\nA roundtable\n"], event=event, at=at
        )
        done = {"finished_at": at} if state == Upload.State.DONE else {}
        Upload.objects.filter(pk=upload.pk).update(state=state, **done)
    upload = create_upload(user=user, chunks=[b"Title\n"], event=None, at=at)
    Upload.objects.filter(pk=upload.pk).update(next_task=Upload.Task.IMPORT)
