"""People can read and download all their data, and nothing about others."""

import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from outcomes.models import (
    CalendarAddress,
    Circulation,
    CirculationReply,
    Handover,
    OfferedMilestone,
    SignOff,
    SourceComparison,
    Upload,
)
from participants.decisions.engine import add_act, ask
from participants.models import (
    Act,
    Audience,
    Delegate,
    DelegateLanguage,
    DelegationChangeConfirmation,
    Erasure,
    GrantConfirmation,
    HandleRedirect,
    ListClosure,
    ListClosureConfirmation,
    OrganisationChangeConfirmation,
    Participation,
    ProviderIdentity,
    RetentionAction,
    RevealBudget,
    User,
)
from participants.privacy import hiding
from participants.privacy.personal_data.export import to_json
from participants.privacy.personal_data.sections import (
    collect_personal_data,
    models_with_versions,
    shown_tables,
)
from participants.privacy.personal_data.values import DataSubject, column_of, rows_of
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry
from roundtable.history.versions import attribute_changes_to
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_account_change,
    make_affiliation,
    make_channel,
    make_colleagues,
    make_commitment,
    make_confirmation,
    make_consent,
    make_consent_request,
    make_delegate,
    make_delegation_change,
    make_dispute,
    make_event,
    make_evidence,
    make_exception,
    make_grant,
    make_introduction,
    make_invitation,
    make_invitation_request,
    make_letter,
    make_organisation,
    make_organisation_change,
    make_participant_list,
    make_participation,
    make_party,
    make_proposal,
    make_role,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.follow_up_factories import (
    make_assessment,
    make_follow,
    make_offer,
    make_report_link,
    make_response,
    make_round,
    make_undertaking,
)
from tests.page_text import page_html
from tests.recorded_fixtures import recorded
from tests.sign_in import record_email_code

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]

