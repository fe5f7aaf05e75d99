"""What the portal holds of people, and why: the one table, which docs/privacy and “Privacy” show.

A field that can hold a person has a use: the one that names it, or else the first of its model if
“Your data” shows it. So a new field is in one of these two lists, or a test fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models import Delegate, User
from participants.models.personal_data import shown_of


class Purpose(models.TextChoices):
    """What something is kept for."""

    CONTACT = "contact", _("Contact each other")
    TAKE_PART = "take part", _("Take part in a roundtable")
    REPORT = "report", _("Report on commitments")
    RECORD = "record", _("Keep the record of what was agreed")
    SAFETY = "safety", _("Sign in, and keep all of this safe")


# In the words of the General Data Protection Regulation, article 6 (1).
BASES = {
    Purpose.CONTACT: _("consent, which the person can withdraw at any time"),
    Purpose.TAKE_PART: _("legitimate interest: to know who takes part for whom"),
    Purpose.REPORT: _("legitimate interest: to know who reported for whom"),
    Purpose.RECORD: _("legitimate interest: that others can check what was agreed"),
    Purpose.SAFETY: _("legal obligation: to protect data, and to show that we did"),
}


class Seen(models.TextChoices):
    """Who sees it. docs/security.md has each rule."""

    CHOSEN = "chosen", _("the person, and those whom the person chose")
    OWNER = "owner", _("the person")
    NO_ONE = "no one", _("no one")
    DESK = "desk", _("the person, and people with a right at the roundtable, as its rules say")
    DECIDES = "decides", _("who wrote it, and those who decide on it")
    ENTERED = "entered", _("who entered it")
    CHECKED = "checked", _("its author, and those who check it; everyone once it is published")
    EVERYONE = "everyone", _("everyone once it is published; before, people with a right there")
    OPERATOR = "operator", _("the operator; each person what is about them")


@dataclass(frozen=True)
class Use:
    """`fields` are names with spaces between them. `kept` is the name of a row in retention.py."""

    purpose: Purpose
    seen: Seen
    kept: str
    fields: str = ""


_CONTACT = (Use(Purpose.CONTACT, Seen.CHOSEN, "account"),)
_OWN_CHOICE = (Use(Purpose.CONTACT, Seen.OWNER, "account"),)
_AT_DESK = (Use(Purpose.TAKE_PART, Seen.DESK, "account"),)
_DECIDED = (Use(Purpose.TAKE_PART, Seen.DECIDES, "account"),)
_AGREED = (Use(Purpose.RECORD, Seen.DECIDES, "record"),)
_REPORTED = (
    Use(Purpose.REPORT, Seen.CHECKED, "record"),
    Use(
        Purpose.REPORT,
        Seen.DECIDES,
        "record",
        "author note reason approved_by edited_by lead_answered_by disputed_by",
    ),
)
_ASKED = (Use(Purpose.REPORT, Seen.DECIDES, "record"),)


def _public(fields: str) -> tuple[Use, ...]:
    return (Use(Purpose.RECORD, Seen.EVERYONE, "record", fields),)


def _safe(kept: str, fields: str = "", seen: Seen = Seen.NO_ONE) -> tuple[Use, ...]:
    return (Use(Purpose.SAFETY, seen, kept, fields),)


USES: dict[str, tuple[Use, ...]] = {
    # People, and what they share
    "participants.Delegate": (
        Use(Purpose.CONTACT, Seen.CHOSEN, "account", "handle sort_name"),
        Use(Purpose.TAKE_PART, Seen.DESK, "never joined", "invitation_email"),
    ),
    "participants.DelegateLanguage": _CONTACT,
    "participants.ContactChannel": _CONTACT,
    "participants.HandleRedirect": _CONTACT,
    "participants.Introduction": (
        Use(Purpose.CONTACT, Seen.CHOSEN, "account", "first second"),
        Use(Purpose.CONTACT, Seen.CHOSEN, "introductions", "message"),
    ),
    "participants.AudienceException": _OWN_CHOICE,
    "participants.Consent": _OWN_CHOICE,
    "participants.ConsentRequest": _OWN_CHOICE,
    "participants.HidingCode": _OWN_CHOICE,
    "participants.RetentionAction": _OWN_CHOICE,
    "participants.RevealBudget": _safe("log", seen=Seen.OWNER),
    # Taking part
    "participants.Affiliation": _AT_DESK,
    "participants.Participation": _AT_DESK,
    "participants.ParticipationConfirmation": _DECIDED,
    "participants.Letter": (
        Use(Purpose.TAKE_PART, Seen.DESK, "record"),
        Use(Purpose.TAKE_PART, Seen.ENTERED, "letters", "file"),
    ),
    "participants.Proposal": (Use(Purpose.TAKE_PART, Seen.DESK, "account", "handle duplicate"),),
    "participants.Invitation": (Use(Purpose.TAKE_PART, Seen.DESK, "never joined"),),
    "participants.InvitationRequest": (Use(Purpose.TAKE_PART, Seen.DECIDES, "requests"),),
    "participants.ParticipantList": (Use(Purpose.TAKE_PART, Seen.DESK, "lists"),),
    "participants.Grant": _AT_DESK,
    "participants.GrantConfirmation": _DECIDED,
    "participants.Act": _DECIDED,
    "participants.Bundle": _DECIDED,
    "participants.DelegationChange": _DECIDED,
    "participants.DelegationChangeConfirmation": _DECIDED,
    "participants.ListClosureConfirmation": _DECIDED,
    "participants.OrganisationChange": (
        Use(Purpose.RECORD, Seen.DECIDES, "record", "former_name"),
    ),
    "participants.OrganisationChangeConfirmation": _AGREED,
    "outcomes.Upload": (
        Use(Purpose.TAKE_PART, Seen.ENTERED, "uploads", "choices undo_asked_by reading"),
    ),
    "outcomes.ImportRecipe": (Use(Purpose.RECORD, Seen.ENTERED, "recipes", "name shape content"),),
    "outcomes.ImportedRow": (Use(Purpose.RECORD, Seen.ENTERED, "record", "model values"),),
    # Reporting
    "outcomes.CommitmentParty": (Use(Purpose.REPORT, Seen.CHOSEN, "account"),),
    "outcomes.ProgressUpdate": _REPORTED,
    "outcomes.Evidence": _REPORTED,
    "outcomes.Offer": _REPORTED,
    "outcomes.OfferedMilestone": _REPORTED,
    "outcomes.Response": _REPORTED,
    "outcomes.Assessment": _REPORTED,
    "outcomes.Dispute": _REPORTED,
    "outcomes.ReportingRound": _ASKED,
    "outcomes.Handover": _ASKED,
    "outcomes.Undertaking": _ASKED,
    "outcomes.Subscription": (Use(Purpose.REPORT, Seen.OWNER, "account"),),
    "outcomes.CalendarAddress": (Use(Purpose.REPORT, Seen.OWNER, "account"),),
    # The record
    "outcomes.Circulation": _AGREED,
    "outcomes.CirculationReply": _AGREED,
    "outcomes.SignOff": _AGREED,
    "outcomes.SourceComparison": _AGREED,
    "outcomes.Statement": _public("title introduction source_title"),
    "outcomes.StatementVersion": _public("text"),
    "outcomes.Outcome": _public("text place_in_source"),
    "outcomes.Corrigendum": _public("reason source"),
    "outcomes.Rewording": _public("before after"),
    "outcomes.Document": _public("title publisher"),
    "outcomes.RelatedText": _public("title quote source"),
    "outcomes.Commitment": _public("text place_in_source consent source_title"),
    "outcomes.Milestone": _public("title"),
    "participants.Organisation": _public("name short_name description role_mailbox"),
    "participants.EventRole": _public("represented_by source_wording source"),
    "participants.RecordedCount": _public("source_wording source"),
    "roundtable.Event": _public("title city venue summary source_title"),
    # Signing in, and safety
    "participants.User": _safe("account", "password", Seen.OWNER),
    "participants.ProviderIdentity": _safe("account", seen=Seen.OWNER),
    "participants.AccountChange": _safe("account", "email former", Seen.DECIDES),
    "participants.EmailLink": _safe("links", "address"),
    "account.EmailAddress": _safe("account", seen=Seen.OWNER),
    "account.EmailConfirmation": _safe("account", "email_address"),
    "mfa.Authenticator": _safe("account", "data", Seen.OWNER),
    "usersessions.UserSession": _safe("sessions", "data session_key", Seen.OWNER),
    "sessions.Session": _safe("sessions", "session_data session_key"),
    "admin.LogEntry": _safe("desk", "change_message", Seen.OWNER),
    "roundtable.QueuedEmail": _safe("emails", "text reply_to unsubscribe_url"),
    "roundtable.AuditEntry": _safe("log", "actor subject organisation detail", Seen.OPERATOR),
    "roundtable.AuditKey": _safe("log", "key subject"),
    "roundtable.IdempotencyKey": _safe("forms", "request_digest redirect_to"),
    "roundtable.LimitCount": _safe("limits"),
    "roundtable.CacheEntry": _safe("cache", "value"),
    "django_tasks_database.DBTaskResult": _safe("tasks", "args_kwargs return_value traceback"),
    "participants.Erasure": _safe("marks", "mark"),
}
# The versions of a model have its uses, and these.
_OF_VERSIONS = Use(
    Purpose.RECORD, Seen.DESK, "record", "rows taken_out history_change_reason history_user_id"
)

# Packages name some of their models in English alone.
_NAMES = {
    "account.EmailConfirmation": _("confirmation of an address"),
    "django_tasks_database.DBTaskResult": _("note of a task"),
    "mfa.Authenticator": _("second factor"),
    "sessions.Session": _("session"),
    "usersessions.UserSession": _("browser that is signed in"),
}

# Fields of any model that identify no one, or only a row: hashes, keys, codes, kinds and sources.
TECHNICAL = """
    action backend_name cache_key chain_hash code code_hash codename content_hash dedup_key
    exception_class_path handle key key_hash key_sum language lead_hash media_type mark number
    object_id party_hash pruned_hash queue_name reference refused_hash seal sha256 signature site
    slug source_url status task_path time_zone url worker_ids
