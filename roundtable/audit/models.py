"""The tables of the audit log."""

import hashlib
import hmac
import json
from datetime import UTC

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS_HASH = "0" * 64  # the previous hash of the first entry


class AuditKey(models.Model):
    """The person that an opaque key identifies. Deleted when that person is erased."""

    key = models.CharField(
        _("key"),
        max_length=16,
        unique=True,
        help_text=_("A random code. The log names the person only by this code."),
    )
    subject = models.CharField(
        _("subject"),
        max_length=60,
        unique=True,
        help_text=_("The model and number of the person, for example participants.user:7."),
    )
    signature = models.CharField(
        _("proof"),
        max_length=64,
        help_text=_("HMAC-SHA-256 of both, with a key that is not in the database."),
    )

    class Meta:
        verbose_name = _("log key")
        verbose_name_plural = _("log keys")

    def __str__(self) -> str:
        return self.key

    @property
    def has_valid_signature(self) -> bool:
        return hmac.compare_digest(self.signature, sign_key(self.key, self.subject))


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an entry is added."""

    sequence = models.PositiveBigIntegerField(
        _("number of the last entry"), default=0, help_text=_("The number of the last entry.")
    )
    chain_hash = models.CharField(
        _("seal of the last entry"),
        max_length=64,
        default=GENESIS_HASH,
        help_text=_("The seal of the last entry."),
    )
    pruned_through = models.PositiveBigIntegerField(
        _("removed up to entry"),
        default=0,
        help_text=_(
            "The number of the last entry removed because it was older than the log keeps entries."
        ),
    )
    pruned_hash = models.CharField(
        _("seal before the first entry"),
        max_length=64,
        default=GENESIS_HASH,
        help_text=_(
            "The seal of that entry. The seal of the first entry still kept is made from it."
        ),
    )

    class Meta:
        verbose_name = _("end of the log")
        verbose_name_plural = _("end of the log")

    def __str__(self) -> str:
        return f"{self.sequence}"


class AuditEntry(models.Model):
    """One action: who did what, to whose data, when, and for which organisation."""

    sequence = models.PositiveBigIntegerField(
        _("number"), unique=True, help_text=_("Entries are numbered from 1, without gaps.")
    )
    at = models.DateTimeField(_("date and time"), help_text=_("The date and time of the action."))
    actor = models.CharField(
        _("done by"),
        max_length=16,
        blank=True,
        help_text=_("The log key of the person who did it. It does not name the person."),
    )
    organisation = models.CharField(
        _("organisation"),
        max_length=100,
        blank=True,
        help_text=_("The short name in web addresses of the organisation the person acted for."),
    )
    action = models.CharField(
        _("action"), max_length=60, help_text=_("A word for the action, for example reveal.")
    )
    subject = models.CharField(
        _("person concerned"),
        max_length=16,
        blank=True,
        help_text=_("The log key of the person whose data it was. It does not name the person."),
    )
    detail = models.CharField(
        _("detail"),
        max_length=200,
        blank=True,
        help_text=_("More information about the action. It never contains a personal detail."),
    )
    chain_hash = models.CharField(
        _("seal"), max_length=64, help_text=_("SHA-256 of this entry and of the seal before it.")
    )

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["subject", "at"], name="audit_of_whom"),
            models.Index(fields=["actor", "at"], name="audit_by_whom"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"

    def compute_hash(self, previous_hash: str) -> str:
        # Any change here makes all stored hashes invalid.
        content = [
            previous_hash,
            self.sequence,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.actor,
            self.organisation,
            self.action,
            self.subject,
            self.detail,
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def sign_key(key: str, subject: str) -> str:
    # ERASURE_KEY is outside the database: database access is not enough to change a mapping.
    content = json.dumps(["key of the log", key, subject]).encode()
    return hmac.new(settings.ERASURE_KEY.encode(), content, hashlib.sha256).hexdigest()
