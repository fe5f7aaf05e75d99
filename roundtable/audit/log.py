"""The log of acts that concern people: append-only, each entry sealed with the one before it.

An entry names people by opaque keys alone and has no foreign keys. Who a key stands for is a
separate mapping, so that erasing a person deletes the mapping and leaves the chain whole. The chain
cannot seal what is to be deleted: a proof with a key outside the database binds each mapping.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.db import models, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

FIRST = "0" * 64  # what the first entry is sealed with
AT_ONCE = 500  # rows of one question
PRUNE = "prune log"


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
    proof = models.CharField(
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
    def is_genuine(self) -> bool:
        """Whether the key still stands for whom it was made."""
        return hmac.compare_digest(self.proof, proof_of(self.key, self.subject))


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an entry is added."""

    sequence = models.PositiveBigIntegerField(
        _("last number"), default=0, help_text=_("The number of the last entry.")
    )
    seal = models.CharField(
        _("last seal"), max_length=64, default=FIRST, help_text=_("The seal of the last entry.")
    )
    removed_to = models.PositiveBigIntegerField(
        _("removed up to"),
        default=0,
        help_text=_("The number of the last entry that was older than logs are kept."),
    )
    removed_seal = models.CharField(
        _("seal before the first"),
        max_length=64,
        default=FIRST,
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
    act = models.CharField(_("what"), max_length=60, help_text=_("A word such as reveal."))
    subject = models.CharField(
        _("of whom"), max_length=16, blank=True, help_text=_("The opaque key of whose data it was.")
    )
    detail = models.CharField(
        _("detail"),
        max_length=200,
        blank=True,
        help_text=_("What the words above do not say. Never a personal detail."),
    )
    seal = models.CharField(
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
        return f"{self.sequence} {self.act}"

    def seal_after(self, previous: str) -> str:
        """The seal of this entry where the entry before it carries `previous`."""
        content = [
            previous,
            self.sequence,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.actor,
            self.organisation,
            self.act,
            self.subject,
            self.detail,
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def name_of(subject: models.Model) -> str:
    """What the mapping of keys calls a row, for example participants.user:7."""
    return f"{subject._meta.label_lower}:{subject.pk}"


def proof_of(key: str, subject: str) -> str:
    """What binds a key to whom it stands for."""
    content = json.dumps(["key of the log", key, subject]).encode()
    return hmac.new(settings.ERASURE_KEY.encode(), content, hashlib.sha256).hexdigest()


def key_of(subject: models.Model) -> str:
    """The opaque key that the log uses for a person; made at the first need."""
    name, new = name_of(subject), get_random_string(16)
    key, _created = AuditKey.objects.get_or_create(
        subject=name, defaults={"key": new, "proof": proof_of(new, name)}
    )
    return key.key


def keys_of(*subjects: models.Model) -> list[str]:
    """The keys that stand for these rows, as far as nobody changed for whom they stand."""
    mapped = AuditKey.objects.filter(subject__in=[name_of(subject) for subject in subjects])
    return [row.key for row in mapped if row.is_genuine]


def is_known_falsely(subject: models.Model) -> bool:
    """Whether somebody changed which key stands for this row."""
    mapped = AuditKey.objects.filter(subject=name_of(subject))
    return any(not row.is_genuine for row in mapped)


def forget(subject: models.Model) -> None:
    """Makes the log forget whom its entries are about; the chain stays whole."""
    AuditKey.objects.filter(subject=name_of(subject)).delete()


@transaction.atomic
def record(
    *,
    act: str,
    at: datetime,
    actor: models.Model | None = None,
    subject: models.Model | None = None,
    organisation: str = "",
    detail: str = "",
) -> AuditEntry:
    """Adds one entry at the end of the chain."""
    head = _locked_head()
    entry = AuditEntry(
        sequence=head.sequence + 1,
        at=at,
        actor=key_of(actor) if actor else "",
        organisation=organisation,
        act=act,
        subject=key_of(subject) if subject else "",
        detail=detail,
    )
    entry.seal = entry.seal_after(head.seal)
    entry.save(force_insert=True)
    head.sequence, head.seal = entry.sequence, entry.seal
    head.save()
    return entry


@transaction.atomic
def record_all(
    subjects: Sequence[models.Model],
    *,
    act: str,
    at: datetime,
    actor: models.Model,
    organisation: str = "",
    detail: str = "",
) -> None:
    """Adds one entry for each of many people, in their order, without a question for each."""
    if not subjects:
        return
    head = _locked_head()
    keys = _keys_of_all(subjects)
    by = key_of(actor)
    entries = []
    for subject in subjects:
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=at,
            actor=by,
            organisation=organisation,
            act=act,
            subject=keys[name_of(subject)],
            detail=detail,
        )
        entry.seal = entry.seal_after(head.seal)
        head.sequence, head.seal = entry.sequence, entry.seal
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries, AT_ONCE)
    head.save()


def _keys_of_all(subjects: Sequence[models.Model]) -> dict[str, str]:
    names = [name_of(subject) for subject in subjects]
    known: dict[str, str] = {}
    for start in range(0, len(names), AT_ONCE):
        rows = AuditKey.objects.filter(subject__in=names[start : start + AT_ONCE])
        known |= {row.subject: row.key for row in rows}
    new = []
    for name in dict.fromkeys(names):
        if name not in known:
            key = known[name] = get_random_string(16)
            new.append(AuditKey(subject=name, key=key, proof=proof_of(key, name)))
    AuditKey.objects.bulk_create(new, AT_ONCE)
    return known


@transaction.atomic
def prune(*, before: datetime, at: datetime) -> int:
    """Removes the entries at the beginning that are older, and says how many.

    The rest stays verifiable, and the removal is an entry of its own. Keys that no entry needs any
    more go too.
    """
    head = _locked_head()
    kept = AuditEntry.objects.filter(at__gte=before).order_by("sequence").first()
    last = AuditEntry.objects.order_by("-sequence")
    if kept:
        last = last.filter(sequence__lt=kept.sequence)
    entry = last.first()
    if entry is None:
        return 0
    head.removed_to, head.removed_seal = entry.sequence, entry.seal
    head.save()
    number, _models = AuditEntry.objects.filter(sequence__lte=entry.sequence).delete()
    record(act=PRUNE, at=at, detail=str(entry.sequence))
    AuditKey.objects.exclude(key__in=AuditEntry.objects.values("actor")).exclude(
        key__in=AuditEntry.objects.values("subject")
    ).delete()
    return number


def _locked_head() -> AuditHead:
    AuditHead.objects.get_or_create(pk=1)
    return AuditHead.objects.select_for_update().get(pk=1)
