"""The tables of the mail queue."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class MailBatch(models.Model):
    """The letters that one act at the desk caused; they wait for a while and can be called off."""

    class Action(models.TextChoices):
        """What was done."""

        INVITE = "invite", _("Invitations")
        REMIND = "remind", _("Requests to report, asked again")

    event = models.ForeignKey(
        "roundtable.Event",
        on_delete=models.CASCADE,
        related_name="mail_batches",
        verbose_name=_("roundtable"),
        help_text=_("Whose co-chairs can call the letters off."),
    )
    action = models.CharField(
        _("what"), max_length=10, choices=Action.choices, help_text=_("What the letters are about.")
    )
    created_at = models.DateTimeField(_("made"), help_text=_("When it was done at the desk."))
    send_after = models.DateTimeField(
        _("leaves"), db_index=True, help_text=_("Until then the letters can be called off.")
    )
    cancelled_at = models.DateTimeField(
        _("called off"), null=True, blank=True, help_text=_("From then on nothing is sent.")
    )

    class Meta:
        verbose_name = _("mail on hold")
        verbose_name_plural = _("mail on hold")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(cancelled_at__lt=F("send_after")),
                name="batch_cancelled_before_sending",
            ),
        ]

    def __str__(self) -> str:
        return self.get_action_display()

    def is_cancellable(self, at: datetime) -> bool:
        """Whether its letters wait still."""
        return self.cancelled_at is None and at < self.send_after


class QueuedEmail(models.Model):
    """One message to one person, kept until it is sent; the cause alone stays after that."""

    dedup_key = models.CharField(
        _("cause"),
        max_length=200,
        unique=True,
        help_text=_("Why it is sent: there is never a second message for one cause."),
    )
    recipient = models.EmailField(
        _("to"), blank=True, help_text=_("Empty once it is sent, or where nobody is to get it.")
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True, help_text=_("Neutral."))
    text = models.TextField(_("text"), blank=True, help_text=_("Empty once it is sent."))
    html = models.TextField(_("HTML"), blank=True, help_text=_("Empty once it is sent."))
    unsubscribe_url = models.CharField(
        _("address that stops such letters"),
        max_length=500,
        blank=True,
        help_text=_("For the button of mail programs. Empty once it is sent, or where none."),
    )
    queued_at = models.DateTimeField(_("queued"), help_text=_("When it was handed over."))
    batch = models.ForeignKey(
        MailBatch,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="emails",
        verbose_name=_("on hold with"),
        help_text=_("What it waits with; empty where it leaves at once."),
    )
    send_before = models.DateTimeField(
        _("not after"),
        null=True,
        blank=True,
        help_text=_("It is given up where it could not be sent by then. Empty: any time will do."),
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How often the mail server was asked.")
    )
    claimed_at = models.DateTimeField(
        _("being sent since"),
        null=True,
        blank=True,
        help_text=_("Set while the mail server is asked, so that nobody else asks it too."),
    )
    done_at = models.DateTimeField(
        _("done"), null=True, blank=True, help_text=_("When it was sent, or given up.")
    )
    is_sent = models.BooleanField(
        _("sent"), default=False, help_text=_("Whether the mail server took it.")
    )

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
