"""What a roundtable agreed: the statement and its points, word for word."""

import string
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from participants.models import Group, Organisation
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
                name="statement_published_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.title}"

    @transaction.atomic
    def publish(self, at: datetime) -> None:
        """Shows the statement, and gives each lead-in and point that has none its number.

        Raises ValidationError where the statement has no points.
        """
        if not self.outcomes.filter(parent__isnull=False).exists():
            raise ValidationError(_("There is no point yet. Add one before publishing."))
        for lead_number, lead_in in enumerate(self.outcomes.lead_ins(), start=1):
            lead_in.set_number(str(lead_number))
            for point_number, point in enumerate(lead_in.points.order_by("position", "pk")):
                point.set_number(f"{lead_in.number}.{letters(point_number)}")
        self.state = self.State.PUBLISHED
        self.published_at = at
        self.save()


def letters(number: int) -> str:
    """Counts a, b … z, aa, ab … from 0."""
    word = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        word = string.ascii_lowercase[rest] + word
    return word


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Which lead-ins and points someone may see, and in which order."""

    def published(self) -> "OutcomeQuerySet":
        """Those of published statements of public roundtables."""
        return self.filter(
            statement__state=Statement.State.PUBLISHED, statement__event__is_public=True
        )

    def lead_ins(self) -> "OutcomeQuerySet":
        """The sentences that introduce points, in order."""
        return self.filter(parent=None).order_by("position", "pk")

    def points(self) -> "OutcomeQuerySet":
        """The points themselves, in the order of their statement."""
        return self.filter(parent__isnull=False).order_by(
            "-statement__event__starts_on", "parent__position", "parent_id", "position", "pk"
        )


class Outcome(models.Model):
    """A lead-in, or a point beneath it, word for word as agreed."""

    class Kind(models.TextChoices):
        """What a sentence of the statement is."""

        LEAD_IN = "lead-in", _("Lead-in")
        PRINCIPLE = "principle", _("Principle")
        RECOMMENDATION = "recommendation", _("Recommendation")
        GOOD_PRACTICE = "good-practice", _("Good practice")
        UNDERTAKING = "undertaking", _("Undertaking")

    statement = models.ForeignKey(
        Statement,
        on_delete=models.CASCADE,
        related_name="outcomes",
        verbose_name=_("statement"),
        help_text=_("The statement that it stands in."),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="points",
        verbose_name=_("lead-in"),
        help_text=_("The sentence that this point completes. Empty for a lead-in."),
    )
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Points stand in this order; smaller comes first.")
    )
    number = models.CharField(
        _("number"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^[0-9]+(\.[a-z]+)?\Z", _("Write a number such as 1 or 1.a."))],
        help_text=_("Given when the statement is published, such as 1.a, and frozen from then on."),
    )
    kind = models.CharField(
        _("kind"), max_length=16, choices=Kind.choices, help_text=_("What the sentence is.")
    )
    text = models.TextField(_("text"), help_text=_("Word for word as agreed, slips included."))
    place_in_source = models.CharField(
        _("place in the source"),
        max_length=200,
        blank=True,
        help_text=_("For example: first list, first item."),
    )
    themes = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="outcomes",
        verbose_name=_("themes"),
        help_text=_("Leave empty where the source names none."),
    )
    classified_by_portal = models.BooleanField(
        _("classified by this portal"),
        default=True,
        help_text=_("Ticked where the source does not itself name the kind or the addressees."),
    )
    history = record_history(m2m_fields=("themes",))

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["statement", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "number"],
                condition=~Q(number=""),
                name="outcome_number_once",
                violation_error_message=_("Another point of this statement has that number."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None, kind="lead-in")
                | (Q(parent__isnull=False) & ~Q(kind="lead-in")),
                name="outcome_lead_ins_have_no_parent",
                violation_error_message=_(
                    "A lead-in stands under nothing, and every point stands under a lead-in."
                ),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="outcome_has_a_text"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:60]}".strip()

    def get_absolute_url(self) -> str:
        """The permalink; empty while the statement has no numbers."""
        if not self.number:
            return ""
        return reverse("outcome-detail", args=[self.statement.event.slug, self.number])

    def clean(self) -> None:
        """Raises ValidationError for a parent from elsewhere and for a changed frozen number."""
        if self.parent and self.parent.statement_id != self.statement_id:
            raise ValidationError({"parent": _("The lead-in stands in another statement.")})
        if self.parent and self.parent.parent_id:
            raise ValidationError({"parent": _("Choose a lead-in, not a point.")})
        before = type(self).objects.filter(pk=self.pk).exclude(number="").first()
        if before and before.number != self.number:
            raise ValidationError(
                {"number": _("The number %s is frozen: others cite it.") % before.number}
            )

    def set_number(self, number: str) -> None:
        """Gives this sentence its number where it has none."""
        if not self.number:
            self.number = number
            self.save()


class OutcomeAddressee(models.Model):
    """To whom a point speaks: an organisation or a group."""

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        related_name="addressees",
        verbose_name=_("outcome"),
        help_text=_("The point that speaks to them."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addressed_by",
        verbose_name=_("organisation"),
        help_text=_("Either an organisation or a group."),
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addressed_by",
        verbose_name=_("group"),
        help_text=_("Either a group or an organisation."),
    )

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, group__isnull=False)
                | Q(organisation__isnull=False, group=None),
                name="addressee_is_one_organisation_or_one_group",
                violation_error_message=_("Choose an organisation or a group, not both."),
            ),
            models.UniqueConstraint(
                fields=["outcome", "organisation"],
                condition=Q(organisation__isnull=False),
                name="addressee_organisation_once",
            ),
            models.UniqueConstraint(
                fields=["outcome", "group"],
                condition=Q(group__isnull=False),
                name="addressee_group_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.group)


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
