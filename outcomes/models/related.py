"""Milestones of commitments, and texts elsewhere that are related to them."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import DUE_SOON_PERIOD, ENDED_STATUSES, Commitment
from outcomes.models.outcome import Outcome
from roundtable.history.versions import record_history


class Milestone(models.Model):
    """One step towards fulfilling a commitment."""

    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        related_name="milestones",
        verbose_name=_("commitment"),
        help_text=_("The offer or commitment that this milestone belongs to."),
    )
    title = models.CharField(
        _("description"), max_length=200, help_text=_("The result that others will see.")
    )
    due_on = models.DateField(_("due"), help_text=_("The day by which it is due."))
    reached_on = models.DateField(
        _("reached"),
        null=True,
        blank=True,
        help_text=_("Leave empty until the milestone is reached."),
    )

    history = record_history()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["commitment", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="milestone_has_title"),
        ]
        # The order of calendars.
        indexes = [models.Index(fields=["due_on", "id"], name="milestone_by_due_date")]

    def __str__(self) -> str:
        return self.title

    def is_reached(self, on: date) -> bool:
        return self.reached_on is not None and self.reached_on <= on

    def is_overdue(self, on: date) -> bool:
        return self._is_pending(on) and self.due_on < on

    def is_due_soon(self, on: date) -> bool:
        return self._is_pending(on) and on <= self.due_on <= on + DUE_SOON_PERIOD

    def _is_pending(self, on: date) -> bool:
        return not self.is_reached(on) and self.commitment.status not in ENDED_STATUSES

    def clean(self) -> None:
        if not self.commitment_id:
            return
        for name in ("due_on", "reached_on"):
            self.commitment.event.validate_begun(name, getattr(self, name))


class RelatedText(models.Model):
    """A text elsewhere, or of a later roundtable, that is related to a point or a commitment."""

    class Kind(models.TextChoices):
        DERIVES_FROM = "derives-from", _("derives from")
        IMPLEMENTS = "implements", _("implements")
        RESTATES = "restates", _("restates")
        REPORTS_ON = "reports-on", _("is reported on in")
        SUPERSEDED_BY = "superseded-by", _("is superseded by")

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="related_texts",
        verbose_name=_("point"),
        help_text=_("Choose either a point or a commitment."),
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="related_texts",
        verbose_name=_("commitment"),
        help_text=_("Choose either a commitment or a point."),
    )
    kind = models.CharField(
        _("relation"), max_length=14, choices=Kind.choices, help_text=_("How the two are related.")
    )
    title = models.CharField(
        _("title"), max_length=300, help_text=_("For example: Sustainable Development Goal 8.7.")
    )
    url = models.URLField(
        _("address"), max_length=500, help_text=_("The web address where it is published.")
    )
    quote = models.TextField(_("quote"), help_text=_("The relevant sentence, word for word."))
    source = models.CharField(
        _("source"),
        max_length=300,
        help_text=_("Who says that they are related: a document, or this portal."),
    )

    class Meta:
        verbose_name = _("related text")
        verbose_name_plural = _("related texts")
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=None, commitment__isnull=False)
                | Q(outcome__isnull=False, commitment=None),
                name="related_text_of_one_point_or_one_commitment",
                violation_error_message=_("Choose a point or a commitment, not both."),
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "derives-from",
                        "implements",
                        "restates",
                        "reports-on",
                        "superseded-by",
                    ]
                ),
                name="related_text_kind_valid",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(url="") & ~Q(quote="") & ~Q(source=""),
                name="related_text_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title
