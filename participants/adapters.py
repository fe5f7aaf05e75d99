"""How sign-in behaves here: people come by invitation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from participants.models import User


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody makes an account without an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always false."""
        return False


def display_name(user: User) -> str:
    """How the portal addresses somebody who is signed in: their own address."""
    return user.email
