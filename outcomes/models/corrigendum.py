"""Corrections of a published statement. The earlier wording is kept."""

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from outcomes.models.outcome import Outcome
from outcomes.models.statement import Statement
from roundtable.models import Event


class CorrigendumQuerySet(models.QuerySet["Corrigendum"]):
    """Which corrections someone may see."""

    def published(self) -> "CorrigendumQuerySet":
        """Latest first."""
        return self.filter(
            state=Statement.State.PUBLISHED,
            statement__state=Statement.State.PUBLISHED,
            statement__event__is_public=True,
        ).order_by("-published_at", "-pk")


class Corrigendum(models.Model):
    """One correction of a published statement, agreed as the statement was."""

    # Not deleted, because a text that was circulated is kept.
    DISCARDED = "discarded"

    statement = models.ForeignKey(
        Statement,
        on_delete=models.CASCADE,
        related_name="corrigenda",
        verbose_name=_("statement"),
        help_text=_("The statement that is corrected."),
    )
    reason = models.TextField(
        _("reason"),
        max_length=1000,
        help_text=_("Why the statement is corrected. Everyone can read this."),
    )
    source = models.CharField(
        _("source"),
        max_length=300,
        blank=True,
        help_text=_(
            "Where the correct wording is published, if the statement was adopted elsewhere."
        ),
    )
    hides_previous_text = models.BooleanField(
        _("do not show the earlier wording"),
        default=False,
        help_text=_("Tick this for a name or a place that should never have appeared in the text."),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[*Statement.State.choices, (DISCARDED, _("discarded"))],
        default=Statement.State.DRAFT,
        help_text=_(
            "A correction applies only after it is published. Until then, the earlier "
            "wording applies."
        ),
    )
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("When the correction was published.")
    )

    acts = GenericRelation("participants.Act", "item_id", "item_type")
    objects = CorrigendumQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["statement", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement"],
                condition=~Q(state__in=["published", "discarded"]),
                name="corrigendum_one_at_a_time",
                violation_error_message=_("Another correction is not finished. Finish it first."),
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at=None)),
                name="corrigendum_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "circulated", "adopted", "published", "discarded"]),
                name="corrigendum_state_valid",
            ),
        ]

    def __str__(self) -> str:
        return Truncator(self.reason).words(10)

    def canonical_text(self) -> str:
        """The canonical text of the statement after this correction."""
        changed = {row.outcome_id: row.after for row in self.rewordings.all()}
        return self.statement.canonical_text(changed)

    @property
    def event(self) -> Event:
        return self.statement.event


class Rewording(models.Model):
    """New wording for a sentence of a published statement, or for its introduction."""

    corrigendum = models.ForeignKey(
        Corrigendum,
        on_delete=models.CASCADE,
        related_name="rewordings",
        verbose_name=_("correction"),
        help_text=_("The correction that this rewording belongs to."),
    )
    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rewordings",
        verbose_name=_("sentence"),
        help_text=_("Empty for the introduction."),
    )
    before = models.TextField(_("before"), blank=True, help_text=_("The earlier wording."))
    after = models.TextField(_("after"), blank=True, help_text=_("The new wording."))

    class Meta:
        verbose_name = _("rewording")
        verbose_name_plural = _("rewordings")
        ordering = ["corrigendum", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["corrigendum", "outcome"],
                condition=Q(outcome__isnull=False),
                name="rewording_unique",
            ),
            models.UniqueConstraint(
                fields=["corrigendum"],
                condition=Q(outcome=None),
                name="rewording_of_the_introduction_unique",
            ),
            models.CheckConstraint(
                condition=~Q(before=models.F("after")), name="rewording_changes_text"
            ),
        ]

    def __str__(self) -> str:
        return self.outcome.number if self.outcome else str(_("introduction"))

    def clean(self) -> None:
        if self.outcome_id and not self.after.strip():
            raise ValidationError(
                {"after": _("You cannot delete a sentence. Change its wording instead.")}
            )
