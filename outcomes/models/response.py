"""What addressees answered to a recommendation, and what somebody independent found."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment
from outcomes.models.editorial import EditorialState, EditorialText
from outcomes.models.outcome import Outcome
from participants.models import Organisation, User, member_condition, validate_same_demonstration


class ResponseQuerySet(models.QuerySet["Response"]):
    """Which responses someone may see."""

    def approved(self) -> "ResponseQuerySet":
        """Those that a co-chair has approved, the latest day first."""
        return self.filter(state=EditorialState.APPROVED).order_by("-answered_on", "-pk")

    def published(self) -> "ResponseQuerySet":
        """Approved responses to published points, the latest day first."""
        return self.approved().filter(outcome__in=Outcome.objects.published())


class Response(EditorialText):
    """An addressee's answer to a recommendation. Without one the answer is awaited."""

    class Stance(models.TextChoices):
        """How far the addressee goes along."""

        SUPPORTED = "supported", _("Supported")
        IN_PART = "in-part", _("Supported in part")
        NOTED = "noted", _("Noted")

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        related_name="responses",
        verbose_name=_("recommendation"),
        help_text=_("The recommendation that is answered."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="responses",
        verbose_name=_("addressee"),
        help_text=_("Who answers. It must be addressed, itself or as one of a group."),
    )
    stance = models.CharField(
        _("answer"),
        max_length=10,
        choices=Stance.choices,
        help_text=_("How far it goes along."),
    )
    text = models.TextField(
        _("in its words"),
        blank=True,
        help_text=_("Name no person and no shelter: everyone reads this."),
    )
    answered_on = models.DateField(
        _("answered on"), help_text=_("The day of the answer, not the day of writing.")
    )
    source = models.CharField(
        _("where that can be read"),
        max_length=500,
        blank=True,
        help_text=_("An address or the name of a document."),
    )

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
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
        return f"{self.outcome.number} · {self.organisation.short}"

    def clean(self) -> None:
        """Raises ValidationError where the point recommends nothing, or nothing to this one."""
        if not (self.outcome_id and self.organisation_id):
            return
        event = self.outcome.statement.event
        validate_same_demonstration(event, self.organisation.is_demonstration)
        if self.outcome.kind != Outcome.Kind.RECOMMENDATION:
            raise ValidationError({"outcome": _("Only a recommendation is answered.")})
        if not self.outcome.addressed_organisations().filter(pk=self.organisation_id).exists():
            raise ValidationError(
                {"organisation": _("This recommendation is not addressed to it.")}
            )
        if self.answered_on and self.answered_on < event.starts_on:
            raise ValidationError(
                {
                    "answered_on": _("The roundtable began on %s. Choose that day or later.")
                    % event.starts_on
                }
            )


PARTY_CANNOT_ASSESS = _("It is a party to this commitment, so it reports instead.")


def is_party(organisation: Organisation, commitment: Commitment) -> bool:
    """Whether it undertook the commitment, itself or as one of a group, as far as recorded."""
    meant = Q(pk__in=commitment.parties.values("organisation"))
    for word in commitment.parties.exclude(group=None).values_list("group__member_rule", flat=True):
        meant |= member_condition(word, commitment.event_id)
    return Organisation.objects.filter(meant, pk=organisation.pk).exists()


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Which assessments someone may see."""

    def approved(self) -> "AssessmentQuerySet":
        """Those that a co-chair has approved, the latest day first."""
        return self.filter(state=EditorialState.APPROVED).order_by("-assessed_on", "-pk")

    def published(self) -> "AssessmentQuerySet":
        """Approved assessments of commitments of public roundtables, the latest day first."""
        return self.approved().filter(commitment__event__is_public=True)

    def newest(self, day: date | None = None) -> "AssessmentQuerySet":
        """Of each commitment the approved one of the latest day until `by`, in no order."""
        until = Q(assessed_on__lte=day) if day else Q()
        later = Q(assessed_on__gt=OuterRef("assessed_on")) | Q(
            assessed_on=OuterRef("assessed_on"), pk__gt=OuterRef("pk")
        )
        others = Assessment.objects.approved().filter(
            later, until, commitment=OuterRef("commitment")
        )
        return self.approved().filter(until, ~Exists(others)).order_by()


class Assessment(EditorialText):
    """What an organisation that is not a party found out about a commitment."""

    class Finding(models.TextChoices):
        """How far the commitment has come, as somebody independent sees it."""

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
        help_text=_("What was assessed."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="assessments",
        verbose_name=_("assessor"),
        help_text=_("Who assessed it; never a party to it."),
    )
    finding = models.CharField(
        _("finding"),
        max_length=12,
        choices=Finding.choices,
        help_text=_("How far it has come, as the assessor sees it."),
    )
    text = models.TextField(
        _("in its words"),
        help_text=_("Name no person and no shelter: everyone reads this."),
    )
    assessed_on = models.DateField(
        _("as of"), help_text=_("The day that the finding is true for, not the day of writing.")
    )
    source = models.CharField(
        _("where that can be read"),
        max_length=500,
        blank=True,
        help_text=_("An address or the name of a document."),
    )

    objects = AssessmentQuerySet.as_manager()

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
        return f"{self.commitment.reference} · {self.organisation.short}"

    def approve(self, *, by: User, at: datetime) -> None:
        """Shows it to everyone.

        Raises ValidationError where its author has not ticked that it names nobody, or where the
        assessor has become a party since.
        """
        self.clean()
        super().approve(by=by, at=at)

    def clean(self) -> None:
        """Raises ValidationError where the assessor is a party, or the day cannot be."""
        if not (self.commitment_id and self.organisation_id):
            return
        event = self.commitment.event
        validate_same_demonstration(event, self.organisation.is_demonstration)
        if is_party(self.organisation, self.commitment):
            raise ValidationError({"organisation": PARTY_CANNOT_ASSESS})
        if self.assessed_on and self.assessed_on < event.starts_on:
            raise ValidationError(
                {
                    "assessed_on": _("The roundtable began on %s. Choose that day or later.")
                    % event.starts_on
                }
            )