"""
# Models whose words are about no one.
NO_PERSON = """
    auth.Group auth.Permission contenttypes.ContentType outcomes.Synonyms outcomes.Theme
    participants.ConsentNotice participants.Group roundtable.Job roundtable.Series
"""
# A column of these names is read as a person, whatever its type.
PERSON_NAMES = ("user", "account", "person", "delegate", "actor", "recipient", "history_user_id")
_TEXTS = (
    models.BinaryField,
    models.CharField,
    models.FileField,
    models.GenericIPAddressField,
    models.JSONField,
    models.TextField,
)


def can_hold_person(field: Any) -> bool:
    """Whether it links to a person, or has room for a name."""
    if field.related_model in (User, Delegate, EmailAddress) or field.name in PERSON_NAMES:
        return True
    return isinstance(field, _TEXTS) and not field.choices


def fields_with_people(model: Any) -> list[Any]:
    """Those that must have a use."""
    if base_of(model)._meta.label in NO_PERSON.split():
        return []
    uses = USES.get(base_of(model)._meta.label, ())
    named = {name for use in uses for name in use.fields.split()}
    left_out = set(TECHNICAL.split()) - named
    columns = [*model._meta.concrete_fields, *model._meta.local_many_to_many]
    return [column for column in columns if can_hold_person(column) and column.name not in left_out]


def base_of(model: Any) -> Any:
    """The model itself, or that of which it keeps the versions."""
    return getattr(model, "instance_type", model)


def use_of(model: Any, name: str) -> Use | None:
    """None if no one said what the field is for."""
    base = base_of(model)
    if base is not model and name in _OF_VERSIONS.fields.split():
        return _OF_VERSIONS
    uses = USES.get(base._meta.label, ())
    for use in uses:
        if name in use.fields.split():
            return use
    rows = shown_of(base)
    shown = {word.split("__")[0] for row in rows for word in (row.links + " " + row.fields).split()}
    return uses[0] if uses and name in shown else None


@dataclass(frozen=True)
class Holding:
    """Some fields of one model, with the same use."""

    model: Any
    fields: list[Any]
    use: Use

    @property
    def is_part(self) -> bool:
        return len(USES[self.model._meta.label]) > 1

    @property
    def name(self) -> str:
        return str(_NAMES.get(self.model._meta.label, self.model._meta.verbose_name))

    @property
    def label(self) -> str:
        names = ", ".join(str(field.verbose_name) for field in self.fields)
        return f"{self.name} ({names})"


def holdings(purpose: Purpose) -> Iterator[Holding]:
    """What is held for a purpose, in the order of the table. Versions go with their model."""
    for label, uses in USES.items():
        model = apps.get_model(label)
        found: dict[Use, list[Any]] = {}
        for field in fields_with_people(model):
            use = use_of(model, field.name)
            if use is not None and use.purpose == purpose:
                found.setdefault(use, []).append(field)
        for use in uses:
            if use in found:
                yield Holding(model, found[use], use)
