"""Snapshots of a statement's text that never change, each with its SHA-256."""

from datetime import datetime

from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.canonical import sha256_of


class StatementVersion(models.Model):
    """The canonical text of a statement as it was circulated or published; it never changes."""

    statement = models.ForeignKey(
        "outcomes.Statement",
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=_("statement"),
        help_text=_("Whose text it is."),
    )
    corrigendum = models.ForeignKey(
        "outcomes.Corrigendum",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="versions",
        verbose_name=_("corrigendum"),
        help_text=_("The correction that proposed this text. Empty for the statement itself."),
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("Counts from 1."))
    text = models.TextField(_("text"), help_text=_("The canonical text, word for word."))
    sha256 = models.CharField(
        _("SHA-256"), max_length=64, help_text=_("Of the text, in hexadecimal digits.")
    )
    created_at = models.DateTimeField(_("made"), help_text=_("When it was kept."))
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("Since when everyone may read it.")
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
        """Whether a later correction took words out of it that nobody is to read any more."""
        later = StatementVersion.objects.filter(
            statement=self.statement_id,
            number__gt=self.number,
            published_at__isnull=False,
            corrigendum__hides_previous_text=True,
        )
        return later.exists()

    @property
    def is_intact(self) -> bool:
        """Whether the text is still the one that the hash was taken of."""
        return sha256_of(self.text) == self.sha256


def save_version(
    statement_id: int,
    text: str,
    *,
    at: datetime,
    corrigendum_id: int | None = None,
    published: bool = False,
    force_new: bool = False,
) -> StatementVersion:
    """The latest version, where it says this text, or a new one that does; `anew`, always that."""
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
    latest.full_clean()
    latest.save()
    return latest
