"""Tables with personal data, and which of their fields the person can read.

Each withheld field has a reason. Tests fail for tables and fields that are missing here.
"""

from operator import attrgetter

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import Case, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from participants.models import (
    AccountChange,
    Affiliation,
    AudienceException,
    Consent,
    ConsentRequest,
    ContactChannel,
    Delegate,
    DelegateLanguage,
    EmailLink,
    Grant,
    HandleRedirect,
    HidingCode,
    Introduction,
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
CODE_REASON = "a secret: whoever has it can hide you"
INTERNAL_ID_REASON = "an internal number of the database"
ANSWER_REASON = "your own answer is shown; that of the other person is theirs"


def _request_rows(person: DataSubject) -> "models.QuerySet[InvitationRequest]":
    requests = InvitationRequest.objects.annotate(address=Lower("email"))
    return requests.filter(address__in=person.addresses)


def _introduction_rows(person: DataSubject) -> "models.QuerySet[Introduction]":
    """Those that the person may know of, also after they ended them."""
    if person.delegate is None:
        return Introduction.objects.none()
    own = {
        f"own_{name}": Case(
            When(first=person.delegate, then=f"first_{name}"), default=f"second_{name}"
        )
        for name in ("accepted_at", "ended_at")
    }
    return Introduction.objects.reaching(person.delegate).annotate(**own)


def _email_rows(person: DataSubject) -> "models.QuerySet[QueuedEmail]":
    emails = QueuedEmail.objects.annotate(address=Lower("recipient"))
    return emails.filter(address__in=person.addresses)


DELEGATE_WITHHELD = {"id": INTERNAL_ID_REASON, "delegate": OWNER_REASON}
FORMER_REASON = "of the former account; a factor of before brings it back, else it is erased"
USER_WITHHELD = {"id": INTERNAL_ID_REASON, "user": OWNER_REASON}

TABLES = (
    PersonalDataTable(
        "account",
        _("Account"),
        User,
        ("email",),
        ("email", "is_active", "is_superuser", "joined_at", "last_login"),
        {"id": INTERNAL_ID_REASON, "password": "you have none; the value only protects sessions"},
        find=lambda person: User.objects.filter(pk=person.user.pk),
    ),
    PersonalDataTable(
        "addresses",
        _("Addresses you can sign in with"),
        EmailAddress,
        ("user",),
        ("email", "verified", "primary"),
        USER_WITHHELD,
    ),
    PersonalDataTable(
        "second_factors",
        _("Second factors"),
        Authenticator,
        ("user",),
        ("type", "created_at", "last_used_at"),
        {**USER_WITHHELD, "data": SECRET_REASON},
        {"type": _("Kind"), "created_at": _("Added"), "last_used_at": _("Last used")},
    ),
    PersonalDataTable(
        "provider_identities",
        _("Identity providers you sign in with"),
        ProviderIdentity,
        ("user",),
        ("issuer", "subject", "address", "connected_at"),
        USER_WITHHELD,
    ),
    PersonalDataTable(
        "sessions",
        _("Where you are signed in"),
        UserSession,
        ("user",),
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
        ("user",),
        (
            "event",
            "role",
            "on_behalf_of",
            "reason",
            "valid_from",
            "valid_until",
            "effective_on",
            "suspended_at",
            "suspended_for",
            "suspension_reason",
            "granted_at",
        ),
        {
            **USER_WITHHELD,
            **dict.fromkeys(("requested_by", "suspended_by", "replaces"), OTHER_PERSON_REASON),
        },
    ),
    PersonalDataTable(
        "account_changes",
        _("Changes of your account on the server"),
        AccountChange,
        ("user",),
        (
            "kind",
            "reason",
            "evidence",
            "requested_at",
            "spoke",
            "code_at",
            "waits_from",
            "made_at",
            "closed_at",
            "outcome",
        ),
        {
            **USER_WITHHELD,
            "account": OWNER_REASON,
            "email": "would tell whoever reads your former mailbox where you can be reached",
            "code_by": OTHER_PERSON_REASON,
            "code_hash": "checks the code that someone fetched for you",
            "former": FORMER_REASON,
        },
    ),
    PersonalDataTable(
        "account_made",
        _("The change on the server that made your account"),
        AccountChange,
        ("account",),
        ("kind", "requested_at", "waits_from", "made_at"),
        {
            "id": INTERNAL_ID_REASON,
            "account": OWNER_REASON,
            "email": "your own address is shown",
            **dict.fromkeys(
                (
                    "user",
                    "reason",
                    "evidence",
                    "code_by",
                    "code_at",
                    "code_hash",
                    "spoke",
                    "former",
                    "closed_at",
                    "outcome",
                ),
                FORMER_REASON,
            ),
        },
    ),
    PersonalDataTable(
        "reveals",
        _("How many profiles you opened"),
        RevealBudget,
        ("user",),
        ("day", "used"),
        USER_WITHHELD,
    ),
    PersonalDataTable(
        "profile",
        _("Profile"),
        Delegate,
        ("user",),
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
        {
            **USER_WITHHELD,
            "sort_name": "made from your name, for the order of lists",
            "erased_at": "empty until your profile is erased",
        },
    ),
    PersonalDataTable(
        "languages",
        _("Languages"),
        DelegateLanguage,
        ("delegate",),
        ("language",),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "channels",
        _("Your contact details"),
        ContactChannel,
        ("delegate",),
        ("kind", "value", "audience"),
        {**DELEGATE_WITHHELD, "handle": "identifies it in URLs"},
    ),
    PersonalDataTable(
        "exceptions",
        _("Who you exclude"),
        AudienceException,
        ("delegate",),
        ("channel", "organisation", "country", "constituency"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "handle_redirects",
        _("Former web addresses of your profile"),
        HandleRedirect,
        ("delegate",),
        ("handle",),
        {**DELEGATE_WITHHELD, "merged_pk": INTERNAL_ID_REASON},
    ),
    PersonalDataTable(
        "affiliations",
        _("Where you work or worked"),
        Affiliation,
        ("delegate",),
        ("organisation", "post", "since", "until", "entered_for", "accepted_at", "removed_at"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "proposals",
        _("What others entered about you, and waits for your answer"),
        Proposal,
        ("delegate",),
        (
            "kind",
            "affiliation__organisation",
            "event",
            "organisation",
            "capacity",
            "nomination",
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
        {"affiliation__organisation": _("Workplace that would change")},
    ),
    PersonalDataTable(
        "participations",
        _("Your roundtables"),
        Participation,
        ("delegate",),
        (
            "event",
            "organisation",
            "capacity",
            "nomination",
            "entered_at",
            "is_protected_from_desk",
            "confirmed_at",
            "took_effect_at",
            "details_open_on",
            "suspended_at",
            "suspended_for",
            "suspension_reason",
            "ended_at",
        ),
        {
            **DELEGATE_WITHHELD,
            "entered_by": OTHER_PERSON_REASON,
            "suspended_by": OTHER_PERSON_REASON,
        },
    ),
    PersonalDataTable(
        "consents",
        _("Your consent"),
        Consent,
        ("delegate",),
        ("notice", "action", "by", "at"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "invitations",
        _("Invitations"),
        Invitation,
        ("delegate",),
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
        "introduction_answers",
        _("What you answered to introductions"),
        Introduction,
        ("first", "second"),
        ("message", "proposed_at"),
        {
            "id": INTERNAL_ID_REASON,
            "handle": "identifies it in URLs",
            "first": "the part on introductions names the other person, if you may see them",
            "second": "the part on introductions names the other person, if you may see them",
            "proposed_by": OTHER_PERSON_REASON,
            "first_accepted_at": ANSWER_REASON,
            "second_accepted_at": ANSWER_REASON,
            "first_ended_at": ANSWER_REASON,
            "second_ended_at": ANSWER_REASON,
        },
        computed={
            "own_accepted_at": (_("You accepted"), attrgetter("own_accepted_at")),
            "own_ended_at": (_("You refused or ended it"), attrgetter("own_ended_at")),
        },
        find=_introduction_rows,
    ),
    PersonalDataTable(
        "email_links",
        _("Links in emails to you"),
        EmailLink,
        ("user", "delegate"),
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
        "hiding_code",
        _("Your paper code"),
        HidingCode,
        ("delegate",),
        ("made_at",),
        {**DELEGATE_WITHHELD, "code_hash": CODE_REASON},
    ),
    PersonalDataTable(
        "requests",
        _("Requests to be invited"),
        InvitationRequest,
        ("email",),
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
        find=_request_rows,
    ),
    PersonalDataTable(
        "retention_actions",
        _("Yearly reviews"),
        RetentionAction,
        ("delegate",),
        ("review_started_on", "action", "taken_on"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "consent_requests",
        _("Requests to agree to a new notice"),
        ConsentRequest,
        ("delegate",),
        ("version", "asked_on", "narrows_on", "reminded_on", "closed_on"),
        DELEGATE_WITHHELD,
    ),
    PersonalDataTable(
        "letters",
        _("Emails waiting to be sent to you"),
        QueuedEmail,
        ("recipient",),
        ("recipient", "subject", "queued_at", "attempts"),
        {
            "id": INTERNAL_ID_REASON,
            "dedup_key": INTERNAL_ID_REASON,
            "text": "you will get it soon; it can contain a link that acts for you",
            "unsubscribe_url": "a link that acts for you; the text contains it too",
            "reply_to": "an address of an organisation; the email says whose",
            "send_before": "when it expires if it was not sent",
            "batch": "the batch it belongs to",
            "claimed_at": "progress of sending",
            "done_at": "progress of sending",
            "is_sent": "progress of sending",
        },
        find=_email_rows,
    ),
    PersonalDataTable(
        "desk",
        _("What you changed on the co-chairs' desk"),
        LogEntry,
        ("user",),
        ("action_time", "content_type", "object_repr", "action_flag"),
        {
            **USER_WITHHELD,
            "object_id": INTERNAL_ID_REASON,
            "change_message": "internal names of the changed fields",
        },
    ),
)
