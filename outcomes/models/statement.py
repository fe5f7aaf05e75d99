"""What a roundtable agreed: the statement, how it is published, and documents beside it."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.canonical import CanonicalText, Sentence
from outcomes.models.version import StatementVersion, save_version
from roundtable.history import record_history
from roundtable.models import Event


class Theme(models.Model):
    """A subject that points are grouped by, in the words of the process that uses it."""

    slug = models.SlugField(
        _("short name in addresses"),
        unique=True,
        max_length=80,
        help_text=_("Small letters, digits and hyphens, for example victim-protection."),
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("As the source writes it."))
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("Where this theme is defined.")
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class StatementQuerySet(models.QuerySet["Statement"]):
    """Which statements someone may see."""

    def published(self) -> "StatementQuerySet":
        """Published statements of public roundtables."""
        return self.filter(state=Statement.State.PUBLISHED, event__is_public=True)


class Statement(models.Model):
    """The text that a roundtable agreed; one for each roundtable."""

    class State(models.TextChoices):
        """How far the text has come."""

        DRAFT = "draft", _("draft")
        CIRCULATED = "circulated", _("circulated")
        ADOPTED = "adopted", _("adopted")
        PUBLISHED = "published", _("published")

    class Adoption(models.TextChoices):
        """Where the text was adopted."""

        SOURCE = "source", _("as its source records")
        SIGNED = "signed", _("signed here")

    event = models.OneToOneField(
        Event,
        on_delete=models.CASCADE,
        related_name="statement",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable that agreed it."),
    )
    language = models.CharField(
        _("language"),
        max_length=7,
        default="en",
        help_text=_("The language it was agreed in, as a code such as en."),
    )
    title = models.CharField(
        _("title"), max_length=200, help_text=_("For example: Outcome statement.")
    )
    introduction = models.TextField(
        _("introduction"),
        blank=True,
        help_text=_("What stands before the first point, word for word. Empty if nothing does."),
    )
    source_title = models.CharField(
        _("source"),
        max_length=300,
        blank=True,
        help_text=_("The page or document that holds the text."),
    )
    source_url = models.URLField(
        _("address of the source"),
        blank=True,
        help_text=_("Leave empty if the address is not recorded."),
    )
    source_retrieved_on = models.DateField(
        _("retrieved on"),
        null=True,
        blank=True,
        help_text=_("The day on which somebody last read the source."),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State.choices,
        default=State.DRAFT,
        help_text=_("Only a published statement is shown. Publishing freezes its numbers."),
    )
    adoption = models.CharField(
        _("adoption"),
        max_length=10,
        choices=Adoption.choices,
        default=Adoption.SOURCE,
        help_text=_("Whether it was adopted elsewhere, as its source records, or signed here."),
    )
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("When it was published here.")
    )
    history = record_history()

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["-event__starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at=None)),
                name="statement_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "circulated", "adopted", "published"]),
                name="statement_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(adoption__in=["source", "signed"]), name="statement_adoption_valid"
            ),
            models.CheckConstraint(
                condition=~Q(state="adopted") | Q(adoption="signed"),
                name="statement_adopted_here_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.title}"

    def canonical_text(self, replacements: "Mapping[int | None, str] | None" = None) -> str:
        """The canonical text as it stands; `changed` says some sentences by number of their row.

        None stands for the introduction there.
        """
        new = replacements or {}
        return CanonicalText(
            title=self.title,
            code=self.event.code,
            language=self.language,
            introduction=new.get(None, self.introduction),
            sentences=tuple(
                Sentence(row.number, new.get(row.pk, row.text)) for row in self.outcomes.numbered()
            ),
        ).text()

    def public_versions(self) -> list[StatementVersion]:
        """What everyone may read and could read before, the earliest first.

        Left out is what came before a correction that hides the words of before.
        """
        versions = self.versions.filter(published_at__isnull=False).select_related("corrigendum")
        found: list[StatementVersion] = []
        for version in versions.order_by("number"):
            if version.corrigendum and version.corrigendum.hides_previous_text:
                found.clear()
            found.append(version)
        return found

    @transaction.atomic
    def publish(self, at: datetime) -> StatementVersion:
        """Shows the statement, gives each sentence that has none its number, and keeps the text.

        Returns the version that everyone reads from now on. Raises ValidationError where the
        statement has no points.
        """
        sentences = self.outcomes.numbered()
        if not any(row.parent_id for row in sentences):
            raise ValidationError(_("There is no point yet. Add one before publishing."))
        unnumbered = set(self.outcomes.filter(number="").values_list("pk", flat=True))
        for row in sentences:
            if row.pk in unnumbered:
                row.save()
        self.state = self.State.PUBLISHED
        self.published_at = at
        self.save()
        return save_version(self.pk, self.canonical_text(), at=at, published=True)


class Document(models.Model):
    """A document of a roundtable that stands elsewhere, such as its agenda."""

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="documents",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable that it belongs to."),
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("What the document is."))
    publisher = models.CharField(
        _("publisher"), max_length=200, blank=True, help_text=_("Who published it.")
    )
    url = models.URLField(
        _("address"), blank=True, help_text=_("Leave empty if the address is not recorded.")
    )
    dated_on = models.DateField(
        _("date"), null=True, blank=True, help_text=_("The date it bears. Empty if none.")
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["event", "dated_on", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "title"],
                name="document_unique",
                violation_error_message=_("This roundtable has a document of that title."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
