"""The second factor: who has one, whether a session has used it, and the admin, which wants it."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from participants.models import User
from participants.permissions import AnyUser, may_enter_admin
from roundtable.encryption import DecryptionError

GetResponse = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., Any])
# Recovery codes stand in for one of these, and go with the last of them.
SECOND_FACTOR_TYPES = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: AnyUser) -> bool:
    """Whether the account has an authenticator app or a passkey."""
    return (
        isinstance(user, User)
        and _authenticators_of(user).filter(type__in=SECOND_FACTOR_TYPES).exists()
    )


def add_authenticator_app(user: User) -> None:
    """Gives the account an authenticator app with a new secret, unless it has a factor.

    For development, where nobody has a telephone at hand.
    """
    if not has_second_factor(user):
        TOTP.activate(user, generate_totp_secret())


def has_used_factor(request: HttpRequest, factors: set[int]) -> bool:
    """Whether this session was opened or confirmed with one of these factors."""
    records = get_authentication_records(request, request.user)
    return any(row.get("method") == "mfa" and row.get("id") in factors for row in records)


def second_factor_required(view: View) -> View:
    """Marks a view that co-chairs reach as they reach the admin."""
    view.requires_second_factor = True  # type: ignore[attr-defined]
    return view


class SecondFactorMiddleware:
    """Nobody works in the admin with a code from a mailbox alone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing: the address is not resolved yet."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_given: Any) -> HttpResponse | None:
        """Leads whoever may work in the admin to the second factor first."""
        match = request.resolver_match
        # Unknown addresses in the admin are the admin's too.
        is_admin = match is not None and "admin" in match.app_names
        needs_second_factor = is_admin or hasattr(view, "requires_second_factor")
        if not needs_second_factor or not may_enter_admin(request.user):
            return None
        assert isinstance(request.user, User)
        factors = dict(_authenticators_of(request.user).values_list("pk", "type"))
        if not set(factors.values()) & set(SECOND_FACTOR_TYPES):
            return redirect("mfa_index")  # the page says why
        if has_used_factor(request, set(factors)):
            return None
        # What was sent is not sent again by itself: it may be a file.
        next_url = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        page = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
        return redirect(f"{page}?{urlencode({'next': next_url})}")

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Refuses a page that shows what cannot be opened; forms say so themselves."""
        if not isinstance(problem, DecryptionError):
            return None
        return render(request, "mfa/cannot_be_opened.html", {"problem": problem}, status=403)


def _authenticators_of(user: User) -> Any:
    return Authenticator.objects.filter(user=user)
