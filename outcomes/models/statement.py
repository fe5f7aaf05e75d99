"""Statements, how they are published, and other documents of a roundtable."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.canonical import CanonicalText, Sentence
from outcomes.models.version import StatementVersion, save_version
from roundtable.history.versions import record_history
from roundtable.models import Event


class Theme(models.Model):
    """A subject that groups points, in the words of its source."""

    slug = models.SlugField(
        _("short name in web addresses"),
        unique=True,
        max_length=80,
        help_text=_("Use lower-case letters, digits and hyphens, for example victim-protection."),
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("As written in the source."))
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
        return self.filter(state=Statement.State.PUBLISHED, event__is_public=True)


class Statement(models.Model):
    """The text that a roundtable agreed; one for each roundtable."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CIRCULATED = "circulated", _("circulated")
        ADOPTED = "adopted", _("adopted")
        PUBLISHED = "published", _("published")

    class Adoption(models.TextChoices):
        SOURCE = "source", _("as published in its source")
        SIGNED = "signed", _("signed in this portal")

    event = models.OneToOneField(
        Event,
        on_delete=models.CASCADE,
        related_name="statement",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable that agreed the statement."),
    )
    language = models.CharField(
        _("language"),
        max_length=7,
        default="en",
        help_text=_("The code of the language it was agreed in, for example en."),
    )
    title = models.CharField(
        _("title"), max_length=200, help_text=_("For example: Outcome statement.")
    )
    introduction = models.TextField(
        _("introduction"),
        blank=True,
        help_text=_(
            "The text before the first point, word for word. Leave empty if there is none."
        ),
    )
    source_title = models.CharField(
        _("source"),
        max_length=300,
        blank=True,
        help_text=_("The page or document that contains the text."),
    )
    source_url = models.URLField(
        _("web address of the source"),
        blank=True,
        help_text=_("Leave empty if the web address is not recorded."),
    )
    source_retrieved_on = models.DateField(
        _("retrieved on"),
        null=True,
        blank=True,
        help_text=_("The day on which someone last read the source."),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State.choices,
        default=State.DRAFT,
        help_text=_(
            "Only a published statement is shown. After publication, its numbers cannot change."
        ),
    )
    adoption = models.CharField(
        _("adoption"),
        max_length=10,
        choices=Adoption.choices,
        default=Adoption.SOURCE,
        help_text=_(
            "Whether the statement was adopted elsewhere, as published in its source, or "
            "signed in this portal."
        ),
    )
    published_at = models.DateTimeField(
        _("published"),
        null=True,
        blank=True,
        help_text=_("When the statement was published in this portal."),
    )
    acts = GenericRelation("participants.Act", "item_id", "item_type")
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
        """`replacements` is the new text by outcome id, or None for the introduction."""
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
        """Versions that are or were public, earliest first.

        Without those before a correction that hides the earlier wording.
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
        """Gives each sentence without a number its number, and returns the public version.

        Raises ValidationError if the statement has no points.
        """
        sentences = self.outcomes.numbered()
        if not any(row.parent_id for row in sentences):
            raise ValidationError(
                _("The statement has no point yet. Add a point, then publish the statement.")
            )
        unnumbered = set(self.outcomes.filter(number="").values_list("pk", flat=True))
        for row in sentences:
            if row.pk in unnumbered:
                row.save()
        self.state = self.State.PUBLISHED
        self.published_at = at
        self.save()
        return save_version(self.pk, self.canonical_text(), at=at, published=True)


class Document(models.Model):
    """A document of a roundtable that is published elsewhere, such as its agenda."""

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="documents",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable that the document belongs to."),
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("The title of the document."))
    publisher = models.CharField(
        _("publisher"), max_length=200, blank=True, help_text=_("Who published the document.")
    )
    url = models.URLField(
        _("address"), blank=True, help_text=_("Leave empty if the web address is not recorded.")
    )
    dated_on = models.DateField(
        _("date"),
        null=True,
        blank=True,
        help_text=_("The date on the document or page. Leave empty if there is none."),
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["event", "dated_on", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "title"],
                name="document_unique",
                violation_error_message=_(
                    "This roundtable already has a document with this title. Enter another title."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title
