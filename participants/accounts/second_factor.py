"""The second factor, and the middleware that requires it for the admin."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from participants.accounts.sessions import proofs_of
from participants.models import User
from participants.permissions import AnyUser, may_enter_admin
from roundtable.allauth_compat import TOTP, RecoveryCodes, generate_totp_secret, suspend_request
from roundtable.encryption import DecryptionError, encrypt
from roundtable.web.kept_forms import keep_form

GetResponse = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., Any])
# Recovery codes replace one of these, and are removed with the last of them. Alone, they only get
# past the limit of emailed codes, and stop a change of the account.
SECOND_FACTOR_TYPES = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: AnyUser) -> bool:
    return (
        isinstance(user, User)
        and _authenticators_of(user).filter(type__in=SECOND_FACTOR_TYPES).exists()
    )


def add_authenticator_app(user: User) -> None:
    """For development only: adds an app unless there is already a second factor."""
    if not has_second_factor(user):
        TOTP.activate(user, generate_totp_secret())


def use_recovery_code(address: str, code: str) -> bool:
    """Whether it is an unused one of who signs in with this address; it is used up then.

    Does nearly the same for an address that no one signs in with.
    """
    row = Authenticator.objects.filter(
        type=Authenticator.Type.RECOVERY_CODES,
        user__is_active=True,
        user__emailaddress__email=address.lower(),
        user__emailaddress__verified=True,
    ).first()
    if row is None:
        data = {"seed": encrypt(RecoveryCodes.generate_seed()), "used_mask": 0}
        Authenticator.objects.filter(pk=0).first()  # as a known one is locked
        RecoveryCodes(Authenticator(data=data)).validate_code(code)
        return False
    return bool(RecoveryCodes(row).validate_code(code))


def has_used_factor(request: HttpRequest, factors: set[int], since: float = 0) -> bool:
    return any(
        row.get("method") == "mfa" and row.get("id") in factors and row.get("at", 0) >= since
        for row in proofs_of(request)
    )


def second_factor_required(view: View) -> View:
    """Marks a view outside the admin that requires the second factor."""
    view.requires_second_factor = True  # type: ignore[attr-defined]
    return view


def has_used_second_factor(request: HttpRequest, since: float = 0) -> bool:
    """Whether the person proved one of the factors that the account still has, since then."""
    factors = dict(_authenticators_of(request.user).values_list("pk", "type"))
    has_one = bool(set(factors.values()) & set(SECOND_FACTOR_TYPES))
    return has_one and has_used_factor(request, set(factors), since)


class SecondFactorMiddleware:
    """Requires the second factor for the admin and for marked views."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_given: Any) -> HttpResponse | None:
        match = request.resolver_match
        # Unknown URLs within the admin also count as admin.
        is_admin = match is not None and "admin" in match.app_names
        needs_second_factor = is_admin or hasattr(view, "requires_second_factor")
        if not needs_second_factor or not may_enter_admin(request.user):
            return None
        assert isinstance(request.user, User)
        factors = dict(_authenticators_of(request.user).values_list("pk", "type"))
        if not set(factors.values()) & set(SECOND_FACTOR_TYPES):
            return redirect("mfa_index")  # the page explains why
        if has_used_factor(request, set(factors)):
            return None
        page = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
        next_url = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        # What someone wrote for longer than an hour is sent afterwards; a file cannot be.
        if request.method == "POST" and not request.FILES:
            suspend_request(request, page)
            next_url = request.path
        page += f"?{urlencode({'next': next_url})}"
        if request.FILES:
            return keep_form(request, "second factor", page)
        return redirect(page)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if not isinstance(problem, DecryptionError):
            return None
        return render(request, "mfa/cannot_be_opened.html", {"reason": problem}, status=403)


def _authenticators_of(user: AnyUser) -> Any:
    return Authenticator.objects.filter(user=user)
