"""Offers of new commitments, and offers to join open ones."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Basis, Commitment, CommitmentState
from outcomes.models.editorial import EditorialState, EditorialText, validate_text_length
from outcomes.models.outcome import Outcome
from outcomes.models.party import CommitmentParty
from outcomes.models.related import Milestone
from participants.models import Organisation, User, validate_same_demonstration
from roundtable.models import Event


class OfferQuerySet(models.QuerySet["Offer"]):
    """Which offers someone may see."""

    def approved_joins(self) -> "OfferQuerySet":
        """Offers by which organisations joined a commitment; earliest first."""
        found = self.filter(state=EditorialState.APPROVED, outcome=None).select_related(
            "organisation"
        )
        return found.order_by("approved_at", "pk")


class Offer(EditorialText):
    """A new commitment that an organisation offers, or an open one that it would join.

    After approval, `commitment` is the new commitment, or the one that it joined.
    """

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("point"),
        help_text=_(
            "The point that the new commitment answers. Empty if the organisation joins "
            "an existing commitment."
        ),
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("commitment"),
        help_text=_(
            "The open commitment that the organisation joins, or the commitment that the "
            "offer became."
        ),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="offers",
        verbose_name=_("organisation"),
        help_text=_("The organisation that makes the offer."),
    )
    text = models.TextField(
        _("what the organisation will do"),
        validators=[validate_text_length],
        help_text=_("Do not name a person or a shelter. Everyone can read this."),
    )
    due_on = models.DateField(
        _("due"), null=True, blank=True, help_text=_("Leave empty if there is no due date.")
    )
    is_open = models.BooleanField(
        _("open"), default=False, help_text=_("Other organisations can offer to join it.")
    )

    objects = OfferQuerySet.as_manager()
    event_lookups = ("commitment__event", "outcome__statement__event")

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-pk"]
        constraints = [
            *EditorialText.Meta.constraints,
            models.CheckConstraint(
                condition=Q(outcome__isnull=False) | Q(commitment__isnull=False),
                name="offer_of_something_new_or_to_join",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(commitment__isnull=False),
                name="offer_approved_has_commitment",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="offer_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.internal_short}: {self.text[:60]}"

    @property
    def is_joining(self) -> bool:
        return self.outcome_id is None

    def clean(self) -> None:
        outcome, commitment = self.outcome, self.commitment
        event = outcome.statement.event if outcome else commitment and commitment.event
        if event and self.organisation_id:
            validate_same_demonstration(event, self.organisation.is_demonstration)
        if event and self.due_on and not 0 <= self.due_on.year - event.starts_on.year <= 50:
            raise ValidationError(
                {"due_on": _("Choose a day within 50 years after the roundtable.")}
            )
        if self.is_approved or not (self.is_joining and commitment):
            return
        if not commitment.can_be_joined:
            raise ValidationError(
                {
                    "commitment": _(
                        "Other organisations cannot join this commitment. Choose a commitment that "
                        "they can join."
                    )
                }
            )
        if commitment.parties.filter(organisation=self.organisation_id).exists():
            raise ValidationError(
                {
                    "organisation": _(
                        "This organisation is already a party to this commitment. It can report on "
                        "it instead."
                    )
                }
            )
        if commitment.assessments.filter(
            organisation=self.organisation_id, state=EditorialState.APPROVED
        ).exists():
            raise ValidationError(
                {
                    "organisation": _(
                        "This organisation has published an independent assessment of this "
                        "commitment, and everyone can read it. Ask for a change of the assessment "
                        "first."
                    )
                }
            )

    @property
    def event(self) -> Event:
        found = self.outcome.statement.event if self.outcome else self.commitment
        assert found
        return found if isinstance(found, Event) else found.event

    @transaction.atomic
    def approve(self, *, by: User, at: datetime) -> None:
        """Creates a commitment with the next reference, or adds the organisation as a partner.

        Raises ValidationError if the author has not confirmed that it names no one, or if the
        commitment can no longer be joined.
        """
        self._check_ready()
        if self.is_approved:
            return
        self.clean()
        role = CommitmentParty.Role.PARTNER if self.is_joining else CommitmentParty.Role.LEAD
        if not self.is_joining:
            self.commitment = self._create_commitment(at)
        party = CommitmentParty(
            commitment=self.commitment, organisation=self.organisation, role=role
        )
        party.full_clean()
        party.save()
        super().approve(by=by, at=at)

    def request_change(self, *, note: str, at: datetime) -> None:
        """Raises ValidationError if the note is empty or the offer is already a commitment."""
        if self.is_approved:
            raise ValidationError(
                _(
                    "This offer is already a commitment, so you cannot ask for a change. Its "
                    "progress is reported on the commitment."
                )
            )
        super().request_change(note=note, at=at)

    def _create_commitment(self, at: datetime) -> Commitment:
        assert self.outcome
        row = Commitment(
            event=self.event,
            reference=next_reference(self.event),
            text=self.text,
            due_on=self.due_on,
            is_open=self.is_open,
            recorded_at=at,
            # The organisation wrote it itself.
            basis=Basis.UNDERTAKEN,
            state=CommitmentState.PUBLIC,
        )
        row.full_clean()
        row.save()
        row.outcomes.add(self.outcome)
        for step in self.milestones.all():
            milestone = Milestone(commitment=row, title=step.title, due_on=step.due_on)
            milestone.full_clean()
            milestone.save()
        return row


class OfferedMilestone(models.Model):
    """A milestone of an offer. Approval turns it into a milestone of the commitment."""

    offer = models.ForeignKey(
        Offer,
        on_delete=models.CASCADE,
        related_name="milestones",
        verbose_name=_("offer"),
        help_text=_("The offer or commitment that this milestone belongs to."),
    )
    title = models.CharField(
        _("description"), max_length=200, help_text=_("The result that others will see.")
    )
    due_on = models.DateField(_("due"), help_text=_("The day by which it is due."))

    class Meta:
        verbose_name = _("offered milestone")
        verbose_name_plural = _("offered milestones")
        ordering = ["offer", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="offered_milestone_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        self.offer.event.validate_begun("due_on", self.due_on)


def next_reference(event: Event) -> str:
    """The next reference that no commitment has or ever had."""
    # Locked, because two simultaneous calls would return the same one.
    Event.objects.select_for_update().get(pk=event.pk)
    begins = f"{event.code}-C"
    now = Commitment.objects.filter(reference__startswith=begins)
    ever = Commitment.history.filter(reference__startswith=begins)
    taken = {*now.values_list("reference", flat=True), *ever.values_list("reference", flat=True)}
    last = max((int(reference.removeprefix(begins)) for reference in taken), default=0)
    return f"{begins}{last + 1}"
