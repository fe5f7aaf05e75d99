"""Versions of a statement's text that never change, each with its SHA-256."""

from datetime import UTC, datetime

from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.canonical import sha256_of
from roundtable.audit.mirror import mirror_text_after_commit
from roundtable.audit.seals import seal, sealing_key

SEAL_PURPOSE = "version of a statement"


class StatementVersion(models.Model):
    """The canonical text of a statement as it was circulated or published."""

    statement = models.ForeignKey(
        "outcomes.Statement",
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=_("statement"),
        help_text=_("The statement that this text belongs to."),
    )
    corrigendum = models.ForeignKey(
        "outcomes.Corrigendum",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="versions",
        verbose_name=_("correction"),
        help_text=_("The correction that proposed this text. Empty for the statement itself."),
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("The first version is number 1."))
    text = models.TextField(_("text"), help_text=_("The canonical text, word for word."))
    sha256 = models.CharField(
        _("SHA-256"),
        max_length=64,
        help_text=_("The SHA-256 hash of the text, in hexadecimal digits."),
    )
    created_at = models.DateTimeField(_("created at"), help_text=_("When this version was saved."))
    published_at = models.DateTimeField(
        _("published"),
        null=True,
        blank=True,
        help_text=_("When everyone was first able to read this version."),
    )

    published_before_comparisons = models.BooleanField(
        _("published before two comparisons were required"),
        default=False,
        editable=False,
        help_text=_("Whether it was public before two organisations had to compare such texts."),
    )
    seal = models.CharField(
        _("seal"),
        max_length=64,
        default="",
        editable=False,
        help_text=_("HMAC-SHA-256 of this version, with a key that is not in the database."),
    )

    class Meta:
        verbose_name = _("version of a statement")
        verbose_name_plural = _("versions of statements")
        ordering = ["statement", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "number"], name="statement_version_number_unique"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="statement_version_has_text"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_hidden(self) -> bool:
        """Whether a later correction hides this wording."""
        later = StatementVersion.objects.filter(
            statement=self.statement_id,
            number__gt=self.number,
            published_at__isnull=False,
            corrigendum__hides_previous_text=True,
        )
        return later.exists()

    @property
    def is_intact(self) -> bool:
        return sha256_of(self.text) == self.sha256 and self.sealing_key is not None

    def set_seal(self) -> None:
        self.seal = seal(SEAL_PURPOSE, self._sealed_content())

    @property
    def sealing_key(self) -> int | None:
        """The number of the key that sealed it; None if it was changed."""
        return sealing_key(self.seal, SEAL_PURPOSE, self._sealed_content())

    def _sealed_content(self) -> list[object]:
        # Any change here makes all stored seals invalid.
        is_published = self.pk is not None and self.published_at is not None
        signed = self.sign_offs.filter(signed_at__isnull=False) if is_published else ()
        return [
            self.statement_id,
            self.corrigendum_id,
            self.number,
            self.sha256,
            _written(self.created_at),
            _written(self.published_at),
            self.published_before_comparisons,
            # Signatures are given before a version is published, and stay.
            sorted([_written(row.signed_at), row.sha256] for row in signed),
        ]


def label_of(statement_id: int) -> str:
    """Names the statement in the file of seals."""
    return f"outcomes.statement:{statement_id}"


def _written(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""


def save_version(
    statement_id: int,
    text: str,
    *,
    at: datetime,
    corrigendum_id: int | None = None,
    published: bool = False,
    force_new: bool = False,
) -> StatementVersion:
    """Returns the latest version if its text is the same, unless `force_new`."""
    versions = StatementVersion.objects.filter(statement=statement_id)
    latest = versions.order_by("-number").first()
    if latest is None or latest.text != text or force_new:
        number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
        latest = StatementVersion(
            statement_id=statement_id,
            corrigendum_id=corrigendum_id,
            number=number,
            text=text,
            sha256=sha256_of(text),
            created_at=at,
        )
    if published and not latest.published_at:
        latest.published_at = at
    latest.set_seal()
    latest.full_clean()
    latest.save()
    # The demonstration is removed and made again, so its texts are not in the file.
    if latest.published_at and not latest.statement.event.is_demonstration:
        mirror_text_after_commit(label_of(statement_id), latest.number, latest.sha256)
    return latest
