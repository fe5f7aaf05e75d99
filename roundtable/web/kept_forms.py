"""Forms that could not be processed: what was written goes back to the person, in a page.

Nothing of it is stored. Each form names the account that it was shown to, so that no other account
gets what was written.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import middleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware import csrf
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.csrf import csrf_failure as refuse

from roundtable.web.idempotency import FIELD_NAME as IDEMPOTENCY_FIELD

logger = logging.getLogger(__name__)
CSRF_FIELD = "csrfmiddlewaretoken"
ACCOUNT_FIELD = "written_by"
OWN_FIELDS = {CSRF_FIELD, ACCOUNT_FIELD, IDEMPOTENCY_FIELD}
# Their pages say that nothing has changed yet, and have the same button.
SHOWN_AGAIN = {"me-hide"}


def account_mark(request: HttpRequest) -> str:
    """Only the portal can tell whose it is; empty for visitors."""
    if not request.user.is_authenticated:
        return ""
    return salted_hmac("written by", str(request.user.pk), algorithm="sha256").hexdigest()[:32]


def form_context(request: HttpRequest) -> dict[str, object]:
    """What `_kept_form.html` needs to send the form once more."""
    return {
        "address": request.get_full_path(),
        "written": [
            (name, value)
            for name, values in request.POST.lists()
            if name != CSRF_FIELD
            for value in values
        ],
        "csrf_token": get_token(request),
        "has_files": bool(request.FILES),
        "is_sent_once": IDEMPOTENCY_FIELD in request.POST,
    }


def keep_form(request: HttpRequest, reason: str, page: str = "") -> HttpResponse:
    """`page` is what the person must open in another tab first."""
    context = {"reason": reason, "page": page, **form_context(request)}
    return render(request, "kept_form.html", context, status=403)


def keep_until_signed_in(request: HttpRequest) -> HttpResponse:
    return keep_form(request, "signed out", resolve_url(settings.LOGIN_URL))


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Keeps what someone wrote whose session has ended. The page is the same at each address."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[Any, Any],
    ) -> HttpResponseBase | None:
        way_to_sign_in = super().process_view(request, view_func, view_args, view_kwargs)
        if way_to_sign_in and request.method == "POST" and not OWN_FIELDS.issuperset(request.POST):
            return keep_until_signed_in(request)
        return way_to_sign_in


class CsrfViewMiddleware(csrf.CsrfViewMiddleware):
    """Takes the token of an earlier sign-in, too, if the same account is signed in again.

    No other site can send such a form: it does not know the mark, and is not the sender.
    """

    def _check_token(self, request: HttpRequest) -> None:
        try:
            super()._check_token(request)  # type: ignore[misc]
        except csrf.RejectRequest:
            mark = _mark_sent(request)
            is_own = mark and constant_time_compare(mark, account_mark(request))
            if not (is_own and _is_sender_checked(request)):
                raise


def _mark_sent(request: HttpRequest) -> str | None:
    try:
        return request.POST.get(ACCOUNT_FIELD, "")
    # The body could not be read, or was too large.
    except Exception as problem:
        logger.warning("What was sent could not be shown again: %s.", type(problem).__name__)
        return None


def _is_sender_checked(request: HttpRequest) -> bool:
    """Whether Django checked which site sent this, which it does before it reads the token."""
    return "HTTP_ORIGIN" in request.META or request.is_secure()


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Who signs in gets a new token, so the forms in other tabs have an old one.

    A form with the mark of this account does not get here: see CsrfViewMiddleware.
    """
    if request.resolver_match and request.resolver_match.view_name in SHOWN_AGAIN:
        return redirect(request.path)
    if request.method != "POST":
        return refuse(request, reason)
    mark = _mark_sent(request)
    # What another site sent gets no button here.
    is_from_elsewhere = reason.startswith(("Origin", "Referer")) or not _is_sender_checked(request)
    if mark is None or is_from_elsewhere:
        return refuse(request, reason)
    if mark and not account_mark(request):
        return keep_until_signed_in(request)
    if mark:
        return render(request, "kept_form.html", {"reason": "other account"}, status=403)
    return keep_form(request, "old token")