# What links to a person or an account, or is an address, and no table finds; each with its reason.
LINKS_WITHOUT_EXPORT = {
    "its account finds it": """
        account.EmailAddress.email participants.AccountChange.email
        participants.Delegate.invitation_email participants.EmailLink.address
        participants.ProviderIdentity.address
    """,
    "codes are sent instead, so it stays empty": "account.EmailConfirmation.email_address",
    "an address of an organisation": """
        participants.HistoricalOrganisation.role_mailbox
        participants.Organisation.role_mailbox roundtable.QueuedEmail.reply_to
    """,
    "a part of its own, without those that never arrive": """
        participants.Introduction.first participants.Introduction.second
    """,
    "its delegate finds it": "participants.Invitation.email",
    "an entry without an account, so no one can read it": "participants.Proposal.duplicate",
    "it is the account": "participants.User.email",
    "a part of the log, which shows it": "outcomes.Upload.undo_asked_by",
    "a part of its own, read through the keys": "roundtable.AuditEntry.actor",
}
# What has no table, each with its reason.
WITHOUT_PERSONAL_DATA = {
    "codes are sent instead, so it stays empty": "account.EmailConfirmation",
    "not used": "auth.Group auth.Permission",
    "no person": """
        contenttypes.ContentType outcomes.Theme participants.Group participants.ListClosure
        participants.Organisation participants.RecordedCount participants.SlugRedirect
        roundtable.AuditHead roundtable.Event roundtable.Job roundtable.Series
    """,
    "which tasks ran; they are deleted within days": "django_tasks_database.DBTaskResult",
    "what an organisation undertook; who changed it finds the version": """
        outcomes.Commitment outcomes.Milestone
    """,
    "a public text of a roundtable": "outcomes.Corrigendum outcomes.Rewording",
    "a public document": "outcomes.Document outcomes.RelatedText",
    "links of a version": """
        outcomes.HistoricalCommitment_outcomes outcomes.HistoricalOutcome_themes
    """,
    "the agreed text; who changed it finds the version": "outcomes.Outcome outcomes.Statement",
    "an organisation or a group": "outcomes.OutcomeAddressee",
    "of a party; the focal point got it by email": "outcomes.Reminder outcomes.RoundRequest",
    "the agreed text": "outcomes.StatementVersion",
    "words with the same meaning": "outcomes.Synonyms",
    "numbers of what a file became, without its cells": "outcomes.ImportedRow",
    "how lists of a shape are read; it names no people": "outcomes.ImportRecipe",
    "the same words for everyone; those agreed to are in the ZIP": "participants.ConsentNotice",
    "marks of people who were erased": "participants.Erasure",
    "an organisation's part, as the source words it": "participants.EventRole",
    "a part of its own, read through the keys": "roundtable.AuditEntry",
    "the keys by which the entries are read": "roundtable.AuditKey",
    "keeps only digests, for minutes": "roundtable.CacheEntry",
    "keeps only digests": "roundtable.IdempotencyKey roundtable.LimitCount",
    "which emails wait, never for whom": "roundtable.MailBatch",
    "encoded; the table of sessions lists those of the person": "sessions.Session",
}
# The links of rows about the person, and of the person's own texts.
OWN_LINKS = {"id", "user", "delegate", "email", "recipient", "author"}
# What stays hidden of these, and why.
HIDDEN = {
    "a secret: whoever has it can sign in as the person, hide them or read their calendar": """
        mfa.Authenticator.data outcomes.CalendarAddress.key_hash participants.EmailLink.key_hash
        participants.HidingCode.code_hash participants.User.password
        usersessions.UserSession.data usersessions.UserSession.session_key
    """,
    "would tell whoever reads the former mailbox where the person can be reached": """
        participants.AccountChange.email
    """,
    "of the former account; a factor of before brings it back, else it is erased": """
        participants.AccountChange.former
    """,
    "a hash, which the portal compares with the content": """
        outcomes.Offer.lead_hash outcomes.ProgressUpdate.party_hash
        outcomes.ProgressUpdate.refused_hash outcomes.Undertaking.content_hash
        participants.AccountChange.code_hash
    """,
    "an internal number, or only addresses the row": """
        admin.LogEntry.object_id outcomes.Upload.key participants.ContactChannel.handle
        participants.EmailLink.target_id participants.HandleRedirect.merged_pk
        participants.Proposal.handle roundtable.QueuedEmail.dedup_key
    """,
    "the right of another person": "participants.Grant.replaces",
    "only shows that the row is about the person": "participants.EmailLink.address",
    "follows from what is shown": """
        outcomes.Assessment.has_no_personal_details outcomes.Offer.has_no_personal_details
        outcomes.ProgressUpdate.has_no_personal_details outcomes.Response.has_no_personal_details
        outcomes.ProgressUpdate.in_place_of outcomes.ProgressUpdate.submitter_unknown
        participants.Delegate.erased_at participants.Delegate.sort_name
    """,
    "counts how often it was saved": """
        outcomes.Assessment.revision outcomes.Offer.revision outcomes.ProgressUpdate.revision
        outcomes.Response.revision
    """,
    "comes soon by email, and can contain a link that acts for the person": """
        roundtable.QueuedEmail.reply_to roundtable.QueuedEmail.text
        roundtable.QueuedEmail.unsubscribe_url
    """,
    "progress of sending": """
        roundtable.QueuedEmail.batch roundtable.QueuedEmail.claimed_at
        roundtable.QueuedEmail.done_at roundtable.QueuedEmail.is_sent
        roundtable.QueuedEmail.send_before
    """,
    "progress of the import, whose page shows more": """
        outcomes.Upload.choices outcomes.Upload.claimed_at outcomes.Upload.next_task
        outcomes.Upload.reading outcomes.Upload.run
    """,
    "internal names of the changed fields": "admin.LogEntry.change_message",
}
# A column of these names is read as a link, whatever its type.
PERSON_NAMES = {"user", "account", "person", "delegate", "actor", "recipient"}


