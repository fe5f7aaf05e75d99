"""Which tables hold something about a person, and what of each that person reads.

Each says why its other fields are withheld. What is not written here fails the tests.
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
    Affiliation,
    AudienceException,
    Consent,
    ContactChannel,
    Delegate,
    DelegateLanguage,
    FactorReset,
    FormerHandle,
    Grant,
    Invitation,
    InvitationRequest,
    Participation,
    RevealBudget,
    ReviewStep,
    User,
)
from participants.privacy.personal_data.values import Person, Table
from roundtable.mail.queue import Letter

OWNER = "says that it is yours"
SOMEBODY = "somebody else"
SECRET = "a secret, which would sign somebody in as you"
NUMBER = "a number within the database"


def _by_user(model: type[models.Model], *related: str) -> Callable[[Person], Any]:
    def rows(person: Person) -> Any:
        found = model._base_manager.filter(user=person.user)
        return found.select_related(*related).order_by("pk") if related else found.order_by("pk")

    return rows


def _by_delegate(model: type[models.Model], *related: str) -> Callable[[Person], Any]:
    def rows(person: Person) -> Any:
        if person.delegate is None:
            return model._base_manager.none()
        found = model._base_manager.filter(delegate=person.delegate)
        return found.select_related(*related).order_by("pk") if related else found.order_by("pk")

    return rows


def _requests(person: Person) -> "models.QuerySet[InvitationRequest]":
    requests = InvitationRequest.objects.annotate(address=Lower("email")).select_related("event")
    return requests.filter(address__in=person.addresses).order_by("pk")


def _letters(person: Person) -> "models.QuerySet[Letter]":
    letters = Letter.objects.annotate(address=Lower("recipient"))
    return letters.filter(address__in=person.addresses).order_by("pk")


MINE = {"id": NUMBER, "delegate": OWNER}
OF_MY_ACCOUNT = {"id": NUMBER, "user": OWNER}

TABLES = (
    Table(
        "account",
        _("Account"),
        User,
        lambda person: User.objects.filter(pk=person.user.pk),
        ("email", "is_active", "is_superuser", "joined_at", "last_login"),
        {"id": NUMBER, "password": "there is none; it seals sessions"},
    ),
    Table(
        "addresses",
        _("Addresses that sign in"),
        EmailAddress,
        _by_user(EmailAddress),
        ("email", "verified", "primary"),
        OF_MY_ACCOUNT,
    ),
    Table(
        "second_factors",
        _("Second factors"),
        Authenticator,
        _by_user(Authenticator),
        ("type", "created_at", "last_used_at"),
        {**OF_MY_ACCOUNT, "data": SECRET},
        {"type": _("Kind"), "created_at": _("Added"), "last_used_at": _("Last used")},
    ),
    Table(
        "sessions",
        _("Where you are signed in"),
        UserSession,
        _by_user(UserSession),
        ("created_at", "last_seen_at", "ip", "user_agent"),
        {**OF_MY_ACCOUNT, "session_key": SECRET, "data": "empty: the portal stores nothing there"},
        {
            "created_at": _("Signed in"),
            "last_seen_at": _("Last used"),
            "ip": _("From the network address"),
            "user_agent": _("What the browser calls itself"),
        },
        is_guarded=True,
    ),
    Table(
        "grants",
        _("Rights to work on a roundtable"),
        Grant,
        _by_user(Grant, "event", "on_behalf_of"),
        ("event", "role", "on_behalf_of", "valid_from", "valid_until", "given_at"),
        OF_MY_ACCOUNT,
    ),
    Table(
        "factor_resets",
        _("Second factors taken off"),
        FactorReset,
        _by_user(FactorReset),
        ("reason", "asked_at", "agreed_at"),
        {**OF_MY_ACCOUNT, "asked_by": SOMEBODY, "agreed_by": SOMEBODY},
    ),
    Table(
        "reveals",
        _("How many profiles you opened"),
        RevealBudget,
        _by_user(RevealBudget),
        ("day", "used"),
        OF_MY_ACCOUNT,
    ),
    Table(
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
            "paused_at",
            "link_round",
            "is_demonstration",
        ),
        {**OF_MY_ACCOUNT, "erased_at": "empty as long as you are here"},
    ),
    Table(
        "languages",
        _("Languages"),
        DelegateLanguage,
        _by_delegate(DelegateLanguage),
        ("language",),
        MINE,
    ),
    Table(
        "channels",
        _("Ways to reach you"),
        ContactChannel,
        _by_delegate(ContactChannel),
        ("kind", "value", "audience"),
        {**MINE, "handle": "stands for it in addresses"},
    ),
    Table(
        "exceptions",
        _("Who is left out"),
        AudienceException,
        _by_delegate(AudienceException, "channel", "organisation"),
        ("channel", "organisation", "country", "constituency"),
        MINE,
    ),
    Table(
        "former_handles",
        _("Former addresses of your profile"),
        FormerHandle,
        _by_delegate(FormerHandle),
        ("handle",),
        {**MINE, "number": NUMBER},
    ),
    Table(
        "affiliations",
        _("Where you work or worked"),
        Affiliation,
        _by_delegate(Affiliation, "organisation"),
        ("organisation", "post", "since", "until"),
        MINE,
    ),
    Table(
        "participations",
        _("Where you took part"),
        Participation,
        _by_delegate(Participation, "event", "organisation"),
        ("event", "organisation", "capacity", "confirmed_at"),
        {**MINE, "confirmed_by": SOMEBODY},
    ),
    Table(
        "consents",
        _("What you agreed to"),
        Consent,
        _by_delegate(Consent, "notice"),
        ("notice", "act", "by", "at"),
        MINE,
    ),
    Table(
        "invitations",
        _("Invitations"),
        Invitation,
        _by_delegate(Invitation, "event"),
        ("event", "email", "invited_at", "expires_at", "answer", "answered_at", "revoked_at"),
        {**MINE, "token_hash": SECRET, "invited_by": SOMEBODY},
    ),
    Table(
        "requests",
        _("Requests to be invited"),
        InvitationRequest,
        _requests,
        (
            "event",
            "name",
            "organisation",
            "email",
            "note",
            "asked_at",
            "decision",
            "decided_at",
        ),
        {"id": NUMBER, "decided_by": SOMEBODY},
    ),
    Table(
        "review_steps",
        _("Yearly reviews"),
        ReviewStep,
        _by_delegate(ReviewStep),
        ("since", "step", "on"),
        MINE,
    ),
    Table(
        "letters",
        _("Mail that waits to be sent to you"),
        Letter,
        _letters,
        ("recipient", "subject", "queued_at", "attempts"),
        {
            "id": NUMBER,
            "cause": NUMBER,
            "text": "you get it in a moment; it can hold a link that acts for you",
            "html": "as the text",
            "unsubscribe_url": "a link that acts for you; it stands in the text too",
            "not_after": "how long it may wait",
            "batch": "what it waits with",
            "claimed_at": "how far the sending has come",
            "done_at": "how far the sending has come",
            "is_sent": "how far the sending has come",
        },
    ),
    Table(
        "desk",
        _("What you changed on the desk"),
        LogEntry,
        _by_user(LogEntry, "content_type"),
        ("action_time", "content_type", "object_repr", "action_flag"),
        {
            **OF_MY_ACCOUNT,
            "object_id": NUMBER,
            "change_message": "names fields, in a notation of the database",
        },
    ),
)
