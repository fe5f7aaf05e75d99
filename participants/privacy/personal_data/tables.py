"""Tables with personal data, and which of their fields the person can read.

Each withheld field has a reason. Tests fail for tables and fields that are missing here.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from participants.models import (
    AddressRequest,
    Affiliation,
    AudienceException,
    Consent,
    ConsentRequest,
    ContactChannel,
    Delegate,
    DelegateLanguage,
    EmailLink,
    FactorReset,
    Grant,
    HandleRedirect,
    Invitation,
    InvitationRequest,
    Participation,
    Proposal,
    ProviderIdentity,
    RetentionAction,
    RevealBudget,
    User,
)
from participants.privacy.personal_data.values import DataSubject, PersonalDataTable
from roundtable.mail.models import QueuedEmail

OWNER_REASON = "only shows that the row is about you"
OTHER_PERSON_REASON = "identifies another person"
SECRET_REASON = "a secret: whoever has it can sign in as you"
INTERNAL_ID_REASON = "an internal number of the database"


def _rows_of_user(model: type[models.Model], *related: str) -> Callable[[DataSubject], Any]:
    def rows(person: DataSubject) -> Any:
        found = model._base_manager.filter(user=person.user)
        return found.select_related(*related).order_by("pk") if related else found.order_by("pk")

    return rows


def _rows_of_delegate(model: type[models.Model], *related: str) -> Callable[[DataSubject], Any]:
    def rows(person: DataSubject) -> Any:
        if person.delegate is None:
            return model._base_manager.none()
        found = model._base_manager.filter(delegate=person.delegate)
        return found.select_related(*related).order_by("pk") if related else found.order_by("pk")

    return rows


def _request_rows(person: DataSubject) -> "models.QuerySet[InvitationRequest]":
    requests = InvitationRequest.objects.annotate(address=Lower("email"))
    requests = requests.select_related("event", "nominated_for")
    return requests.filter(address__in=person.addresses).order_by("pk")


def _email_rows(person: DataSubject) -> "models.QuerySet[QueuedEmail]":
    emails = QueuedEmail.objects.annotate(address=Lower("recipient"))
    return emails.filter(address__in=person.addresses).order_by("pk")


DELEGATE_WITHHELD = {"id": INTERNAL_ID_REASON, "delegate": OWNER_REASON}
USER_WITHHELD = {"id": INTERNAL_ID_REASON, "user": OWNER_REASON}

TABLES = (
    PersonalDataTable(
        "account",
        _("Account"),
        User,
        lambda person: User.objects.filter(pk=person.user.pk),
        ("email", "is_active", "is_superuser", "joined_at", "last_login"),
        {"id": INTERNAL_ID_REASON, "password": "you have none; the value only protects sessions"},
    ),
    PersonalDataTable(
        "addresses",
        _("Addresses you can sign in with"),
        EmailAddress,
        _rows_of_user(EmailAddress),
        ("email", "verified", "primary"),
        USER_WITHHELD,
    ),
    PersonalDataTable(
        "second_factors",
        _("Second factors"),
        Authenticator,
        _rows_of_user(Authenticator),
        ("type", "created_at", "last_used_at"),
        {**USER_WITHHELD, "data": SECRET_REASON},
        {"type": _("Kind"), "created_at": _("Added"), "last_used_at": _("Last used")},
    ),
    PersonalDataTable(
        "provider_identities",
        _("Identity providers you sign in with"),
        ProviderIdentity,
        _rows_of_user(ProviderIdentity, "address"),
        ("issuer", "subject", "address", "connected_at"),
        USER_WITHHELD,
    ),
    PersonalDataTable(
        "sessions",
        _("Where you are signed in"),
        UserSession,
        _rows_of_user(UserSession),
        ("created_at", "last_seen_at", "ip", "user_agent"),
        {
            **USER_WITHHELD,
            "session_key": SECRET_REASON,
            "data": "empty: the portal stores nothing there",
        },
        {
            "created_at": _("Signed in"),
            "last_seen_at": _("Last used"),
            "ip": _("Network address"),
            "user_agent": _("Browser"),
        },
        is_sensitive=True,
    ),
    PersonalDataTable(
        "grants",
        _("Permissions to work on a roundtable"),
        Grant,
        _rows_of_user(Grant, "event", "on_behalf_of"),
        (
            "event",
            "role",
            "on_behalf_of",
            "reason",
            "valid_from",
            "valid_until",
            "effective_on",
            "suspended_at",
            "granted_at",
        ),
        {
            **USER_WITHHELD,
            "requested_by": OTHER_PERSON_REASON,
            "replaces": OTHER_PERSON_REASON,
        },
    ),
    PersonalDataTable(
        "factor_resets",
        _("Second factors removed"),
        FactorReset,
        _rows_of_user(FactorReset),
        ("reason", "requested_at", "approved_at"),
        {**USER_WITHHELD, "requested_by": OTHER_PERSON_REASON, "approved_by": OTHER_PERSON_REASON},
    ),
    PersonalDataTable(
        "address_requests",
        _("New addresses that others requested for you"),
        AddressRequest,
        _rows_of_user(AddressRequest, "participation__event", "participation__delegate"),
        ("reason", "requested_at", "agreed_at", "closed_at", "outcome"),
        {
            **USER_WITHHELD,
            "participation": "only shows who decides about it",
            "email": "would tell whoever reads your former mailbox where you can be reached",
        },
    ),
    PersonalDataTable(
        "reveals",
        _("How many profiles you opened"),
        RevealBudget,
        _rows_of_user(RevealBudget),
        ("day", "used"),
        USER_WITHHELD,
    ),
    PersonalDataTable(
        "profile",
        _("Profile"),
        Delegate,
        lambda person: Delegate.objects.filter(user=person.user),
        (
            "handle",
            "name",
            "name_latin",
            "post",
            "about",
            "invitation_email",
            "listed_to",
            "is_protected",
            "consented_at",
            "reviewed_on",
            "hidden_at",
            "new_address_agreed_at",
            "is_demonstration",
        ),
        {**USER_WITHHELD, "erased_at": "empty until your profile is erased"},
    ),
    PersonalDataTable(
        "languages",
        _("Languages"),
        DelegateLanguage,
        _rows_of_delegate(DelegateLanguage),
        ("language",),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "channels",
        _("Your contact details"),
        ContactChannel,
        _rows_of_delegate(ContactChannel),
        ("kind", "value", "audience"),
        {**DELEGATE_WITHHELD, "handle": "identifies it in URLs"},
    ),
    PersonalDataTable(
        "exceptions",
        _("Who you exclude"),
        AudienceException,
        _rows_of_delegate(AudienceException, "channel", "organisation"),
        ("channel", "organisation", "country", "constituency"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "handle_redirects",
        _("Former web addresses of your profile"),
        HandleRedirect,
        _rows_of_delegate(HandleRedirect),
        ("handle",),
        {**DELEGATE_WITHHELD, "merged_pk": INTERNAL_ID_REASON},
    ),
    PersonalDataTable(
        "affiliations",
        _("Where you work or worked"),
        Affiliation,
        _rows_of_delegate(Affiliation, "organisation", "entered_for"),
        ("organisation", "post", "since", "until", "entered_for", "accepted_at", "removed_at"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "proposals",
        _("What others entered about you, and waits for your answer"),
        Proposal,
        _rows_of_delegate(Proposal, "affiliation", "organisation", "on_behalf_of"),
        (
            "kind",
            "affiliation",
            "organisation",
            "post",
            "since",
            "until",
            "name_latin",
            "on_behalf_of",
            "proposed_at",
        ),
        {
            **DELEGATE_WITHHELD,
            "handle": "identifies it in URLs",
            "duplicate": "your profile shows what you may read of it",
            "proposed_by": OTHER_PERSON_REASON,
        },
    ),
    PersonalDataTable(
        "participations",
        _("Where you took part"),
        Participation,
        _rows_of_delegate(Participation, "event", "organisation"),
        (
            "event",
            "organisation",
            "capacity",
            "nomination",
            "entered_at",
            "confirmed_at",
            "took_effect_at",
            "details_open_on",
            "suspended_at",
            "ended_at",
        ),
        {**DELEGATE_WITHHELD, "suspended_by": OTHER_PERSON_REASON},
    ),
    PersonalDataTable(
        "consents",
        _("Your consent"),
        Consent,
        _rows_of_delegate(Consent, "notice"),
        ("notice", "action", "by", "at"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "invitations",
        _("Invitations"),
        Invitation,
        _rows_of_delegate(Invitation, "event"),
        (
            "event",
            "email",
            "own_words",
            "invited_at",
            "expires_at",
            "answer",
            "answered_at",
            "revoked_at",
        ),
        {**DELEGATE_WITHHELD, "invited_by": OTHER_PERSON_REASON},
    ),
    PersonalDataTable(
        "email_links",
        _("Links in emails to you"),
        EmailLink,
        _rows_of_user(EmailLink),
        ("purpose", "created_at", "expires_at", "revoked_at"),
        {
            **USER_WITHHELD,
            "delegate": OWNER_REASON,
            "address": OWNER_REASON,
            "target_id": INTERNAL_ID_REASON,
            "key_hash": SECRET_REASON,
        },
    ),
    PersonalDataTable(
        "requests",
        _("Requests to be invited"),
        InvitationRequest,
        _request_rows,
        (
            "event",
            "name",
            "organisation",
            "nominated_for",
            "post",
            "capacity",
            "email",
            "note",
            "requested_at",
            "decision",
            "decided_at",
        ),
        {
            "id": INTERNAL_ID_REASON,
            "decided_by": OTHER_PERSON_REASON,
            "nominated_by": OTHER_PERSON_REASON,
        },
    ),
    PersonalDataTable(
        "retention_actions",
        _("Yearly reviews"),
        RetentionAction,
        _rows_of_delegate(RetentionAction),
        ("review_started_on", "action", "taken_on"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "consent_requests",
        _("Requests to agree to a new notice"),
        ConsentRequest,
        _rows_of_delegate(ConsentRequest),
        ("version", "asked_on", "narrows_on", "reminded_on", "closed_on"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "letters",
        _("Emails waiting to be sent to you"),
        QueuedEmail,
        _email_rows,
        ("recipient", "subject", "queued_at", "attempts"),
        {
            "id": INTERNAL_ID_REASON,
            "dedup_key": INTERNAL_ID_REASON,
            "text": "you will get it soon; it can contain a link that acts for you",
            "html": "same as the text",
            "unsubscribe_url": "a link that acts for you; the text contains it too",
            "reply_to": "an address of an organisation; the email says whose",
            "send_before": "when it expires if it was not sent",
            "batch": "the batch it belongs to",
            "claimed_at": "progress of sending",
            "done_at": "progress of sending",
            "is_sent": "progress of sending",
        },
    ),
    PersonalDataTable(
        "desk",
        _("What you changed on the co-chairs' desk"),
        LogEntry,
        _rows_of_user(LogEntry, "content_type"),
        ("action_time", "content_type", "object_repr", "action_flag"),
        {
            **USER_WITHHELD,
            "object_id": INTERNAL_ID_REASON,
            "change_message": "internal names of the changed fields",
        },
    ),
)
