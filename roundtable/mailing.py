"""Mail goes out beside the request, so that nobody can tell from an answer whether any was sent."""

import logging
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

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
