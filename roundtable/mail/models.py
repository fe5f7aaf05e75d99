"""The tables of the mail queue."""

from datetime import datetime

from django.core.validators import validate_email
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from roundtable.database.sealed import SealedField


class MailBatch(models.Model):
    """The emails of one action at the co-chairs' desk. They wait and can be cancelled."""

    class Action(models.TextChoices):
        INVITE = "invite", _("Invitations")
        REMIND = "remind", _("Requests to report, sent again")

    event = models.ForeignKey(
        "roundtable.Event",
        on_delete=models.CASCADE,
        related_name="mail_batches",
        verbose_name=_("roundtable"),
        help_text=_("The co-chairs of this roundtable can cancel the emails."),
    )
    action = models.CharField(
        _("action"),
        max_length=10,
        choices=Action.choices,
        help_text=_("What the emails are about."),
    )
    created_at = models.DateTimeField(
        _("created at"), help_text=_("When this was done at the co-chairs' desk.")
    )
    send_after = models.DateTimeField(
        _("send after"), db_index=True, help_text=_("Co-chairs can cancel the emails until then.")
    )
    cancelled_at = models.DateTimeField(
        _("cancelled at"), null=True, blank=True, help_text=_("No email is sent after this time.")
    )

    class Meta:
        verbose_name = _("emails on hold")
        verbose_name_plural = _("emails on hold")
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
        return self.cancelled_at is None and at < self.send_after


class QueuedEmail(models.Model):
    """One email to one person. After it is sent, only its key is kept."""

    dedup_key = models.CharField(
        _("reason"),
        max_length=200,
        unique=True,
        help_text=_(
            "Why the email is sent. The portal never sends a second email for the same reason."
        ),
    )
    recipient = SealedField(
        _("to"),
        bound_to="dedup_key",
        max_length=254,
        blank=True,
        validators=[validate_email],
        help_text=_("Empty after the email is sent, or if no one should receive it."),
    )
    subject = SealedField(
        _("subject"),
        bound_to="dedup_key",
        max_length=200,
        blank=True,
        help_text=_("A neutral subject line."),
    )
    text = SealedField(
        _("text"),
        bound_to="dedup_key",
        blank=True,
        help_text=_("Empty after the email is sent."),
    )
    unsubscribe_url = SealedField(
        _("unsubscribe link"),
        bound_to="dedup_key",
        max_length=500,
        blank=True,
        help_text=_(
            "For the unsubscribe button of email programs. Empty after the email is sent,"
            " or if there is no link."
        ),
    )
    reply_to = SealedField(
        _("reply to"),
        bound_to="dedup_key",
        max_length=254,
        blank=True,
        validators=[validate_email],
        help_text=_("Where answers go. Empty after the email is sent, or if there is no address."),
    )
    queued_at = models.DateTimeField(
        _("queued at"), help_text=_("When the email was added to the queue.")
    )
    batch = models.ForeignKey(
        MailBatch,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="emails",
        verbose_name=_("on hold with"),
        help_text=_("The group of emails it waits with. Empty if the email is sent immediately."),
    )
    send_before = models.DateTimeField(
        _("send before"),
        null=True,
        blank=True,
        help_text=_(
            "If the email cannot be sent by then, it is not sent at all. Empty means no limit."
        ),
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"),
        default=0,
        help_text=_("How many times the portal contacted the mail server."),
    )
    claimed_at = models.DateTimeField(
        _("sending since"),
        null=True,
        blank=True,
        help_text=_("Set while the email is sent, so that no other worker sends it too."),
    )
    done_at = models.DateTimeField(
        _("finished at"),
        null=True,
        blank=True,
        help_text=_("When the email was sent, or when the portal stopped trying."),
    )
    is_sent = models.BooleanField(
        _("sent"), default=False, help_text=_("Whether the mail server accepted the email.")
    )

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
