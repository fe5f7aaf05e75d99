"""Sign-in through an organisation's identity provider, only into existing accounts."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import SignupClosedException
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest


class ExistingAccountsAdapter(DefaultSocialAccountAdapter):
    """The provider verifies the mailbox; the portal finds the account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        # Never connect an account: a removed address could then sign in again. Every refusal shows
        # the same page, so that it discloses no reason.
        claims = claims_of(sociallogin)
        address = EmailAddress.objects.filter(
            email=str(claims.get("email") or "").lower(), verified=True
        ).first()
        is_sign_in = sociallogin.state.get("process") == AuthProcess.LOGIN
        # Compare with True itself: some providers send the string "false".
        if not (is_sign_in and address and claims.get("email_verified") is True):
            raise SignupClosedException
        if not sociallogin.is_existing or sociallogin.user.pk != address.user_id:
            raise SignupClosedException


def claims_of(sociallogin: SocialLogin) -> dict[str, Any]:
    extra_data = sociallogin.account.extra_data
    claims: dict[str, Any] = extra_data.get("userinfo") or extra_data.get("id_token") or {}
    return claims
