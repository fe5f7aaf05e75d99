"""The question to a party whether it undertakes a commitment, and its answer."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.party import CommitmentParty
from participants.models import Delegate, User
from participants.models.personal_data import ShownTo


class UndertakingQuerySet(models.QuerySet["Undertaking"]):
    """Which answers count."""

    def current(self) -> "UndertakingQuerySet":
        """Of the proposal that is open, or that made the commitment public."""
        return self.filter(ended_at=None)

    def end(self, at: datetime) -> int:
        return self.current().update(ended_at=at)


class Undertaking(models.Model):
    """One party is asked to undertake a commitment in exactly one text."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        related_name="undertakings",
        verbose_name=_("party"),
        help_text=_("The party that is asked, and its commitment."),
    )
    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="undertakings",
        verbose_name=_("person"),
        help_text=_("Who is asked, as the party's focal point."),
    )
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
        help_text=_(
            "The co-chair or editor who proposed the commitment. This person cannot answer."
        ),
    )
    content_hash = models.CharField(
        _("hash of the content"),
        max_length=64,
        help_text=_("The SHA-256 of the text, the parties and the due date that are proposed."),
    )
    created_at = models.DateTimeField(_("proposed at"), help_text=_("When the party was asked."))
    expires_at = models.DateTimeField(
        _("expires at"), help_text=_("60 days later. Then the party can no longer answer.")
    )
    answer = models.CharField(
        _("answer"),
        max_length=8,
        choices=Answer.choices,
        blank=True,
        help_text=_("Empty until the party answers."),
    )
    answered_at = models.DateTimeField(
        _("answered at"), null=True, blank=True, help_text=_("When the party answered.")
    )
    note = models.TextField(
        _("reason"),
        max_length=2000,
        blank=True,
        help_text=_(
            "Why the party declined, in its own words. Only people who work on this roundtable at "
            "the co-chairs' desk can read it."
        ),
    )
    ended_at = models.DateTimeField(
        _("ended at"),
        null=True,
        blank=True,
        help_text=_(
            "When the proposal ended, or the text changed. Then the answer no longer counts."
        ),
    )

    objects = UndertakingQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "delegate",
            "undertakings",
            _("Commitments that you were asked to accept for a party"),
            "party__commitment__reference created_at expires_at answer answered_at note ended_at",
            labels={"note": _("Your reason")},
        ),
        ShownTo(
            "proposed_by",
            "commitments_proposed",
            _("Commitments that you proposed to a party"),
            "party__commitment__reference party__organisation created_at expires_at",
        ),
    )

    class Meta:
        verbose_name = _("undertaking of a party")
        verbose_name_plural = _("undertakings of parties")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(ended_at=None),
                name="undertaking_one_current_per_party",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="undertaking_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | Q(answer__in=["accepted", "declined"], answered_at__isnull=False),
                name="undertaking_answer_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(note="") | Q(answer="declined"),
                name="undertaking_note_only_if_declined",
            ),
            models.CheckConstraint(
                condition=~Q(answer="declined") | Q(ended_at__isnull=False),
                name="undertaking_declined_is_ended",
            ),
            models.CheckConstraint(
                condition=~Q(content_hash=""), name="undertaking_has_content_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party.commitment.reference} · {self.party}"

    @property
    def is_accepted(self) -> bool:
        return self.answer == self.Answer.ACCEPTED
