"""Answers to recommendations, and independent assessments of commitments."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment
from outcomes.models.editorial import EditorialState, EditorialText, validate_text_length
from outcomes.models.outcome import Outcome
from outcomes.models.party import members_of_groups
from participants.models import Organisation, User, validate_same_demonstration
from participants.models.personal_data import ShownTo
from roundtable.models import Event


class ResponseQuerySet(models.QuerySet["Response"]):
    """Which responses someone may see."""

    def approved(self) -> "ResponseQuerySet":
        """Latest `answered_on` first."""
        return self.filter(state=EditorialState.APPROVED).order_by("-answered_on", "-pk")

    def published(self) -> "ResponseQuerySet":
        return self.approved().filter(outcome__in=Outcome.objects.published())


class Response(EditorialText):
    """An addressee's answer to a recommendation. Without one, the answer is still awaited."""

    class Stance(models.TextChoices):
        SUPPORTED = "supported", _("Supported")
        IN_PART = "in-part", _("Supported in part")
        NOTED = "noted", _("Noted")

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        related_name="responses",
        verbose_name=_("recommendation"),
        help_text=_("The recommendation that the organisation answers."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="responses",
        verbose_name=_("addressee"),
        help_text=_(
            "The organisation that answers. The recommendation must be addressed to it, "
            "directly or as a member of a group."
        ),
    )
    stance = models.CharField(
        _("answer"),
        max_length=10,
        choices=Stance.choices,
        help_text=_("How far the organisation agrees."),
    )
    text = models.TextField(
        _("in the organisation's own words"),
        validators=[validate_text_length],
        blank=True,
        help_text=_("Do not name a person or a shelter. Everyone can read this."),
    )
    answered_on = models.DateField(
        _("answered on"), help_text=_("The day of the answer, not the day you write it here.")
    )
    source = models.CharField(
        _("where this can be read"),
        max_length=500,
        blank=True,
        help_text=_("A web address, or the name of a document."),
    )

    objects = ResponseQuerySet.as_manager()
    event_lookups = ("outcome__statement__event",)

    personal_data = (
        ShownTo(
            "author",
            "responses",
            _("Answers to recommendations that you wrote"),
            "outcome__statement__event outcome__number organisation stance text answered_on "
            "source state submitted_at note approved_at",
            labels={"note": _("What you were asked to change")},
        ),
        ShownTo(
            "approved_by",
            "responses_checked",
            _("Answers to recommendations that you checked"),
            "outcome__statement__event outcome__number organisation approved_at",
        ),
    )

    class Meta:
        verbose_name = _("answer to a recommendation")
        verbose_name_plural = _("answers to recommendations")
        ordering = ["-answered_on", "-pk"]
        constraints = [
            *EditorialText.Meta.constraints,
            models.CheckConstraint(
                condition=Q(stance__in=["supported", "in-part", "noted"]),
                name="response_stance_valid",
            ),
        ]
        indexes = [models.Index(fields=["outcome", "state", "-answered_on"])]

    def __str__(self) -> str:
        return f"{self.outcome.number} · {self.organisation.internal_short}"

    @property
    def event(self) -> Event:
        return self.outcome.statement.event

    def clean(self) -> None:
        if not (self.outcome_id and self.organisation_id):
            return
        event = self.outcome.statement.event
        validate_same_demonstration(event, self.organisation.is_demonstration)
        if self.outcome.kind != Outcome.Kind.RECOMMENDATION:
            raise ValidationError(
                {
                    "outcome": _(
                        "This point is not a recommendation. Choose a recommendation to answer."
                    )
                }
            )
        if not self.outcome.addressed_organisations().filter(pk=self.organisation_id).exists():
            raise ValidationError(
                {
                    "organisation": _(
                        "This recommendation is not addressed to this organisation. Choose one "
                        "that is."
                    )
                }
            )
        event.validate_begun("answered_on", self.answered_on)


PARTY_CANNOT_ASSESS = _(
    "This organisation is a party to this commitment, so it cannot assess it. It "
    "reports on it instead."
)