def make_zarniqa(event: Event, cochair: User, **fields: Any) -> Delegate:
    """A person with a telling word in every field of every row that goes with the person."""
    user = make_user("zarniqa.in@example.org")
    person = make_delegate(
        name="Zarniqa Noor",
        name_latin="Zarniqa Latin",
        post="zarniqa-post",
        about="zarniqa-about",
        invitation_email="zarniqa.invited@example.org",
        user=user,
        **fields,
    )
    hiding.make_code(person, at=NOON)
    make_participation(
        person,
        event,
        confirmed_by=cochair,
        capacity="zarniqa-capacity",
        letter=make_letter(event),
        nomination="zarniqa-line",
    )
    make_affiliation(person, post="zarniqa-former")
    make_proposal(person, post="zarniqa-proposed")
    make_exception(person, channel=make_channel(person, value="zarniqa.channel@example.org"))
    DelegateLanguage.objects.create(delegate=person, language="id")
    make_introduction(person, make_delegate(name="Hidden Hana"), message="zarniqa-why")
    make_consent(person)
    make_invitation(person, event, email="zarniqa.earlier@example.org")
    make_invitation_request(event, name="zarniqa-asks", email="Zarniqa.INVITED@example.org")
    HandleRedirect.objects.create(delegate=person, handle="formerhand", merged_pk=10**9)
    RetentionAction.objects.create(
        delegate=person,
        review_started_on=date(2025, 1, 1),
        taken_on=date(2026, 1, 1),
        action=RetentionAction.Action.CONFIRMATION_REQUESTED,
    )
    make_consent_request(person)
    RevealBudget.objects.create(user=user, day=date(2026, 3, 2), used=3)
    make_account_change(user, reason="zarniqa-called", spoke="zarniqa-spoken-to")
    make_grant(user, event, role="reader")
    secret = {"secret": "s3cr3t-of-zarniqa"}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=secret)
    UserSession.objects.create(
        user=user, ip="192.0.2.77", user_agent="zarniqa-browser", session_key="s3cr3t-key"
    )
    party = make_party(make_commitment(event, reference="RT2024-C9"))
    party.request_focal_point(person)
    make_report_link(party, person)
    make_undertaking(party, delegate=person)
    Handover.objects.create(
        party=party, returned_by=person, suggestion="zarniqa-deputy", handed_over_at=NOON
    )
    QueuedEmail.objects.create(
        dedup_key="cause 1",
        recipient="Zarniqa.In@example.org",
        subject="zarniqa-subject",
        text="zarniqa-text",
        queued_at=NOON,
    )
    return person


@pytest.fixture
@recorded
def zarniqa(event: Event, cochair: User) -> Delegate:
    """Who also wrote and decided, with telling words that stay when the person is erased."""
    person = make_zarniqa(event, cochair, listed_to=Audience.PARTICIPANTS)
    user = person.user
    assert user is not None
    make_exception(person, organisation=make_organisation(name="zarniqa-out"))
    made = {"kind": "factor", "email": "", "waits_from": NOON, "made_at": NOON, "former": "sealed"}
    make_account_change(make_user(), account=user, evidence="words of another", **made)
    ProviderIdentity.objects.create(
        user=user,
        address=EmailAddress.objects.get(user=user),
        issuer="https://zarniqa.example.org",
        subject="zarniqa-subject",
        connected_at=NOON,
    )
    make_follow(user, theme=make_theme(name="zarniqa-theme"))
    CalendarAddress.objects.create(user=user, key_hash="s3cr3t", created_at=NOON)
    ministry = make_organisation(slug="ministry", name="zarniqa-ministry")
    make_role(event, organisation=ministry)
    audit.record(
        action="reveal", at=NOON, actor=cochair, subject=person, organisation=ministry.slug
    )
    audit.record(action="zarniqa-pause", at=NOON, subject=person)
    audit.record(action="zarniqa-vote", at=NOON, actor=user)
    write_texts(user, person, event)
    decide_about_others(user, event)
    return person


