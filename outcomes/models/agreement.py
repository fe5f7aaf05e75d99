"""How a text is agreed: it is circulated, answered or met with silence, and signed."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.version import StatementVersion
from participants.models import Organisation, User


class Circulation(models.Model):
    """One version, sent round to the participants: silence until the deadline is agreement."""

    class StopReason(models.TextChoices):
        """Why it ended before its deadline, or counts no more."""

        OBJECTED = "objected", _("objected to")
        WITHDRAWN = "withdrawn", _("taken back by the co-chairs")

    class Status(models.TextChoices):
        """Where it stands at a moment."""

        OPEN = "open", _("open")
        AGREED = "agreed", _("agreed")
        OBJECTED = "objected", _("objected to")
        WITHDRAWN = "withdrawn", _("taken back by the co-chairs")

    version = models.OneToOneField(
        StatementVersion,
        on_delete=models.CASCADE,
        related_name="circulation",
        verbose_name=_("version"),
        help_text=_("What is agreed to."),
    )
    deadline = models.DateTimeField(
        _("deadline"), help_text=_("Whoever has said nothing by then has agreed.")
    )
    opened_at = models.DateTimeField(_("circulated"), help_text=_("When it was sent round."))
    opened_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("circulated by"),
        help_text=_("The co-chair who sent it round."),
    )
    stop_reason = models.CharField(
        _("ended because"),
        max_length=9,
        choices=StopReason.choices,
        blank=True,
        help_text=_("Empty while it is open, and where silence brought agreement."),
    )
    stopped_at = models.DateTimeField(
        _("ended"), null=True, blank=True, help_text=_("When it was stopped.")
    )

    class Meta:
        verbose_name = _("circulation")
        verbose_name_plural = _("circulations")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deadline__gt=models.F("opened_at")),
                name="circulation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(stop_reason="", stopped_at=None)
                | Q(stop_reason__in=["objected", "withdrawn"], stopped_at__isnull=False),
                name="circulation_stopped_has_date_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version.statement.event.code} · {self.version.number}"

    @property
    def local_deadline(self) -> datetime:
        """The deadline by the clocks of the roundtable's time zone, so without a zone of its own.

        A template would show it by the clocks of the portal otherwise.
        """
        zone = self.version.statement.event.zone
        return self.deadline.astimezone(zone).replace(tzinfo=None)

    def current_status(self, at: datetime) -> Status:
        """Whether it is open at a moment, or how it ended; silence needs nobody to count it."""
        if self.stop_reason:
            return self.Status(self.stop_reason)
        return self.Status.OPEN if at < self.deadline else self.Status.AGREED


class CirculationReply(models.Model):
    """What an organisation that was asked said to a version; empty while it is silent."""

    class Answer(models.TextChoices):
        """What an organisation may say."""

        AGREE = "agree", _("Agree")
        COMMENT = "comment", _("Agree, with a comment")
        OBJECT = "object", _("Object")

    circulation = models.ForeignKey(
        Circulation,
        on_delete=models.CASCADE,
        related_name="replies",
        verbose_name=_("circulation"),
        help_text=_("Which version it is about."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="replies",
        verbose_name=_("organisation"),
        help_text=_("Who was asked."),
    )
    answer = models.CharField(
        _("answer"),
        max_length=7,
        choices=Answer.choices,
        blank=True,
        help_text=_("Empty while it has said nothing."),
    )
    text = models.TextField(
        _("text"),
        blank=True,
        max_length=4000,
        help_text=_("A comment, or what is objected to and what would be acceptable."),
    )
    author = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
        help_text=_("Who wrote it for the organisation."),
    )
    answered_at = models.DateTimeField(
        _("answered"), null=True, blank=True, help_text=_("When it was last said.")
    )

    class Meta:
        verbose_name = _("answer to a circulated text")
        verbose_name_plural = _("answers to circulated texts")
        ordering = ["circulation", "organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["circulation", "organisation"], name="reply_unique"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, text="")
                | Q(answer__in=["agree", "comment", "object"], answered_at__isnull=False),
                name="reply_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_answer_display() or '–'}"

    def clean(self) -> None:
        """Raises ValidationError where a comment or an objection says nothing."""
        if self.answer == self.Answer.OBJECT and not self.text.strip():
            raise ValidationError(
                {"text": _("Say what you object to, and what would be acceptable.")}
            )
        if self.answer == self.Answer.COMMENT and not self.text.strip():
            raise ValidationError({"text": _("Write your comment, or choose “Agree”.")})


class SignOff(models.Model):
    """A co-chair's key to a version; signed, it holds the hash of what was signed.

    It is there from the day on which the version goes round: who signs is settled then.
    """

    version = models.ForeignKey(
        StatementVersion,
        on_delete=models.CASCADE,
        related_name="sign_offs",
        verbose_name=_("version"),
        help_text=_("What is signed."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="sign_offs",
        verbose_name=_("co-chair"),
        help_text=_("For whom it is signed."),
    )
    signer = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signer"),
        help_text=_("Who signed for the co-chair."),
    )
    sha256 = models.CharField(
        _("SHA-256"),
        max_length=64,
        blank=True,
        help_text=_("Of the text that was signed. Empty until then."),
    )
    signed_at = models.DateTimeField(
        _("signed"), null=True, blank=True, help_text=_("When it was signed.")
    )

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "organisation"], name="sign_off_unique_per_cochair"
            ),
            models.UniqueConstraint(
                fields=["version", "signer"],
                condition=Q(signer__isnull=False),
                name="sign_off_unique_per_person",
                violation_error_message=_("You have signed already, for another co-chair."),
            ),
            models.CheckConstraint(
                condition=Q(sha256="", signed_at=None)
                | (~Q(sha256="") & Q(signed_at__isnull=False)),
                name="sign_off_has_text_and_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.version}"

    def clean(self) -> None:
        """Raises ValidationError where it is about another text than the version's."""
        if self.sha256 and self.version_id and self.sha256 != self.version.sha256:
            raise ValidationError(_("The text was changed since you read it. Read it again."))