def is_party(organisation: Organisation, commitment: Commitment) -> bool:
    """Directly, or as a recorded member of a group."""
    directly = commitment.parties.filter(organisation=organisation)
    return directly.exists() or members_of_groups(commitment).filter(pk=organisation.pk).exists()


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Which assessments someone may see."""

    def approved(self) -> "AssessmentQuerySet":
        """Latest `assessed_on` first."""
        return self.filter(state=EditorialState.APPROVED).order_by("-assessed_on", "-pk")

    def published(self) -> "AssessmentQuerySet":
        return self.approved().filter(commitment__event__is_public=True)

    def newest(self, day: date | None = None) -> "AssessmentQuerySet":
        """Of each assessor of a commitment, the latest approved one up to `day`."""
        until = Q(assessed_on__lte=day) if day else Q()
        later = Q(assessed_on__gt=OuterRef("assessed_on")) | Q(
            assessed_on=OuterRef("assessed_on"), pk__gt=OuterRef("pk")
        )
        others = Assessment.objects.approved().filter(
            later,
            until,
            commitment=OuterRef("commitment"),
            organisation=OuterRef("organisation"),
        )
        return self.approved().filter(until, ~Exists(others))


class Assessment(EditorialText):
    """What an organisation that is not a party found out about a commitment."""

    class Finding(models.TextChoices):
        NO_EVIDENCE = "no-evidence", _("No evidence available")
        NOT_STARTED = "not-started", _("Not started")
        LIMITED = "limited", _("Limited")
        SUBSTANTIAL = "substantial", _("Substantial")
        COMPLETE = "complete", _("Complete")

    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        related_name="assessments",
        verbose_name=_("commitment"),
        help_text=_("The commitment that was assessed."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="assessments",
        verbose_name=_("assessor"),
        help_text=_(
            "The organisation that assessed the commitment. A party to the commitment "
            "cannot assess it."
        ),
    )
    finding = models.CharField(
        _("finding"),
        max_length=12,
        choices=Finding.choices,
        help_text=_("How much progress the commitment has made, according to the assessor."),
    )
    text = models.TextField(
        _("in the organisation's own words"),
        validators=[validate_text_length],
        help_text=_("Do not name a person or a shelter. Everyone can read this."),
    )
    assessed_on = models.DateField(
        _("as of"), help_text=_("The day that the assessment describes, not the day you write it.")
    )
    source = models.CharField(
        _("where this can be read"),
        max_length=500,
        blank=True,
        help_text=_("A web address, or the name of a document."),
    )

    objects = AssessmentQuerySet.as_manager()
    event_lookups = ("commitment__event",)

    personal_data = (
        ShownTo(
            "author",
            "assessments",
            _("Assessments that you wrote"),
            "commitment__reference organisation finding text assessed_on source state "
            "submitted_at note approved_at",
            labels={"note": _("What you were asked to change")},
        ),
        ShownTo(
            "approved_by",
            "assessments_checked",
            _("Assessments that you checked"),
            "commitment__reference organisation approved_at",
        ),
    )

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-assessed_on", "-pk"]
        constraints = [
            *EditorialText.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    finding__in=["no-evidence", "not-started", "limited", "substantial", "complete"]
                ),
                name="assessment_finding_valid",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="assessment_has_text"),
        ]
        indexes = [models.Index(fields=["commitment", "state", "-assessed_on"])]

    def __str__(self) -> str:
        return f"{self.commitment.reference} · {self.organisation.internal_short}"

    @property
    def event(self) -> Event:
        return self.commitment.event

    def approve(self, *, by: User, at: datetime) -> None:
        """Raises ValidationError if the assessor has become a party.

        It also raises it if the author has not confirmed that the text names no one.
        """
        self.clean()
        super().approve(by=by, at=at)

    def clean(self) -> None:
        if not (self.commitment_id and self.organisation_id):
            return
        event = self.commitment.event
        validate_same_demonstration(event, self.organisation.is_demonstration)
        if is_party(self.organisation, self.commitment):
            raise ValidationError({"organisation": PARTY_CANNOT_ASSESS})
        event.validate_begun("assessed_on", self.assessed_on)
