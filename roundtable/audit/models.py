"""The tables of the audit log."""

import hashlib
import hmac
import json
from datetime import UTC

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from roundtable.audit.seals import seal, sealing_key

GENESIS_HASH = "0" * 64  # the previous hash of the first entry
SUM_MODULUS = 2**256
HEAD_PURPOSE = "end of the log"
ENTRY_PURPOSE = "entry of the log"


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
    """The end of the chain: one row, locked while an entry is added.

    It also counts the log keys, because a deleted key leaves no other trace. A key that was put in
    place of another one changes the sum of their proofs.
    """

    # Whether the row that was read had a valid seal. If not, no valid seal is made for it again.
    is_intact = True

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
    plain_through = models.PositiveBigIntegerField(
        _("without a key up to entry"),
        default=0,
        help_text=_("The last entry of release 0.1.0, whose seals were made without a key."),
    )
    key_count = models.PositiveBigIntegerField(
        _("number of log keys"), default=0, help_text=_("How many log keys there are.")
    )
    key_sum = models.CharField(
        _("sum of the log keys"),
        max_length=64,
        default=GENESIS_HASH,
        help_text=_("The sum of the proofs of all log keys."),
    )
    seal = models.CharField(
        _("seal of the end"),
        max_length=64,
        blank=True,
        help_text=_("HMAC-SHA-256 of all this, with a key that is not in the database."),
    )

    class Meta:
        verbose_name = _("end of the log")
        verbose_name_plural = _("end of the log")

    def __str__(self) -> str:
        return f"{self.sequence}"

    def add_key(self, row: AuditKey) -> None:
        self.key_count += 1
        self.key_sum = _add(self.key_sum, _number_of(row))

    def remove_key(self, row: AuditKey) -> None:
        self.key_count -= 1
        self.key_sum = _add(self.key_sum, -_number_of(row))

    def stored_hash(self, number: int) -> str:
        """Of that entry; empty if it is missing, or was removed because of its age."""
        if number == self.pruned_through:
            return self.pruned_hash
        entry = AuditEntry.objects.filter(sequence=number).first()
        return entry.chain_hash if entry else ""

    def compute_seal(self) -> str:
        return seal(HEAD_PURPOSE, self._content())

    @property
    def sealing_key(self) -> int | None:
        """The number of the key that sealed it; None if it was changed. A new row is intact."""
        if not self.seal and self._content() == AuditHead()._content():
            return 0
        return sealing_key(self.seal, HEAD_PURPOSE, self._content())

    def _content(self) -> list[object]:
        # Any change here makes the stored seal invalid.
        return [
            self.sequence,
            self.chain_hash,
            self.pruned_through,
            self.pruned_hash,
            self.plain_through,
            self.key_count,
            self.key_sum,
        ]


def _number_of(row: AuditKey) -> int:
    # The proof itself may no longer be a number, if someone changed it.
    return int(hashlib.sha256(row.signature.encode()).hexdigest(), 16)


def _add(total: str, number: int) -> str:
    return f"{(int(total, 16) + number) % SUM_MODULUS:064x}"


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
        _("seal"),
        max_length=64,
        help_text=_(
            "HMAC-SHA-256 of this entry and of the seal before it, with a key that is not in the "
            "database. Release 0.1.0 used SHA-256 without a key."
        ),
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
        return seal(ENTRY_PURPOSE, self._content(previous_hash))

    def sealing_key(self, previous_hash: str) -> int | None:
        """The number of the key that sealed it, after the entry with that hash. None if none."""
        return sealing_key(self.chain_hash, ENTRY_PURPOSE, self._content(previous_hash))

    def has_plain_hash(self, previous_hash: str) -> bool:
        """As release 0.1.0 made it, without a key."""
        content = json.dumps(self._content(previous_hash), ensure_ascii=False)
        return self.chain_hash == hashlib.sha256(content.encode()).hexdigest()

    def _content(self, previous_hash: str) -> list[object]:
        # Any change here makes all stored hashes invalid.
        return [
            previous_hash,
            self.sequence,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.actor,
            self.organisation,
            self.action,
            self.subject,
            self.detail,
        ]


def sign_key(key: str, subject: str) -> str:
    # ERASURE_KEY is outside the database: database access is not enough to change a mapping.
    content = json.dumps(["key of the log", key, subject]).encode()
    return hmac.new(settings.ERASURE_KEY.encode(), content, hashlib.sha256).hexdigest()
