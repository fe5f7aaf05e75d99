"""Views to reauthenticate, to end sessions and to leave an organisation."""

from operator import attrgetter
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from allauth.usersessions.models import UserSession
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
from participants.accounts.account_changes import undo_change, undoable_change
from participants.accounts.addresses import sign_in_addresses
from participants.accounts.departure import has_passwordless_passkey, leave_organisation
from participants.accounts.forms import FactorForm, LeaveOrganisationForm, ReauthenticationCodeForm
from participants.accounts.sessions import end_sessions, keep_session
from participants.models import User
from roundtable.allauth_compat import (
    did_recently_reauthenticate,
    raise_if_reauthentication_required,
    resume_request,
)
from roundtable.logs import log_security_event
from roundtable.web.limits import Limit, consume, refuse, too_many_requests, waiting_time
from roundtable.web.row_keys import find_row

ENTERED_CODES = Limit("fresh code entered", 10, 60)


@require_http_methods(["GET", "HEAD", "POST"])
def reauthenticate(request: HttpRequest) -> HttpResponse:
    page = _reauthentication_url(request)
    if page != reverse("account_reauthenticate"):
        return redirect(f"{page}{_next_query(request)}")
    return _ask_for_code(request, [reauthentication.code_recipient(request)])


@require_http_methods(["GET", "HEAD", "POST"])
def verify_mailbox(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    own = sign_in_addresses(request.user)
    if not own:
        return redirect("account_email")
    # People who left may have lost the mailbox there, so any of their addresses is accepted.
    is_leaving = get_next_redirect_url(request) == reverse("me-leave-organisation")
    return _ask_for_code(request, own if is_leaving else own[:1])


def _ask_for_code(request: HttpRequest, addresses: list[str]) -> HttpResponse:
    is_asking = request.method == "POST" and "send" in request.POST
    if is_asking and _send_code(request, addresses):
        return redirect(f"{request.path}{_next_query(request)}")
    is_entering = request.method == "POST" and not is_asking
    form = ReauthenticationCodeForm(request.POST if is_entering else None)
    if form.is_bound and (wait := consume(ENTERED_CODES, str(request.user.pk))):
        return too_many_requests(request, wait)
    sent_to = reauthentication.pending_code_recipient(request)
    if form.is_valid():
        if sent_to in addresses and reauthentication.verify_reauthentication_code(
            request, form.cleaned_data["code"]
        ):
            return _resume_request(request)
        log_security_event("wrong code", request, account=request.user.pk)
        form.add_error(
            "code", _("This code is wrong or too old. Check it again, or request a new code.")
        )
    context = {
        "form": form,
        "addresses": addresses,
        "sent_to": sent_to if sent_to in addresses else "",
        "next_url": get_next_redirect_url(request) or "",
        "is_current_mailbox": request.path == reverse("account_verify_mailbox"),
    }
    status = 400 if form.errors else 200
    return render(request, "account/reauthenticate_by_code.html", context, status=status)


def _send_code(request: HttpRequest, addresses: list[str]) -> bool:
    chosen = request.POST["send"]
    wait = reauthentication.send_reauthentication_code(
        request, chosen if chosen in addresses else addresses[0]
    )
    if wait:
        text = _("You requested too many codes. Wait %(wait)s, then try again.")
        messages.error(request, text % {"wait": waiting_time(wait)})
        refuse(request, wait)
        return False
    messages.success(request, _("We sent you a code. Enter it below. It is valid for 10 minutes."))
    return True


def _resume_request(request: HttpRequest) -> HttpResponse:
    page = _reauthentication_url(request)
    # People with a second factor must use it first.
    if page != reverse("account_reauthenticate") and not did_recently_reauthenticate(request):
        return redirect(f"{page}{_next_query(request)}")
    resumed: HttpResponse | None = resume_request(request)
    return resumed or redirect("me")


def _reauthentication_url(request: HttpRequest) -> str:
    methods = get_adapter().get_reauthentication_methods(request.user)
    return str(methods[0]["url"])


def _next_query(request: HttpRequest) -> str:
    next_url = get_next_redirect_url(request)
    return f"?{urlencode({'next': next_url})}" if next_url else ""


@require_http_methods(["GET", "HEAD", "POST"])
def leave_my_organisation(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    data = request.POST if request.method == "POST" else None
    if data is not None:
        reauthentication.require_recent_verification(request, sign_in_addresses(request.user))
        raise_if_reauthentication_required(request, app="participants")
    form = LeaveOrganisationForm(data, user=request.user, on=timezone.localdate())
    if form.is_valid():
        address = form.cleaned_data["address"]
        work = form.cleaned_data.get("work")
        try:
            leave_organisation(
                user=request.user, address=address, affiliation=work, at=timezone.now()
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return _end_or_keep_session(request, address)
    is_last = len(sign_in_addresses(request.user)) < 2
    cannot_leave = is_last and not has_passwordless_passkey(request.user)
    context = {"form": form, "is_last": is_last, "cannot_leave": cannot_leave}
    template = "participants/accounts/leave_organisation.html"
    return render(request, template, context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def undo_account_change(request: HttpRequest) -> HttpResponse:
    """Whoever has a code of the former second factor is the owner."""
    assert isinstance(request.user, User)
    change = undoable_change(request.user)
    if change is None:
        return redirect("me")
    form = FactorForm(request.POST or None, user=change.user)
    if form.is_valid() and undo_change(change, at=timezone.now()):
        logout(request)
        messages.success(request, _("Your account is as before. Sign in with your second factor."))
        return redirect("account_login")
    status = 400 if form.errors else 200
    return render(request, "participants/accounts/undo_change.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def my_sessions(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if request.method == "POST":
        # Someone at an unattended device must not sign the owner out elsewhere.
        raise_if_reauthentication_required(request, app="participants")
        if "session" not in request.POST:
            end_sessions(request.user)
            keep_session(request)
            messages.success(request, _("You are signed out everywhere else."))
        elif row := _own_session(request):
            row.end()
            messages.success(request, _("That session has ended."))
        return redirect("usersessions_list")
    rows = UserSession.objects.purge_and_list(request.user)
    context = {"sessions": sorted(rows, key=attrgetter("last_seen_at"), reverse=True)}
    return render(request, "participants/accounts/my_sessions.html", context)


def _own_session(request: HttpRequest) -> UserSession | None:
    rows = UserSession.objects.filter(user_id=request.user.pk)
    others = rows.exclude(session_key=request.session.session_key)
    return find_row(others, request.POST["session"])


@require_safe
@login_not_required
def provider_login_cancelled(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/login_cancelled.html")


def _end_or_keep_session(request: HttpRequest, address: str) -> HttpResponse:
    """Keeps this session, unless that address or an identity provider opened it."""
    records = get_authentication_records(request, request.user)
    if any(row.get("email") == address or row["method"] == "socialaccount" for row in records):
        logout(request)
        text = _(
            "You can no longer sign in with this address. Use your other address, or your passkey."
        )
        messages.success(request, text)
        return redirect("account_login")
    keep_session(request)
    text = _("You can no longer sign in with this address. Your other sessions have ended.")
    messages.success(request, text)
    return redirect("account_email")
