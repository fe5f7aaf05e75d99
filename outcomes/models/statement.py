"""What a roundtable agreed: the statement, how it is published, and documents beside it."""

import string
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from outcomes.statements.canonical import Sentence, Wording, digest
from roundtable.history import record_history
from roundtable.models import Event

if TYPE_CHECKING:
    from outcomes.models.corrigendum import Corrigendum

    pass


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


if TYPE_CHECKING:
    from outcomes.models.outcome import Outcome


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
                name="statement_published_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "circulated", "adopted", "published"]),
                name="statement_state_known",
            ),
            models.CheckConstraint(
                condition=Q(adoption__in=["source", "signed"]), name="statement_adoption_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="adopted") | Q(adoption="signed"),
                name="statement_adopted_here_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.title}"

    def sentences(self) -> "list[Outcome]":
        """Lead-ins and points in order, each with the number that it has or will have.

        Nothing is stored: the numbers of a draft follow from its order.
        """
        rows = list(self.outcomes.order_by("position", "pk"))
        found = []
        lead_ins = [row for row in rows if row.parent_id is None]
        _number(lead_ins, (str(n) for n in count(1)))
        for lead_in in lead_ins:
            points = [row for row in rows if row.parent_id == lead_in.pk]
            _number(points, (f"{lead_in.number}.{letters(n)}" for n in count()))
            found += [lead_in, *points]
        return found

    def wording(self, changed: "Mapping[int | None, str] | None" = None) -> str:
        """The canonical text as it stands; `changed` says some sentences by number of their row.

        None stands for the introduction there.
        """
        new = changed or {}
        return Wording(
            title=self.title,
            code=self.event.code,
            language=self.language,
            introduction=new.get(None, self.introduction),
            sentences=tuple(
                Sentence(row.number, new.get(row.pk, row.text)) for row in self.sentences()
            ),
        ).text()

    def public_versions(self) -> list[StatementVersion]:
        """What everyone may read and could read before, the earliest first.

        Left out is what came before a correction that hides the words of before.
        """
        versions = self.versions.filter(published_at__isnull=False).select_related("corrigendum")
        found: list[StatementVersion] = []
        for version in versions.order_by("number"):
            if version.corrigendum and version.corrigendum.hides_before:
                found.clear()
            found.append(version)
        return found

    @transaction.atomic
    def publish(self, at: datetime) -> StatementVersion:
        """Shows the statement, gives each sentence that has none its number, and keeps the text.

        Returns the version that everyone reads from now on. Raises ValidationError where the
        statement has no points.
        """
        sentences = self.sentences()
        if not any(row.parent_id for row in sentences):
            raise ValidationError(_("There is no point yet. Add one before publishing."))
        unnumbered = set(self.outcomes.filter(number="").values_list("pk", flat=True))
        for row in sentences:
            if row.pk in unnumbered:
                row.save()
        self.state = self.State.PUBLISHED
        self.published_at = at
        self.save()
        return keep_version(self, self.wording(), at=at, published=True)


def _number(rows: "list[Outcome]", numbers: Iterable[str]) -> None:
    """Gives each row that has no number the first one that none of them has."""
    taken = {row.number for row in rows}
    free = (number for number in numbers if number not in taken)
    for row in rows:
        if not row.number:
            row.number = next(free)


def letters(number: int) -> str:
    """Counts a, b … z, aa, ab … from 0."""
    word = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        word = string.ascii_lowercase[rest] + word
    return word


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
                name="document_once",
                violation_error_message=_("This roundtable has a document of that title."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
