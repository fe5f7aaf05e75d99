"""Commitments that organisations offer, and open ones that they offer to join."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment
from outcomes.models.editorial import Editorial
from outcomes.models.outcome import Outcome
from participants.models import Organisation, check_made_up


class Offer(Editorial):
    """What an organisation offers to do under a point, or an open commitment that it would join.

    Once it is approved it is a commitment, or a partner of one, and `commitment` says of which.
    """

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("point"),
        help_text=_("The point that the new commitment answers. Empty where one is joined."),
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("commitment"),
        help_text=_("The open commitment that is joined, or what became of the offer."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="offers",
        verbose_name=_("organisation"),
        help_text=_("Who offers it."),
    )
    text = models.TextField(
        _("what it will do"),
        help_text=_("Name no person and no shelter: everyone reads this."),
    )
    due_on = models.DateField(
        _("due"), null=True, blank=True, help_text=_("Leave empty if there is no due date.")
    )
    is_open = models.BooleanField(
        _("open"), default=False, help_text=_("Other organisations may offer to join it.")
    )

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-pk"]
        constraints = [
            *Editorial.Meta.constraints,
            models.CheckConstraint(
                condition=Q(outcome__isnull=False) | Q(commitment__isnull=False),
                name="offer_of_something_new_or_to_join",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(commitment__isnull=False),
                name="offer_approved_became_a_commitment",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="offer_has_a_text"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.short}: {self.text[:60]}"

    @property
    def is_joining(self) -> bool:
        """Whether it joins a commitment that is there already."""
        return self.outcome_id is None

    def clean(self) -> None:
        """Raises ValidationError where the commitment is not open, or joined already."""
        outcome, commitment = self.outcome, self.commitment
        event = outcome.statement.event if outcome else commitment and commitment.event
        if event and self.organisation_id:
            check_made_up(event, self.organisation.is_demonstration)
        if self.is_approved or not (self.is_joining and commitment):
            return
        if not commitment.is_open:
            raise ValidationError({"commitment": _("This commitment is not open to others.")})
        if commitment.parties.filter(organisation=self.organisation_id).exists():
            raise ValidationError({"organisation": _("It is a party to this commitment already.")})
