"""Mail goes out beside the request, so that nobody can tell from an answer whether any was sent."""

import logging
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """One message to one person, kept until it is sent; the cause alone stays after that."""

    cause = models.CharField(
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
    queued_at = models.DateTimeField(_("queued"), help_text=_("When it was handed over."))
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


logger = logging.getLogger(__name__)
_sender = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def deliver(message: EmailMessage) -> None:
    """Hands the message over; a mail server that is away is logged and fails no request."""
    if settings.MAIL_AT_ONCE:
        _send(message)
    else:
        _sender.submit(_send, message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException) as problem:
        # Not the problem's own words: they can hold the recipient.
        logger.error("A message could not be sent: %s.", type(problem).__name__)
