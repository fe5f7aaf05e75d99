"""How sign-in behaves here: people come by invitation."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from participants.even_work import look_for_nobody
from participants.letters import hide_url_of
from participants.models import User
from roundtable.mailing import fresh_cause, post

LOGIN_CODE = "account/email/login_code"
CODE_SENT = "account/messages/login_code_sent.txt"
CONFIRM_PAGE = "account_confirm_login_code"


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
            context={"email": email, "hide_url": hide_url_of(email.lower()), **context},
            at=now,
            # A code that is no longer taken would only puzzle.
            not_after=expires if "code" in context else None,
        )
        current.request.has_queued_mail = True

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *rest: Any, **more: Any
    ) -> None:
        """Says something at the top of the next page.

        After "a code is on its way" a letter is queued, to nobody where the address is unknown.
        """
        super().add_message(request, level, message_template, *rest, **more)
        if message_template != CODE_SENT or hasattr(request, "has_queued_mail"):
            return
        if request.resolver_match and request.resolver_match.url_name == CONFIRM_PAGE:
            look_for_nobody(request)
        self.send_mail(LOGIN_CODE, "", {"code": self.generate_login_code()})


def display_name(user: User) -> str:
    """How the portal addresses somebody who is signed in: their own address."""
    return user.email
