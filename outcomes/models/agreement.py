"""How a text is agreed: circulation, answers or silence, and signatures."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.version import StatementVersion
from participants.models import Organisation, User
from participants.models.personal_data import ShownTo


class Circulation(models.Model):
    """One version, sent to the participants. Silence until the deadline is agreement."""

    class StopReason(models.TextChoices):
        OBJECTED = "objected", _("stopped by an objection")
        WITHDRAWN = "withdrawn", _("withdrawn by the co-chairs")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        AGREED = "agreed", _("agreed")
        OBJECTED = "objected", _("stopped by an objection")
        WITHDRAWN = "withdrawn", _("withdrawn by the co-chairs")

    version = models.OneToOneField(
        StatementVersion,
        on_delete=models.CASCADE,
        related_name="circulation",
        verbose_name=_("version"),
        help_text=_("What people are asked to agree to."),
    )
    deadline = models.DateTimeField(
        _("deadline"),
        help_text=_("If an organisation does not answer by then, this counts as agreement."),
    )
    opened_at = models.DateTimeField(_("circulated"), help_text=_("When the text was circulated."))
    opened_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("circulated by"),
        help_text=_("The co-chair who circulated the text."),
    )
    stop_reason = models.CharField(
        _("reason it ended"),
        max_length=9,
        choices=StopReason.choices,
        blank=True,
        help_text=_(
            "Empty while the circulation is open, and if it ended in agreement at the deadline."
        ),
    )
    stopped_at = models.DateTimeField(
        _("ended"), null=True, blank=True, help_text=_("When the circulation was stopped.")
    )

    personal_data = (
        ShownTo(
            "opened_by",
            "circulations",
            _("Texts that you circulated"),
            "version__statement__event version__number opened_at deadline stop_reason stopped_at",
        ),
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
        # Without a time zone, because templates would convert it to the time zone of the portal.
        zone = self.version.statement.event.zone
        return self.deadline.astimezone(zone).replace(tzinfo=None)

    def current_status(self, at: datetime) -> Status:
        """After the deadline, a circulation that was not stopped is agreed."""
        if self.stop_reason:
            return self.Status(self.stop_reason)
        return self.Status.OPEN if at < self.deadline else self.Status.AGREED


class CirculationReply(models.Model):
    """What an organisation answered to a version. Empty until it answers."""

    class Answer(models.TextChoices):
        AGREE = "agree", _("Agree")
        COMMENT = "comment", _("Agree, with a comment")
        OBJECT = "object", _("Object")

    circulation = models.ForeignKey(
        Circulation,
        on_delete=models.CASCADE,
        related_name="replies",
        verbose_name=_("circulation"),
        help_text=_("The circulated version that the answer is about."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="replies",
        verbose_name=_("organisation"),
        help_text=_("The organisation that was asked."),
    )
    answer = models.CharField(
        _("answer"),
        max_length=7,
        choices=Answer.choices,
        blank=True,
        help_text=_("Empty until the organisation answers."),
    )
    text = models.TextField(
        _("text"),
        blank=True,
        max_length=4000,
        help_text=_("A comment, or what you object to and what would be acceptable."),
    )
    author = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
        help_text=_("The person who answered for the organisation."),
    )
    answered_at = models.DateTimeField(
        _("answered"), null=True, blank=True, help_text=_("When the organisation last answered.")
    )

    personal_data = (
        ShownTo(
            "author",
            "circulation_replies",
            _("Answers to circulated texts that you wrote"),
            "circulation__version__statement__event circulation__version__number organisation "
            "answer text answered_at",
        ),
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
        if self.answer == self.Answer.OBJECT and not self.text.strip():
            raise ValidationError(
                {"text": _("Enter what you object to, and what would be acceptable.")}
            )
        if self.answer == self.Answer.COMMENT and not self.text.strip():
            raise ValidationError({"text": _("Write your comment, or choose “Agree”.")})


class SignOff(models.Model):
    """A co-chair's signature of a version. Once signed, it contains the hash of the text.

    It is created when the version is circulated, because this decides who signs.
    """

    version = models.ForeignKey(
        StatementVersion,
        on_delete=models.CASCADE,
        related_name="sign_offs",
        verbose_name=_("version"),
        help_text=_("The version that is signed."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="sign_offs",
        verbose_name=_("co-chair"),
        help_text=_("The co-chair that the signature is for."),
    )
    signer = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signer"),
        help_text=_("The person who signed for the co-chair."),
    )
    sha256 = models.CharField(
        _("SHA-256"),
        max_length=64,
        blank=True,
        help_text=_("The SHA-256 hash of the signed text. Empty until the text is signed."),
    )
    signed_at = models.DateTimeField(
        _("signed"), null=True, blank=True, help_text=_("When it was signed.")
    )

    personal_data = (
        ShownTo(
            "signer",
            "signatures",
            _("Texts that you signed"),
            "version__statement__event version__number organisation sha256 signed_at",
        ),
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
                violation_error_message=_(
                    "You have already signed for another co-chair. Another person must sign for "
                    "this one."
                ),
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
        if self.sha256 and self.version_id and self.sha256 != self.version.sha256:
            raise ValidationError(
                _("The text changed after you opened it. Read the new version before you sign.")
            )
