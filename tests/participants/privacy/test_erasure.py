"""Erasing a person leaves only a nameless participation and the mark of the erasure."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.serializers import serialize
from django.db import models
from django.test import Client

from outcomes.models import CommitmentParty, Handover
from outcomes.models.party import clear_focal_point
from participants.decisions.engine import add_act
from participants.models import (
    Act,
    Audience,
    Delegate,
    Erasure,
    Grant,
    InvitationRequest,
    Participation,
    Proposal,
    User,
)
from participants.privacy.erasure import (
    erase_account,
    erase_delegate,
    erase_own_data,
    known_addresses,
)
from participants.privacy.personal_data.sections import shown_tables
from participants.privacy.personal_data.values import column_of
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry
from roundtable.audit.verify import find_log_faults
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditKey, Event
from tests.factories import (
    NOON,
    make_colleagues,
    make_commitment,
    make_delegate,
    make_event,
    make_exception,
    make_grant,
    make_introduction,
    make_invitation_request,
    make_letter,
    make_organisation,
    make_participation,
    make_proposal,
    make_update,
    make_user,
)
from tests.mail_queue import change_emails
from tests.participants.privacy.test_personal_data import make_zarniqa

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
# A name that only rows about `zarniqa` contain.
TELLING = "Zarniqa"


def make_session(key: str, **content: Any) -> None:
    Session.objects.create(
        session_key=key,
        session_data=SessionStore().encode(content),
        expire_date=NOON + timedelta(days=1000),
    )


@pytest.fixture
def zarniqa(event: Event, cochair: User) -> Delegate:
    """A person with a row in every table that can hold one."""
    person = make_zarniqa(
        event, cochair, listed_to=Audience.INTRODUCED, is_protected=True, hidden_at=NOON
    )
    user = person.user
    assert user is not None
    EmailAddress.objects.create(user=user, email=f"{TELLING}.second@example.org", verified=True)
    person.participations.update(nomination=f"Letter about {TELLING}", suspension_reason=TELLING)
    part = person.participations.get()
    part.letter = make_letter(part.event, file=f"{TELLING}.pdf")
    part.save()
    make_colleagues(part)
    make_participation(person, make_event(), confirmed=False)
    make_proposal(
        person,
        kind=Proposal.Kind.PARTICIPATION,
        event=event,
        organisation=part.organisation,
        capacity=TELLING,
    )
    make_proposal(make_delegate(), kind=Proposal.Kind.MERGE, duplicate=person)
    make_exception(person)
    make_introduction(make_delegate(), person, accepted=False)
    user.grants.update(reason=f"{TELLING} is the new deputy", suspension_reason=f"{TELLING} left")
    CommitmentParty.objects.get(commitment__reference="RT2024-C9").accept(NOON)
    make_session("one", _auth_user_id=str(user.pk))
    make_session("two", _auth_user_id=str(user.pk))
    make_session("three", account_login={"email": f"{TELLING}.second@example.org"})
    change_emails(recipient=f"{TELLING}.Second@example.org")
    audit.record(action="reveal", at=NOON, actor=user, subject=person)
    return person


def every_row() -> Iterator[tuple[str, str]]:
    """Each row of the database as text, with the name of its model."""
    for model in apps.get_models():
        for row in serialize("python", model._base_manager.all()):
            yield row["model"], str(row)


def rows_that_tell(word: str) -> set[str]:
    return {name for name, row in every_row() if word.lower() in row.lower()}


def references_to(row: models.Model) -> set[str]:
    """The relations through which any row refers to this one."""
    found = set()
    for relation in row._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            rows = relation.related_model._base_manager.filter(**{relation.field.name: row})
            if rows.exists():
                found.add(f"{relation.related_model._meta.label}.{relation.field.name}")
    return found


def test_fixture_covers_every_personal_field(zarniqa: Delegate) -> None:
    assert rows_that_tell(TELLING) == {
        "account.emailaddress",
        "mfa.authenticator",
        "outcomes.handover",
        "participants.accountchange",
        "participants.affiliation",
        "participants.contactchannel",
        "participants.delegate",
        "participants.grant",
        "participants.introduction",
        "participants.invitation",
        "participants.invitationrequest",
        "participants.letter",
        "participants.participation",
        "participants.proposal",
        "participants.user",
        "roundtable.queuedemail",
        "usersessions.usersession",
    }
    cascading = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in Delegate._meta.related_objects
    }
    assert references_to(zarniqa) == cascading
    assert Session.objects.count() == 3


# Columns that an erasure empties in rows that may stay.
EMPTIED = {
    "participants.Act": "reason",
    "outcomes.Handover": "suggestion",
    "participants.Delegate": "handle name name_latin sort_name post about invitation_email",
    "participants.Grant": "reason suspension_reason",
    "participants.InvitationRequest": "name organisation email note post capacity",
    "participants.Letter": "file",
    "participants.Participation": "capacity nomination suspension_reason",
    "participants.User": "password email",
    "roundtable.QueuedEmail": "recipient subject text unsubscribe_url reply_to",
    "sessions.Session": "session_key session_data",
}
# Other tables whose text stays, and why.
KEPT = {
    "names no one: keys, hashes, marks, numbers and words of the portal": """
        auth.Group auth.Permission contenttypes.ContentType django_tasks_database.DBTaskResult
        outcomes.Dispute outcomes.SignOff outcomes.SourceComparison outcomes.Synonyms
        participants.ConsentNotice participants.EmailLink participants.Erasure
        participants.GrantConfirmation participants.ListClosureConfirmation
        participants.OrganisationChangeConfirmation participants.ParticipationConfirmation
        participants.DelegationChangeConfirmation
        roundtable.AuditHead roundtable.CacheEntry roundtable.IdempotencyKey roundtable.Job
        roundtable.LimitCount
    """,
    "names people by keys, which an erasure forgets": "roundtable.AuditEntry roundtable.AuditKey",
    "is about a roundtable, an organisation or a group": """
        outcomes.ImportRecipe participants.Bundle participants.DelegationChange
        outcomes.ReportingRound outcomes.Theme participants.EventRole participants.Group
        participants.HistoricalOrganisation participants.Organisation
        participants.OrganisationChange participants.ParticipantList participants.RecordedCount
        participants.SlugRedirect roundtable.Event roundtable.HistoricalEvent roundtable.Series
    """,
    "is what was agreed or said for an organisation; names leave it by redact_words()": """
        outcomes.Assessment outcomes.CirculationReply outcomes.Commitment outcomes.Corrigendum
        outcomes.Document outcomes.Evidence outcomes.HistoricalCommitment
        outcomes.HistoricalMilestone outcomes.HistoricalOutcome outcomes.HistoricalStatement
        outcomes.Milestone outcomes.Offer outcomes.OfferedMilestone outcomes.Outcome
        outcomes.ProgressUpdate outcomes.RelatedText outcomes.Response outcomes.Rewording
        outcomes.Statement outcomes.StatementVersion outcomes.Undertaking
    """,
}


def tables_deleted_with_a_person() -> set[type[models.Model]]:
    found: set[type[models.Model]] = set()
    waiting: list[type[models.Model]] = [Delegate, User]
    while waiting:
        for relation in waiting.pop()._meta.related_objects:
            model = relation.related_model
            stays = {"participants.Participation", "participants.Grant"}
            if relation.on_delete is models.CASCADE and model._meta.label not in stays:
                waiting += [model] if model not in found else []
                found.add(model)
    return found


def test_each_column_that_could_name_a_person_is_reached_by_an_erasure() -> None:
    kept = {label for labels in KEPT.values() for label in labels.split()}
    deleted = tables_deleted_with_a_person()
    texts = (models.CharField, models.TextField, models.JSONField, models.FileField)
    forgotten = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model not in deleted and model._meta.label not in kept
        for field in model._meta.concrete_fields
        if isinstance(field, texts)
        and not field.choices
        and field.name not in ("dedup_key", "content_hash", "media_type")
        if field.name not in EMPTIED.get(model._meta.label, "").split()
    ]
    assert forgotten == []
    known = {model._meta.label for model in apps.get_models()}
    assert kept | EMPTIED.keys() <= known - {model._meta.label for model in deleted}


def test_each_table_of_your_data_is_in_an_erasure() -> None:
    """Its rows are deleted or emptied, or no longer name the person, who has no account then."""
    deleted = tables_deleted_with_a_person()
    for model, shown in shown_tables():
        for link in shown.links.split():
            column = column_of(model, link)
            if column.related_model is None:
                assert model._meta.label in EMPTIED, shown.key
            elif column.remote_field.on_delete is models.CASCADE:
                assert model in deleted or model._meta.label in EMPTIED, shown.key
            elif column.related_model is Delegate:
                assert column.remote_field.on_delete in (models.SET_NULL, clear_focal_point)


def test_erasure_empties_what_stays(zarniqa: Delegate) -> None:
    """Each column of EMPTIED is filled before, but for keys, which no one can read."""
    person, unreadable = zarniqa, {"password", "session_key", "session_data"}
    change_emails(
        unsubscribe_url=f"https://{TELLING}.example.org",
        reply_to=f"{TELLING}@example.org",
        subject=TELLING,
    )
    others = {"organisation": TELLING, "note": TELLING, "post": TELLING, "capacity": TELLING}
    InvitationRequest.objects.update(**others)
    person.write(handle=TELLING)
    assert person.user
    for item in (*person.user.grants.all(), *person.participations.all()):
        add_act(item, Act.What.DECLINED, LATER, reason=TELLING)

    def filled() -> set[str]:
        return {
            f"{label}.{name}"
            for label, names in EMPTIED.items()
            for name in names.split()
            for row in apps.get_model(label)._base_manager.all()
            if TELLING.lower() in str(getattr(row, name)).lower()
        }

    expected = {f"{label}.{name}" for label, names in EMPTIED.items() for name in names.split()}
    assert {name for name in expected if name.split(".")[-1] not in unreadable} == filled()
    erase_delegate(Delegate.objects.get(pk=person.pk), by=None, at=LATER)
    assert filled() == set()


@pytest.mark.parametrize("is_refused", [False, True])
def test_farewell_is_never_stored(
    zarniqa: Delegate,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    is_refused: bool,
) -> None:
    user = zarniqa.user
    assert user is not None
    address = user.email
    if is_refused:
        monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        erase_own_data(user, at=LATER)
        assert rows_that_tell(TELLING) == set()
    assert [message.to for message in mail.outbox] == ([] if is_refused else [[address]])
    assert rows_that_tell(TELLING) == set()


def refuse(_message: object) -> None:
    raise SMTPServerDisconnected(f"{TELLING} is not known here")


def test_erasure_leaves_an_empty_row_and_no_personal_text(
    zarniqa: Delegate, event: Event, ledger: Path
) -> None:
    handle, user = zarniqa.handle, zarniqa.user
    assert user is not None
    assert known_addresses(zarniqa, user) == {
        f"zarniqa.{word}@example.org" for word in ("in", "second", "invited", "earlier")
    }
    erase_delegate(zarniqa, by=user, at=LATER)
    assert rows_that_tell(TELLING) == rows_that_tell(handle) == set()
    assert references_to(zarniqa) == {"participants.Participation.delegate"}
    assert not User.objects.filter(pk=user.pk).exists()
    assert Session.objects.count() == 0
    row: dict[str, Any] = {**Delegate.objects.filter(pk=zarniqa.pk).values().get()}
    assert row.pop("handle") != handle
    texts = ("name", "name_latin", "sort_name", "post", "about", "invitation_email")
    moments = ("consented_at", "reviewed_on", "hidden_at", "new_address_agreed_at")
    assert row == dict.fromkeys(texts, "") | dict.fromkeys(moments) | {
        "id": zarniqa.pk,
        "user_id": None,
        "listed_to": "only_me",
        "is_protected": False,
        "erased_at": LATER,
        "is_demonstration": False,
    }
    assert str(zarniqa) == "Erased delegate"
    part = Participation.objects.get(delegate=zarniqa)
    assert (part.event, part.capacity, part.nomination) == (event, "", "")
    assert part.confirmed_at == NOON
    email = QueuedEmail.objects.get(dedup_key="cause 1")
    assert (email.recipient, email.subject, email.text) == ("", "", "")
    party = CommitmentParty.objects.get(commitment__reference="RT2024-C9")
    assert (party.focal_point, party.focal_point_accepted_at) == (None, None)
    own = Handover.objects.get()
    assert (own.party, own.returned_by, own.suggestion) == (party, None, "")
    # The log is valid, and names no one.
    assert [entry.action for entry in AuditEntry.objects.all()] == [
        "make hiding code",
        "reveal",
        "erase",
    ]
    assert not AuditKey.objects.exists()
    assert find_log_faults() == []
    # To erase again changes nothing.
    before = [*every_row()], ledger.read_text()
    erase_delegate(zarniqa, by=None, at=LATER + timedelta(days=1))
    assert ([*every_row()], ledger.read_text()) == before


def test_erasure_does_not_affect_others(zarniqa: Delegate, delegate: Delegate) -> None:
    make_invitation_request(make_event(), email="another@example.org")
    # A number that happens to be that of the person is not the person.
    make_session("four", _auth_user_id=str(delegate.user_id), page=str(zarniqa.user_id))
    QueuedEmail.objects.create(
        dedup_key="cause 2", recipient="delegate@example.org", text="Hello", queued_at=NOON
    )
    task = Handover.objects.create(
        party=CommitmentParty.objects.get(commitment__reference="RT2024-C9"),
        returned_by=delegate,
        suggestion="Ask the registry.",
        handed_over_at=NOON,
    )
    rows = [delegate, task, *delegate.channels.all(), *delegate.participations.all()]
    before = serialize("json", rows)
    erase_delegate(zarniqa, by=None, at=LATER)
    for row in rows:
        row.refresh_from_db()
    assert serialize("json", rows) == before
    assert InvitationRequest.objects.get().email == "another@example.org"
    assert Session.objects.get().session_key == "four"
    assert QueuedEmail.objects.get(dedup_key="cause 2").text == "Hello"
    assert EmailAddress.objects.filter(user=delegate.user_id).exists()


def test_confirming_account_is_closed_and_anonymised(
    event: Event, cochair: User, delegate: Delegate
) -> None:
    update = make_update(make_commitment(event), by=cochair)
    person = make_delegate(name="Chandra Chair", user=cochair)
    cochair.write(is_superuser=True, last_login=NOON)
    make_grant(cochair, make_event(), valid_from=LATER.date())
    erase_delegate(person, by=cochair, at=LATER)
    cochair.refresh_from_db()
    assert cochair.email.endswith("@example.invalid")
    assert "cochair" not in cochair.email
    assert (cochair.is_active, cochair.is_superuser, cochair.is_staff) == (False, False, False)
    assert cochair.last_login is None
    assert cochair.joined_at == LATER
    assert delegate.participations.get().confirmations.get().by == cochair
    update.refresh_from_db()
    assert update.approved_by == cochair
    grant = Grant.objects.get(user=cochair)
    assert (grant.valid_from, grant.valid_until) == (date(2024, 1, 1), date(2026, 4, 30))
    assert rows_that_tell("cochair@example.org") == set()
    assert rows_that_tell("Chandra") == set()


def test_account_or_profile_alone_is_erased(event: Event) -> None:
    user = make_user("alone@example.org")
    erase_account(user, by=user, at=LATER)
    assert rows_that_tell("alone@") == set()
    assert [row.kind for row in Erasure.objects.all()] == ["account", "address", "key"]
    person = make_delegate(name="Ina Invited", user=None, invitation_email="ina@example.org")
    make_participation(person, event)
    erase_delegate(person, by=None, at=LATER)
    assert rows_that_tell("ina") & {"participants.delegate", "participants.invitation"} == set()
    assert person.erased_at == LATER


@pytest.mark.parametrize(("number", "kept"), [(1, 0), (4, 0), (5, 1)])
def test_participation_stays_only_if_others_can_be_meant(
    event: Event, client_of: Callable[..., Client], number: int, kept: int
) -> None:
    people = [make_delegate() for _person in range(number)]
    organisation = make_organisation(name="Ministry of Work")
    for person in people:
        make_participation(person, event, organisation=organisation)
    # Who is not confirmed, and others' people, do not count.
    make_participation(make_delegate(), event, organisation=organisation, confirmed=False)
    make_participation(make_delegate(), event)
    erased = people[0]
    page = client_of(erased).get("/me/erase/").content.decode()
    assert page.count("A delegate of Ministry of Work took part") == kept
    erase_delegate(erased, by=None, at=LATER)
    assert Participation.with_ended.filter(delegate=erased).count() == kept
    assert Participation.objects.filter(organisation=organisation).count() == number + kept
