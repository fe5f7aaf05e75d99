"""How sign-in behaves here: people come by invitation."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from participants.models import User
from roundtable.mailing import fresh_cause, post


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody makes an account without an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always false."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queues the mail, so that known and unknown addresses are answered alike."""
        now = timezone.now()
        expires = now + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        post(
            cause=fresh_cause(),
            to=email,
            template=template_prefix,
            context={"email": email, **context},
            at=now,
            # A code that is no longer taken would only puzzle.
            not_after=expires if "code" in context else None,
        )


def display_name(user: User) -> str:
    """How the portal addresses somebody who is signed in: their own address."""
    return user.email