def write_texts(user: User, person: Delegate, event: Event) -> None:
    """One of each kind of text, with a telling word in each field that a person fills in."""
    commitment = make_commitment(event, reference="RT2024-C77")
    party = make_party(commitment, focal_point=person, focal_point_accepted_at=NOON)
    report = make_update(
        commitment,
        party=party,
        author=user,
        status="closed",
        text="zarniqa-done",
        obstacles="zarniqa-obstacles",
        next_steps="zarniqa-next",
        reason="zarniqa-closed",
        source="zarniqa-report-source",
    )
    make_evidence(report, title="zarniqa-evidence", url="https://example.org/zarniqa-page")
    draft = make_update(commitment, party=party, approved=False, author=user, text="zarniqa-draft")
    draft.note = "zarniqa-note"
    draft.save()
    other = make_update(commitment, party=party, author=make_user(), text="zarniqa-of-the-party")
    make_dispute(other, disputed_by=user)
    edited = make_update(make_commitment(event), author=make_user(), text="words of another")
    edited.edited_by.add(user)
    make_response(author=user, text="zarniqa-response", source="zarniqa-response-source")
    offer = make_offer(approved=False, author=user, text="zarniqa-offer")
    OfferedMilestone.objects.create(offer=offer, title="zarniqa-milestone", due_on=date(2026, 5, 1))
    asked = make_offer(approved=False)
    asked.lead_answer, asked.lead_asked_at, asked.lead_answered_at = "declined", NOON, NOON
    asked.lead_answered_by, asked.lead_hash, asked.note = (
        user,
        asked.join_hash(),
        "zarniqa-declined",
    )
    asked.save()
    make_assessment(author=user, text="zarniqa-assessment", source="zarniqa-assessment-source")
    version = make_statement(make_event()).versions.get()
    organisation = make_organisation()
    circulation = Circulation.objects.create(
        version=version, deadline=NOON + timedelta(days=7), opened_at=NOON, opened_by=user
    )
    CirculationReply.objects.create(
        circulation=circulation,
        organisation=organisation,
        answer="comment",
        text="zarniqa-reply",
        author=user,
        answered_at=NOON,
    )
    SignOff.objects.create(
        version=version,
        organisation=organisation,
        signer=user,
        sha256=version.sha256,
        signed_at=NOON,
    )
    SourceComparison.objects.create(
        commitment=commitment,
        by=user,
        on_behalf_of=organisation,
        confirmed_at=NOON,
        content_hash="0" * 64,
    )
    make_undertaking(proposed_by=user)
    make_round(event=event, title="zarniqa-round", opened_by=user)
    Upload.objects.create(user=user, uploaded_at=NOON, state="waiting", next_task="preview")
    with attribute_changes_to(user):
        event.summary = "zarniqa-summary"
        event._change_reason = "zarniqa-change-reason"  # type: ignore[attr-defined]
        event.save()


def decide_about_others(user: User, event: Event) -> None:
    for text in (
        make_update(make_commitment(event), approved=False),
        make_response(approved=False),
    ):
        text.approve(by=user, at=NOON)
    make_offer(by=user)
    make_assessment(by=user)
    part = make_participation(make_delegate(name="Hidden Hari"), event)
    make_confirmation(part, user)
    Participation.objects.filter(pk=part.pk).update(suspended_by=user, entered_by=user)
    make_letter(event, entered_by=user)
    make_grant(make_user(), event, suspended_by=user, suspension_reason="zarniqa-suspension")
    second = make_delegate(name="Hidden Hilda")
    make_introduction(part.delegate, second, proposed_by=user, message="zarniqa-proposes")
    make_invitation(second, event, invited_by=user, own_words="zarniqa-own-words")
    make_invitation_request(
        event,
        name="Hidden Hugo",
        email="hidden.hugo@example.org",
        nominated_by=user,
        nominated_for=make_organisation(),
        note="zarniqa-nomination",
        decided_by=user,
        decided_at=NOON,
        decision="refused",
    )
    make_proposal(second, proposed_by=user)
    make_participant_list(event, purpose="zarniqa-purpose", requested_by=user)
    make_participant_list(event, purpose="words of another", decided_by=user, decided_at=NOON)
    grant = make_grant(make_user(), event, requested_by=user, reason="zarniqa-grant-reason")
    make_account_change(make_user(), code_by=user, code_at=NOON, spoke="zarniqa-met")
    change = make_organisation_change(
        make_organisation(), requested_by=user, reason="zarniqa-change-of-kind"
    )
    confirmed: dict[str, Any] = {"by": user, "capacity": "alone", "content_hash": "0" * 64}
    GrantConfirmation.objects.create(grant=grant, confirmed_at=NOON, **confirmed)
    OrganisationChangeConfirmation.objects.create(change=change, confirmed_at=NOON, **confirmed)
    frozen = make_delegation_change(event, requested_by=user, reason="zarniqa-freezing")
    DelegationChangeConfirmation.objects.create(
        delegation_change=frozen, confirmed_at=NOON, **confirmed
    )
    closure = ListClosure.objects.create(event=event)
    ListClosureConfirmation.objects.create(closure=closure, confirmed_at=NOON, **confirmed)
    ask([change], by=user, at=NOON, reason="zarniqa-letter")
    add_act(change, Act.What.DECLINED, NOON, by=user, reason="zarniqa-declines")


