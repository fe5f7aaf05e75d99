"""How one signs in: showing once more who one is, and giving an address up."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    raise_if_reauthentication_required,
    resume_request,
)
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants.accounts import reauthentication
from participants.accounts.addresses import addresses_of
from participants.accounts.departure import has_passkey, leave
from participants.accounts.forms import FreshCodeForm, LeftForm
from participants.accounts.sessions import keep_session
from participants.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Asks for a fresh code by e-mail, or leads to the second factor of who has one."""
    page = _page_that_asks(request)
    if page != reverse("account_reauthenticate"):
        return redirect(f"{page}{_onward(request)}")
    return _ask_for_code(request, [reauthentication.address_of(request)])


@require_http_methods(["GET", "HEAD", "POST"])
def mailbox(request: HttpRequest) -> HttpResponse:
    """Asks for a code from the present mailbox, before an address is added, changed or taken off.

    Who has left an organisation may not read its mail any more: another mailbox is as good then.
    """
    assert isinstance(request.user, User)
    own = addresses_of(request.user)
    if not own:
        return redirect("account_email")
    is_leaving = get_next_redirect_url(request) == reverse("me-left")
    return _ask_for_code(request, own if is_leaving else own[:1])


def _ask_for_code(request: HttpRequest, offered: list[str]) -> HttpResponse:
    if request.method == "POST" and "send" in request.POST:
        _send(request, offered)
        return redirect(f"{request.path}{_onward(request)}")
    form = FreshCodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not ratelimit.consume(request, action="reauthenticate", user=request.user):
        too_often: HttpResponse = ratelimit.respond_429(request)
        return too_often
    sent_to = reauthentication.sent_to(request)
    if form.is_valid():
        if sent_to in offered and reauthentication.accept(request, form.cleaned_data["code"]):
            return _go_on(request)
        form.add_error(
            "code", _("This is not the code, or it is too old. Look again, or ask for another one.")
        )
    context = {
        "form": form,
        "offered": offered,
        "sent_to": sent_to if sent_to in offered else "",
        "following": get_next_redirect_url(request) or "",
        "is_present_mailbox": request.path == reverse("account_mailbox"),
    }
    status = 400 if form.errors else 200
    return render(request, "account/reauthenticate_by_code.html", context, status=status)


def _send(request: HttpRequest, offered: list[str]) -> None:
    chosen = request.POST["send"]
    if reauthentication.send(request, chosen if chosen in offered else offered[0]):
        messages.success(request, _("A code is on its way."))
    else:
        messages.error(request, _("You asked for many codes. Wait some minutes, then try again."))


def _go_on(request: HttpRequest) -> HttpResponse:
    """Does what was asked for; first leads to the second factor whoever has one."""
    page = _page_that_asks(request)
    if page != reverse("account_reauthenticate") and not did_recently_reauthenticate(request):
        return redirect(f"{page}{_onward(request)}")
    resumed: HttpResponse | None = resume_request(request)
    return resumed or redirect("me")


def _page_that_asks(request: HttpRequest) -> str:
    methods = get_adapter().get_reauthentication_methods(request.user)
    return str(methods[0]["url"])


def _onward(request: HttpRequest) -> str:
    following = get_next_redirect_url(request)
    return f"?{urlencode({'next': following})}" if following else ""


@require_http_methods(["GET", "HEAD", "POST"])
def left(request: HttpRequest) -> HttpResponse:
    """ "I have left this organisation": its address signs in no longer."""
    assert isinstance(request.user, User)
    now = timezone.now()
    data = request.POST if request.method == "POST" else None
    if data is not None:
        reauthentication.require(request, addresses_of(request.user))
        raise_if_reauthentication_required(request, app="participants")
    form = LeftForm(data, user=request.user, on=timezone.localdate())
    if form.is_valid():
        address = form.cleaned_data["address"]
        try:
            leave(user=request.user, address=address, work=form.cleaned_data.get("work"), at=now)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return _go_on_without(request, address)
    own = addresses_of(request.user)
    is_last = len(own) < 2
    context = {
        "form": form,
        "is_last": is_last,
        "is_stuck": is_last and not has_passkey(request.user),
    }
    return render(request, "participants/left.html", context, status=400 if form.errors else 200)


@require_safe
@login_not_required
def not_signed_in(request: HttpRequest) -> HttpResponse:
    """Where an identity provider sends whom it does not know."""
    return render(request, "socialaccount/login_cancelled.html")


def _go_on_without(request: HttpRequest, address: str) -> HttpResponse:
    """Keeps this session alone, unless that address opened it, or an identity provider did."""
    records = get_authentication_records(request, request.user)
    if any(row.get("email") == address or row["method"] == "socialaccount" for row in records):
        logout(request)
        messages.success(request, _("Done. Sign in with your other address, or with your passkey."))
        return redirect("account_login")
    keep_session(request)
    messages.success(request, _("Done: the address signs in no longer, and other sessions ended."))
    return redirect("account_email")
