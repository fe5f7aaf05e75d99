"""Sign-in through an organisation's identity provider, only into existing accounts."""

import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import SignupClosedException
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from participants.accounts.adapters import IDENTITY_KEY
from participants.models import ProviderIdentity
from roundtable.logs import log_security_event

CLOCK_DIFFERENCE = 60  # seconds


class ExistingAccountsAdapter(DefaultSocialAccountAdapter):
    """The provider verifies the mailbox; the portal finds the account."""

    def get_requests_session(self) -> Any:
        session = super().get_requests_session()
        session.max_redirects = 0  # what a provider answers leads nowhere else
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        # Every refusal shows the same page, so that it discloses no reason.
        claims = sociallogin.account.extra_data.get("id_token") or {}
        if sociallogin.state.get("process") != AuthProcess.LOGIN or not claims.get("sub"):
            raise _refused(request)
        subject = {"issuer": claims["iss"], "subject": str(claims["sub"])}
        known = ProviderIdentity.objects.filter(**subject).select_related("user").first()
        owner = known or _address_of_newcomer(claims)
        if owner is None:
            raise _refused(request)
        sociallogin.user = owner.user
        request.session[IDENTITY_KEY] = None if known else {**subject, "address": owner.pk}


def _refused(request: HttpRequest) -> SignupClosedException:
    log_security_event("refused after the identity provider", request)
    return SignupClosedException()


def _address_of_newcomer(claims: dict[str, Any]) -> EmailAddress | None:
    """The address of someone who signs in at the provider for the first time."""
    # Compare with True itself: some providers send the string "false".
    if claims.get("email_verified") is not True:
        return None
    rows = EmailAddress.objects.filter(
        email=str(claims.get("email") or "").lower(), verified=True
    ).select_related("user")
    address = rows.first()
    # The provider has given the address to another person since.
    is_taken = ProviderIdentity.objects.filter(issuer=claims["iss"], address=address).exists()
    return None if is_taken else address


class SignedTokenAdapter(OpenIDConnectOAuth2Adapter):
    """Accepts only a signed ID token of the provider that is set, of someone who signed in today.

    allauth trusts the connection instead of the signature, and the address that an unsigned answer
    contains.
    """

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> Any:
        data = super().get_access_token_data(*args, **kwargs)
        self.did_fetch_access_token = False  # so that the signature is checked
        return data

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        server = settings.OIDC_SERVER_URL  # type: ignore[misc]
        if self.openid_config["issuer"].rstrip("/") != server:
            raise OAuth2Error("another issuer")
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("no ID token")
        login = super().complete_login(request, app, token, **kwargs)
        signed_in_at = login.account.extra_data["id_token"].get("auth_time")
        earliest = time.time() - settings.SESSION_COOKIE_AGE - CLOCK_DIFFERENCE
        if not isinstance(signed_in_at, int) or signed_in_at < earliest:
            raise OAuth2Error("signed in too long ago")
        return login


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _answer(OAuth2LoginView, request, provider_id)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _answer(OAuth2CallbackView, request, provider_id)


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(SignedTokenAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer
