"""What a statement said at a moment: snapshots that nobody changes, each with its SHA-256."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from outcomes.canonical import digest

if TYPE_CHECKING:
    from outcomes.models.corrigendum import Corrigendum
    from outcomes.models.statement import Statement


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
    made_at = models.DateTimeField(_("made"), help_text=_("When it was kept."))
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("Since when everyone may read it.")
    )

    class Meta:
        verbose_name = _("version of a statement")
        verbose_name_plural = _("versions of statements")
        ordering = ["statement", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "number"], name="statement_version_number_once"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="statement_version_has_a_text"),
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
            corrigendum__hides_before=True,
        )
        return later.exists()

    @property
    def is_whole(self) -> bool:
        """Whether the text is still the one that the hash was taken of."""
        return digest(self.text) == self.sha256


def keep_version(
    statement: "Statement",
    text: str,
    *,
    at: datetime,
    corrigendum: "Corrigendum | None" = None,
    published: bool = False,
    anew: bool = False,
) -> StatementVersion:
    """The latest version, where it says this text, or a new one that does; `anew`, always that."""
    versions = StatementVersion.objects.filter(statement=statement)
    latest = versions.order_by("-number").first()
    if latest is None or latest.text != text or anew:
        number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
        latest = StatementVersion(
            statement=statement,
            corrigendum=corrigendum,
            number=number,
            text=text,
            sha256=digest(text),
            made_at=at,
        )
    if published and not latest.published_at:
        latest.published_at = at
    latest.full_clean()
    latest.save()
    return latest
