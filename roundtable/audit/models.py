"""The tables of the audit log."""

import hashlib
import hmac
import json
from datetime import UTC

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS_HASH = "0" * 64  # what the first entry is sealed with


class AuditKey(models.Model):
    """Who an opaque key of the log stands for; deleted when that person is erased."""

    key = models.CharField(
        _("key"), max_length=16, unique=True, help_text=_("Random; the log knows nothing else.")
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
        help_text=_("HMAC-SHA-256 over both, with a key that is not in the database."),
    )

    class Meta:
        verbose_name = _("key of the log")
        verbose_name_plural = _("keys of the log")

    def __str__(self) -> str:
        return self.key

    @property
    def has_valid_signature(self) -> bool:
        """Whether the key still stands for whom it was made."""
        return hmac.compare_digest(self.signature, sign_key(self.key, self.subject))


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an entry is added."""

    sequence = models.PositiveBigIntegerField(
        _("last number"), default=0, help_text=_("The number of the last entry.")
    )
    chain_hash = models.CharField(
        _("last seal"),
        max_length=64,
        default=GENESIS_HASH,
        help_text=_("The seal of the last entry."),
    )
    pruned_through = models.PositiveBigIntegerField(
        _("removed up to"),
        default=0,
        help_text=_("The number of the last entry that was older than logs are kept."),
    )
    pruned_hash = models.CharField(
        _("seal before the first"),
        max_length=64,
        default=GENESIS_HASH,
        help_text=_("The seal of that entry, which the first one kept is sealed with."),
    )

    class Meta:
        verbose_name = _("end of the log")
        verbose_name_plural = _("end of the log")

    def __str__(self) -> str:
        return f"{self.sequence}"


class AuditEntry(models.Model):
    """One act: who did what, to whose data, when, and from which organisation."""

    sequence = models.PositiveBigIntegerField(
        _("number"), unique=True, help_text=_("Counts from 1 without a gap.")
    )
    at = models.DateTimeField(_("when"), help_text=_("The moment of the act."))
    actor = models.CharField(
        _("who"), max_length=16, blank=True, help_text=_("The opaque key of who did it.")
    )
    organisation = models.CharField(
        _("from which organisation"),
        max_length=100,
        blank=True,
        help_text=_("The short name in addresses of the organisation that the person acted for."),
    )
    action = models.CharField(_("what"), max_length=60, help_text=_("A word such as reveal."))
    subject = models.CharField(
        _("of whom"), max_length=16, blank=True, help_text=_("The opaque key of whose data it was.")
    )
    detail = models.CharField(
        _("detail"),
        max_length=200,
        blank=True,
        help_text=_("What the words above do not say. Never a personal detail."),
    )
    chain_hash = models.CharField(
        _("seal"), max_length=64, help_text=_("SHA-256 over this entry and the seal before it.")
    )

    class Meta:
        verbose_name = _("entry of the log")
        verbose_name_plural = _("entries of the log")
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["subject", "at"], name="audit_of_whom"),
            models.Index(fields=["actor", "at"], name="audit_by_whom"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"

    def compute_hash(self, previous_hash: str) -> str:
        """The seal of this entry where the entry before it carries `previous`."""
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
    """What binds a key to whom it stands for."""
    content = json.dumps(["key of the log", key, subject]).encode()
    return hmac.new(settings.ERASURE_KEY.encode(), content, hashlib.sha256).hexdigest()