WORDS = """
    Zarniqa Noor|Zarniqa Latin|zarniqa-post|zarniqa-about|zarniqa.invited@example.org
    zarniqa.in@example.org|zarniqa-capacity|zarniqa-former|zarniqa.channel@example.org|zarniqa-out
    Indonesian|zarniqa-why|zarniqa.earlier@example.org|zarniqa-asks|zarniqa-called|192.0.2.77
    zarniqa-browser|zarniqa-subject|zarniqa-ministry|zarniqa-pause|zarniqa-vote|zarniqa-theme|RT2024
    zarniqa-proposed|zarniqa-deputy|zarniqa-done|zarniqa-obstacles|zarniqa-next|zarniqa-closed
    zarniqa-report-source|zarniqa-evidence|zarniqa-page|zarniqa-draft|zarniqa-note
    zarniqa-of-the-party|zarniqa-response|zarniqa-response-source|zarniqa-offer|zarniqa-milestone
    zarniqa-declined|zarniqa-assessment|zarniqa-assessment-source|zarniqa-reply|zarniqa-round
    zarniqa-summary|zarniqa-change-reason|zarniqa-proposes|zarniqa-own-words|zarniqa-nomination
    zarniqa-purpose|zarniqa-grant-reason|zarniqa-change-of-kind|zarniqa-met|zarniqa-suspension
    zarniqa-freezing|zarniqa-line
    zarniqa-letter|zarniqa-declines
""".strip().replace("\n    ", "|")


def labels_in(reasons: dict[str, str]) -> set[str]:
    return {label for labels in reasons.values() for label in labels.split()}


def held(person: Delegate) -> dict[str, Any]:
    assert person.user is not None
    text = to_json(collect_personal_data(DataSubject.of(person.user), NOON), NOON)
    values: dict[str, Any] = json.loads(text)["held"]
    return values


# Whether it is complete -------------------------------------------------------------------


def links_of(model: type[models.Model]) -> list[str]:
    return [
        column.name
        for column in model._meta.get_fields()
        if isinstance(column, models.Field)
        and (
            column.related_model in (User, Delegate, EmailAddress)
            or is_address(column)
            or column.name in PERSON_NAMES
            or column.name.removesuffix("_id").endswith("_user")
        )
    ]


def versions() -> set[type[models.Model]]:
    return {model.history.model for model in models_with_versions()}


def is_address(column: Any) -> bool:
    """Also one that is sealed."""
    return isinstance(column, models.Field) and validate_email in column.validators


def test_each_link_to_a_person_is_exported_or_has_a_reason() -> None:
    tables = [(table, link) for table, shown in shown_tables() for link in shown.links.split()]
    exported = {f"{table._meta.label}.{link}" for table, link in tables if "__" not in link}
    exported |= {f"{model._meta.label}.history_user_id" for model in versions()}
    found = {f"{row._meta.label}.{name}" for row in apps.get_models() for name in links_of(row)}
    assert found - exported == labels_in(LINKS_WITHOUT_EXPORT)
    columns = [column_of(table, link) for table, link in tables if link != "id"]
    assert {f"{column.model._meta.label}.{column.name}" for column in columns} <= found


def test_each_model_is_exported_or_has_a_reason() -> None:
    exported = {model for model, _shown in shown_tables()} | versions()
    others = {model._meta.label for model in apps.get_models() if model not in exported}
    assert others == labels_in(WITHOUT_PERSONAL_DATA)


def test_no_table_names_another_person() -> None:
    for model, shown in shown_tables():
        for name in shown.fields.split():
            column = column_of(model, name)
            owner = getattr(column, "related_model", None)
            assert owner not in (User, Delegate), f"{shown.key}.{name}"
            if is_address(column):
                assert OWN_LINKS.intersection(shown.links.split()), f"{shown.key}.{name}"


