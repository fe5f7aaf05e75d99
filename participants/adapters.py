"""How sign-in behaves here: people come by invitation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest

from participants.models import User
from roundtable.mailing import deliver


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody makes an account without an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always false."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Hands the mail over, so that known and unknown addresses are answered alike."""
        request = current.request
        site = get_current_site(request)
        values = {"request": request, "email": email, "current_site": site, **context}
        deliver(self.render_mail(template_prefix, email, values))


def display_name(user: User) -> str:
    """How the portal addresses somebody who is signed in: their own address."""
    return user.email
