"""Signing in at an organisation's own identity provider: only into accounts that exist."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import SignupClosedException
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest


class ExistingAccountsAdapter(DefaultSocialAccountAdapter):
    """The provider says whose mailbox it is; the portal knows whose account that is."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Always false."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Lets in whose verified address the provider has verified too.

        Raises SignupClosedException for anybody else, with one page for every reason. Nothing is
        ever connected: an address that was given up would sign in again through it.
        """
        claims = claims_of(sociallogin)
        address = EmailAddress.objects.filter(
            email=str(claims.get("email") or "").lower(), verified=True
        ).first()
        is_sign_in = sociallogin.state.get("process") == AuthProcess.LOGIN
        # True itself: some providers send the word "false".
        if not (is_sign_in and address and claims.get("email_verified") is True):
            raise SignupClosedException
        if not sociallogin.is_existing or sociallogin.user.pk != address.user_id:
            raise SignupClosedException


def claims_of(sociallogin: SocialLogin) -> dict[str, Any]:
    """What the provider says of the person."""
    extra_data = sociallogin.account.extra_data
    claims: dict[str, Any] = extra_data.get("userinfo") or extra_data.get("id_token") or {}
    return claims