def missing_rows(person: DataSubject) -> list[str]:
    """Rows that link to the person, and that none of the tables of their model shows."""
    tables, excepted, found = shown_tables(), labels_in(LINKS_WITHOUT_EXPORT), []
    for model in {model for model, _shown in tables}:
        parts = [shown for other, shown in tables if other is model]
        read = {row.pk for shown in parts for row in rows_of(model, shown, person)}
        for name in links_of(model):
            label = f"{model._meta.label}.{name}"
            owner = model._meta.get_field(name).related_model
            subject = person.user if owner is User else person.delegate
            if owner in (User, Delegate) and subject and label not in excepted:
                linked = model._base_manager.filter(**{name: subject})
                found += [f"{label} {row.pk}" for row in linked if row.pk not in read]
    return found


def test_each_row_of_a_person_is_exported(
    zarniqa: Delegate, delegate: Delegate, quiet_delegate: Delegate, cochair: User
) -> None:
    for user in (zarniqa.user, delegate.user, quiet_delegate.user, cochair):
        assert user is not None
        assert missing_rows(DataSubject.of(user)) == []


def test_what_is_hidden_of_rows_about_the_person_has_a_reason() -> None:
    hidden = {
        f"{model._meta.label}.{column.name}"
        for model, shown in shown_tables()
        if OWN_LINKS.intersection(shown.links.split())
        for column in model._meta.concrete_fields
        if not column.primary_key and column.related_model not in (User, Delegate)
        if column.name not in {name.split("__")[0] for name in shown.fields.split()}
    }
    assert hidden == labels_in(HIDDEN)


# What is in it ------------------------------------------------------------------------------


def test_export_contains_all_personal_text_and_no_secrets(zarniqa: Delegate) -> None:
    listed = make_delegate(name="Listed Lena", listed_to=Audience.INTRODUCED)
    make_introduction(zarniqa, listed)
    values = held(zarniqa)
    text = json.dumps(values, ensure_ascii=False)
    assert [word for word in WORDS.split("|") if word.strip() not in text] == []
    assert "s3cr3t" not in text
    assert {key for key, rows in values.items() if not rows} == {"desk"}
    assert values["channels"] == [
        {"kind": "Email", "value": "zarniqa.channel@example.org", "audience": "Only me"}
    ]
    assert values["reveals"] == [{"day": "2026-03-02", "used": 3}]
    assert values["second_factors"][0]["type"] == "TOTP Authenticator"
    assert values["profile"][0]["consented_at"] == "2026-03-02T12:00:00Z"
    # Who was introduced is named only while visible.
    others = [row["other"] for row in values["introductions"]]
    assert sorted(others, key=str) == ["Listed Lena", None]


def test_export_contains_no_data_of_others(
    zarniqa: Delegate, delegate: Delegate, quiet_delegate: Delegate, cochair: User
) -> None:
    make_delegate(name="Chandra Chair", user=cochair)
    for actor, subject in ((quiet_delegate, zarniqa), (zarniqa, quiet_delegate)):
        audit.record(action="reveal", at=NOON, actor=actor.user, subject=subject)
    assert zarniqa.user
    part = delegate.participations.get()
    make_confirmation(part, zarniqa.user)
    values = held(zarniqa)
    # Acts do not name whom they are about.
    assert values["participations_confirmed"][-1] == {
        "participation__event": str(part.event),
        "participation__organisation": part.organisation.name,
        "capacity": "the only one, before two confirmations were required",
        "on_behalf_of": None,
        "confirmed_at": "2026-03-02T12:00:00Z",
    }
    names = ["Dewi", "Quentin", "Chandra", "Hidden", "cochair@", "quiet@", "of another"]
    text = json.dumps(values)
    assert [name for name in (*names, delegate.handle) if name in text] == []


def test_query_count_is_constant(zarniqa: Delegate, event: Event) -> None:
    user = zarniqa.user
    assert user is not None
    with CaptureQueriesContext(connection) as before:
        collect_personal_data(DataSubject.of(user), NOON)
    for number in range(2):
        make_channel(zarniqa)
        make_affiliation(zarniqa)
        make_exception(zarniqa, organisation=make_organisation())
        make_introduction(zarniqa, make_delegate())
        make_party(make_commitment(event)).request_focal_point(zarniqa)
        make_consent(zarniqa)
        make_update(make_commitment(event), approved=False, author=user)
        make_offer(approved=False, author=user)
        make_response(author=user)
        make_confirmation(make_participation(make_delegate(), event), user)
        with attribute_changes_to(user):
            event.summary = f"summary {number}"
            event.save()
        make_invitation_request(event, email="zarniqa.in@example.org")
    with CaptureQueriesContext(connection) as after:
        collect_personal_data(DataSubject.of(user), NOON)
    assert len(after) == len(before)


