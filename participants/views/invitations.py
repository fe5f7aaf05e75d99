"""The page that an invitation's link opens, and the page to ask for one."""

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from participants import asking, invitations, joining
from participants.forms import InviteMeForm
from participants.models import Invitation, User

CODE_FOR = "code_for"


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites to what; a press of a button sends the code, or says "not me"."""
    now = timezone.now()
    found = invitations.find(token, now)
    if found is None:
        return _uncached(render(request, "participants/invitation_closed.html", status=404))
    user = request.user if isinstance(request.user, User) else None
    context = {
        "invitation": found,
        "inviter": invitations.inviter_of(found, now.date()),
        "address": invitations.masked(found.email),
        "is_somebody_else": user is not None
        and found.email.lower() not in invitations.proved_addresses(user),
    }
    if request.method == "POST" and request.POST.get("answer") == "not-me":
        joining.refuse(invitation=found, by=None, at=now)
        return _uncached(render(request, "participants/invitation_refused.html"))
    if request.method == "POST" and not context["is_somebody_else"]:
        if user:
            return redirect("welcome")
        if ratelimit.consume(request, action="request_login_code", key=found.email.lower()):
            return _send_code(request, found)
        return _uncached(
            render(request, "participants/invitation.html", context | {"too_often": True})
        )
    return _uncached(render(request, "participants/invitation.html", context))


def _send_code(request: HttpRequest, found: Invitation) -> HttpResponse:
    account = invitations.account_for(found, timezone.now())
    address = found.email.lower()  # as allauth keeps it
    LoginCodeVerificationProcess.initiate(request=request, user=account, email=address)
    # Who came by a link that was handed on must not read the address on the next page.
    request.session[CODE_FOR] = address
    return redirect(f"{reverse('account_confirm_login_code')}?next={reverse('welcome')}")


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def invite_me(request: HttpRequest) -> HttpResponse:
    """Asks the co-chairs of a public roundtable for an invitation."""
    data = request.POST if request.method == "POST" else None
    form = InviteMeForm(data)
    if data is not None and form.is_valid():
        if not ratelimit.consume(request, action="invite_me"):
            refusal: HttpResponse = ratelimit.respond_429(request)
            return refusal
        asking.ask(request=form.instance, at=timezone.now())
        return redirect("invite-me-sent")
    return render(
        request,
        "participants/invite_me.html",
        {"form": form},
        status=200 if data is None else 400,
    )


@require_safe
@login_not_required
def invite_me_sent(request: HttpRequest) -> HttpResponse:
    """What everybody reads who has asked."""
    return render(request, "participants/invite_me_sent.html")