# The pages ------------------------------------------------------------------------------------


def browser_of(client_of: Sign, zarniqa: Delegate) -> Client:
    """Signed in with one factor alone, some time ago."""
    Authenticator.objects.filter(user=zarniqa.user).delete()
    return client_of(zarniqa, second_factor=False)


@pytest.fixture
def proven(client_of: Sign, zarniqa: Delegate) -> Client:
    """The person's browser, just after a code from their mail was entered."""
    assert zarniqa.user is not None
    client = browser_of(client_of, zarniqa)
    record_email_code(client, zarniqa.user)
    return client


def test_page_json_and_zip_match(proven: Client) -> None:
    entries = AuditEntry.objects.count()
    page = proven.get("/me/data/")
    assert page.status_code == 200
    content = page.content.decode()
    words = [word.strip() for word in WORDS.split("|")]
    assert [word for word in words if word not in content] == []
    answer = proven.get("/me/data.json")
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer["Cache-Control"] == "private, no-store"
    data = json.loads(answer.content)
    reports = data["names"]["reports"]
    assert reports["title"] == "Progress reports that you wrote"
    assert reports["fields"]["commitment__reference"] == "Commitment"
    archive = proven.get("/me/data.zip")
    assert archive["Content-Type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(archive.content)) as files:
        assert files.testzip() is None
        notice = [name for name in files.namelist() if name.startswith("notices/sharing-")]
        assert sorted(files.namelist()) == sorted(
            ["my-data.json", "my-data.txt", "my-card.vcf", *notice]
        )
        assert [files.read(name) for name in notice] == [b"I agree."]
        assert json.loads(files.read("my-data.json"))["held"].keys() == data["held"].keys()
        text = files.read("my-data.txt").decode()
        assert [word for word in words if word not in text] == []
        assert b"zarniqa.channel@example.org" in files.read("my-card.vcf")
    assert proven.get("/me/erase/").status_code == 200
    assert AuditEntry.objects.count() == entries


FILES = ["/me/data.json", "/me/data.zip"]


def test_download_and_erasure_require_reauthentication(client_of: Sign, zarniqa: Delegate) -> None:
    QueuedEmail.objects.all().delete()
    client = client_of(zarniqa, second_factor=True)
    for path in FILES:
        asks = client.get(path)["Location"]
        assert asks == f"/accounts/2fa/reauthenticate/?{urlencode({'next': path})}"
    client = browser_of(client_of, zarniqa)
    for path in FILES:
        for answer in (client.get(path), client.head(path)):
            assert answer.status_code == 302
            assert answer["Location"] == f"/accounts/reauthenticate/?{urlencode({'next': path})}"
            assert b"zarniqa" not in answer.content
    assert not QueuedEmail.objects.exists()
    assert "/reauthenticate/" in client.post("/me/erase/", {"word": "erase"})["Location"]
    assert Delegate.objects.get(pk=zarniqa.pk).name == "Zarniqa Noor"


def test_each_address_is_notified_of_download_once_a_day(
    client_of: Sign, zarniqa: Delegate, deliver: Callable[[], list[EmailMultiAlternatives]]
) -> None:
    user = zarniqa.user
    assert user is not None
    for name, verified in (("second", True), ("mistyped", False)):
        EmailAddress.objects.create(user=user, email=f"{name}@example.org", verified=verified)
    QueuedEmail.objects.all().delete()
    Authenticator.objects.filter(user=user).delete()
    now = timezone.now().replace(hour=1, minute=0)
    for hours, number in ((0, 2), (1, 2), (22, 2), (23, 4)):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            client = client_of(zarniqa, second_factor=False)
            record_email_code(client, user)
            for path in FILES:
                assert client.get(path).status_code == 200
            assert QueuedEmail.objects.count() == number, hours
    mails = deliver()[:2]
    assert [mail.to for mail in mails] == [["zarniqa.in@example.org"], ["second@example.org"]]
    for mail in mails:
        assert mail.subject == "Your data was downloaded"
        assert "was downloaded today as a file." in mail.body
        assert "zarniqa" not in str(mail.body).lower() + str(mail.alternatives).lower()
        assert "https://portal.example.org/links/" in str(mail.body)


def test_page_hides_sessions_without_fresh_code(
    client_of: Sign, proven: Client, zarniqa: Delegate
) -> None:
    telling = ("192.0.2.77", "zarniqa-browser")
    page = proven.get("/me/data/").content.decode()
    assert [word for word in telling if word not in page] == []
    client = client_of(zarniqa, second_factor=False)
    for path in ("/me/data/", "/accounts/sessions/"):
        page = client.get(path).content.decode()
        assert [word for word in telling if word in page] == [], path
    page = page_html(client.get("/me/data/"))
    assert "zarniqa.channel@example.org" in page
    assert 'href="/accounts/reauthenticate/?next=/me/data/">Show times and addresses</a>' in page


def test_account_without_a_profile_reads_and_erases_itself(client_of: Sign) -> None:
    user = make_user("alone@example.org")
    sections = collect_personal_data(DataSubject.of(user), NOON)
    assert {section.key for section in sections if section.rows} == {"account", "addresses"}
    client = client_of(user)
    record_email_code(client, user)
    assert "alone@example.org" in client.get("/me/data/").content.decode()
    with zipfile.ZipFile(BytesIO(client.get("/me/data.zip").content)) as files:
        assert sorted(files.namelist()) == ["my-data.json", "my-data.txt"]
    assert client.post("/me/erase/", {"word": "erase"})["Location"] == "/erased/"
    assert not User.objects.filter(email="alone@example.org").exists()


# Erase me -------------------------------------------------------------------------------------


def test_wrong_confirmation_word_does_not_erase(client_of: Sign, zarniqa: Delegate) -> None:
    make_colleagues(zarniqa.participations.get())
    client = client_of(zarniqa)
    assert (
        "took part in Roundtable 2024, May 2024 (RT2024). It is no longer known who it was."
    ) in client.get("/me/erase/").content.decode()
    for word in ("", "delete", "erase me", "x" * 41):
        answer = client.post("/me/erase/", {"word": word})
        assert answer.status_code == 400
        assert "Nothing is erased." in answer.content.decode()
    assert Delegate.objects.get(pk=zarniqa.pk).name == "Zarniqa Noor"


def test_erasure_requires_word_and_fresh_code(
    proven: Client,
    zarniqa: Delegate,
    ledger: Path,
    deliver: Callable[[], list[EmailMultiAlternatives]],
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    user = zarniqa.user
    assert user is not None
    QueuedEmail.objects.all().delete()
    settings.ERASURE_LEDGER = tmp_path / "absent" / "erasures.log"
    answer = proven.post("/me/erase/", {"word": "erase"})
    assert answer.status_code == 400
    assert "Something went wrong, and nothing is erased." in answer.content.decode()
    assert Delegate.objects.get(pk=zarniqa.pk).name == "Zarniqa Noor"
    assert deliver() == []
    settings.ERASURE_LEDGER = ledger
    with django_capture_on_commit_callbacks(execute=True):
        answer = proven.post("/me/erase/", {"word": " Erase "})
    assert (answer.status_code, answer["Location"]) == (302, "/erased/")
    assert "Erasure complete" in proven.get("/erased/").content.decode()
    assert proven.get("/me/")["Location"].startswith("/accounts/login/")
    zarniqa.refresh_from_db()
    assert (zarniqa.name, zarniqa.user) == ("", None)
    user.refresh_from_db()
    assert not user.is_active and user.email.endswith("@example.invalid")
    assert len(ledger.read_text().splitlines()) == Erasure.objects.count() == 7
    assert not QueuedEmail.objects.exists()  # not even of an email that is not sent yet
    (email,) = deliver()
    assert (email.to, email.subject) == (["zarniqa.in@example.org"], "Your request is complete")
    assert "Zarniqa" not in email.message().as_string().replace("zarniqa.in@", "")
